import Tensors

extension Network {
  /// The gradients of a loss with respect to every parameter, for one batch.
  ///
  /// `inputs`: `[rows, inputs]`
  /// `outputs`: what `activations(for:)` gave for these inputs.
  /// `gradient`: of the loss with respect to the last output.
  /// `extra`: further gradients with respect to the outputs of some nodes, by position.
  public func gradients(
    inputs: Tensor, outputs: [Tensor], gradient: Tensor, adding extra: [Int: Tensor] = [:]
  ) -> [[Tensor]] {
    var above = gradient
    var gradients = [[Tensor]](repeating: [], count: architecture.nodes.count)
    for index in architecture.nodes.indices.reversed() {
      if let more = extra[index] { above.add(more) }
      let (below, own) = architecture.nodes[index].layer.backward(
        above, input: index == 0 ? inputs : outputs[index - 1], output: outputs[index],
        parameters[index], needsInput: index > 0)
      gradients[index] = own
      if let below { above = below }
    }
    return gradients
  }

  /// The gradient of a weighted sum of one node's outputs with respect to the network's inputs.
  ///
  /// `gradient`: `[rows, neurons]` of the node.
  /// - Returns: `[rows, inputs]`
  public func inputGradient(of node: Int, inputs: Tensor, gradient: Tensor) -> Tensor {
    var outputs: [Tensor] = []
    for index in 0...node {
      outputs.append(
        architecture.nodes[index].layer.forward(outputs.last ?? inputs, parameters[index]))
    }
    var above = gradient
    for index in (0...node).reversed() {
      let (below, _) = architecture.nodes[index].layer.backward(
        above, input: index == 0 ? inputs : outputs[index - 1], output: outputs[index],
        parameters[index], needsInput: true)
      if let below { above = below }
    }
    return above
  }
}
