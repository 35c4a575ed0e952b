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
  /// The layer after pruning or growth: with a selection of its input and output neurons. Default
  /// the same layer.
  ///
  /// `inputs`: the neurons of the first input node.
  func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> Self
  /// The number of multiply-accumulate operations (MACs) per sample; masked weights are not
  /// counted. Default the number of weights.
  func macs(for inputs: [Shape], _ parameters: [Parameter]) -> Int

  /// A short description: `dense 64`, `relu`. Default the name.
  var title: String { get }
  /// The kernel size and stride in drawings; `nil` by default.
  var detail: String? { get }
  /// Whether training leaves its parameters as they are; `false` by default.
  var isFrozen: Bool { get }
  /// The layer with running statistics and parameters that training does not change, if it has running
  /// statistics; by default the layer itself.
  func freezingStatistics() -> any Layer
  /// Whether it normalises each channel or row; `false` by default.
  var isNormalization: Bool { get }
  /// The activation function, if the layer computes one without parameters; `nil` by default.
  var activation: Activation? { get }
  /// Whether it is an activation, with or without parameters: a nonlinear function of each element.
  /// Default whether it has an `activation`.
  var isActivation: Bool { get }
  /// Whether it is `output = input · weight + bias` for vectors, with a `weight` of
  /// `[inputs, units]` and a `bias` of `[units]`; false by default.
  var isFullyConnected: Bool { get }
  /// Whether its output at inference is its input, as that of dropout is; false by default.
  var isIdentityAtInference: Bool { get }
  /// Whether it normalises each unit with its running `mean` and `variance`, multiplies it by its
  /// `scale` and adds its `bias`, as batch normalisation does; false by default.
  var scalesUnits: Bool { get }
  /// Whether its output is the sum of its inputs, of which pruning may remove some; false by default.
  var addsInputs: Bool { get }
  /// For each input, a positive value for each element on which an output element that is positive
  /// in `above` depends, zero for the others.
  ///
  /// Weights and scales of zero cut a path; the values of all other parameters do not matter. The
  /// default is the input gradient at an input of zeros with all other weights and scales set to 1,
  /// for layers that are linear in their inputs.
  ///
  /// `above`: zeros and ones of the output's shape, for one row.
  /// `inputs`: zeros of the shapes of the inputs, for one row.
  func paths(to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]) -> [Tensor]
}

extension Layer {
  /// The number of input nodes; `nil` for one or more.
  public var arity: Int? { 1 }
  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { [] }
  /// What the dimensions of each parameter stand for.
  public var axes: [[Axis]] { roles.map { $0 == .weight ? [.inputs, .outputs] : [.outputs] } }
  /// The layer with a selection of its inputs and outputs.
  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> Self { self }
  /// The name and size in drawings.
  public var title: String { Self.name }
  /// The kernel size and stride in drawings.
  public var detail: String? { nil }
  /// Whether training leaves the parameters as they are.
  public var isFrozen: Bool { false }
  /// The layer itself: it has no running statistics.
  public func freezingStatistics() -> any Layer { self }
  /// Whether the layer is a normalisation.
  public var isNormalization: Bool { false }
  /// The activation function, if the layer is one.
  public var activation: Activation? { nil }
  /// Whether the layer is an activation function.
  public var isActivation: Bool { activation != nil }
  /// Whether every output is a weighted sum of all inputs.
  public var isFullyConnected: Bool { false }
  /// Whether the layer does nothing at inference.
  public var isIdentityAtInference: Bool { false }
  /// Whether the layer scales and shifts each unit.
  public var scalesUnits: Bool { false }
  /// Whether the output is the sum of the input nodes.
  public var addsInputs: Bool { false }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] { [] }

  /// Newly initialised parameters, in the order of `roles`.
  public func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor] {
    zip(roles, parameterShapes(for: inputs)).map { role, shape in
      Tensor(repeating: role == .scale || role == .variance ? 1 : 0, shape: shape)
    }
  }

  /// Replaces the values `[rows, …]` by the output of `forward`.
  public func forward(inPlace values: inout Tensor, _ parameters: [Parameter]) {
    values = forward([values], parameters)
  }

  /// The output in training mode, and what the backward pass needs.
  public func forwardInTraining(
    _ inputs: [Tensor], _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    (forward(inputs, parameters), [])
  }

  /// Updates the running statistics from a training pass.
  public func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter]) {}

  /// The multiply-accumulate operations (MACs) per sample.
  public func macs(for inputs: [Shape], _ parameters: [Parameter]) -> Int {
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

/// Neurons of a node that pruning keeps or growth copies, in the order of the new node.
public struct NeuronSelection: Hashable, Sendable {
  /// Their positions in the old node, in ascending order; the position of a copied neuron occurs
  /// twice.
  public var positions: [Int]
  /// The number of neurons of the old node.
  public var count: Int

  /// Keeps the neurons that are marked `true`.
  public init(keeping kept: [Bool]) {
    positions = kept.indices.filter { kept[$0] }
    count = kept.count
  }

  /// Keeps all neurons and copies those marked `true`.
  public init(copying copied: [Bool]) {
    positions = copied.indices.flatMap { copied[$0] ? [$0, $0] : [$0] }
    count = copied.count
  }
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

/// The catalogue of layer types that stored networks are decoded with.
public enum LayerCatalog {
  /// `layerCatalog`, or within `withValue` a catalogue with further types.
  ///
  /// Types that the catalogue does not list are added for the duration of a call. A registration
  /// would be a global variable on whose order of changes everything that lists or decodes layers
  /// depends, in tests that run at the same time too; a parameter would pass through every function
  /// that decodes a network as a part of something else, such as a checkpoint.
  @TaskLocal public static var current = layerCatalog
}

/// All layer types, by name.
public let layerCatalog = Catalog<any Layer.Type>(
  "layer",
  [
    Dense.self, Activation.self, Convolution.self, BatchNormalization.self, Pooling.self,
    GlobalAveragePooling.self, Flattening.self, Reshaping.self, Transposition.self, Dropout.self,
    ZeroPadding.self, StridedSlice.self, Sum.self, Concatenation.self,
    ChannelSelection.self, ParametricReLU.self, LayerNormalization.self,
  ]
) { $0 }

extension Layer {
  /// Whether each output is an input: a flattening or a selection.
  package var passesUnits: Bool {
    switch coupling {
    case .spreading, .selecting: true
    default: false
    }
  }
}
