/// Validation of decoded schemas and encodings.
extension Schema {
  /// An inconsistency of the schema, as text; `nil` if it is valid.
  public var inconsistency: String? {
    if let repeated = repeatedName { return repeated }
    if features.isEmpty || classes.isEmpty { return "there are no features or no classes" }
    return imageInconsistency ?? cutsInconsistency
  }

  /// Duplicate names of features, of classes, or of levels.
  var repeatedName: String? {
    let lists = [features.map(\.id.rawValue), classes] + features.compactMap(\.levels)
    return lists.contains { Set($0).count != $0.count } ? "duplicate name" : nil
  }

  /// An inconsistency of the image shape with the features.
  var imageInconsistency: String? {
    guard let image else { return nil }
    let sides = [image.height, image.width, image.channels]
    guard sides.allSatisfy((1...ImageShape.longest).contains), image.maximum > 0 else {
      return "an image of \(sides.map(String.init).joined(separator: " x ")) with a maximum of "
        + shortest(image.maximum)
    }
    guard image.count == features.count else {
      return "an image of \(sides.map(String.init).joined(separator: " x ")) has "
        + "\(grouped(image.count)) values, and there are \(counted(features.count, "feature"))"
    }
    return nil
  }

  /// An inconsistency of the cuts of a numeric target.
  var cutsInconsistency: String? {
    guard case .numeric(_, let cuts) = target.kind else { return nil }
    guard cuts.allSatisfy(\.isFinite), zip(cuts, cuts.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      return "the cuts of '\(excerpt(target.name))' are not ascending"
    }
    return nil
  }
}

extension Encoding {
  /// An inconsistency of an encoding with this schema; `nil` if it is valid.
  public func inconsistency(with schema: Schema) -> String? {
    for (position, input) in inputs.enumerated() {
      guard schema.features.indices.contains(input.feature) else {
        return "an input is made of feature \(input.feature), which does not exist"
      }
      let feature = schema.features[input.feature]
      let fits =
        switch input.kind {
        case .scaled(let mean, let scale):
          feature.levels == nil && mean.isFinite && scale.isFinite && scale != 0
        case .level(let index): feature.levels?.indices.contains(index) ?? false
        case .missing: true
        }
      guard fits else { return "input \(position) does not fit its feature" }
    }
    guard targetMean.isFinite, targetScale.isFinite, targetScale != 0 else {
      return "the target's scale is not a finite number other than zero"
    }
    return nil
  }
}
