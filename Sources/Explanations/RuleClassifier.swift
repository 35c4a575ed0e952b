import Datasets
import Foundation
import Networks
import Rules
import Tensors

/// The rules of a result at one level, with what is needed to classify rows of its data.
public struct RuleClassifier: Sendable {
  /// The level of the rules.
  public let level: RuleLevel
  /// The rules as in the result.
  public let entry: RuleSetEntry
  /// The executable rules, in the same order.
  public let rules: RuleSet
  /// The scores that described rules use; empty for other rules.
  public let scores: [Score]
  /// The number that each rule predicts for a numeric target, the default last; `nil` for classes
  /// and in results of versions without such numbers.
  public let numbers: [Double]?
  /// The classes, by the positions of the predictions.
  public let classes: [String]
  /// The neurons of the hidden features, for rules over features.
  private let neurons: [Neuron]

  /// The rules of a level.
  /// - Throws: `UnreadableRules` if a rule is inconsistent with the result; `MissingRules` if the
  ///   result has no rules of this level.
  public init(_ explanation: Explanation, level: RuleLevel) throws {
    guard let entry = explanation.entry(level), let rules = try explanation.ruleSet(level) else {
      throw MissingRules(
        level: level, known: RuleLevel.allCases.filter { explanation.entry($0) != nil })
    }
    self.level = level
    self.entry = entry
    self.rules = rules
    scores = level == .described ? try explanation.scores() : []
    classes = explanation.data.schema.classes
    neurons = explanation.features.map(\.neuron)
    numbers = explanation.fidelity(of: level)?.numeric.flatMap { numeric in
      numeric.numbers.count == rules.rules.count + 1 ? numeric.numbers.map(\.value) : nil
    }
  }

  /// The variables of the rules for rows of the result's schema: their columns, also with the
  /// scores, or the hidden features.
  /// - Parameters:
  ///   - table: the rows.
  ///   - model: the network with the hidden features; only rules over features need it.
  /// - Returns: the same rows.
  /// - Throws: `FeaturesMismatch` if the hidden features are not those of the rules.
  public func variables(of table: Table, in model: Model?) throws(FeaturesMismatch) -> Table {
    switch level {
    case .inputs: return table
    case .described: return table.appending(scores)
    case .features:
      guard let model else { throw .noNetwork }
      guard let features = HiddenFeatures(unfitted: model) else { throw .noFeatures }
      guard features.neurons == neurons else { throw .otherFeatures }
      return features.activationTable(in: model, over: table)
    }
  }

  /// The prediction of the deciding rule, or of the default.
  public func prediction(of rule: Int?) -> Int {
    rule.map { rules.rules[$0].conclusion } ?? rules.defaultClass
  }

  /// The number that the deciding rule predicts, or the default; `nil` for classes.
  public func number(of rule: Int?) -> Double? { numbers.map { $0[rule ?? rules.rules.count] } }

  /// The name of a rule in the result: "R1"; `nil` for the default.
  public func name(of rule: Int?) -> String? { rule.map { entry.rules[$0].id } }
}

extension HiddenFeatures {
  /// The features without fitting thresholds to rows.
  public init?(unfitted model: Model) {
    self.init(of: model) { node in
      (Tensor(shape: [0, model.network.neurons(of: node).count]), [])
    }
  }
}

/// A result without rules of a requested level.
public struct MissingRules: LocalizedError, Hashable, Sendable {
  /// The requested level.
  public var level: RuleLevel
  /// The levels of the result's rules.
  public var known: [RuleLevel]

  /// Creates the error.
  public init(level: RuleLevel, known: [RuleLevel]) {
    self.level = level
    self.known = known
  }

  /// The missing level.
  public var errorDescription: String? {
    level == .described
      ? "the result has no described rules" : "the result has no rules over \(level.rawValue)"
  }

  /// The levels that the result has.
  public var recoverySuggestion: String? {
    "it has rules of the level " + known.map(\.rawValue).joined(separator: ", ")
  }
}

/// A network without the hidden features that rules use.
public enum FeaturesMismatch: LocalizedError, Hashable, Sendable {
  /// There is no network to compute the hidden features.
  case noNetwork
  /// The network has no hidden features.
  case noFeatures
  /// The network has other hidden features.
  case otherFeatures

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .noNetwork: "the rules use hidden features, and there is no network to compute them"
    case .noFeatures: "the network has no hidden features for the rules to use"
    case .otherFeatures: "the model's hidden features are not those of the rules"
    }
  }

  /// What to do.
  public var recoverySuggestion: String? {
    switch self {
    case .noNetwork: "keep the model.onnx of the report beside its explanation.json"
    case .noFeatures: "give the model.onnx of the same report"
    case .otherFeatures: "give the model.onnx of the result's own folder"
    }
  }
}
