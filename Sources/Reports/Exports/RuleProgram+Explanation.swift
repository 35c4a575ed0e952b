import Datasets
import Explanations
import Networks
import Rules

extension RuleProgram {
  /// The program of the rules that the fidelity of an explanation describes, for an export format.
  /// - Parameters:
  ///   - explanation: the explanation.
  ///   - format: the export format.
  ///   - model: returns the network that computes the hidden features, `nil` if there is none;
  ///     called only if the rules are over hidden features and the format evaluates them.
  /// - Throws: `ReportError` if the explanation has no rules of its level, or if the format
  ///   evaluates hidden features that the network does not compute with dense layers;
  ///   `UnreadableRules` if the rules do not fit the schema; errors of `model`.
  public init(
    _ explanation: Explanation, for format: any RuleExport.Type,
    model: () throws -> Model? = { nil }
  ) throws {
    guard let entry = explanation.entry(explanation.level),
      let rules = try explanation.ruleSet(explanation.level)
    else { throw ReportError.noFeatureRules }
    let schema = explanation.data.schema
    let scores =
      explanation.level == .described
      ? try explanation.scores().compactMap { Score($0, schema: schema) } : []
    var features: [Feature.ID] = []
    var layers: FeatureProgram?
    if explanation.level == .features {
      features = explanation.features.map { Feature.ID($0.id) }
      if format.evaluatesRules {
        layers = try model().flatMap { FeatureProgram($0) }
        features = layers.map { explanation.names(of: $0.neurons) } ?? []
        let used = rules.rules.lazy.flatMap(\.premise.literals).map(\.variable)
        if let name = used.first(where: { !features.contains($0) }) {
          throw ReportError.featuresNeeded(example: shown(name.rawValue))
        }
      }
    }
    try self.init(
      rules, ids: entry.rules.map(\.id), schema: schema, features: features,
      layers: layers, scores: scores)
  }
}

extension Explanation {
  /// The names of neurons in the rules; a neuron that is no hidden feature of the explanation has
  /// its own name.
  fileprivate func names(of neurons: [Neuron]) -> [Feature.ID] {
    let names = Dictionary(
      features.map { ($0.neuron, Feature.ID($0.id)) }, uniquingKeysWith: { first, _ in first })
    return neurons.map { names[$0] ?? Feature.ID($0.description) }
  }
}
