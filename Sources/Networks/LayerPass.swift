import Tensors

/// The forward computation of one layer on a batch, as its backward pass needs it.
public struct LayerPass: Sendable {
  /// The outputs of the input nodes in order, `[rows, …]` each.
  public var inputs: [Tensor]
  /// The output of the layer, `[rows, …]`.
  public var output: Tensor
  /// The parameters, in the order of the layer's roles.
  public var parameters: [Parameter]
  /// What `forwardInTraining` saved; empty for the forward pass at inference.
  public var memory: [Tensor]

  /// Creates the pass of a layer; without memory it is a pass at inference.
  public init(
    inputs: [Tensor], output: Tensor, parameters: [Parameter], memory: [Tensor] = []
  ) {
    self.inputs = inputs
    self.output = output
    self.parameters = parameters
    self.memory = memory
  }
}

/// The gradients that the backward pass of a layer computes.
public struct LayerGradients: Sendable {
  /// The kinds of gradients that a caller wants; a layer may skip the others.
  public struct Kinds: OptionSet, Sendable {
    /// The bits of the options.
    public let rawValue: Int
    /// Creates the kinds of these bits.
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// The gradients with respect to the inputs.
    public static let inputs = Kinds(rawValue: 1)
    /// The gradients with respect to the parameters.
    public static let parameters = Kinds(rawValue: 2)
  }

  /// The gradient with respect to each input, of its shape.
  public var inputs: [Tensor]
  /// The gradient with respect to each parameter, in the order of the layer's roles; zeros for
  /// running statistics.
  public var parameters: [Tensor]

  /// Creates gradients, by the positions of inputs and parameters.
  public init(inputs: [Tensor] = [], parameters: [Tensor] = []) {
    self.inputs = inputs
    self.parameters = parameters
  }
}
