import Networks
import Rules
import Tensors

/// The last layer over binarised features.
package struct BinarisedLayer {
  /// The features that rules may use, at most 64.
  let features: [Int]
  let source: HiddenFeatures
  let binarisation: Binarisation
  private let reading: OutputReading
  /// `[output][feature]`, for every feature.
  private let weights: [[Double]]
  private let bias: [Double]

  init(_ source: HiddenFeatures, _ binarisation: Binarisation, of model: Model) {
    self.source = source
    self.binarisation = binarisation
    reading = OutputReading(source, of: model)
    let (on, off) = (binarisation.on, binarisation.off)
    weights = source.bias.indices.map { output in
      source.ids.indices.map { feature in
        (on[feature] - off[feature]) * Double(source.weights[feature, output])
      }
    }
    bias = source.bias.indices.map { output in
      source.ids.indices.reduce(source.bias[output]) { sum, feature in
        sum + off[feature] * Double(source.weights[feature, output])
      }
    }
    features = Self.strongest(64, of: weights)
  }

  /// The features with the largest absolute weight to any output, at most `most`, in ascending order.
  ///
  /// `weights`: `[output][feature]`.
  package static func strongest(_ most: Int, of weights: [[Double]]) -> [Int] {
    let count = weights.first?.count ?? 0
    return (0..<count).sorted { first, second in
      let mine = weights.reduce(0) { max($0, abs($1[first])) }
      let other = weights.reduce(0) { max($0, abs($1[second])) }
      return mine == other ? first < second : mine > other
    }.prefix(most).sorted()
  }

  /// The binarised features of each row as bits, in the order of `features`.
  func codes(_ values: Tensor) -> [UInt64] {
    (0..<values.rows).map { row in
      features.enumerated().reduce(0) { code, item in
        Double(values[row, item.element]) > binarisation.cuts[item.element]
          ? code | 1 << UInt64(item.offset) : code
      }
    }
  }

  /// The sums that must be positive for a class to be predicted.
  ///
  /// With several outputs the largest decides, whatever the head: one sum for each other class. A
  /// single output is compared with zero, or with the bounds of an interval.
  func margins(for conclusion: Int) -> [ImplicantSearch.Margin] {
    if reading.outputs == 1 {
      // The output must be above the lower bound of the class and not above its upper bound.
      var margins: [ImplicantSearch.Margin] = []
      if conclusion > 0 {
        var lower = margin(1, 0, minus: nil, orEqual: false)
        lower.bias -= reading.bounds[conclusion - 1]
        margins.append(lower)
      }
      if conclusion < reading.bounds.count {
        var upper = margin(-1, 0, minus: nil, orEqual: true)
        upper.bias += reading.bounds[conclusion]
        margins.append(upper)
      }
      return margins
    }
    return bias.indices.filter { $0 != conclusion }.map { rival in
      // Of equal outputs, the first class is predicted.
      margin(1, conclusion, minus: rival, orEqual: conclusion < rival)
    }
  }

  private func margin(
    _ sign: Double, _ output: Int, minus rival: Int?, orEqual: Bool
  ) -> ImplicantSearch.Margin {
    var sum = sign * (bias[output] - (rival.map { bias[$0] } ?? 0))
    let all = source.ids.indices.map { feature in
      sign * (weights[output][feature] - (rival.map { weights[$0][feature] } ?? 0))
    }
    // A feature that no rule may use is free: its worst case is assumed.
    for feature in all.indices where !features.contains(feature) { sum += min(0, all[feature]) }
    return ImplicantSearch.Margin(weights: features.map { all[$0] }, bias: sum, orEqual: orEqual)
  }

  /// A premise as a conjunction of literals.
  func conjunction(_ premise: Implicant) -> Conjunction {
    let literals = features.enumerated().compactMap { position, feature -> Literal? in
      guard premise.mask >> UInt64(position) & 1 == 1 else { return nil }
      let cut = binarisation.cuts[feature]
      let isOn = premise.value >> UInt64(position) & 1 == 1
      return Literal(
        source.ids[feature],
        .interval(lower: isOn ? cut : nil, upper: isOn ? nil : cut, orMissing: false))
    }
    return Conjunction(literals) ?? .always
  }

  /// A rule over the features.
  func rule(_ rule: ImplicantRule) -> Rule {
    Rule(if: conjunction(rule.premise), then: rule.conclusion, support: rule.support)
  }
}

extension [Int] {
  /// The most frequent class, the first of equals.
  package func commonest(of classes: Int) -> Int {
    var counts = [Int](repeating: 0, count: Swift.max(classes, 1))
    for prediction in self { counts[prediction] += 1 }
    return counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
  }
}
