import Naming
import Tensors

/// One step of a network: what it computes, not the numbers it has learned.
///
/// `forward` and `backward` stand as a pair in the layer's file and pass the same
/// finite-difference check.
public protocol Layer: Named, Hashable {
  /// The shape of one row's output, without the batch.
  /// - Throws: `NetworkError.shapeMismatch` where the layer cannot read such an input.
  func outputShape(for input: Shape) throws(NetworkError) -> Shape
  /// What the layer learns, in the order in which `forward` takes it.
  var roles: [Parameter.Role] { get }
  /// The shapes of what it learns, in the order of `roles`; the input is one that it can read.
  func parameterShapes(for input: Shape) -> [Shape]
  /// Fresh numbers to start learning from, in the order of `roles`.
  func makeParameters(for input: Shape, using generator: inout SeededGenerator) -> [Tensor]
  /// `input`: `[rows, …]`
  func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor
  /// `values` become what `forward` makes of them.
  func forward(inPlace values: inout Tensor, _ parameters: [Parameter])
  /// The gradient with respect to the input (where `needsInput`) and to each parameter.
  ///
  /// `gradient`: with respect to the output, of the output's shape.
  func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor])
  /// The gradient with respect to the input alone, the same numbers as of `backward`.
  func inputGradient(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter]
  ) -> Tensor
  /// What must go when a neuron goes.
  var coupling: Coupling { get }
  /// For each parameter, in the order of `roles`, what its dimensions stand for.
  var axes: [[Axis]] { get }
  /// The same layer where some of the neurons it reads and makes are gone.
  func keeping(inputs: [Bool], outputs: [Bool]) -> Self

  /// How many nodes it reads; `nil` for any number from 1.
  var arity: Int? { get }
  /// The shape of one row's output where several nodes are read.
  /// - Throws: `NetworkError.shapeMismatch` where they do not fit each other.
  func outputShape(joining inputs: [Shape]) throws(NetworkError) -> Shape
  func forward(joining inputs: [Tensor], _ parameters: [Parameter]) -> Tensor
  /// The gradient with respect to each input where several nodes are read.
  func backward(_ gradient: Tensor, joining inputs: [Tensor]) -> [Tensor]

  /// What `forward` gives while the network learns, and what `backward` will need to know of it.
  func forwardInTraining(
    _ input: Tensor, _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor])
  /// The gradients of `forwardInTraining`, with its memory.
  func backwardInTraining(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter],
    memory: [Tensor], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor])
  /// Takes what was seen in training into parameters that no gradient changes.
  func updateRunningStatistics(_ memory: [Tensor], into parameters: inout [Parameter])
  /// Multiplications for one row, masks counted.
  func multiplications(for input: Shape, _ parameters: [Parameter]) -> Int
}

extension Layer {
  public var arity: Int? { 1 }
  public var axes: [[Axis]] { roles.map { $0 == .weight ? [.inputs, .outputs] : [.outputs] } }
  public func keeping(inputs: [Bool], outputs: [Bool]) -> Self { self }

  public func parameterShapes(for input: Shape) -> [Shape] { [] }

  /// Ones where something is multiplied or a variance, zeros for all else.
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

/// How a layer's outputs depend on its inputs, as far as pruning is concerned.
public enum Coupling: Hashable, Sendable {
  /// Every output mixes every input, in so many groups that do not see each other: dense,
  /// convolution.
  case mixing(groups: Int)
  /// Output i is made of input i of every node read: activation, normalisation, pooling, sum.
  case unitwise
  /// The outputs are the neurons of all nodes read, one after the other: concatenation.
  case joining
  /// Each channel becomes several outputs, one for each pixel: flatten.
  case spreading
  /// Further channels, always zero, before and behind.
  case padding(front: Int, back: Int)
  /// The outputs are some of the neurons read: a part of a split.
  case selecting([Int])
  /// Nothing is known: the neurons it touches must stay.
  case opaque
}

/// What a dimension of a parameter stands for.
public enum Axis: Hashable, Sendable {
  /// The neurons that the layer reads.
  case inputs
  /// The neurons that it makes.
  case outputs
  /// Neither: the pixels of a window.
  case other
}

/// The layers there are.
public let layerCatalog = Catalog<any Layer>(
  "layer",
  [
    Dense.self, Activation.self, Convolution.self, BatchNormalization.self, Pooling.self,
    GlobalAveragePooling.self, Flattening.self, Reshaping.self, Transposition.self, Dropout.self,
    ZeroPadding.self, StridedSlice.self, Sum.self, Concatenation.self,
    ChannelSelection.self, ParametricReLU.self, LayerNormalization.self,
  ])

/// Numbers that a network learns.
public struct Parameter: Hashable, Codable, Sendable {
  /// What a parameter does in its layer.
  public enum Role: String, Codable, Sendable {
    /// `[inputs, units]`, or `[height, width, channels, units]` of a window.
    case weight
    /// `[units]`
    case bias
    /// What a normalised channel is multiplied by, `[channels]`.
    case scale
    /// What numbers below zero are multiplied by, `[channels]`.
    case slope
    /// The mean of a channel over the rows seen in training, `[channels]`; not learned by gradient.
    case mean
    /// The variance of a channel likewise.
    case variance

    /// Whether a gradient changes it.
    public var isLearned: Bool { self != .mean && self != .variance }
  }

  /// Weights and biases are learned; the moments of a normalisation are kept from the rows seen.
  public var role: Role
  /// Zero wherever the mask removes.
  public var value: Tensor
  /// Which entries are kept; `nil` keeps all.
  public var mask: Mask?

  public init(_ role: Role, _ value: Tensor, mask: Mask? = nil) {
    self.role = role
    self.value = value
    self.mask = mask
    applyMask()
  }

  /// Sets to zero whatever the mask removes, as after every step of training.
  public mutating func applyMask() {
    guard let mask else { return }
    for (index, kept) in mask.kept.enumerated() where !kept { value.elements[index] = 0 }
  }

  /// How many entries the mask keeps.
  public var keptCount: Int { mask?.keptCount ?? value.count }
}

/// Which entries of a parameter are kept.
public struct Mask: Hashable, Codable, Sendable {
  /// For each number of the parameter, in its order, whether it stays.
  public var kept: [Bool]
  public init(_ kept: [Bool]) { self.kept = kept }
  /// How many numbers stay.
  public var keptCount: Int { kept.count { $0 } }
}
