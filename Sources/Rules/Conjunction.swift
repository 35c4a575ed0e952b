import Datasets

/// A condition on one variable.
public struct Literal: Hashable, Codable, Sendable {
  /// The column or hidden feature that is tested.
  public var variable: Feature.ID
  /// The condition on its value.
  public var condition: Condition

  /// Creates a literal.
  public init(_ variable: Feature.ID, _ condition: Condition) {
    self.variable = variable
    self.condition = condition
  }
}

/// A conjunction of literals, at most one per variable: an axis-parallel box.
///
/// With one literal per variable, redundant and contradictory conditions cannot be represented.
public struct Conjunction: Hashable, Codable, Sendable {
  /// The literals in the order in which their variables were added.
  public private(set) var literals: [Literal]

  /// The empty conjunction, which always holds.
  public static let always = Conjunction(literals: [])

  private init(literals: [Literal]) { self.literals = literals }

  /// Creates the conjunction of literals; `nil` if they contradict each other.
  public init?(_ literals: [Literal]) {
    var all = Conjunction.always
    for literal in literals {
      guard let next = all.and(literal) else { return nil }
      all = next
    }
    self = all
  }

  /// This conjunction and one more literal; `nil` if they contradict each other.
  public func and(_ literal: Literal) -> Conjunction? {
    if literal.condition.isTrivial { return self }
    var copy = self
    if let index = copy.literals.firstIndex(where: { $0.variable == literal.variable }) {
      guard let both = copy.literals[index].condition.intersection(literal.condition) else {
        return nil
      }
      copy.literals[index].condition = both
    } else {
      copy.literals.append(literal)
    }
    return copy
  }

  /// The conjunction of both; `nil` if they contradict each other.
  public func and(_ other: Conjunction) -> Conjunction? {
    var all = self
    for literal in other.literals {
      guard let next = all.and(literal) else { return nil }
      all = next
    }
    return all
  }

  /// This conjunction without the literal on a variable.
  public func dropping(_ variable: Feature.ID) -> Conjunction {
    Conjunction(literals: literals.filter { $0.variable != variable })
  }

  /// The condition on a variable, if there is one.
  public func condition(on variable: Feature.ID) -> Condition? {
    literals.first { $0.variable == variable }?.condition
  }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let literals = try decoder.singleValueContainer().decode([Literal].self)
    guard let all = Conjunction(literals) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "literals that cannot all hold"))
    }
    self = all
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(literals)
  }
}
