import Datasets
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct OrthogonalTests {
  private func context(_ examples: Examples) -> PruningContext {
    PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 3)
  }

  /// Each score is the residual norm of a column after projection on the previous pivots.
  @Test func scoresAreTheLengthsOutsideTheSpanOfTheOthers() throws {
    try withEverySeed(20) { generator in
      let inputs = 5
      let values = Tensor(
        generator.normalTensor([60, inputs]).elements.map { abs($0) }, shape: [60, inputs])
      var network = try Network(
        Architecture(input: [inputs]) {
          Dense(inputs)
          Activation(.relu)
          Dense(2)
        }, seed: 1)
      var weight = Tensor(shape: [inputs, inputs])
      for index in 0..<inputs { weight[index, index] = 1 }
      network.parameters[0][0].value = weight
      let examples = Examples(inputs: values, labels: (0..<60).map { $0 % 2 })
      let scores = Orthogonal().scores(
        of: network, try NeuronGroups(network.architecture), on: context(examples),
        using: &generator)
      let found = try #require(scores[1])

      // Gram–Schmidt with pivoting by the largest residual.
      var columns = (0..<inputs).map { column -> [Double] in
        let own = (0..<60).map { Double(values[$0, column]) }
        let mean = own.reduce(0, +) / 60
        return own.map { $0 - mean }
      }
      var left = Set(0..<inputs)
      while !left.isEmpty {
        func length(_ column: Int) -> Double {
          columns[column].reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        guard let next = left.max(by: { (length($0), $1) < (length($1), $0) }) else { break }
        left.remove(next)
        let size = length(next)
        #expect(abs(found[next] - size) < 1e-4 * size, "\(found[next]) \(size)")
        for other in left {
          let factor = zip(columns[other], columns[next]).reduce(0) { $0 + $1.0 * $1.1 }
          for row in 0..<60 {
            columns[other][row] -= factor / (size * size) * columns[next][row]
          }
        }
      }
    }
  }

  /// A network wider than its task needs is pruned without fine-tuning.
  @Test func aWideNetworkIsCutWithoutRetraining() throws {
    try withEverySeed(3) { generator in
      let rows = (0..<600).map { _ in [Float(generator.normal()), Float(generator.normal())] }
      let labels = rows.map { $0[0] + 0.5 * $0[1] > 0 ? 1 : 0 }
      let examples = Examples(
        inputs: Tensor(Array(rows.joined()), shape: [600, 2]), labels: labels)
      let fresh = try Network(
        Architecture(input: [2]) {
          Dense(40)
          Activation(.tanh)
          Dense(2)
        }, seed: generator.next())
      let network = try Trainer(epochs: 20, batch: 16, learningRate: 0.01).train(
        from: Trainer.State(start: fresh), head: .softmax, on: examples, validation: examples,
        seed: 1
      ).network
      let context = context(examples)
      let pruned = try Orthogonal().prune(
        network, to: .neurons(12), with: Orthogonal().recipe, on: context)
      #expect(
        context.quality(of: pruned.network) > context.quality(of: network) - 0.005,
        "\(context.quality(of: network)) \(context.quality(of: pruned.network))")
    }
  }
}
