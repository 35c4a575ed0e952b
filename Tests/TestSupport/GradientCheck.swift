import Datasets
import Networks
import Tensors
import Testing

/// The error of a layer's `backward` against finite differences of its `forward`.
public struct GradientCheck {
  /// The largest difference with respect to the input, and to each parameter.
  public var input: Float
  public var parameters: [Float]

  /// Compares every entry with `(L(x + h) - L(x - h)) / 2h`, where L is the sum of the outputs with
  /// random weights.
  /// - Parameters:
  ///   - layer: the layer.
  ///   - input: `[rows, …]`, away from non-differentiable points of the layer.
  ///   - parameters: its weights, in the order of its roles.
  ///   - step: small enough for the curvature, large enough for single precision.
  ///   - inTraining: whether `forwardInTraining` and `backwardInTraining` are checked.
  ///   - generator: the random generator.
  public init(
    _ layer: any Layer, input: Tensor, parameters: [Parameter], step: Float = 1e-2,
    inTraining: Bool = false, using generator: inout SeededGenerator
  ) {
    let chance = generator.stream("chance")
    func forward(
      _ input: Tensor, _ parameters: [Parameter]
    ) -> (output: Tensor, memory: [Tensor]) {
      guard inTraining else { return (layer.forward(input, parameters), []) }
      var same = chance
      return layer.forwardInTraining(input, parameters, using: &same)
    }
    let (output, memory) = forward(input, parameters)
    let weights = generator.normalTensor(output.shape)
    let (below, own) =
      inTraining
      ? layer.backwardInTraining(
        weights, input: input, output: output, parameters, memory: memory, needsInput: true)
      : layer.backward(weights, input: input, output: output, parameters, needsInput: true)

    func loss(_ input: Tensor, _ parameters: [Parameter]) -> Double {
      zip(forward(input, parameters).output.elements, weights.elements)
        .reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    func numeric(_ value: Tensor, _ loss: (Tensor) -> Double) -> Tensor {
      let gradient = value.elements.indices.map { index in
        let shifted = [step, -step].map { shift in
          var elements = value.elements
          elements[index] += shift
          return loss(Tensor(elements, shape: value.shape))
        }
        return Float((shifted[0] - shifted[1]) / (2 * Double(step)))
      }
      return Tensor(gradient, shape: value.shape)
    }

    self.input = below.map { difference($0, numeric(input) { loss($0, parameters) }) } ?? .infinity
    self.parameters = parameters.indices.map { index in
      guard parameters[index].role.isLearned else { return 0 }
      return difference(
        own[index],
        numeric(parameters[index].value) { value in
          var changed = parameters
          changed[index].value = value
          return loss(input, changed)
        })
    }
  }
}

/// The largest error of a network's training gradients against finite differences of its loss, for
/// three elements of every learned parameter.
public func gradientError(of network: Network, rows: Tensor, labels: [Int]) throws -> Double {
  let examples = Examples(inputs: rows, labels: labels)
  func pass(_ network: Network) -> TrainingPass {
    var chance = SeededGenerator(seed: 0)
    return network.trainingPass(rows, using: &chance)
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
