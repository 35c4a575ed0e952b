import Datasets
import Foundation
import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// Networks with non-sequential graphs.
@Suite struct GraphTests {
  /// Two branches over an image, summed, concatenated with the first, then pooled and classified.
  private var branching: Architecture {
    var builder = ArchitectureBuilder(input: [6, 6, 2])
    let first = builder.add(Convolution(4, Window(3, padding: 1)))
    let active = builder.add(Activation(.tanh))
    builder.add(Convolution(4, Window(3, padding: 1)))
    let normal = builder.add(BatchNormalization())
    let sum = builder.add(Sum(), reading: normal, active)
    builder.add(Concatenation(), reading: sum, first, sum)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(3))
    return builder.architecture
  }

  @Test func gradientsAreThoseOfTheLoss() throws {
    try withEverySeed(3) { generator in
      let network = try Network(branching, seed: generator.next())
      let rows = generator.normalTensor([5, 6, 6, 2])
      let labels = (0..<5).map { _ in generator.index(below: 3) }
      #expect(try gradientError(of: network, rows: rows, labels: labels) < 2e-3)
    }
  }

  @Test func aWholeGraphIsStoredAndRead() throws {
    let network = try Network(branching, seed: 4)
    let read = try JSONDecoder().decode(Network.self, from: JSONEncoder().encode(network))
    #expect(read == network)
    var generator = SeededGenerator(seed: 1)
    let rows = generator.normalTensor([3, 72])
    #expect(read(rows) == network(rows))
    #expect(network.activations(for: rows).last == network(rows))
    #expect(network.outputs(for: rows) == network(rows))
  }

  @Test func rowsPassInTwoShapes() throws {
    let network = try Network(branching, seed: 5)
    var generator = SeededGenerator(seed: 2)
    let flat = generator.normalTensor([300, 72])
    #expect(network.outputs(for: flat) == network.outputs(for: flat.reshaped(to: [300, 6, 6, 2])))
    #expect(network.outputs(for: flat).shape == [300, 3])
  }

  @Test func theGradientOfAnInputIsThatOfTheOutputs() throws {
    let network = try Network(branching, seed: 6)
    var generator = SeededGenerator(seed: 3)
    let rows = generator.normalTensor([2, 72])
    let last = network.architecture.nodes.count - 1
    let weights = generator.normalTensor([2, 3])
    let gradient = network.inputGradient(of: last, inputs: rows, gradient: weights)
    #expect(gradient.shape == rows.shape)
    for position in [0, 50, 143] {
      let shifted = [0.01, -0.01].map { (shift: Float) -> Double in
        var elements = rows.elements
        elements[position] += shift
        return zip(network(Tensor(elements, shape: rows.shape)).elements, weights.elements)
          .reduce(0) { $0 + Double($1.0 * $1.1) }
      }
      let numeric = (shifted[0] - shifted[1]) / 0.02
      #expect(abs(numeric - Double(gradient.elements[position])) < 2e-3)
    }
  }

  @Test func aNodeComesAfterThoseThatItReads() {
    let nodes = [
      Node("a", Sum(), reading: [.input, Node.ID("b")]), Node("b", Activation(.relu)),
    ]
    #expect {
      try Network(Architecture(input: [3], nodes: nodes), seed: 1)
    } throws: { error in
      (error as? NetworkError)?.errorDescription
        == "layer 'a' reads 'b', which is not an earlier node"
    }
  }

  /// With one batch, with several, for sequential architectures and for row inputs.
  @Test func onePassGivesTheOutputsAndWhatIsKept() throws {
    var generator = SeededGenerator(seed: 3)
    let chain = Architecture(input: [6, 6, 2]) {
      Convolution(3, Window(3))
      Activation(.relu)
      GlobalAveragePooling()
      Dense(4)
    }
    let flat = Architecture(input: [72]) {
      Dense(300)
      Activation(.relu)
      Dense(400)
      Activation(.sigmoid)
      Dense(3)
    }
    for architecture in [branching, chain, flat] {
      let network = try Network(architecture, seed: 2)
      for rows in [1, 128, 301] {
        let inputs = generator.normalTensor([rows, 72])
        for node in architecture.nodes {
          let (outputs, kept) = network.outputs(for: inputs, keeping: node.id)
          #expect(outputs == network.outputs(for: inputs), "\(rows) rows, \(node.id)")
          #expect(kept == network.activations(of: node.id, for: inputs), "\(rows) rows, \(node.id)")
        }
      }
    }
  }

  @Test func everyNodesOutputIsThatOfItsLayer() throws {
    var generator = SeededGenerator(seed: 4)
    let flat = Architecture(input: [72]) {
      Dense(7)
      Activation(.tanh)
      Dense(3)
    }
    for architecture in [branching, flat] {
      let network = try Network(architecture, seed: 2)
      let inputs = generator.normalTensor([301, 72])
      var seen = [[Float]](repeating: [], count: architecture.nodes.count)
      let outputs = network.outputs(for: inputs) {
        $0 == architecture.nodes.count - 2 ? nil : $1
      } take: {
        seen[$0] += $1.elements
      }
      #expect(outputs == network.outputs(for: inputs))
      #expect(seen.remove(at: architecture.nodes.count - 2).isEmpty)
      var nodes = architecture.nodes
      nodes.remove(at: nodes.count - 2)
      for (node, values) in zip(nodes, seen) {
        #expect(
          values == Array(network.activations(of: node.id, for: inputs).elements), "\(node.id)")
      }
    }
  }

  /// Several image sizes, so that different batch sizes are used.
  @Test(arguments: [6, 24, 40]) func howRowsAreBatchedChangesNoPrediction(side: Int) throws {
    var generator = SeededGenerator(seed: 5)
    var builder = ArchitectureBuilder(input: [side, side, 3])
    let first = builder.add(Convolution(12, Window(3, padding: 1)))
    builder.add(BatchNormalization())
    let second = builder.add(Activation(.relu))
    builder.add(Sum(), reading: first, second)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(4))
    let network = try Network(builder.architecture, seed: 3)
    let inputs = generator.normalTensor([301, side * side * 3])
    let outputs = network.outputs(for: inputs)
    for taken in [0..<1, 7..<20, 100..<229, 300..<301] {
      #expect(network.outputs(for: inputs.slicing(taken)) == outputs.slicing(taken), "\(taken)")
    }
  }

  @Test func oneInputIsNotMany() {
    let nodes = [
      Node("a", Activation(.relu)), Node("b", Dense(2), reading: [.input, Node.ID("a")]),
    ]
    #expect(throws: NetworkError.joins(layer: "b", found: 2)) {
      try Network(Architecture(input: [3], nodes: nodes), seed: 1)
    }
  }

  @Test func whatDoesNotFitIsNamed() {
    let nodes = [
      Node("small", Dense(2)), Node("both", Sum(), reading: [.input, Node.ID("small")]),
    ]
    #expect {
      try Network(Architecture(input: [3], nodes: nodes), seed: 1)
    } throws: { error in
      (error as? NetworkError)?.errorDescription
        == "layer 'both' expects 3 but was given 2"
    }
  }
}

extension Node {
  fileprivate init(_ name: String, _ layer: any Layer, reading inputs: [ID]? = nil) {
    self.init(ID(name), layer, reading: inputs)
  }
}
