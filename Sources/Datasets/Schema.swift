/// The schema of a table: its features and its target.
public struct Schema: Hashable, Sendable {
  /// The input columns, in the order of a table's columns.
  public var features: [Feature]
  /// The target column.
  public var target: Target
  /// The missing-value texts, besides the empty cell.
  public var missingMarks: [String]
  /// Additional missing-value texts of numeric columns, case-insensitive.
  public var numberMarks: [String]
  /// The image shape if the features are the pixels of an image.
  public var image: ImageShape?

  /// Creates a schema; by default missing values are empty cells, `?`, `NA` and `NaN`, and the rows
  /// are not images.
  public init(
    features: [Feature], target: Target, missingMarks: [String] = ["", "?", "NA", "NaN"],
    numberMarks: [String] = [], image: ImageShape? = nil
  ) {
    self.features = features
    self.target = target
    self.missingMarks = missingMarks
    self.numberMarks = numberMarks
    self.image = image
  }

  /// The texts of a missing cell of a categorical column: the empty text, `missingMarks`, and NaN in its
  /// usual spellings. A level with one of these names is no missing cell.
  public var missingTexts: [String] {
    [""] + missingMarks + ["nan", "NaN", "NAN", "-nan", "+nan"]
  }

  /// The index of a feature in `features` and in a table's columns.
  public func index(of feature: Feature.ID) -> Int? {
    features.firstIndex { $0.id == feature }
  }

  /// The index of each feature in `features` and in a table's columns.
  public var indices: [Feature.ID: Int] {
    Dictionary(
      features.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
  }

  /// The class names, or the intervals of a numeric target.
  public var classes: [String] { target.classes }
}

/// A feature column.
public struct Feature: Hashable, Codable, Sendable, Identifiable {
  /// A feature's name: its column name.
  public struct ID: RawRepresentable, Hashable, Codable, Comparable, Sendable,
    CodingKeyRepresentable, ExpressibleByStringLiteral, CustomStringConvertible
  {
    /// The name in the header.
    public let rawValue: String
    /// Creates an identifier from the name of a column.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// The identifier of the column with this name.
    public init(_ name: String) { rawValue = name }
    /// Creates the value of a literal.
    public init(stringLiteral value: String) { rawValue = value }
    /// The text in messages and reports.
    public var description: String { rawValue }
    /// Orders by the fields, in their order.
    public static func < (first: ID, second: ID) -> Bool { first.rawValue < second.rawValue }
  }

  /// The kind of a column.
  public enum Kind: Hashable, Codable, Sendable {
    /// Numeric, with a unit if it is known.
    case numeric(unit: String?)
    /// Categorical: a value is the index of its level; see `Table.unknownLevel` for other values.
    case categorical(levels: [String])
  }

  /// The name, which identifies the column in rules and encodings.
  public let id: ID
  /// The kind of the column.
  public var kind: Kind
  /// The number notation of a numeric column, if it differs from `-1234.5`.
  public var notation: NumberNotation?
  /// Whether a cell has a level only where their texts are the same bytes, as given networks compare them;
  /// otherwise also where both are the same number or the same text in another Unicode form.
  public var comparesTexts = false

  /// Creates a column; by default numeric, without a unit, in plain notation.
  public init(
    _ id: ID, _ kind: Kind = .numeric(unit: nil), notation: NumberNotation? = nil
  ) {
    self.id = id
    self.kind = kind
    self.notation = notation
  }

  /// The levels of a categorical feature.
  public var levels: [String]? {
    if case .categorical(let levels) = kind { levels } else { nil }
  }

  /// The unit of a numeric feature, if one is known.
  public var unit: String? {
    if case .numeric(let unit) = kind { unit } else { nil }
  }
}

/// The target column.
public struct Target: Hashable, Codable, Sendable {
  /// The kind of the target.
  public enum Kind: Hashable, Codable, Sendable {
    /// Classification with these class names.
    case classes(names: [String])
    /// Regression. The classes of rules are the intervals between `cuts`: at most the first, above
    /// the first and at most the second, …, above the last.
    case numeric(unit: String?, cuts: [Double])
  }

  /// The name of the column.
  public var name: String
  /// Classification or regression.
  public var kind: Kind
  /// The number notation of a numeric target, if it differs from `-1234.5`.
  public var notation: NumberNotation?

  /// Creates a target column; by default in plain notation.
  public init(_ name: String, _ kind: Kind, notation: NumberNotation? = nil) {
    self.name = name
    self.kind = kind
    self.notation = notation
  }

  /// Whether the target is numeric.
  public var isNumeric: Bool { if case .numeric = kind { true } else { false } }

  /// The class names, or the intervals of a numeric target.
  public var classes: [String] {
    switch kind {
    case .classes(let names): return names
    case .numeric(let unit, let cuts):
      let texts = cuts.map { shortest($0) }
      let suffix = unit.map { " " + $0 } ?? ""
      guard let first = texts.first, let last = texts.last else { return ["any"] }
      return ["at most \(first)\(suffix)"]
        + zip(texts, texts.dropFirst()).map { "\($0) to \($1)\(suffix)" }
        + ["above \(last)\(suffix)"]
    }
  }

  /// The index of the interval of a number, for a numeric target.
  public func interval(of value: Double) -> Int {
    guard case .numeric(_, let cuts) = kind else { return 0 }
    return cuts.firstIndex { value <= $0 } ?? cuts.count
  }
}

/// The shortest decimal text that parses to the same number, without a trailing ".0".
public func shortest(_ value: Double) -> String {
  if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
  return "\(value)"
}
