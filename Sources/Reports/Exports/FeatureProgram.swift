import Datasets
import Networks
import Tensors

/// The layers of a network that compute its hidden features, for executing rules over them.
public struct FeatureProgram: Hashable, Codable, Sendable {
  /// A dense layer with its activation.
  public struct Step: Hashable, Codable, Sendable {
    /// `[inputs, units]`
    public var weight: Tensor
    /// `[units]`
    public var bias: Tensor
    public var function: Activation.Function?
    public var slope: Float

    public init(weight: Tensor, bias: Tensor, function: Activation.Function?, slope: Float = 0) {
      self.weight = weight
      self.bias = bias
      self.function = function
      self.slope = slope
    }
  }

  public var encoding: Encoding
  public var steps: [Step]
  /// The names of the hidden features in rules, in the order of the outputs of the last step.
  public var ids: [String]

  public init(encoding: Encoding, steps: [Step], ids: [String]) {
    self.encoding = encoding
    self.steps = steps
    self.ids = ids
  }

  /// The layers of a model up to the node whose neurons are its hidden features; `nil` if there is
  /// no such node or if an unsupported layer precedes it.
  ///
  /// `ids` are the names of the hidden features by neuron ("activation-2:7").
  public init?(_ model: Model, ids: [String: String]) {
    guard let node = model.featureNode,
      let last = model.network.architecture.index(of: node)
    else { return nil }
    var steps: [Step] = []
    for index in 0...last {
      let parameters = model.network.parameters[index]
      switch model.network.architecture.nodes[index].layer {
      case is Dense where parameters.count == 2:
        steps.append(
          Step(weight: parameters[.weight].value, bias: parameters[.bias].value, function: nil))
      case let activation as Activation where !steps.isEmpty && steps.last?.function == nil:
        steps[steps.count - 1].function = activation.function
        steps[steps.count - 1].slope = activation.slope
      default: return nil
      }
    }
    let names = model.network.neurons(of: node).map { ids[$0.description] ?? $0.description }
    self.init(encoding: model.encoding, steps: steps, ids: names)
  }
}
