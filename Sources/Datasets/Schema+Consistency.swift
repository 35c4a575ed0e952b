/// Validation of decoded schemas and encodings.
extension Schema {
  /// An inconsistency of the schema; `nil` if it is valid.
  public var inconsistency: SchemaProblem? {
    if let repeated = duplicateName { return repeated }
    if features.isEmpty || classes.isEmpty {
      return .empty(features: features.count, classes: classes.count)
    }
    return imageInconsistency ?? cutsInconsistency
  }

  /// Duplicate names of features, of classes, or of levels.
  var duplicateName: SchemaProblem? {
    let lists = [features.map(\.id.rawValue), classes] + features.compactMap(\.levels)
    for list in lists where Set(list).count != list.count {
      var seen: Set<String> = []
      if let name = list.first(where: { !seen.insert($0).inserted }) {
        return .duplicateName(name)
      }
    }
    return nil
  }

  /// An empty level or class, which no cell can have: an empty cell is a missing value.
  var emptyLevel: SchemaProblem? {
    if case .classes(let names) = target.kind, names.contains("") {
      return .emptyLevel(column: target.name)
    }
    return features.first { $0.levels?.contains("") == true }
      .map { .emptyLevel(column: $0.id.rawValue) }
  }

  /// An inconsistency of the image shape with the features.
  var imageInconsistency: SchemaProblem? {
    guard let image else { return nil }
    let sides = [image.height, image.width, image.channels]
    guard sides.allSatisfy((1...ImageShape.longest).contains), image.maximum > 0 else {
      return .imageShape(image)
    }
    return image.count == features.count
      ? nil : .imageSize(image, features: features.count)
  }

  /// An inconsistency of the cuts of a numeric target.
  var cutsInconsistency: SchemaProblem? {
    guard case .numeric(_, let cuts) = target.kind else { return nil }
    let isAscending =
      cuts.allSatisfy(\.isFinite) && zip(cuts, cuts.dropFirst()).allSatisfy { $0 < $1 }
    return isAscending ? nil : .cuts(target: target.name)
  }
}

extension Encoding {
  /// An inconsistency of an encoding with this schema; `nil` if it is valid.
  public func inconsistency(with schema: Schema) -> EncodingProblem? {
    for (position, input) in inputs.enumerated() {
      guard schema.features.indices.contains(input.feature) else {
        return .unknownFeature(input.feature)
      }
      let feature = schema.features[input.feature]
      let fits =
        switch input.kind {
        case .scaled(let mean, let scale):
          feature.levels == nil && mean.isFinite && scale.isFinite && scale != 0
        case .level(let index): feature.levels?.indices.contains(index) ?? false
        case .missing: true
        }
      guard fits else { return .kind(position: position) }
    }
    guard targetMean.isFinite, targetScale.isFinite, targetScale != 0 else {
      return .targetScale(mean: targetMean, scale: targetScale)
    }
    return nil
  }
}
