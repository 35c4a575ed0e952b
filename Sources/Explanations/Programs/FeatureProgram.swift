import Datasets
import Foundation
import Networks
import Tensors

/// The layers of a network that compute its hidden features from a row, in double precision.
public struct FeatureProgram: Hashable, Sendable {
  /// A dense layer with its activation.
  public struct Step: Hashable, Sendable {
    /// `[inputs, units]`
    public var weight: Tensor
    /// `[units]`
    public var bias: Tensor
    /// The activation function; `nil` is the identity.
    public var function: Activation.Function?
    /// The hyperparameter of the function.
    public var slope: Float

    /// Creates a layer; without a function it is linear.
    public init(weight: Tensor, bias: Tensor, function: Activation.Function?, slope: Float = 0) {
      self.weight = weight
      self.bias = bias
      self.function = function
      self.slope = slope
    }
  }

  /// How a row is encoded as inputs of the first step.
  public var encoding: Encoding
  /// The layers, in order.
  public var steps: [Step]
  /// The hidden features, in the order of the outputs of the last step.
  public var neurons: [Neuron]

  /// Creates the layers that compute some hidden features from a row.
  public init(encoding: Encoding, steps: [Step], neurons: [Neuron]) {
    self.encoding = encoding
    self.steps = steps
    self.neurons = neurons
  }

  /// The layers of a model up to the node whose neurons are its hidden features; `nil` if there is
  /// no such node or if an unsupported layer precedes it.
  public init?(_ model: Model) {
    guard let node = model.featureNode,
      let last = model.network.architecture.index(of: node),
      let steps = Self.steps(of: model.network, to: last)
    else { return nil }
    self.init(
      encoding: model.encoding, steps: steps, neurons: model.network.neurons(of: node))
  }

  /// The dense layers up to a node, each with its activation; `nil` if there are others before it.
  static func steps(of network: Network, to last: Int) -> [Step]? {
    var steps: [Step] = []
    for index in 0...last {
      let parameters = network.parameters[index]
      let layer = network.architecture.nodes[index].layer
      if layer.isFullyConnected {
        steps.append(
          Step(weight: parameters[.weight].value, bias: parameters[.bias].value, function: nil))
      } else if let activation = layer.activation, let last = steps.last, last.function == nil {
        steps[steps.count - 1].function = activation.function
        steps[steps.count - 1].slope = activation.slope
      } else {
        return nil
      }
    }
    return steps
  }

  /// The values of the hidden features of a row: numbers and positions of levels, one per column of
  /// the schema.
  public func values(of row: [Double]) -> [Double] {
    steps.reduce(encoding.inputs.map { $0.kind.encoded(row[$0.feature]) }) { $1.outputs(of: $0) }
  }
}

extension FeatureProgram.Step {
  fileprivate func outputs(of values: [Double]) -> [Double] {
    var sums = bias.elements.map(Double.init)
    for (input, value) in values.enumerated() where value != 0 {
      for (unit, weight) in weight.row(input).enumerated() { sums[unit] += value * Double(weight) }
    }
    return sums.map(activated)
  }

  private func activated(_ x: Double) -> Double {
    let slope = Double(slope)
    return switch function {
    case nil: x
    case .relu: x > 0 ? x : 0
    case .leakyReLU: x > 0 ? x : slope * x
    case .elu: x > 0 ? x : slope * expm1(x)
    case .sigmoid: x > 0 ? 1 / (1 + exp(-x)) : 1 - 1 / (1 + exp(x))
    case .tanh: tanh(x)
    case .selu: 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))
    case .softplus: Self.softplus(x)
    case .softsign: x / (1 + abs(x))
    case .thresholdedReLU: x > slope ? x : 0
    case .clippedReLU: min(max(x, 0), slope)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: x > 0 ? x / (1 + exp(-x)) : x * exp(x) / (1 + exp(x))
    case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
    case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * pow(x, 3))))
    case .mish: x * tanh(Self.softplus(x))
    }
  }

  private static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
}

extension Encoding.Input.Kind {
  /// The input for a value, in double precision.
  fileprivate func encoded(_ value: Double) -> Double {
    switch self {
    case .scaled(let mean, let scale): value.isNaN ? 0 : (value - mean) / scale
    case .level(let index): value == Double(index) ? 1 : 0
    case .missing: value.isNaN ? 1 : 0
    }
  }
}
