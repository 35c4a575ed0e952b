import Datasets
import Networks
import Tensors

/// A factor on some numbers of a network, learned as if it were a layer of its own.
///
/// A gate `g` multiplies what a neuron, or a block, says before its activation. Where the numbers that
/// make it are a weight's column and a bias, or the scale and shift of a normalisation, that is the
/// same as multiplying them, and `dLoss/dg = Σ dLoss/d(g·w) · w`: no layer is added, so none has to be
/// taken out.
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
  /// The network with each gate's numbers multiplied by its factor.
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

  /// The gradient of the loss with respect to each gate, from those of the gated numbers.
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

  /// The gate on what a neuron with weights says: in the normalisation behind it, where nothing else
  /// reads it, or in its own weights and bias.
  package func gate(on maker: NeuronGroups.Position, _ groups: NeuronGroups) -> Gate {
    let node = normalization(behind: maker.node) ?? maker.node
    let group = groups.ofNodes[maker.node][maker.neuron]
    var parts: [Gate.Part] = []
    for slot in groups.slots where slot.node == node && slot.makes {
      let role = parameters[node][slot.parameter].role
      guard role.isLearned else { continue }
      let positions =
        node == maker.node
        ? [maker.neuron] : slot.groups.indices.filter { slot.groups[$0] == group }
      let shape = parameters[node][slot.parameter].value.shape
      parts.append(
        Gate.Part(
          node: node, parameter: slot.parameter,
          entries: shape.entries(of: positions, along: slot.axis)))
    }
    return Gate(parts: parts)
  }

  /// The gate on everything that a node with parameters says.
  func gate(onAllOf node: Int) -> Gate {
    Gate(
      parts: parameters[node].indices.filter { parameters[node][$0].role.isLearned }.map {
        Gate.Part(
          node: node, parameter: $0, entries: Array(0..<parameters[node][$0].value.count))
      })
  }

  /// The normalisation that alone reads a node.
  func normalization(behind node: Int) -> Int? {
    let readers = architecture.nodes.indices.filter { architecture.links[$0].contains(node) }
    guard readers.count == 1, let reader = readers.first,
      architecture.nodes[reader].layer is BatchNormalization
    else { return nil }
    return reader
  }
}

/// Rows in the order of an epoch, batch by batch.
struct Batches {
  let examples: Examples
  let context: PruningContext
  let seed: UInt64

  init(_ examples: Examples, of context: PruningContext, seed: UInt64) {
    self.examples = examples
    self.context = context
    self.seed = seed
  }

  /// - Throws: what `body` throws, and what the lesson throws at a step.
  /// - Complexity: O(rows)
  func forEach(epoch: Int, _ body: (Examples) throws -> Void) throws {
    var order = Array(0..<examples.count)
    var generator = SeededGenerator(seed: seed).stream("gates-\(epoch)")
    generator.shuffle(&order)
    var moves = generator.stream("moves")
    let size = context.trainer.batch
    for start in stride(from: 0, to: order.count, by: size) {
      try context.onStep()
      let rows = order[start..<min(start + size, order.count)]
      try body(context.trainer.batch(of: examples, rows, using: &moves))
    }
  }
}
