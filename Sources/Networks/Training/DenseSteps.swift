import Datasets
import Foundation
import Tensors

/// Fast training steps for small networks of dense layers and activations, using `DenseChain`.
///
/// The results are bit-identical to layer-by-layer training.
struct DenseSteps {
  private let chain: DenseChain
  /// The positions of the dense layers' nodes.
  private let nodes: [Int]
  private let units: Int
  private let trainer: Trainer
  private var steps: Int

  /// - Returns: `nil` if the network, the loss or a training option is not supported.
  init?(_ trainer: Trainer, _ state: Trainer.State, head: Head, on examples: Examples) {
    let architecture = state.network.architecture
    guard head == .softmax, examples.targets == nil, trainer.inputLasso == 0,
      trainer.shift == nil,
      let (links, nodes) = architecture.denseChain(to: architecture.nodes.count - 1),
      state.network.parameters.joined().allSatisfy({ $0.mask == nil }),
      DenseChain.suits(links, batch: trainer.batch)
    else { return nil }
    chain = DenseChain(links, batch: trainer.batch)
    (self.nodes, self.trainer) = (nodes, trainer)
    units = links.last?.units ?? 0
    steps = state.memory.steps
    for (link, node) in nodes.enumerated() {
      for (index, parameter) in state.network.parameters[node].enumerated() {
        let isBias = parameter.role == .bias
        chain.set(.parameters, link, isBias: isBias, to: parameter.value)
        chain.set(.means, link, isBias: isBias, to: state.memory.means[node][index])
        chain.set(.squares, link, isBias: isBias, to: state.memory.squares[node][index])
      }
    }
  }

  /// Writes the parameters and the optimiser state back to the training state.
  func store(in state: inout Trainer.State) {
    state.memory.steps = steps
    for (link, node) in nodes.enumerated() {
      for (index, role) in state.network.parameters[node].map(\.role).enumerated() {
        let isBias = role == .bias
        chain.get(
          .parameters, link, isBias: isBias, into: &state.network.parameters[node][index].value)
        chain.get(.means, link, isBias: isBias, into: &state.memory.means[node][index])
        chain.get(.squares, link, isBias: isBias, into: &state.memory.squares[node][index])
      }
    }
  }

  /// One training step on a batch.
  /// - Returns: the mean loss before the step; `nil`, without an update, if the loss is not finite.
  mutating func step(_ rows: ArraySlice<Int>, of examples: Examples, rate: Double) -> Double? {
    let outputs = chain.forward(examples.inputs, rows)
    let loss = Head.softmaxLoss(
      outputs, rows: rows, width: units, labels: examples.labels, weights: trainer.classWeights)
    guard loss.isFinite else { return nil }
    chain.backward(outputs, rows: rows.count)
    steps += 1
    switch trainer.optimizer {
    case .momentum(let momentum):
      chain.momentumStep(
        rate: Float(rate), momentum: momentum, decay: Float(trainer.weightDecay))
    case .adam(let beta1, let beta2, let epsilon):
      chain.adamStep(
        rate: Float(rate), beta1: beta1, beta2: beta2, epsilon: epsilon,
        decay: Float(trainer.weightDecay),
        corrections: (1 - beta1.power(steps), 1 - beta2.power(steps)))
    }
    if trainer.l1 > 0 { chain.shrinkWeights(by: Float(rate * trainer.l1)) }
    return loss
  }
}

extension Architecture {
  /// The dense layers up to a node, each with its activation, and their positions.
  /// - Returns: `nil` if there are other layers or the architecture is not sequential.
  func denseChain(to last: Int) -> (links: [DenseChain.Link], nodes: [Int])? {
    guard isSequence, input.rank == 1 else { return nil }
    var links: [DenseChain.Link] = []
    var positions: [Int] = []
    for (index, node) in nodes[...last].enumerated() {
      switch node.layer {
      case let dense as Dense:
        links.append(
          DenseChain.Link(inputs: links.last?.units ?? input.count, units: dense.units))
        positions.append(index)
      case let activation as Activation:
        guard let last = links.indices.last, links[last].function == nil else { return nil }
        links[last].function = activation.function.kernel
        links[last].slope = activation.slope
      default: return nil
      }
    }
    return (links, positions)
  }
}

extension Head {
  /// The mean loss of a batch; replaces the outputs by the gradient of the loss.
  fileprivate static func softmaxLoss(
    _ outputs: UnsafeMutablePointer<Float>, rows: ArraySlice<Int>, width: Int, labels: [Int],
    weights: [Float]?
  ) -> Double {
    DenseChain.softmax(outputs, rows: rows.count, width: width)
    let share = 1 / Float(rows.count)
    var total = 0.0
    for (position, row) in rows.enumerated() {
      let (label, start) = (labels[row], outputs + position * width)
      let weight = weights?[label] ?? 1
      total -= Double(weight) * logarithm(of: start[label])
      start[label] -= 1
      let scale = share * weight
      for column in 0..<width { start[column] *= scale }
    }
    return total / Double(rows.count)
  }
}
