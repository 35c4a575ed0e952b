import Explanations
import Naming
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct AttributionTests {
  /// One feature that is active where 2·x0 - x2 > 0; x1 has no effect.
  private func subject(_ generator: inout SeededGenerator) throws -> AttributionSubject {
    let layers: [any Layer] = [Dense(1), Activation(.sigmoid), Dense(2)]
    var network = try Network(Architecture(input: [3]) { layers }, seed: 1)
    network.parameters[0][0].value = Tensor([2, 0, -1], shape: [3, 1])
    network.parameters[0][1].value = Tensor([0], shape: [1])
    let inputs = generator.normalTensor([3000, 3])
    return AttributionSubject(
      network: network, node: 1, inputs: inputs,
      values: network.activations(of: network.architecture.nodes[1].id, for: inputs),
      thresholds: [0.5])
  }

  @Test func everyMethodRanksTheTrueDrivers() throws {
    try withEverySeed(5) { generator in
      let subject = try subject(&generator)
      for type in attributionCatalog.types {
        let map = type.init().maps(of: subject)[0]
        #expect(abs(map[0]) > abs(map[2]) && abs(map[2]) > 2 * abs(map[1]), "\(type.name): \(map)")
        #expect(map[0] > 0)
      }
    }
  }

  @Test func gradientsAreOfTheNetInput() throws {
    var generator = SeededGenerator(seed: 1)
    let map = MeanGradient().maps(of: try subject(&generator))[0]
    #expect(map.map { $0.rounded() } == [2, 0, -1])
  }

  @Test func aFeatureThatNeverChangesHasAnEmptyDifference() throws {
    var generator = SeededGenerator(seed: 1)
    let original = try subject(&generator)
    let always = AttributionSubject(
      network: original.network, node: 1, inputs: original.inputs, values: original.values,
      thresholds: [-1])
    #expect(DifferenceOfMeans().maps(of: always) == [[0, 0, 0]])
    #expect(FeatureMap(of: always, by: MeanGradient()).activeShares == [1])
  }

  /// The feature 2·x0 − x2 is active on the second and the third of four rows; at 0 it is not.
  @Test func mapsAreThoseCountedByHand() throws {
    var generator = SeededGenerator(seed: 1)
    let network = try subject(&generator).network
    let inputs = Tensor([0, 1, 0, 2, 4, 1, 1, 6, -1, -1, 8, 3], shape: [4, 3])
    let subject = AttributionSubject(
      network: network, node: 1, inputs: inputs,
      values: network.activations(of: network.architecture.nodes[1].id, for: inputs),
      thresholds: [0.5])
    #expect(DifferenceOfMeans().maps(of: subject) == [[2, 0.5, -1.5]])
    let gradient = MeanGradient().maps(of: subject)[0]
    let contribution = MeanContribution().maps(of: subject)[0]
    let both: [([Double], [Double])] = [(gradient, [2, 0, -1]), (contribution, [3, 0, 0])]
    for (found, expected) in both {
      for (own, value) in zip(found, expected) { #expect(abs(own - value) < 1e-6) }
    }
    let map = FeatureMap(of: subject, by: MeanGradient())
    #expect(map.activeShares == [0.5])
    // Standard deviations of 0, 2, 1, −1 and of 0, 1, −1, 3.
    let expected: [Double] = [2 * 1.118_033_989, 0, -1.479_019_946]
    for (found, expected) in zip(map.strengths[0], expected) {
      #expect(abs(found - expected) < 1e-5, "\(map.strengths)")
    }
  }
}
