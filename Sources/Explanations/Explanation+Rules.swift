import Datasets
import Foundation
import Rules

/// Rules in a result ask or answer what the result's own schema does not have.
public struct UnreadableRules: LocalizedError, Hashable, Sendable {
  /// Which rule, and what is wrong with it: "rule R1 answers 'yes', which is no class".
  public let reason: String

  public init(_ reason: String) { self.reason = reason }

  public var errorDescription: String? { reason }
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

  /// Finds out whether the rules of both levels can be executed.
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
          throw UnreadableRules("rule \(entry.id) asks about '\(name)', which is not in the result")
        }
        guard test.fits(schema.features[index]), let literal = test.literal(in: schema) else {
          throw UnreadableRules("rule \(entry.id) asks '\(name)' what it cannot answer")
        }
        guard let next = premise.and(literal) else {
          throw UnreadableRules("rule \(entry.id) asks '\(name)' for what no value can be")
        }
        premise = next
      }
      guard let conclusion = schema.classes.firstIndex(of: entry.then) else {
        throw UnreadableRules(
          "rule \(entry.id) answers '\(excerpt(entry.then))', which is no class of the result")
      }
      rules.append(
        Rule(
          if: premise, then: conclusion,
          support: Support(covered: entry.coverage.count, agreeing: entry.confidence.count)))
    }
    guard let fallback = schema.classes.firstIndex(of: name) else {
      throw UnreadableRules("the default class '\(excerpt(name))' is no class of the result")
    }
    return RuleSet(rules, default: fallback, resolution: resolution)
  }
}

extension RuleEntry.Test {
  /// Whether the question has all its parts and is one for a column of this kind.
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
