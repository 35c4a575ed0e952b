import Datasets
import Drawing
import Explanations
import Foundation
import Rules
import Tensors

/// Explanations of realistic size, with synthetic values.
public enum SampleExplanation: String, CaseIterable, Sendable {
  case iris, mushroom, images, number, hostile, withoutFeatures, withoutRules

  public var explanation: Explanation {
    switch self {
    case .iris: Self.iris()
    case .mushroom: Self.mushroom()
    case .images: Self.images()
    case .number: Self.number()
    case .hostile: Self.hostile()
    case .withoutFeatures: Self.withoutFeatures()
    case .withoutRules: Self.withoutRules()
    }
  }

  static func network(
    _ layers: [String], parameters: Int, neurons: Int, inputs: Int, right: Int, of held: Int
  ) -> NetworkSummary {
    NetworkSummary(
      architecture: layers, parameters: parameters, macs: parameters - neurons,
      bytes: 4 * parameters, neurons: neurons, inputs: inputs,
      accuracy: Proportion(right, of: held))
  }

  static func rule(
    _ number: Int, _ tests: [RuleEntry.Test], _ prediction: String, _ agreeing: Int, _ covered: Int,
    of training: Int, held: Int, heldAgreeing: Int, heldTotal: Int
  ) -> RuleEntry {
    RuleEntry(
      id: "R\(number)", if: tests, then: prediction, coverage: Proportion(covered, of: training),
      confidence: Proportion(agreeing, of: covered),
      heldOutCoverage: Proportion(held, of: heldTotal),
      heldOutConfidence: Proportion(heldAgreeing, of: held))
  }

  static func test(_ variable: String, _ condition: Condition, _ schema: Schema) -> RuleEntry.Test {
    RuleEntry.Test(Literal(Feature.ID(variable), condition), schema: schema)
  }

  static func above(_ bound: Double, orMissing: Bool = false) -> Condition {
    .interval(lower: bound, upper: nil, orMissing: orMissing)
  }

  static func atMost(_ bound: Double, orMissing: Bool = false) -> Condition {
    .interval(lower: nil, upper: bound, orMissing: orMissing)
  }

  static func among(_ names: [String], of feature: String, in schema: Schema) -> Condition {
    let levels = schema.features.first { $0.id.rawValue == feature }?.levels ?? []
    return .levels(among: Set(names.compactMap { levels.firstIndex(of: $0) }), orMissing: false)
  }

  static func complexity(
    _ rules: [RuleEntry], level: RuleLevel = .inputs
  ) -> ComplexitySummary {
    ComplexitySummary(
      Complexity(
        rules: rules.count, literals: rules.reduce(0) { $0 + $1.if.count },
        variables: Set(rules.flatMap { $0.if.map(\.feature) }).count), level: level)
  }

  static let tree = ExtractorSummary(
    name: "surrogate-tree",
    source: "Craven & Shavlik (1996), Extracting tree-structured representations, NIPS 8",
    notes: [])
  static let attributeSearch = ExtractorSummary(
    name: "ordered-attribute-search",
    source: "Lee & Kim (2021), Feature-based rule explanation", notes: [])

  static func provenance(_ arguments: [String]) -> Provenance {
    Provenance(version: "0.1.0", seed: 42, arguments: arguments, startedFrom: "training")
  }
}
