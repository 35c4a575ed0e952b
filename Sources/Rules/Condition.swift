/// A condition on one value.
///
/// Comparisons are exact, without tolerance. A missing value (`nan`) satisfies a condition only if
/// `orMissing` is true.
public enum Condition: Hashable, Codable, Sendable {
  /// Greater than `lower` and at most `upper`; `nil` is no bound.
  case interval(lower: Double?, upper: Double?, orMissing: Bool)
  /// One of these levels of a categorical value.
  case levels(among: Set<Int>, orMissing: Bool)

  /// Whether a value satisfies the condition.
  public func holds(for value: Double) -> Bool {
    switch self {
    case .interval(let lower, let upper, let orMissing):
      if value.isNaN { return orMissing }
      return (lower.map { value > $0 } ?? true) && (upper.map { value <= $0 } ?? true)
    case .levels(let among, let orMissing):
      if value.isNaN { return orMissing }
      return value >= 0 && value == value.rounded() && among.contains(Int(value))
    }
  }

  /// Whether a missing value satisfies the condition.
  public var orMissing: Bool {
    switch self {
    case .interval(_, _, let orMissing), .levels(_, let orMissing): orMissing
    }
  }

  /// The conjunction of two conditions; `nil` if no value satisfies both.
  public func intersection(_ other: Condition) -> Condition? {
    let missing = orMissing && other.orMissing
    switch (self, other) {
    case (.interval(let lower, let upper, _), .interval(let otherLower, let otherUpper, _)):
      let low = [lower, otherLower].compactMap { $0 }.max()
      let high = [upper, otherUpper].compactMap { $0 }.min()
      if let low, let high, low >= high {
        return missing ? .onlyMissing : nil
      }
      return .interval(lower: low, upper: high, orMissing: missing)
    case (.levels(let levels, _), .levels(let others, _)):
      let both = levels.intersection(others)
      return both.isEmpty && !missing ? nil : .levels(among: both, orMissing: missing)
    case (.levels, .interval), (.interval, .levels):
      // A value is a number or a level: only a missing value can satisfy both.
      return missing ? .onlyMissing : nil
    }
  }

  /// The condition satisfied by missing values only.
  public static let onlyMissing = Condition.levels(among: [], orMissing: true)

  /// Whether every value satisfies the condition.
  public var isTrivial: Bool { self == .interval(lower: nil, upper: nil, orMissing: true) }

  private enum Key: String, CodingKey { case greaterThan, atMost, among, orMissing }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    let orMissing = try container.decodeIfPresent(Bool.self, forKey: .orMissing) ?? false
    if let among = try container.decodeIfPresent([Int].self, forKey: .among) {
      self = .levels(among: Set(among), orMissing: orMissing)
    } else {
      self = .interval(
        lower: try container.decodeIfPresent(Double.self, forKey: .greaterThan),
        upper: try container.decodeIfPresent(Double.self, forKey: .atMost), orMissing: orMissing)
    }
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    switch self {
    case .interval(let lower, let upper, _):
      try container.encodeIfPresent(lower, forKey: .greaterThan)
      try container.encodeIfPresent(upper, forKey: .atMost)
    case .levels(let among, _):
      try container.encode(among.sorted(), forKey: .among)
    }
    if orMissing { try container.encode(true, forKey: .orMissing) }
  }
}
