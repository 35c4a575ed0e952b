import Datasets
import Networks
import Tensors

/// A trainable factor on some parameters of a network.
///
/// A gate `g` scales the pre-activation output of a neuron or block. It is applied to the
/// parameters that produce the output, a weight's column and bias or the scale and shift of a
/// normalisation, with `dLoss/dg = Σ dLoss/d(g·w) · w`. The architecture therefore does not change.
package struct Gate: Sendable {
  /// Entries of one parameter.
  package struct Part: Sendable {
    var node: Int
    var parameter: Int
    var entries: [Int]
  }
  var parts: [Part]
}

extension Network {
  /// Returns the network with each gate's parameters multiplied by its factor.
  package func gated(_ gates: [Gate], by factors: [Float]) -> Network {
    var copy = self
    for (gate, factor) in zip(gates, factors) where factor != 1 {
      for part in gate.parts {
        copy.parameters[part.node][part.parameter].value.withElements { elements in
          for entry in part.entries { elements[entry] *= factor }
        }
      }
    }
    return copy
  }

  /// The gradient of the loss with respect to each gate, from the gradients of the gated
  /// parameters.
  package func gateGradients(_ gates: [Gate], _ gradients: [[Tensor]]) -> [Float] {
    gates.map { gate in
      var sum = 0.0
      for part in gate.parts where gradients[part.node].indices.contains(part.parameter) {
        let own = parameters[part.node][part.parameter].value.elements
        let gradient = gradients[part.node][part.parameter].elements
        for entry in part.entries { sum += Double(own[entry]) * Double(gradient[entry]) }
      }
      return Float(sum)
    }
  }

  /// The gate on a neuron's output: on the normalisation that alone reads the layer, or on the
  /// neuron's weights and bias.
  package func gate(on producer: NeuronGroups.Position, _ groups: NeuronGroups) -> Gate {
    let node = normalization(behind: producer.node) ?? producer.node
    let group = groups.ofNodes[producer.node][producer.neuron]
    var parts: [Gate.Part] = []
    for slot in groups.slots where slot.node == node && slot.isOutput {
      let role = parameters[node][slot.parameter].role
      guard role.isLearned else { continue }
      let positions =
        node == producer.node
        ? [producer.neuron] : slot.groups.indices.filter { slot.groups[$0] == group }
      let shape = parameters[node][slot.parameter].value.shape
      parts.append(
        Gate.Part(
          node: node, parameter: slot.parameter,
          entries: shape.entries(of: positions, along: slot.axis)))
    }
    return Gate(parts: parts)
  }

  /// The gate on the whole output of a node with parameters.
  func gate(onAllOf node: Int) -> Gate {
    Gate(
      parts: parameters[node].indices.filter { parameters[node][$0].role.isLearned }.map {
        Gate.Part(
          node: node, parameter: $0, entries: Array(0..<parameters[node][$0].value.count))
      })
  }

  /// The batch normalisation that is the only reader of a node.
  func normalization(behind node: Int) -> Int? {
    let readers = architecture.nodes.indices.filter { architecture.links[$0].contains(node) }
    guard readers.count == 1, let reader = readers.first,
      architecture.nodes[reader].layer.scalesUnits
    else { return nil }
    return reader
  }
}

/// Shuffled mini-batches of an epoch.
struct Batches {
  let examples: Examples
  let context: PruningContext
  let seed: UInt64

  init(_ examples: Examples, of context: PruningContext, seed: UInt64) {
    self.examples = examples
    self.context = context
    self.seed = seed
  }

  /// - Throws: errors of `body` and of the context's `onStep`.
  /// - Complexity: O(rows)
  func forEach(epoch: Int, _ body: (Examples) throws -> Void) throws {
    var generator = SeededGenerator(seed: seed).stream("gates-\(epoch)")
    let batches = MiniBatches(
      of: examples.count, size: context.trainer.batch, using: &generator)
    var moves = generator.stream("moves")
    for step in 0..<batches.count {
      try context.onStep()
      try body(context.trainer.batch(of: examples, batches[step], using: &moves))
    }
  }
}
