import Datasets
import Networks
import Tensors
import TestSupport
import Testing

/// The error of a layer's `backward` against finite differences of its `forward`.
public struct GradientCheck {
  /// The largest difference with respect to each input, and to each parameter.
  public var inputs: [Float]
  public var parameters: [Float]

  /// Compares every entry with `(L(x + h) - L(x - h)) / 2h`, where L is the sum of the outputs with
  /// random weights.
  /// - Parameters:
  ///   - layer: the layer.
  ///   - inputs: `[rows, …]` each, away from non-differentiable points of the layer.
  ///   - parameters: its weights, in the order of its roles.
  ///   - step: small enough for the curvature, large enough for single precision.
  ///   - inTraining: whether the pass of `forwardInTraining` is checked.
  ///   - generator: the random generator.
  public init(
    _ layer: any Layer, inputs: [Tensor], parameters: [Parameter], step: Float = 1e-2,
    inTraining: Bool = false, using generator: inout SeededGenerator
  ) {
    let random = generator.stream("chance")
    func forward(
      _ inputs: [Tensor], _ parameters: [Parameter]
    ) -> (output: Tensor, memory: [Tensor]) {
      guard inTraining else { return (layer.forward(inputs, parameters), []) }
      var same = random
      return layer.forwardInTraining(inputs, parameters, using: &same)
    }
    let (output, memory) = forward(inputs, parameters)
    let weights = generator.normalTensor(output.shape)
    let found = layer.backward(
      weights,
      through: LayerPass(inputs: inputs, output: output, parameters: parameters, memory: memory),
      wanted: [.inputs, .parameters])

    func loss(_ inputs: [Tensor], _ parameters: [Parameter]) -> Double {
      zip(forward(inputs, parameters).output.elements, weights.elements)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    func error(_ gradient: Tensor?, at value: Tensor, _ loss: (Tensor) -> Double) -> Float {
      guard let gradient else { return .infinity }
      let numeric = value.elements.indices.map { index in
        let shifted = [step, -step].map { shift in
          var elements = value.elements
          elements[index] += shift
          return loss(Tensor(elements, shape: value.shape))
        }
        return Float((shifted[0] - shifted[1]) / (2 * Double(step)))
      }
      return difference(gradient, Tensor(numeric, shape: value.shape))
    }

    self.inputs = inputs.indices.map { index in
      error(found.inputs.indices.contains(index) ? found.inputs[index] : nil, at: inputs[index]) {
        var changed = inputs
        changed[index] = $0
        return loss(changed, parameters)
      }
    }
    self.parameters = parameters.indices.map { index in
      guard parameters[index].role.isLearned else { return 0 }
      return error(
        found.parameters.indices.contains(index) ? found.parameters[index] : nil,
        at: parameters[index].value
      ) {
        var changed = parameters
        changed[index].value = $0
        return loss(inputs, changed)
      }
    }
  }
}

/// The largest error of a network's training gradients against finite differences of its loss, for
/// three elements of every learned parameter.
public func gradientError(of network: Network, rows: Tensor, labels: [Int]) throws -> Double {
  let examples = Examples(inputs: rows, labels: labels)
  func pass(_ network: Network) -> TrainingPass {
    var random = SeededGenerator(seed: 0)
    return network.trainingPass(rows, using: &random)
  }
  func loss(_ network: Network) -> Double {
    Head.softmax.loss(of: pass(network).outputs.last ?? rows, for: examples).value
  }
  let whole = pass(network)
  let output = try #require(whole.outputs.last)
  let gradients = network.gradients(
    of: whole, gradient: Head.softmax.loss(of: output, for: examples).gradient)
  var largest = 0.0
  for node in network.parameters.indices {
    for index in network.parameters[node].indices
    where network.parameters[node][index].role.isLearned {
      let value = network.parameters[node][index].value
      for position in [0, value.count / 2, value.count - 1] {
        let shifted = [0.01, -0.01].map { (shift: Float) in
          var elements = value.elements
          elements[position] += shift
          var changed = network
          changed.parameters[node][index].value = Tensor(elements, shape: value.shape)
          return loss(changed)
        }
        let numeric = (shifted[0] - shifted[1]) / 0.02
        largest = max(largest, abs(numeric - Double(gradients[node][index].elements[position])))
      }
    }
  }
  return largest
}
