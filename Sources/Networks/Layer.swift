import Naming
import Tensors

/// A layer type with its hyperparameters; the learned parameters are stored in `Network`.
///
/// Each layer implements `forward` and `backward`; both are tested against finite differences.
public protocol Layer: Named, Hashable {
  /// The output shape for one row, without the batch dimension.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept this input shape.
  func outputShape(for input: Shape) throws(NetworkError) -> Shape
  /// The roles of the layer's parameters, in the order in which `forward` takes them.
  var roles: [Parameter.Role] { get }
  /// The shapes of the parameters, in the order of `roles`, for a valid input shape.
  func parameterShapes(for input: Shape) -> [Shape]
  /// Newly initialised parameters, in the order of `roles`.
  func makeParameters(for input: Shape, using generator: inout SeededGenerator) -> [Tensor]
  /// The output of the layer at inference.
  ///
  /// `input`: `[rows, …]`
  func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor
  /// Replaces `values` by the output of `forward`.
  func forward(inPlace values: inout Tensor, _ parameters: [Parameter])
  /// The gradients with respect to the input (if `needsInput`) and to each parameter.
  ///
  /// `gradient`: the gradient with respect to the output, of the output's shape.
  func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor])
  /// The gradient with respect to the input only, equal to that of `backward`.
  func inputGradient(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter]
  ) -> Tensor
  /// How the layer couples its input and output neurons for structured pruning.
  var coupling: Coupling { get }
  /// The meaning of each dimension of each parameter, in the order of `roles`.
  var axes: [[Axis]] { get }
  /// The layer after pruning: only the input and output neurons marked `true` are kept.
  func keeping(inputs: [Bool], outputs: [Bool]) -> Self

  /// The number of input nodes; `nil` for one or more.
  var arity: Int? { get }
  /// The output shape for one row of a layer with several input nodes.
  /// - Throws: `NetworkError.shapeMismatch` if the shapes do not match.
  func outputShape(joining inputs: [Shape]) throws(NetworkError) -> Shape
  func forward(joining inputs: [Tensor], _ parameters: [Parameter]) -> Tensor
  /// The gradient with respect to each of several inputs.
  func backward(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor]

  /// The output in training mode, and the intermediate values that the backward pass needs.
  func forwardInTraining(
    _ input: Tensor, _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor])
  /// The backward pass of `forwardInTraining`, with the intermediate values of the forward pass.
  func backwardInTraining(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter],
    memory: [Tensor], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor])
  /// Updates the running statistics of the layer, such as batch normalisation means and variances.
  func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter])
  /// The number of multiply-accumulate operations (MACs) per sample; masked weights are not
  /// counted.
  func multiplications(for input: Shape, _ parameters: [Parameter]) -> Int
}

extension Layer {
  public var arity: Int? { 1 }
  public var axes: [[Axis]] { roles.map { $0 == .weight ? [.inputs, .outputs] : [.outputs] } }
  public func keeping(inputs: [Bool], outputs: [Bool]) -> Self { self }

  public func parameterShapes(for input: Shape) -> [Shape] { [] }

  /// Ones for scales and variances, zeros for all other roles.
  public func makeParameters(for input: Shape, using generator: inout SeededGenerator) -> [Tensor] {
    zip(roles, parameterShapes(for: input)).map { role, shape in
      Tensor(repeating: role == .scale || role == .variance ? 1 : 0, shape: shape)
    }
  }

  public func outputShape(joining inputs: [Shape]) throws(NetworkError) -> Shape {
    guard let input = inputs.first, inputs.count == 1 else {
      throw .joins(layer: Self.name, found: inputs.count)
    }
    return try outputShape(for: input)
  }

  public func forward(joining inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    forward(inputs[0], parameters)
  }

  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    values = forward(values, parameters)
  }

  public func inputGradient(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter]
  ) -> Tensor {
    backward(gradient, input: input, output: output, parameters, needsInput: true).input
      ?? Tensor(shape: input.shape)
  }

  public func backward(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor] {
    inputs.map { _ in gradient }
  }

  public func forwardInTraining(
    _ input: Tensor, _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    (forward(input, parameters), [])
  }

  public func backwardInTraining(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter],
    memory: [Tensor], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    backward(gradient, input: input, output: output, parameters, needsInput: needsInput)
  }

  public func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter]) {}

  public func multiplications(for input: Shape, _ parameters: [Parameter]) -> Int {
    parameters.reduce(0) { $0 + ($1.role == .weight ? $1.keptCount : 0) }
  }
}

/// How a layer's output neurons depend on its input neurons, for structured pruning.
public enum Coupling: Hashable, Sendable {
  /// Every output depends on every input of its group: dense and (grouped) convolution.
  case mixing(groups: Int)
  /// Output i depends on input i of every input node: activation, normalisation, pooling, sum.
  case unitwise
  /// The outputs are the concatenated neurons of all input nodes: concatenation.
  case joining
  /// Each channel becomes several outputs, one per pixel: flatten.
  case spreading
  /// Zero channels are added before and after the input channels: channel padding.
  case padding(front: Int, back: Int)
  /// The outputs are a subset of the input neurons: split, gather.
  case selecting([Int])
  /// Unknown coupling: the input and output neurons cannot be pruned.
  case opaque
}

/// The meaning of a dimension of a parameter.
public enum Axis: Hashable, Sendable {
  /// The input neurons of the layer.
  case inputs
  /// The output neurons of the layer.
  case outputs
  /// Neither, such as the height and width of a kernel.
  case other
}

/// All layer types, by name.
public let layerCatalog = Catalog<any Layer>(
  "layer",
  [
    Dense.self, Activation.self, Convolution.self, BatchNormalization.self, Pooling.self,
    GlobalAveragePooling.self, Flattening.self, Reshaping.self, Transposition.self, Dropout.self,
    ZeroPadding.self, StridedSlice.self, Sum.self, Concatenation.self,
    ChannelSelection.self, ParametricReLU.self, LayerNormalization.self,
  ])
