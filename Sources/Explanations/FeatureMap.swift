import Datasets
import Networks
import Tensors

/// The attributions of hidden features.
public struct FeatureMap: Hashable, Codable, Sendable {
  /// For each feature the attribution map over the network's inputs.
  public let maps: [[Double]]
  /// The maps times the standard deviation of each input over the rows: comparable between inputs.
  public let strengths: [[Double]]
  /// For each feature the share of rows on which it is active.
  public let activeShares: [Double]

  /// Computes the map of each feature with an attribution method, over the rows of the subject.
  public init(of subject: AttributionSubject, by method: some AttributionMethod) {
    maps = method.maps(of: subject)
    let deviations = subject.inputs.columnStatistics.deviations
    strengths = maps.map { map in zip(map, deviations).map { $0 * $1 } }
    activeShares = subject.thresholds.indices.map { feature in
      let on = (0..<subject.values.rows).count { subject.isOn(feature, $0) }
      return Double(on) / Double(max(subject.values.rows, 1))
    }
  }

  /// The inputs with the largest attributions of a feature, at most `limit`.
  ///
  /// A number is named by its column, a level as `odor = foul`.
  public func drivers(
    of feature: Int, encoding: Encoding, schema: Schema, limit: Int = 12
  ) -> [FeatureSummary.Driver] {
    let all = strengths[feature]
    let order = all.indices.filter { abs(all[$0]) > 0 }
      .sorted { (abs(all[$0]), $1) > (abs(all[$1]), $0) }
    guard let strongest = order.first.map({ abs(all[$0]) }) else { return [] }
    return order.prefix(limit).map { input in
      FeatureSummary.Driver(
        input: encoding.name(ofInput: input, in: schema),
        strength: (abs(all[input]) / strongest).roundedTo(digits: 4), sign: all[input] > 0 ? 1 : -1)
    }.filter { $0.strength >= 0.02 }
  }
}

extension Encoding {
  /// The name of a network input: a column, or `column = level`.
  public func name(ofInput position: Int, in schema: Schema) -> String {
    let feature = schema.features[inputs[position].feature]
    switch inputs[position].kind {
    case .scaled: return feature.id.rawValue
    case .level(let index):
      let level = feature.levels.flatMap { $0.indices.contains(index) ? $0[index] : nil }
      return "\(feature.id) = \(level ?? "\(index)")"
    case .missing: return "\(feature.id) is missing"
    }
  }
}
