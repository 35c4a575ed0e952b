import Datasets

/// A condition on one variable.
public struct Literal: Hashable, Codable, Sendable {
  public var variable: Feature.ID
  public var condition: Condition

  public init(_ variable: Feature.ID, _ condition: Condition) {
    self.variable = variable
    self.condition = condition
  }
}

/// Literals that must all hold, at most one for a variable: a box.
///
/// One literal a variable means that redundant and contradictory conditions cannot be written.
public struct Conjunction: Hashable, Codable, Sendable {
  /// In the order in which the variables were first asked about.
  public private(set) var literals: [Literal]

  /// The empty conjunction, which always holds.
  public static let always = Conjunction(literals: [])

  private init(literals: [Literal]) { self.literals = literals }

  /// The conjunction of literals in any order; `nil` where they contradict each other.
  public init?(_ literals: [Literal]) {
    var all = Conjunction.always
    for literal in literals {
      guard let next = all.and(literal) else { return nil }
      all = next
    }
    self = all
  }

  /// This conjunction and one more literal; `nil` where nothing can satisfy both.
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

  /// Both conjunctions; `nil` where nothing can satisfy both.
  public func and(_ other: Conjunction) -> Conjunction? {
    var all = self
    for literal in other.literals {
      guard let next = all.and(literal) else { return nil }
      all = next
    }
    return all
  }

  /// This conjunction without what it asks of a variable.
  public func dropping(_ variable: Feature.ID) -> Conjunction {
    Conjunction(literals: literals.filter { $0.variable != variable })
  }

  /// What is asked of a variable, if anything is.
  public func condition(on variable: Feature.ID) -> Condition? {
    literals.first { $0.variable == variable }?.condition
  }

  public init(from decoder: any Decoder) throws {
    let literals = try decoder.singleValueContainer().decode([Literal].self)
    guard let all = Conjunction(literals) else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "literals that cannot all hold"))
    }
    self = all
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(literals)
  }
}
