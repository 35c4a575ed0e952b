import Naming
import Tensors

/// A layer type with its hyperparameters; the learned parameters are stored in `Network`.
///
/// A layer reads one or several input nodes; shapes and tensors are given for all of them, in order.
/// `forward` and `backward` are tested against finite differences.
public protocol Layer: Named, Hashable {
  /// The number of input nodes; `nil` for one or more. Default 1.
  var arity: Int? { get }
  /// The output shape for one row, without the batch dimension; its last axis holds the units.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept these input shapes.
  func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape

  /// The roles of the layer's parameters, each once. Default none.
  var roles: [Parameter.Role] { get }
  /// The shapes of the parameters, in the order of `roles`, for valid input shapes.
  func parameterShapes(for inputs: [Shape]) -> [Shape]
  /// Newly initialised parameters, in the order of `roles`. Default ones for scales and variances,
  /// zeros for all other roles.
  func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor]

  /// The output of the layer at inference.
  ///
  /// `inputs`: `[rows, …]` each.
  func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor
  /// Replaces the values of the only input by the output of `forward`.
  func forward(inPlace values: inout Tensor, _ parameters: [Parameter])
  /// The output in training mode, and the intermediate values that the backward pass needs. Default
  /// `forward`, with none.
  func forwardInTraining(
    _ inputs: [Tensor], _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor])
  /// The gradients of a loss with respect to the inputs and the parameters.
  ///
  /// `gradient`: the gradient with respect to the output, of the output's shape.
  /// `pass`: the forward pass; in training mode if it has a memory.
  /// `wanted`: the gradients that must be computed; others are ignored.
  func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients
  /// Updates the running statistics of the layer, such as batch normalisation means and variances.
  func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter])

  /// How the layer couples its input and output neurons for structured pruning.
  var coupling: Coupling { get }
  /// The meaning of each dimension of each parameter, in the order of `roles`. Default inputs and
  /// outputs for weights, outputs for all other roles.
  var axes: [[Axis]] { get }
  /// The layer after pruning: only the input and output neurons marked `true` are kept.
  func keeping(inputs: [Bool], outputs: [Bool]) -> Self
  /// The number of multiply-accumulate operations (MACs) per sample; masked weights are not
  /// counted. Default the number of weights.
  func multiplications(for inputs: [Shape], _ parameters: [Parameter]) -> Int
}

extension Layer {
  public var arity: Int? { 1 }
  public var roles: [Parameter.Role] { [] }
  public var axes: [[Axis]] { roles.map { $0 == .weight ? [.inputs, .outputs] : [.outputs] } }
  public func keeping(inputs: [Bool], outputs: [Bool]) -> Self { self }

  public func parameterShapes(for inputs: [Shape]) -> [Shape] { [] }

  public func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor] {
    zip(roles, parameterShapes(for: inputs)).map { role, shape in
      Tensor(repeating: role == .scale || role == .variance ? 1 : 0, shape: shape)
    }
  }

  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    values = forward([values], parameters)
  }

  public func forwardInTraining(
    _ inputs: [Tensor], _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    (forward(inputs, parameters), [])
  }

  public func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter]) {}

  public func multiplications(for inputs: [Shape], _ parameters: [Parameter]) -> Int {
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
