import Datasets
import Foundation
import Rules

/// The smallest change of one column after which described rules predict another class; to a value
/// within the range of the column if there is such a change.
///
/// A score is linear in a number, so every threshold on it is a threshold on the number: between
/// neighbouring thresholds no prediction changes.
struct SingleChangeSearch {
  private let classifier: RuleClassifier
  private let scales: [Feature.ID: Double]
  private let whole: Set<Feature.ID>
  private let ranges: [Feature.ID: ClosedRange<Double>]

  init(
    _ classifier: RuleClassifier, scales: [Feature.ID: Double], whole: Set<Feature.ID>,
    ranges: [Feature.ID: ClosedRange<Double>]
  ) {
    self.classifier = classifier
    self.scales = scales
    self.whole = whole
    self.ranges = ranges
  }

  func search(_ row: Table) -> NearestChange? {
    let current = prediction(row).class
    var best: (outside: Int, distance: Double, id: Feature.ID, value: Double)?
    for (index, feature) in row.schema.features.enumerated() {
      let value = row.columns[index][0]
      for group in candidates(feature, value, row) {
        let flipping = group.filter { candidate in
          candidate != value && prediction(row.changing([feature.id: candidate])).class != current
        }
        let nearest = flipping.map { new in
          (
            outside: ranges[feature.id]?.contains(new) == false ? 1 : 0,
            distance: distance(feature, value, new), value: new
          )
        }.min { ($0.outside, $0.distance, $0.value) < ($1.outside, $1.distance, $1.value) }
        if let nearest,
          best.map({ (nearest.outside, nearest.distance) < ($0.outside, $0.distance) }) ?? true
        {
          best = (nearest.outside, nearest.distance, feature.id, nearest.value)
        }
      }
    }
    return best.map { best in
      let found = prediction(row.changing([best.id: best.value]))
      return NearestChange(values: [best.id: best.value], prediction: found.class, rule: found.rule)
    }
  }

  private func distance(_ feature: Feature, _ value: Double, _ new: Double) -> Double {
    feature.levels != nil || value.isNaN ? 1 : abs(new - value) / (scales[feature.id] ?? 1)
  }

  private func prediction(_ row: Table) -> (class: Int, rule: Int?) {
    let values = row.appending(classifier.scores)
    let rule = classifier.rules.deciding { id in
      values.schema.index(of: id).map { values.columns[$0][0] } ?? .nan
    }
    return (classifier.prediction(of: rule), rule)
  }

  /// For each bound between intervals in which no condition changes, values beside it; each level.
  private func candidates(_ feature: Feature, _ value: Double, _ row: Table) -> [[Double]] {
    if let levels = feature.levels { return levels.indices.map { [Double($0)] } }
    var bounds: [Double] = []
    for literal in classifier.rules.rules.flatMap(\.premise.literals) {
      guard case .interval(let lower, let upper, _) = literal.condition else { continue }
      let own = [lower, upper].compactMap { $0 }
      if literal.variable == feature.id { bounds += own }
      guard let score = classifier.scores.first(where: { $0.id == literal.variable }) else {
        continue
      }
      // The score is slope · x + rest.
      let rest = score.values(in: row.changing([feature.id: 0]))[0]
      let slope = score.values(in: row.changing([feature.id: 1]))[0] - rest
      if slope != 0 { bounds += own.map { ($0 - rest) / slope } }
    }
    // The ends of the range may be the only values of it beyond a bound.
    let ends = ranges[feature.id].map { [[$0.lowerBound, $0.upperBound]] } ?? []
    return bounds.isEmpty
      ? [] : bounds.filter(\.isFinite).map { values(beside: $0, from: value, feature.id) } + ends
  }

  /// The nearest values on either side of a bound with about as many digits as the number before.
  private func values(beside bound: Double, from value: Double, _ id: Feature.ID) -> [Double] {
    let places = whole.contains(id) ? 0 : min(decimalPlaces(of: value) + 1, 12)
    let power = pow(10, Double(places))
    let low = (bound * power).rounded(.down)
    // The bound is computed, and may be rounded below the value that it stands for.
    return [low - 1, low, low + 1, low + 2].map { $0 / power }
  }
}
