import Foundation
import Naming

/// The format of `schema.json`: one object per feature, writable by hand.
///
/// ```json
/// {"features": [{"name": "petal_length", "kind": "numeric", "unit": "cm"},
///               {"name": "odor", "kind": "categorical", "levels": ["almond", "none"]}],
///  "target": {"name": "species", "classes": ["setosa", "versicolor"]},
///  "missing": ["?"]}
/// ```
extension Schema: Codable {
  private enum Key: String, CodingKey, CaseIterable {
    case features, target, missing, missingNumbers, image
  }
  private enum ColumnKey: String, CodingKey {
    case name, kind, unit, levels, classes, cuts, notation, comparesTexts
  }

  /// - Throws: `DecodingError` if a key is missing or its value has another type.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    var list = try container.nestedUnkeyedContainer(forKey: .features)
    var features: [Feature] = []
    while !list.isAtEnd {
      let item = try list.nestedContainer(keyedBy: ColumnKey.self)
      let id = Feature.ID(try item.decode(String.self, forKey: .name))
      let levels = try item.decodeIfPresent([String].self, forKey: .levels)
      switch try item.decodeIfPresent(String.self, forKey: .kind) {
      case "categorical":
        var feature = Feature(id, .categorical(levels: levels ?? []))
        feature.comparesTexts =
          try item.decodeIfPresent(Bool.self, forKey: .comparesTexts) ?? false
        features.append(feature)
      case "numeric", nil:
        features.append(
          Feature(
            id, .numeric(unit: try item.decodeIfPresent(String.self, forKey: .unit)),
            notation: try item.decodeIfPresent(NumberNotation.self, forKey: .notation)))
      case .some(let kind):
        throw SchemaProblem.kind(found: kind).decodingError(at: item.codingPath, ColumnKey.kind)
      }
    }
    let target = try container.nestedContainer(keyedBy: ColumnKey.self, forKey: .target)
    let name = try target.decode(String.self, forKey: .name)
    if let classes = try target.decodeIfPresent([String].self, forKey: .classes) {
      self.init(features: features, target: Target(name, .classes(names: classes)))
    } else {
      let unit = try target.decodeIfPresent(String.self, forKey: .unit)
      let cuts = try target.decodeIfPresent([Double].self, forKey: .cuts) ?? []
      let notation = try target.decodeIfPresent(NumberNotation.self, forKey: .notation)
      self.init(
        features: features,
        target: Target(name, .numeric(unit: unit, cuts: cuts), notation: notation))
    }
    if let missing = try container.decodeIfPresent([String].self, forKey: .missing) {
      missingMarks = missing
    }
    numberMarks = try container.decodeIfPresent([String].self, forKey: .missingNumbers) ?? []
    image = try container.decodeIfPresent(ImageShape.self, forKey: .image)
    // Compressed models omit the features of an image, which are its pixels.
    let imageProblem = features.isEmpty ? nil : imageInconsistency
    if let problem = imageProblem ?? cutsInconsistency {
      let key: Key = imageProblem == nil ? .target : .image
      throw problem.decodingError(at: container.codingPath, key)
    }
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var list = container.nestedUnkeyedContainer(forKey: .features)
    for feature in features {
      var item = list.nestedContainer(keyedBy: ColumnKey.self)
      try item.encode(feature.id.rawValue, forKey: .name)
      switch feature.kind {
      case .numeric(let unit):
        try item.encode("numeric", forKey: .kind)
        try item.encodeIfPresent(unit, forKey: .unit)
        try item.encodeIfPresent(feature.notation, forKey: .notation)
      case .categorical(let levels):
        try item.encode("categorical", forKey: .kind)
        try item.encode(levels, forKey: .levels)
        if feature.comparesTexts { try item.encode(true, forKey: .comparesTexts) }
      }
    }
    var item = container.nestedContainer(keyedBy: ColumnKey.self, forKey: .target)
    try item.encode(target.name, forKey: .name)
    switch target.kind {
    case .classes(let names): try item.encode(names, forKey: .classes)
    case .numeric(let unit, let cuts):
      try item.encode("numeric", forKey: .kind)
      try item.encodeIfPresent(unit, forKey: .unit)
      try item.encode(cuts, forKey: .cuts)
      try item.encodeIfPresent(target.notation, forKey: .notation)
    }
    try container.encode(missingMarks, forKey: .missing)
    if !numberMarks.isEmpty { try container.encode(numberMarks, forKey: .missingNumbers) }
    try container.encodeIfPresent(image, forKey: .image)
  }

  /// A schema written by hand. Keys that no schema has are errors here; other files may have them.
  /// - Throws: `DecodingError`, `SchemaProblem`.
  init(json data: Data) throws {
    self = try JSONDecoder().decode(Schema.self, from: data)
    if let path = RepeatedKey.path(in: data) { throw SchemaProblem.repeatedKey(path: path) }
    guard let all = try JSONSerialization.jsonObject(with: data) as? [String: Any] else { return }
    func check(_ value: Any?, _ keys: [any CodingKey], _ path: String) throws(SchemaProblem) {
      guard let object = value as? [String: Any] else { return }
      let known = keys.map(\.stringValue)
      if let key = object.keys.sorted().first(where: { !known.contains($0) }) {
        throw .unknownKey(key, path: path, known: known)
      }
    }
    func checkColumn(_ value: Any?, _ keys: [ColumnKey], _ path: String) throws(SchemaProblem) {
      try check(value, keys, path)
      let notation = (value as? [String: Any])?["notation"]
      try check(notation, NumberNotation.Key.allCases, path + ".notation")
    }
    try check(all, Key.allCases, "")
    for (index, feature) in (all["features"] as? [Any] ?? []).enumerated() {
      try checkColumn(
        feature, [.name, .kind, .unit, .levels, .notation, .comparesTexts], "features[\(index)]")
    }
    try checkColumn(all["target"], [.name, .kind, .unit, .classes, .cuts, .notation], "target")
    try check(all["image"], ImageShape.Key.allCases, "image")
  }
}
