import Datasets
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// The columns that a network reads, computed from its weights and checked against its outputs.
@Suite struct ReadColumnsTests {
  private func network(_ layers: [any Layer], _ weights: [[Float]]) throws -> Network {
    var network = try Network(Architecture(input: [4]) { layers }, seed: 1)
    let places = network.parameters.indices.filter { !network.parameters[$0].isEmpty }
    for (place, own) in zip(places, weights) {
      let shape = network.parameters[place][0].value.shape
      network.parameters[place][0].value = Tensor(own, shape: shape)
    }
    return network
  }

  /// x0 has a weight to a unit connected to the output, x1 to an unconnected unit, x2 to none, x3
  /// to both.
  @Test func aPathOfWeightsMakesAColumnRead() throws {
    let network = try network(
      [Dense(2), Activation(.relu), Dense(2)], [[1, 0, 0, 1, 0, 0, 2, 3], [1, -1, 0, 0]])
    #expect(network.readInputs == [true, false, false, true])
  }

  /// A layer normalisation makes all elements of a row read, but only if its output is read.
  @Test(arguments: [Float(0), 1])
  func normalizedNumbersAreReadTogether(_ weight: Float) throws {
    let layers: [any Layer] = [Dense(2), LayerNormalization(), Dense(1)]
    var network = try Network(Architecture(input: [4]) { layers }, seed: 1)
    network.parameters[0][0].value = Tensor([1, 0, 0, 1, 0, 0, 2, 3], shape: [4, 2])
    network.parameters[2][0].value = Tensor([weight, 0], shape: [2, 1])
    #expect(
      network.readInputs
        == (weight == 0 ? [false, false, false, false] : [true, true, false, true]))
  }

  /// A column is read if any of its encoded inputs is.
  @Test func aColumnIsReadThroughAnyOfItsInputs() throws {
    let schema = Schema(
      features: [
        Feature("a"), Feature("c", .categorical(levels: ["u", "v"])), Feature("b"),
      ], target: Target("y", .classes(names: ["no", "yes"])))
    let encoding = Encoding(inputs: [
      .init(feature: 0, kind: .scaled(mean: 0, scale: 1)),
      .init(feature: 1, kind: .level(index: 0)),
      .init(feature: 1, kind: .level(index: 1)), .init(feature: 2, kind: .missing),
    ])
    let network = try network([Dense(2)], [[0, 0, 0, 0, 0, 1, 0, 0]])
    let model = try Model(schema: schema, encoding: encoding, network: network, head: .softmax)
    #expect(model.readColumns == [1])
    let other = try self.network([Dense(2)], [[0, 0, 0, 0, 0, 0, 1, 0]])
    #expect(
      try Model(schema: schema, encoding: encoding, network: other, head: .softmax).readColumns
        == [2])
  }

  @Test func neitherSizeNorDepthOfANetworkHidesAPath() throws {
    let layers: [any Layer] = (0..<60).flatMap { _ in
      [Dense(64) as any Layer, Activation(.relu) as any Layer]
    }
    var network = try Network(Architecture(input: [3]) { layers + [Dense(2)] }, seed: 1)
    for node in network.parameters.indices where !network.parameters[node].isEmpty {
      let shape = network.parameters[node][0].value.shape
      network.parameters[node][0].value = Tensor(repeating: 1e-30, shape: shape)
    }
    for unit in 0..<64 { network.parameters[0][0].value[1, unit] = 0 }
    #expect(network.readInputs == [true, false, true])
  }

  /// Changing a column that is not read changes no output; changing a read column can change one.
  @Test func exactlyTheReadColumnsCanChangeAnOutput() throws {
    try withEverySeed(40) { rng in
      var network = try rng.denseNetwork(inputs: 6, hiddenLayers: 2)
      for node in network.architecture.nodes.indices
      where network.architecture.nodes[node].layer is Activation {
        network = try network.withActivation(.tanh, at: node)
      }
      // Some inputs, and some hidden units with everything that only they read, are disconnected.
      for input in 0..<6 where rng.uniform() < 0.4 {
        for unit in 0..<network.parameters[0][0].value.width {
          network.parameters[0][0].value[input, unit] = 0
        }
      }
      for unit in 0..<network.parameters[2][0].value.rows where rng.uniform() < 0.4 {
        for output in 0..<network.parameters[2][0].value.width {
          network.parameters[2][0].value[unit, output] = 0
        }
      }
      let rows = rng.normalTensor([64, 6])
      let before = network.outputs(for: rows)
      let isRead = network.readInputs
      for input in 0..<6 {
        var changed = rows
        for row in 0..<64 { changed[row, input] = Float(0.5 * rng.normal()) }
        #expect((network.outputs(for: changed) != before) == isRead[input])
      }
    }
  }

  @Test func pixelsThatNoOutputDependsOnAreNotRead() throws {
    try withEverySeed(12) { rng in
      var network = try rng.graphNetwork()
      // Only one channel of the last feature map and part of the first convolution's kernel are
      // kept.
      let weight = network.parameters[0][0].value
      network.parameters[0][0].value = Tensor(
        weight.elements.enumerated().map { $0.offset * 3 < weight.count ? 0 : $0.element },
        shape: weight.shape)
      let width = network.architecture.input.count
      let rows = rng.normalTensor([2, width])
      let before = network.outputs(for: rows)
      let isRead = network.readInputs
      #expect(isRead.contains(true))
      for input in 0..<width where !isRead[input] {
        var changed = rows
        for row in 0..<2 { changed[row, input] += 3 }
        #expect(network.outputs(for: changed) == before)
      }
      // Conversely, every input that changes an output is read.
      for input in 0..<width {
        var changed = rows
        for row in 0..<2 { changed[row, input] += 3 }
        if network.outputs(for: changed) != before { #expect(isRead[input]) }
      }
    }
  }

  @Test func aWindowThatIsSteppedOverLeavesPixelsUnread() throws {
    let network = try Network(
      Architecture(input: [4, 4, 1]) {
        Convolution(1, Window(1, stride: 2))
        Activation(.relu)
        Pooling(.largest, Window(2))
        Flattening()
        Dense(2)
      }, seed: 3)
    let read = network.readInputs.indices.filter { network.readInputs[$0] }
    #expect(read == [0, 2, 8, 10])
  }
}

extension Network {
  /// The network with another activation function at a node.
  fileprivate func withActivation(_ function: Activation.Function, at index: Int) throws -> Network
  {
    var architecture = architecture
    architecture.nodes[index].layer = Activation(function)
    return try Network(architecture, parameters: parameters)
  }
}
