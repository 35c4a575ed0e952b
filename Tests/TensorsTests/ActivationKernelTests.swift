import Tensors
import TestSupport
import Testing

@Suite struct ActivationKernelTests {
  private static let kernels: [(String, ActivationKernel, Float)] = [
    ("relu", .relu, 0), ("leaky-relu", .leakyReLU, 0.01), ("elu", .elu, 1),
    ("sigmoid", .sigmoid, 0),
    ("tanh", .tanh, 0), ("selu", .selu, 0), ("softplus", .softplus, 0),
    ("softsign", .softsign, 0), ("thresholded-relu", .thresholdedReLU, 1),
    ("clipped-relu", .clippedReLU, 1.5), ("hard-swish", .hardSwish, 0), ("silu", .silu, 0),
    ("gelu", .gelu, 0), ("gelu-tanh", .geluTanh, 0), ("mish", .mish, 0),
  ]

  @Test func valuesAndGradientsAreThoseOfTheReference() throws {
    let reference = try Reference.load().activations
    #expect(reference.map(\.function) == Self.kernels.map(\.0))
    for (known, (name, kernel, slope)) in zip(reference, Self.kernels) {
      let output = known.input.tensor.activated(kernel, slope: slope)
      #expect(difference(output, known.output.tensor) < 2e-6, "\(name)")
      let below = known.above.tensor.activationGradient(
        kernel, slope: slope, input: known.input.tensor, output: output)
      #expect(difference(below, known.below.tensor) < 2e-6, "\(name)")
    }
  }

  @Test func extremeNumbersGiveLimits() {
    let far = Tensor([-1e30, -200, 200, 1e30], shape: [4])
    let shares = far.activated(.sigmoid, slope: 0).elements
    #expect(shares.suffix(2) == [1, 1])
    #expect(shares.prefix(2).allSatisfy { (0...1e-37).contains($0) })
    #expect(far.activated(.tanh, slope: 0).elements == [-1, -1, 1, 1])
    #expect(far.activated(.relu, slope: 0).elements == [0, 0, 200, 1e30])
    #expect(far.activated(.elu, slope: 1).elements == [-1, -1, 200, 1e30])
    #expect(far.activated(.softplus, slope: 0).elements.suffix(2) == [200, 1e30])
    #expect(far.activated(.softsign, slope: 0).elements.suffix(1) == [1])
    #expect(far.activated(.thresholdedReLU, slope: 1).elements == [0, 0, 200, 1e30])
    #expect(far.activated(.clippedReLU, slope: 6).elements == [0, 0, 6, 6])
    #expect(far.activated(.selu, slope: 0).elements.suffix(1) == [1.05070099e30])
    for kernel in [ActivationKernel.hardSwish, .silu, .gelu, .geluTanh, .mish] {
      let values = far.activated(kernel, slope: 0)
      #expect(values.elements.suffix(2) == [200, 1e30], "\(kernel)")
      #expect(values.elements.prefix(2).allSatisfy { abs($0) < 1e-6 }, "\(kernel)")
      let ones = Tensor(repeating: 1, shape: [4])
      let slopes = ones.activationGradient(kernel, slope: 0, input: far, output: values).elements
      #expect(zip(slopes, [0, 0, 1, 1]).allSatisfy { abs($0 - $1) < 1e-6 }, "\(kernel)")
    }
  }

  @Test func everyElementIsTreatedAlikeWhereverItStands() {
    withEverySeed(10) { generator in
      let count = 1 + generator.index(below: 70)
      let numbers = generator.normalTensor([count])
      for (name, kernel, slope) in Self.kernels {
        let together = numbers.activated(kernel, slope: slope)
        for index in 0..<count {
          let alone = Tensor([numbers.elements[index]], shape: [1]).activated(kernel, slope: slope)
          #expect(
            difference(alone, Tensor([together.elements[index]], shape: [1])) < 1e-6, "\(name)")
        }
      }
    }
  }
}
