import Tensors
import TestSupport
import Testing

@Suite struct ActivationKernelTests {
  private static let kernels: [(String, ActivationKernel, Float)] = [
    ("relu", .relu, 0), ("leaky-relu", .leakyReLU, 0.01), ("elu", .elu, 1),
    ("sigmoid", .sigmoid, 0),
    ("tanh", .tanh, 0),
  ]

  @Test func valuesAndGradientsAreThoseOfTheReference() throws {
    let reference = try Reference.load().activations
    #expect(reference.map(\.function) == Self.kernels.map(\.0))
    for (known, (name, kernel, slope)) in zip(reference, Self.kernels) {
      let output = known.input.tensor.activated(kernel, slope: slope)
      #expect(difference(output, known.output.tensor) < 2e-6, "\(name)")
      let below = known.above.tensor.activationGradient(kernel, slope: slope, output: output)
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
