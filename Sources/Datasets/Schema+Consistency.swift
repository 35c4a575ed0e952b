/// What stored schemas and encodings must be like before anything relies on them.
extension Schema {
  /// What is wrong with the schema in itself, in words; `nil` where nothing is.
  public var inconsistency: String? {
    let lists = [features.map(\.id.rawValue), classes] + features.compactMap(\.levels)
    for names in lists where Set(names).count != names.count { return "a name is there twice" }
    if features.isEmpty || classes.isEmpty { return "there are no features or no classes" }
    guard let image else { return nil }
    let (area, large) = image.height.multipliedReportingOverflow(by: image.width)
    let (count, huge) = area.multipliedReportingOverflow(by: image.channels)
    guard !large, !huge, count == features.count, image.maximum > 0,
      min(image.height, image.width, image.channels) > 0
    else { return "the picture's size does not fit the features" }
    return nil
  }
}

extension Encoding {
  /// What is wrong with the encoding of rows that have this schema; `nil` where nothing is.
  public func inconsistency(with schema: Schema) -> String? {
    for (position, input) in inputs.enumerated() {
      guard schema.features.indices.contains(input.feature) else {
        return "an input is made of feature \(input.feature), which is not there"
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
