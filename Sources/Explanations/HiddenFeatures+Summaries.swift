import Datasets
import Networks
import Tensors

extension HiddenFeatures {
  /// A summary of each feature: its attributions to input columns, the share of rows on which it is
  /// active, and its output weights times its standard deviation; without images.
  ///
  /// `subject`: the features in their network, and the rows of the attribution.
  /// `encoding`: that of the network's inputs; `schema`: that of the rows.
  public func summaries(
    of subject: AttributionSubject, encoding: Encoding, schema: Schema
  ) -> [FeatureSummary] {
    let map = FeatureMap(of: subject, by: MeanGradient())
    let spreads = subject.values.columnStatistics.deviations
    let classes = head == .number ? [schema.target.name] : schema.classes
    return ids.indices.map { feature in
      FeatureSummary(
        id: ids[feature].rawValue, neuron: neurons[feature], layer: node.rawValue,
        drivers: map.drivers(of: feature, encoding: encoding, schema: schema),
        threshold: thresholds[feature].roundedFigure,
        activeShare: map.activeShares[feature].roundedTo(digits: 6),
        effects: (0..<weights.width).map { output in
          let weight = Double(weights[feature, output]) * spreads[feature]
          // A single output for two classes is the score of the second.
          return FeatureSummary.Effect(
            class: weights.width == 1 && classes.count == 2 ? classes[1] : classes[output],
            weight: head == .number ? weight.roundedFigure : weight.roundedTo(digits: 6))
        }, image: nil)
    }
  }
}
