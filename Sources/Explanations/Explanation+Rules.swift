import Datasets
import Foundation
import Rules

/// An error of rules that are inconsistent with the schema of their result.
public struct UnreadableRules: LocalizedError, Hashable, Sendable {
  /// The rule and the error: "rule R1 predicts 'yes', which is not a class of the result".
  public let reason: String

  /// Creates the error.
  public init(_ reason: String) { self.reason = reason }

  public var errorDescription: String? { reason }
  public var recoverySuggestion: String? { "the result file was edited or truncated" }
}

extension Explanation {
  /// The hidden features as columns of a schema, for rules over hidden features.
  public var featureSchema: Schema {
    Schema(features: features.map { Feature(Feature.ID($0.id)) }, target: data.schema.target)
  }

  /// The executable rule set of a level.
  /// - Returns: the rules, `nil` if the result has none of that level.
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

  /// Validates the rules of both levels.
  /// - Throws: `UnreadableRules`.
  public func checkRules() throws(UnreadableRules) {
    guard data.classes == data.schema.classes else {
      throw UnreadableRules("the classes are not those of the schema")
    }
    _ = try ruleSet(.inputs)
    if try ruleSet(.features) == nil, level == .features {
      throw UnreadableRules("the level is 'features' and there are no 'featureRules'")
    }
  }

  private static func ruleSet(
    _ entries: [RuleEntry], default name: String, resolution: RuleSet.Resolution, schema: Schema
  ) throws(UnreadableRules) -> RuleSet {
    var rules: [Rule] = []
    for entry in entries {
      var premise = Conjunction.always
      for test in entry.if {
        let name = excerpt(test.feature)
        guard let index = schema.index(of: Feature.ID(test.feature)) else {
          throw UnreadableRules("rule \(entry.id) tests '\(name)', which is not in the result")
        }
        guard test.fits(schema.features[index]), let literal = test.literal(in: schema) else {
          throw UnreadableRules("rule \(entry.id) has an invalid condition on '\(name)'")
        }
        guard let next = premise.and(literal) else {
          throw UnreadableRules("rule \(entry.id) has contradictory conditions on '\(name)'")
        }
        premise = next
      }
      guard let conclusion = schema.classes.firstIndex(of: entry.then) else {
        throw UnreadableRules(
          "rule \(entry.id) predicts '\(excerpt(entry.then))', which is not a class of the result")
      }
      rules.append(
        Rule(
          if: premise, then: conclusion,
          support: Support(covered: entry.coverage.count, agreeing: entry.confidence.count)))
    }
    guard let fallback = schema.classes.firstIndex(of: name) else {
      throw UnreadableRules("the default class '\(excerpt(name))' is not a class of the result")
    }
    return RuleSet(rules, default: fallback, resolution: resolution)
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
