import NetworkSupport
import Networks
import Tensors
import TestSupport
import Testing

/// The instruction set is a process-wide setting, so these tests are serialised.
@Suite(.serialized) struct ProcessorTests {
  /// The outputs and all gradients of a network from both kernel versions.
  private func both(
    _ network: Network, _ generator: inout SeededGenerator, rows: Int
  ) -> [[Tensor]] {
    let inputs = generator.normalTensor([rows, network.architecture.input.count])
    let seed = generator.next()
    return [true, false].map { isWide in
      Processor.usesAVX512 = isWide
      defer { Processor.usesAVX512 = true }
      var random = SeededGenerator(seed: seed)
      let pass = network.trainingPass(inputs, using: &random)
      let last = pass.outputs[pass.outputs.count - 1]
      let gradients = network.gradients(of: pass, gradient: last)
      return [network.outputs(for: inputs)] + pass.outputs + gradients.joined()
    }
  }

  @Test func widerVectorsGiveTheSameBits() throws {
    try withEverySeed(20) { generator in
      let network = try generator.graphNetwork()
      let found = both(network, &generator, rows: 1 + generator.index(below: 9))
      #expect(found[0] == found[1])
    }
  }

  /// Widths around the vector and panel widths, and inner dimensions larger than a block.
  @Test(arguments: [1, 7, 8, 9, 16, 17, 24, 31, 33, 48, 70])
  func everyWidthGivesTheSameBits(_ width: Int) throws {
    try withEverySeed(3) { generator in
      let images = try Network(
        Architecture(input: [9, 7, 3]) {
          Convolution(width, Window(3, padding: 1))
          Activation(.relu)
          Convolution(width + 5, Window(3, stride: 2, padding: 1))
          Flattening()
          Dense(width)
          Activation(.relu)
          Dense(3)
        }, seed: generator.next())
      let rows = [1, 5, 8, 13][generator.index(below: 4)]
      let found = both(images, &generator, rows: rows)
      #expect(found[0] == found[1])
      let chain = try Network(
        Architecture(input: [width]) {
          Dense(2 * width + 1)
          Activation(.relu)
          Dense(width)
          Activation(.sigmoid)
          Dense(2)
        }, seed: generator.next())
      let predictions = both(chain, &generator, rows: 75)
      #expect(predictions[0] == predictions[1])
    }
  }
}
