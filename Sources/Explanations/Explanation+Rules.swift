import Datasets
import Foundation
import Rules

/// An error of rules that are inconsistent with the schema of their result.
///
/// `rule`: the name of the rule, "R1".
public enum UnreadableRules: LocalizedError, Hashable, Sendable {
  /// A condition on a variable that is neither a column nor a hidden feature.
  case unknownVariable(rule: String, name: String)
  /// A condition that is incomplete, or that does not apply to the kind of its variable.
  case invalidCondition(rule: String, variable: String)
  /// Conditions on one variable that no value satisfies.
  case contradiction(rule: String, variable: String)
  /// A rule that predicts no class of the schema.
  case unknownClass(rule: String, name: String)
  /// A default class that is no class of the schema.
  case unknownDefault(name: String)
  /// The classes of the result are not those of its schema.
  case otherClasses
  /// The result has no rules of its level.
  case noFeatureRules
  /// The result is of described rules and has none.
  case noDescribedRules
  /// A score with the name of a column or of another score.
  case repeatedName(score: String)
  /// A score with a term on no such column, or on a column of another kind.
  case invalidScore(name: String, input: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .unknownVariable(let rule, let name):
      "rule \(rule) tests '\(excerpt(name))', which is not in the result"
    case .invalidCondition(let rule, let variable):
      "rule \(rule) has an invalid condition on '\(excerpt(variable))'"
    case .contradiction(let rule, let variable):
      "rule \(rule) has contradictory conditions on '\(excerpt(variable))'"
    case .unknownClass(let rule, let name):
      "rule \(rule) predicts '\(excerpt(name))', which is not a class of the result"
    case .unknownDefault(let name):
      "the default class '\(excerpt(name))' is not a class of the result"
    case .otherClasses: "the classes are not those of the schema"
    case .noDescribedRules: "the level is 'described' and there are no 'describedRules'"
    case .repeatedName(let score):
      "the name of the score '\(excerpt(score))' is also that of a column or another score"
    case .invalidScore(let name, let input):
      "the score '\(excerpt(name))' has an invalid term on '\(excerpt(input))'"
    case .noFeatureRules: "the level is 'features' and there are no 'featureRules'"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? { "the result file was edited or truncated" }
}

extension Explanation {
  /// The hidden features as columns of a schema, for rules over hidden features.
  public var featureSchema: Schema {
    Schema(features: features.map { Feature(Feature.ID($0.id)) }, target: data.schema.target)
  }

  /// The rules over input columns.
  ///
  /// Extractor and complexity are those of the rules of `level`.
  public var inputRules: RuleSetEntry {
    RuleSetEntry(
      rules: rules, defaultClass: defaultClass, resolution: resolution, extractor: extractor,
      complexity: complexity)
  }

  /// The rules of a level; `nil` if the result has none of that level.
  public func entry(_ level: RuleLevel) -> RuleSetEntry? {
    switch level {
    case .inputs: inputRules
    case .features: featureRules
    case .described: describedRules
    }
  }

  /// The columns of the data and the scores of the described rules, for these rules.
  public var describedSchema: Schema {
    var schema = data.schema
    schema.features += (describedRules?.scores ?? []).map { Feature(Feature.ID($0.id)) }
    return schema
  }

  /// The variables of the rules of a level: the columns of the data, the hidden features, or columns
  /// and scores.
  private func schema(_ level: RuleLevel) -> Schema {
    switch level {
    case .inputs: data.schema
    case .features: featureSchema
    case .described: describedSchema
    }
  }

  /// The executable scores of the described rules.
  /// - Throws: `UnreadableRules`.
  public func scores() throws(UnreadableRules) -> [Score] {
    var scores: [Score] = []
    var names = Set(data.schema.features.map(\.id))
    for entry in describedRules?.scores ?? [] {
      let score = try entry.score(over: data.schema)
      guard names.insert(score.id).inserted else { throw .repeatedName(score: entry.id) }
      scores.append(score)
    }
    return scores
  }

  /// The executable rule set of a level.
  /// - Returns: the rules, `nil` if the result has none of that level.
  /// - Throws: `UnreadableRules`.
  public func ruleSet(_ level: RuleLevel) throws(UnreadableRules) -> RuleSet? {
    guard let entry = entry(level) else { return nil }
    let schema = schema(level)
    return try entry.ruleSet(over: schema, classes: schema.classes)
  }

  /// Validates the rules of both levels.
  /// - Throws: `UnreadableRules`.
  public func checkRules() throws(UnreadableRules) {
    guard data.classes == data.schema.classes else {
      throw .otherClasses
    }
    _ = try ruleSet(.inputs)
    if try ruleSet(.features) == nil, level == .features {
      throw .noFeatureRules
    }
    if try ruleSet(.described) == nil, level == .described {
      throw .noDescribedRules
    }
    _ = try scores()
  }
}

extension RuleSetEntry {
  /// Resolves the names of the rules.
  /// - Parameters:
  ///   - schema: the variables of the rules, by name.
  ///   - classes: the class names, in the order of the conclusions' positions.
  /// - Returns: the executable rules, in the same order.
  /// - Throws: `UnreadableRules` if a name is not in them, or a condition does not fit.
  public func ruleSet(
    over schema: Schema, classes: [String]
  ) throws(UnreadableRules) -> RuleSet {
    var all: [Rule] = []
    for entry in rules {
      let premise = try entry.premise(over: schema)
      guard let conclusion = classes.firstIndex(of: entry.then) else {
        throw .unknownClass(rule: entry.id, name: entry.then)
      }
      let support = Support(covered: entry.confidence.total, agreeing: entry.confidence.count)
      all.append(Rule(if: premise, then: conclusion, support: support))
    }
    guard let fallback = classes.firstIndex(of: defaultClass) else {
      throw .unknownDefault(name: defaultClass)
    }
    return RuleSet(all, default: fallback, resolution: resolution)
  }
}

extension RuleEntry {
  fileprivate func premise(over schema: Schema) throws(UnreadableRules) -> Conjunction {
    var premise = Conjunction.always
    for test in `if` {
      guard let index = schema.index(of: Feature.ID(test.feature)) else {
        throw .unknownVariable(rule: id, name: test.feature)
      }
      guard test.fits(schema.features[index]), let literal = test.literal(in: schema) else {
        throw .invalidCondition(rule: id, variable: test.feature)
      }
      guard let next = premise.and(literal) else {
        throw .contradiction(rule: id, variable: test.feature)
      }
      premise = next
    }
    return premise
  }
}

extension RuleEntry.Test {
  /// Whether the condition is complete and applies to a column of this kind.
  fileprivate func fits(_ feature: Feature) -> Bool {
    switch self.operator {
    case .greater: value == nil || feature.levels == nil
    case .atMost: value != nil && feature.levels == nil
    case .between:
      bounds?.count == 2 && feature.levels == nil && (bounds ?? []).isStrictlyAscending
    case .oneOf: values != nil && feature.levels != nil
    case .missing: true
    }
  }
}

extension [Double] {
  fileprivate var isStrictlyAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
