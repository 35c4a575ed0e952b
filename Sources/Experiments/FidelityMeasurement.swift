import Datasets
import Explanations
import Foundation
import Networks
import Rules

/// How often the rules of a result answer as a model does, on rows given.
public struct FidelityMeasurement: Codable, Hashable, Sendable {
  public var level: RuleLevel
  public var rows: Int
  public var agreement: Proportion
  /// For each class that the model gives.
  public var byClass: [String: Proportion]
  /// How often the model's own commonest answer on these rows is its answer.
  public var majorityBaseline: Proportion
  /// Against the labels.
  public var rulesAccuracy: Proportion
  public var modelAccuracy: Proportion

  /// `data`: rows of the result's columns, anywhere.
  /// - Throws: `DatasetError`, `UnreadableRules`, `FeatureMismatch`.
  public init(of explanation: Explanation, model: Model, data: String, ignore: [String]) throws {
    let schema = explanation.data.schema
    let table = try DataSource.load(
      data, options: ReadingOptions(ignore: ignore, schema: schema)
    ).table
    level = explanation.level
    let seen: Table
    switch level {
    case .inputs: seen = table
    case .features: seen = try Self.featureTable(explanation, model, table)
    }
    guard let rules = try explanation.ruleSet(level) else {
      throw UnreadableRules("the level is 'features' and there are no 'featureRules'")
    }
    let answers = model.classify(table)
    let given = rules.classify(seen)
    rows = table.count
    agreement = Proportion(agreementOf: given, and: answers)
    byClass = [:]
    for (label, name) in schema.classes.enumerated() {
      let own = answers.indices.filter { answers[$0] == label }
      byClass[name] = Proportion(own.count { given[$0] == label }, of: own.count)
    }
    let largest = schema.classes.indices.map { label in answers.count { $0 == label } }.max() ?? 0
    majorityBaseline = Proportion(largest, of: answers.count)
    rulesAccuracy = Proportion(agreementOf: given, and: table.labels)
    modelAccuracy = Proportion(agreementOf: answers, and: table.labels)
  }

  private static func featureTable(
    _ explanation: Explanation, _ model: Model, _ table: Table
  ) throws -> Table {
    guard let features = HiddenFeatures(of: model, over: table),
      features.neurons.map(\.description) == explanation.features.map(\.neuron)
    else { throw FeatureMismatch() }
    return features.activationTable(in: model, over: table, answers: table.labels)
  }
}

/// Rules over hidden features were to be run on a model that does not have these features.
public struct FeatureMismatch: LocalizedError, Hashable, Sendable {
  public init() {}
  public var errorDescription: String? {
    "the model's hidden features are not those that the rules speak of"
  }
  public var recoverySuggestion: String? { "give the model.onnx of the result's own folder" }
}
