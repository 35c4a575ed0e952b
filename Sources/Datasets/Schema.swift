/// What the columns of a table are: its features and its target.
public struct Schema: Hashable, Sendable {
  /// The input columns, in the order of a table's columns.
  public var features: [Feature]
  /// The column to answer.
  public var target: Target
  /// The cell texts that stand for a missing value, beside the empty cell.
  public var missingMarks: [String]
  /// More such texts in columns of numbers alone; the case of their letters is free.
  public var numberMarks: [String]
  /// The image that a row's features are the pixels of, if they are.
  public var image: ImageShape?

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

  /// The position of a feature in `features` and in a table's columns.
  public func index(of feature: Feature.ID) -> Int? {
    features.firstIndex { $0.id == feature }
  }

  /// The names of the answers: class names, or the intervals of a numeric target.
  public var classes: [String] { target.classes }
}

/// One input column.
public struct Feature: Hashable, Codable, Sendable, Identifiable {
  /// A feature's name, as its column is headed.
  public struct ID: RawRepresentable, Hashable, Codable, Comparable, Sendable,
    CodingKeyRepresentable, ExpressibleByStringLiteral, CustomStringConvertible
  {
    /// The name as it stands in the header.
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ name: String) { rawValue = name }
    public init(stringLiteral value: String) { rawValue = value }
    public var description: String { rawValue }
    public static func < (first: ID, second: ID) -> Bool { first.rawValue < second.rawValue }
  }

  /// What a column holds.
  public enum Kind: Hashable, Codable, Sendable {
    /// A number, in a unit if one is known.
    case numeric(unit: String?)
    /// A value is the position of its level; see `Table.unknownLevel` for others.
    case categorical(levels: [String])
  }

  /// The name, by which rules and encodings find the column.
  public let id: ID
  /// What the column holds.
  public var kind: Kind
  /// How the numbers of a numeric column are written, where it is not as `-1234.5`.
  public var notation: NumberNotation?

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

/// The column that a network learns to answer.
public struct Target: Hashable, Codable, Sendable {
  /// What is answered.
  public enum Kind: Hashable, Codable, Sendable {
    /// One of these names.
    case classes(names: [String])
    /// A number. Rules speak of the intervals between `cuts`: at most the first, above the first
    /// and at most the second, …, above the last.
    case numeric(unit: String?, cuts: [Double])
  }

  /// The name of the column.
  public var name: String
  /// What is answered: a class or a number.
  public var kind: Kind
  /// How the numbers of a numeric target are written, where it is not as `-1234.5`.
  public var notation: NumberNotation?

  public init(_ name: String, _ kind: Kind, notation: NumberNotation? = nil) {
    self.name = name
    self.kind = kind
    self.notation = notation
  }

  /// Whether a number is to be answered.
  public var isNumeric: Bool { if case .numeric = kind { true } else { false } }

  /// The names of the answers: class names, or the intervals of a numeric target.
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

  /// The answer that a number is, for a numeric target.
  public func interval(of value: Double) -> Int {
    guard case .numeric(_, let cuts) = kind else { return 0 }
    return cuts.firstIndex { value <= $0 } ?? cuts.count
  }
}

/// A number as the fewest digits that read back as the same number, without a needless ".0".
public func shortest(_ value: Double) -> String {
  if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
  return "\(value)"
}
