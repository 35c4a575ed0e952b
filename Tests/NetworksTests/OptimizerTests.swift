import Networks
import Tensors
import TestSupport
import Testing

@Suite struct OptimizerTests {
  private func network(_ weight: Tensor, _ bias: Tensor, mask: Mask? = nil) throws -> Network {
    try Network(
      Architecture(input: [weight.rows]) { Dense(weight.width) },
      parameters: [[Parameter(.weight, weight, mask: mask), Parameter(.bias, bias)]])
  }

  @Test func tenStepsAreThoseOfTheReference() throws {
    let known = try Reference.load().optimizers
    #expect(known.runs.map(\.name) == ["adam", "momentum", "adam", "momentum"])
    for run in known.runs {
      let optimizer: Optimizer = run.name == "adam" ? .adam : .momentum(momentum: 0.9)
      var network = try network(known.weight.tensor, known.bias.tensor)
      var memory = Optimizer.Memory(for: network)
      #expect(run.steps.count == 10)
      for (gradient, after) in zip(known.gradients, run.steps) {
        optimizer.step(
          &network, gradients: [[gradient.weight.tensor, gradient.bias.tensor]], memory: &memory,
          rate: run.rate, decay: run.decay)
        let own = network.parameters[0]
        #expect(difference(own[0].value, after.weight.tensor) < 1e-5, "\(run.name) \(run.decay)")
        #expect(difference(own[1].value, after.bias.tensor) < 1e-5, "\(run.name) \(run.decay)")
      }
    }
  }

  @Test func whatAMaskRemovesStaysZero() throws {
    let known = try Reference.load().optimizers
    let mask = Mask((0..<12).map { $0 % 3 != 0 })
    for optimizer in [Optimizer.adam, .momentum(momentum: 0.9)] {
      var network = try network(known.weight.tensor, known.bias.tensor, mask: mask)
      var memory = Optimizer.Memory(for: network)
      for gradient in known.gradients {
        optimizer.step(
          &network, gradients: [[gradient.weight.tensor, gradient.bias.tensor]], memory: &memory,
          rate: 0.05, decay: 0.01)
        let weights = network.parameters[0][0].value.elements
        #expect(zip(weights, mask.kept).allSatisfy { $0 == 0 || $1 })
        #expect(zip(weights, mask.kept).allSatisfy { $0 != 0 || !$1 })
      }
    }
  }
}
