import Datasets
import Networks
import Tensors
import TestSupport
import Testing

/// Invalid shapes of layers and models, each with the nearest valid shape.
@Suite struct RefusalTests {
  private func convolves(_ window: Window, over input: Shape = [5, 6, 2]) -> Bool {
    (try? Convolution(3, window).outputShape(for: [input])) != nil
  }

  @Test func windowsHaveASizeAStepAndNoNegativePadding() {
    #expect(convolves(Window(height: 1, width: 1)))
    #expect(!convolves(Window(height: 0, width: 1)) && !convolves(Window(height: 1, width: 0)))
    #expect(!convolves(Window(height: 1, width: 1, strideHeight: 0)))
    #expect(!convolves(Window(height: 1, width: 1, strideWidth: 0)))
    #expect(!convolves(Window(height: 1, width: 1, top: -1)))
    #expect(!convolves(Window(height: 1, width: 1, left: -1)))
    #expect(!convolves(Window(height: 1, width: 1, bottom: -1)))
    #expect(!convolves(Window(height: 1, width: 1, right: -1)))
    #expect(convolves(Window(height: 5, width: 6)))
    #expect(!convolves(Window(height: 6, width: 6)) && !convolves(Window(height: 5, width: 7)))
    #expect(convolves(Window(height: 7, width: 7, top: 1, right: 1), over: [6, 6, 1]))
    #expect(!convolves(Window(height: 1, width: 1), over: [5, 6]))
  }

  @Test func aJoiningLayerReadsSomething() throws {
    let id = Node.ID("join")
    #expect(throws: NetworkError.joins(layer: "join", found: 0)) {
      try Architecture(input: [2], nodes: [Node(id, Sum(), reading: [])]).shapes()
    }
    #expect(
      try Architecture(input: [2], nodes: [Node(id, Sum(), reading: [.input])]).shapes() == [[2]])
  }

  @Test func aPoolingWindowIsLargerThanThePaddingOnEverySide() {
    func pools(_ window: Window) -> Bool {
      (try? Pooling(.largest, window).outputShape(for: [[5, 6, 2]])) != nil
    }
    #expect(pools(Window(height: 3, width: 4, top: 2, left: 3, bottom: 2, right: 3)))
    for window in [
      Window(height: 3, width: 4, top: 3), Window(height: 3, width: 4, bottom: 3),
      Window(height: 3, width: 4, left: 4), Window(height: 3, width: 4, right: 4),
    ] {
      #expect(!pools(window), "\(window)")
    }
  }

  @Test func theLastLayerHasAnOutputForEachClass() throws {
    let schema = Schema(
      features: ["p", "q"].map { Feature($0) },
      target: Target("y", .classes(names: ["a", "b", "c"])))
    func model(_ widths: [Int], classes: Int = 3, head: Head = .softmax) throws -> Model {
      let layers: [any Layer] = widths.map { Dense($0) }
      var schema = schema
      schema.target.kind = .classes(names: ["a", "b", "c"].prefix(classes).map { $0 })
      return try Model(
        schema: schema, encoding: .identity(for: schema),
        network: Network(Architecture(input: [2]) { layers }, seed: 1), head: head)
    }
    #expect(try model([5, 3]).network.parameters.count == 2)
    #expect(throws: NetworkError.wrongOutputs(expected: 3, found: 2)) { try model([3, 2]) }
    #expect(throws: NetworkError.wrongOutputs(expected: 3, found: 1)) { try model([3, 1]) }
    #expect(try model([3, 1], classes: 2).network.parameters.count == 2)
    for outputs in [1, 2, 3] {
      #expect(throws: NetworkError.wrongOutputs(expected: 1, found: outputs)) {
        try model([3, outputs], classes: 1)
      }
    }
    #expect(throws: NetworkError.numericOutputs(found: 2)) { try model([2], head: .number) }
  }

  @Test func nodesAreEqualInNameLayerAndWhatTheyRead() {
    let node = Node(Node.ID("sum"), Sum(), reading: [Node.ID("dense-1"), Node.ID("dense-2")])
    #expect(
      node
        == Node(Node.ID("sum"), Sum(), reading: [Node.ID("dense-1"), Node.ID("dense-2")]))
    #expect(
      node
        != Node(Node.ID("total"), Sum(), reading: [Node.ID("dense-1"), Node.ID("dense-2")]))
    #expect(
      node
        != Node(Node.ID("sum"), Sum(), reading: [Node.ID("dense-2"), Node.ID("dense-1")]))
    #expect(
      node
        != Node(Node.ID("sum"), Concatenation(), reading: [Node.ID("dense-1"), Node.ID("dense-2")]))
  }

  /// PyTorch's rule: momentum 0.1 for the batch mean and the unbiased batch variance.
  @Test func aTrainingStepUpdatesTheRunningStatistics() throws {
    var generator = SeededGenerator(seed: 4)
    let inputs = generator.normalTensor([30, 3])
    let examples = Examples(inputs: inputs, labels: (0..<30).map { $0 % 2 })
    let layers: [any Layer] = [BatchNormalization(), Dense(2)]
    let network = try Network(Architecture(input: [3]) { layers }, seed: 1)
    let trained = try Trainer(epochs: 1, batch: 64, learningRate: 0).train(
      from: Trainer.State(start: network), head: .softmax, on: examples, validation: examples,
      seed: 1
    ).network
    for channel in 0..<3 {
      let column = (0..<30).map { Double(inputs[$0, channel]) }
      let mean = column.reduce(0, +) / 30
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 29
      #expect(abs(Double(trained.parameters[0][2].value[channel, 0]) - 0.1 * mean) < 1e-6)
      #expect(
        abs(Double(trained.parameters[0][3].value[channel, 0]) - (0.9 + 0.1 * variance)) < 1e-5)
    }
  }
}
