import Datasets
import Naming
import NetworkSupport
import Networks
import Pruning
import Tensors
import TestSupport
import Testing

/// The removals of each method on a fixed network, in order, compared with a snapshot. There is no
/// recovery, so only the scores decide.
@Suite struct RemovalReferenceTests {
  private func lines(_ pruned: PrunedNetwork) -> [String] {
    let widths = pruned.network.originalIndices.map(\.count)
    return [
      "  widths \(widths), parameters \(pruned.after.parameters), "
        + "multiplications \(pruned.after.macs)",
      "  " + pruned.plan.removals.map { "\($0.subject)@\($0.round)" }.joined(separator: " "),
    ]
  }

  @Test func everyScoreRemovesWhatItDid() throws {
    var text: [String] = []
    let names = [
      "random", "neuron-magnitude", "l1-filter", "taylor", "pls-vip", "orthogonal", "task-guided",
    ]
    for name in names {
      let type = try pruningCatalog.type(named: name)
      let method = type.init()
      for seed in UInt64(1)...2 {
        var generator = SeededGenerator(seed: seed)
        let examples = generator.clusters(rows: 120, inputs: 6, classes: 3)
        let network = try Trainer(epochs: 3, batch: 16, learningRate: 0.01).train(
          from: .init(start: generator.denseNetwork(inputs: 6)), head: .softmax, on: examples,
          validation: examples, seed: 1
        ).network
        let context = PruningContext(
          head: .softmax, training: examples, validation: examples,
          trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 2)
        var recipe = method.recipe
        recipe.recovery = .none
        for (goal, rounds) in [
          (Goal.keep(0.5), 1), (.keep(0.7), 3), (.macs(0.4), 2),
        ] {
          recipe.schedule = Schedule(rounds == 1 ? .oneShot : .geometric, rounds: rounds)
          text.append("# \(name), seed \(seed), \(goal.description), \(rounds) rounds")
          do {
            text += lines(
              try method.prune(network, to: goal, with: recipe, on: context, onRound: { _ in }))
          } catch let error as PruningError {
            text.append("  \(error.errorDescription ?? "")")
          }
        }
      }
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "removals.txt")
  }

  /// Weights are compared in each layer, in the whole network, and by rank; the first layer is small.
  @Test func everyScopeRemovesTheWeightsThatItDid() throws {
    var text: [String] = []
    var generator = SeededGenerator(seed: 5)
    let examples = generator.clusters(rows: 60, inputs: 6, classes: 3)
    var network = try generator.denseNetwork(inputs: 6)
    network.parameters[0][.weight].value = Tensor(
      network.parameters[0][.weight].value.elements.map { $0 / 16 },
      shape: network.parameters[0][.weight].value.shape)
    let context = PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 16, learningRate: 0.01), seed: 2)
    for name in ["weight-magnitude", "deep-compression"] {
      let type = try pruningCatalog.type(named: name)
      let method = type.init()
      for scope in Scope.allCases {
        for normalization in Normalization.allCases {
          var recipe = method.recipe
          recipe.recovery = .none
          (recipe.scope, recipe.normalization) = (scope, normalization)
          text.append("# \(name), \(scope), \(normalization)")
          do {
            let pruned = try method.prune(
              network, to: .keep(0.4), with: recipe, on: context, onRound: { _ in })
            let kept = pruned.network.parameters.map { parameters in
              parameters.filter { $0.role == .weight }.map { parameter in
                parameter.value.elements.count { $0 != 0 }
              }
            }
            text.append("  weights left \(kept.filter { !$0.isEmpty })")
          } catch let error as PruningError {
            text.append("  \(error.errorDescription ?? "")")
          }
        }
      }
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "weights.txt")
  }
}
