import Datasets
import Tensors

/// The recorded forward pass of a batch in training mode.
public struct TrainingPass: Sendable {
  /// The inputs, `[rows, …]` in the architecture's input shape.
  var inputs: Tensor
  /// The output of every node.
  public var outputs: [Tensor]
  /// The intermediate values that every layer saved for the backward pass.
  var memories: [[Tensor]]
}

extension Network {
  /// The forward pass of a batch in training mode.
  ///
  /// `generator`: the random generator of stochastic layers such as dropout.
  public func trainingPass(
    _ inputs: Tensor, using generator: inout SeededGenerator
  ) -> TrainingPass {
    var pass = TrainingPass(inputs: shaped(inputs), outputs: [], memories: [])
    pass.outputs.reserveCapacity(architecture.nodes.count)
    for (index, node) in architecture.nodes.enumerated() {
      let (output, memory) = node.layer.forwardInTraining(
        architecture.links[index].map(pass.value), parameters[index], using: &generator)
      pass.outputs.append(output)
      pass.memories.append(memory)
    }
    return pass
  }

  /// Updates the running statistics from a training pass.
  public mutating func updateRunningStatistics(_ pass: TrainingPass) {
    for index in architecture.nodes.indices where !pass.memories[index].isEmpty {
      architecture.nodes[index].layer.updateRunningStatistics(
        pass.memories[index], into: &parameters[index])
    }
  }

  /// The gradients of a loss with respect to every parameter, for one batch.
  ///
  /// `gradient`: the gradient of the loss with respect to the last output.
  /// `extra`: further gradients with respect to the outputs of some nodes, by position.
  public func gradients(
    of pass: TrainingPass, gradient: Tensor, adding extra: [Int: Tensor] = [:]
  ) -> [[Tensor]] {
    var own = [[Tensor]](repeating: [], count: architecture.nodes.count)
    backward(from: architecture.nodes.count - 1, pass, gradient, adding: extra, needsInput: false) {
      own[$0] = $1
    }
    return own
  }

  /// The gradient of a weighted sum of one node's outputs with respect to the network's inputs, in
  /// inference mode.
  ///
  /// `gradient`: the weights of the sum, `[rows, …]` of the node's output shape.
  /// - Returns: `[rows, inputs]`
  public func inputGradient(of node: Int, inputs: Tensor, gradient: Tensor) -> Tensor {
    let outputs = activations(for: inputs)
    let pass = TrainingPass(
      inputs: shaped(inputs), outputs: outputs, memories: outputs.map { _ in [] })
    let below = backward(
      from: node, pass, gradient, adding: [:], needsInput: true, inTraining: false
    ) { _, _ in }
    let flat = below ?? Tensor(shape: inputs.shape)
    return flat.reshaped(to: [flat.rows, flat.width])
  }

  /// The activations of some nodes for a batch and the gradients of the loss with respect to them,
  /// in inference mode.
  public func activationGradients(
    at nodes: [Int], on batch: Examples, head: Head
  ) -> (values: [Int: Tensor], gradients: [Int: Tensor]) {
    let outputs = activations(for: batch.inputs)
    guard let last = outputs.last else { return ([:], [:]) }
    let pass = TrainingPass(
      inputs: shaped(batch.inputs), outputs: outputs, memories: outputs.map { _ in [] })
    var gradients: [Int: Tensor] = [:]
    let wanted = Set(nodes)
    backward(
      from: outputs.count - 1, pass, head.loss(of: last, for: batch).gradient, adding: [:],
      needsInput: false, inTraining: false,
      meeting: { node, gradient in
        if wanted.contains(node) { gradients[node] = gradient }
      }
    ) { _, _ in }
    return (Dictionary(uniqueKeysWithValues: nodes.map { ($0, outputs[$0]) }), gradients)
  }

  @discardableResult
  private func backward(
    from last: Int, _ pass: TrainingPass, _ gradient: Tensor, adding extra: [Int: Tensor],
    needsInput: Bool, inTraining: Bool = true, meeting: (Int, Tensor) -> Void = { _, _ in },
    take: (Int, [Tensor]) -> Void
  ) -> Tensor? {
    var above = [Tensor?](repeating: nil, count: last + 1)
    var below: Tensor?
    above[last] = gradient
    func send(_ gradient: Tensor, to position: Int) {
      if position < 0 {
        if below == nil { below = gradient } else { below?.add(gradient) }
      } else if above[position] == nil {
        above[position] = gradient
      } else {
        above[position]?.add(gradient)
      }
    }
    for index in (0...last).reversed() {
      if let more = extra[index] { send(more, to: index) }
      guard let own = above[index] else { continue }
      above[index] = nil
      meeting(index, own)
      let links = architecture.links[index]
      var wanted: LayerGradients.Kinds = inTraining && !parameters[index].isEmpty ? .parameters : []
      if needsInput || links.contains(where: { $0 >= 0 }) { wanted.insert(.inputs) }
      guard !wanted.isEmpty else { continue }
      let found = architecture.nodes[index].layer.backward(
        own,
        through: LayerPass(
          inputs: links.map(pass.value), output: pass.outputs[index], parameters: parameters[index],
          memory: pass.memories[index]), wanted: wanted)
      if inTraining { take(index, found.parameters) }
      for (link, part) in zip(links, found.inputs) where needsInput || link >= 0 {
        send(part, to: link)
      }
    }
    return below
  }
}

extension TrainingPass {
  fileprivate func value(_ position: Int) -> Tensor {
    position < 0 ? inputs : outputs[position]
  }
}
