import Datasets
import Foundation
import Rules

/// Rules in a result name a column or a level that the result's own schema lacks.
public struct UnreadableRules: LocalizedError, Hashable, Sendable {
  public let rule: String
  public init(rule: String) { self.rule = rule }
  public var errorDescription: String? {
    "rule \(rule) speaks of what the result's schema does not have"
  }
  public var recoverySuggestion: String? { "the result was changed by hand or cut short" }
}

extension Explanation {
  /// The columns as rules over hidden features see them.
  public var featureSchema: Schema {
    Schema(features: features.map { Feature(Feature.ID($0.id)) }, target: data.schema.target)
  }

  /// The rules of a level as a value that can be executed.
  /// - Returns: `nil` where the result has no rules of that level.
  /// - Throws: `UnreadableRules`.
  public func ruleSet(_ level: RuleLevel) throws(UnreadableRules) -> RuleSet? {
    switch level {
    case .inputs:
      return try Self.ruleSet(
        rules, default: defaultClass, resolution: resolution, schema: data.schema)
    case .features:
      guard let set = featureRules else { return nil }
      return try Self.ruleSet(
        set.rules, default: set.defaultClass, resolution: set.resolution, schema: featureSchema)
    }
  }

  private static func ruleSet(
    _ entries: [RuleEntry], default name: String, resolution: RuleSet.Resolution, schema: Schema
  ) throws(UnreadableRules) -> RuleSet {
    var rules: [Rule] = []
    for entry in entries {
      var premise = Conjunction.always
      for test in entry.if {
        guard let literal = test.literal(in: schema),
          schema.index(of: literal.variable) != nil, let next = premise.and(literal)
        else { throw UnreadableRules(rule: entry.id) }
        premise = next
      }
      guard let conclusion = schema.classes.firstIndex(of: entry.then) else {
        throw UnreadableRules(rule: entry.id)
      }
      rules.append(
        Rule(
          if: premise, then: conclusion,
          support: Support(covered: entry.coverage.count, agreeing: entry.confidence.count)))
    }
    guard let fallback = schema.classes.firstIndex(of: name) else {
      throw UnreadableRules(rule: "default")
    }
    return RuleSet(rules, default: fallback, resolution: resolution)
  }
}
