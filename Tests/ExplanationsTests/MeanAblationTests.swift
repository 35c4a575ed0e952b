import Datasets
import Explanations
import Networks
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct MeanAblationTests {
  /// Counts by a plain loop: the value of every feature that is not kept is its training mean.
  private func unchanged(
    _ model: Model, _ values: FeatureValues, keeping kept: Set<Int>, rows: [Int], predictions: [Int]
  ) -> Proportion {
    let count = values.features.count
    let means = (0..<count).map { feature in
      (0..<values.training.rows).reduce(0.0) { $0 + Double(values.training[$1, feature]) }
        / Double(values.training.rows)
    }
    let same = rows.count { row in
      let outputs = values.features.bias.indices.map { output in
        (0..<count).reduce(values.features.bias[output]) { sum, feature in
          let value = kept.contains(feature) ? Double(values.heldOut[row, feature]) : means[feature]
          return sum + value * Double(values.features.weights[feature, output])
        }
      }
      return outputs.indices.max { outputs[$0] < outputs[$1] } == predictions[row]
    }
    return Proportion(same, of: rows.count)
  }

  @Test func maskingIsThatOfAPlainLoop() throws {
    let model = try SmallNetwork.model(head: .softmax)
    let (training, heldOut) = (
      SmallNetwork.table(rows: 300, seed: 1), SmallNetwork.table(rows: 5000, seed: 2)
    )
    let features = try #require(HiddenFeatures(of: model, over: training))
    let values = FeatureValues(
      features, training: features.values(in: model, for: training),
      validation: features.values(in: model, for: training),
      heldOut: features.values(in: model, for: heldOut))
    let predictions = model.classify(heldOut)
    let check = CausalCheck(values, in: model, predictions: predictions)
    let (all, some) = (Array(0..<5000), stride(from: 1, to: 5000, by: 7).map { $0 })
    let subsets = [
      CausalCheck.Subset([0, 1]), .init([0]), .init([1]), .init([2]), .init([3]),
      .init([0, 1, 2, 3]),
      .init([]), .init([0, 2], rows: some), .init([1], rows: []),
    ]
    let found = try check.measure(subsets)
    for (subset, found) in zip(subsets, found) {
      let rows = subset.rows ?? all
      let kept = Set(subset.features)
      #expect(
        found.keptAlone
          == unchanged(model, values, keeping: kept, rows: rows, predictions: predictions))
      #expect(
        found.removed
          == unchanged(
            model, values, keeping: Set(0..<4).subtracting(kept), rows: rows,
            predictions: predictions))
    }
    #expect(found[5].keptAlone == Proportion(5000, of: 5000))
    #expect(found[5].removed == found[6].keptAlone && found[6].keptAlone.value < 1)
    #expect(found[0].keptAlone != found[2].keptAlone)
    let most = (0..<3).map { label in predictions.count { $0 == label } }.max() ?? 0
    #expect(check.trivial == Proportion(most, of: 5000))
  }

  @Test func aRequestToStopEndsTheCheck() throws {
    struct Stop: Error {}
    let model = try SmallNetwork.model(head: .softmax)
    let table = SmallNetwork.table(rows: 20, seed: 1)
    let features = try #require(HiddenFeatures(of: model, over: table))
    let rows = features.values(in: model, for: table)
    let values = FeatureValues(features, training: rows, validation: rows, heldOut: rows)
    let check = CausalCheck(values, in: model, predictions: model.classify(table))
    #expect(throws: Stop.self) { try check.measure([.init([0])]) { throw Stop() } }
  }
}
