import Datasets
import Rules

extension RuleProgram {
  /// The program of a rule set.
  ///
  /// A variable of the rules is the score, else the hidden feature, else the column of its name.
  /// - Parameters:
  ///   - set: the rules.
  ///   - ids: the names of the rules: "R1", …
  ///   - schema: the columns of a row, and the target.
  ///   - features: the names of the hidden features, in the order of the outputs of `layers`.
  ///   - layers: the layers that compute the hidden features.
  ///   - scores: the scores.
  /// - Throws: `UnreadableRules` if there is no such variable, or a condition does not apply to it;
  ///   `Fault`.
  public init(
    _ set: RuleSet, ids: [String], schema: Schema, features: [Feature.ID] = [],
    layers: FeatureProgram? = nil, scores: [Score] = []
  ) throws {
    precondition(ids.count == set.rules.count, "\(ids.count) names for \(set.rules.count) rules")
    let variables = Self.variables(schema, features, scores)
    var rules: [Rule] = []
    for (id, rule) in zip(ids, set.rules) {
      var premise: [Condition] = []
      for literal in rule.premise.literals {
        let name = literal.variable.rawValue
        guard let variable = variables[literal.variable] else {
          throw UnreadableRules.unknownVariable(rule: id, name: name)
        }
        guard let condition = Condition(literal.condition, on: variable) else {
          throw UnreadableRules.invalidCondition(rule: id, variable: name)
        }
        premise.append(condition)
      }
      rules.append(Rule(id: id, if: premise, then: rule.conclusion, support: rule.support))
    }
    try self.init(
      rules, default: set.defaultClass, resolution: set.resolution, schema: schema,
      features: features, layers: layers, scores: scores)
  }

  private static func variables(
    _ schema: Schema, _ features: [Feature.ID], _ scores: [Score]
  ) -> [Feature.ID: Variable] {
    var all: [(Feature.ID, Variable)] = scores.enumerated().map { position, score in
      (Feature.ID(score.name), .quantity(.score(position)))
    }
    all += features.enumerated().map { ($1, .quantity(.feature($0))) }
    all += schema.features.enumerated().map { position, column in
      (column.id, column.levels == nil ? .quantity(.column(position)) : .level(column: position))
    }
    return Dictionary(all, uniquingKeysWith: { first, _ in first })
  }

  /// A condition of the program as a literal over the names of its variables.
  public func literal(_ condition: Condition) -> Literal {
    Literal(name(of: condition.variable), Rules.Condition(condition))
  }
}

extension RuleProgram.Condition {
  /// The condition on a variable; `nil` if it does not apply to the kind of the variable.
  fileprivate init?(_ condition: Rules.Condition, on variable: RuleProgram.Variable) {
    switch (condition, variable) {
    case (.levels(let among, true), _) where among.isEmpty: self = .missing(variable)
    case (.levels(let among, let orMissing), .level(let column)):
      self = .level(column: column, among: among.sorted(), orMissing: orMissing)
    case (.interval(nil, nil, false), _): self = .known(variable)
    case (.interval(let lower?, nil, let orMissing), .quantity(let quantity)):
      self = .number(quantity, .above(lower), orMissing: orMissing)
    case (.interval(nil, let upper?, let orMissing), .quantity(let quantity)):
      self = .number(quantity, .atMost(upper), orMissing: orMissing)
    case (.interval(let lower?, let upper?, let orMissing), .quantity(let quantity)):
      self = .number(quantity, .between(lower, upper), orMissing: orMissing)
    default: return nil
    }
  }
}

extension Rules.Condition {
  /// The condition without its variable.
  fileprivate init(_ condition: RuleProgram.Condition) {
    switch condition {
    case .number(_, .above(let lower), let orMissing):
      self = .interval(lower: lower, upper: nil, orMissing: orMissing)
    case .number(_, .atMost(let upper), let orMissing):
      self = .interval(lower: nil, upper: upper, orMissing: orMissing)
    case .number(_, .between(let lower, let upper), let orMissing):
      self = .interval(lower: lower, upper: upper, orMissing: orMissing)
    case .level(_, let among, let orMissing):
      self = .levels(among: Set(among), orMissing: orMissing)
    case .known: self = .interval(lower: nil, upper: nil, orMissing: false)
    case .missing: self = .onlyMissing
    }
  }
}
