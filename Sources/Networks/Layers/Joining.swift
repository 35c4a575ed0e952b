import Naming
import Tensors

/// Element-wise sum of several nodes of equal shape, as in a residual connection.
public struct Sum: Layer {
  /// The name in commands, settings and files.
  public static let name = "sum"
  /// The description in one line.
  public static let summary = "element-wise sum of several nodes, as in a residual connection"
  /// The publication.
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun", title: "Deep residual learning for image recognition",
    year: 2016, venue: "CVPR 2016, arXiv:1512.03385")

  /// Creates the layer.
  public init() {}

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }
  /// Whether the output is the sum of the input nodes.
  public var addsInputs: Bool { true }
  /// The number of input nodes; `nil` for one or more.
  public var arity: Int? { nil }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    for input in inputs.dropFirst() where input != inputs[0] {
      throw .shapeMismatch(layer: Self.name, expected: .shape(inputs[0]), found: input)
    }
    return inputs[0]
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    var sum = inputs[0]
    for input in inputs.dropFirst() { sum.add(input) }
    return sum
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: pass.inputs.map { _ in gradient })
  }
}

/// Concatenation of several nodes along the last axis (channels).
public struct Concatenation: Layer {
  /// The name in commands, settings and files.
  public static let name = "concatenation"
  /// The description in one line.
  public static let summary = "concatenation of several nodes along the channel axis"
  /// The publication.
  public static let source = Citation(
    authors: "Szegedy et al.", title: "Going deeper with convolutions", year: 2015,
    venue: "CVPR 2015, arXiv:1409.4842")

  /// Creates the layer.
  public init() {}

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .joining }
  /// The number of input nodes; `nil` for one or more.
  public var arity: Int? { nil }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    for input in inputs.dropFirst()
    where input.dimensions.dropLast() != inputs[0].dimensions.dropLast() {
      throw .shapeMismatch(
        layer: Self.name, expected: .shapeExceptChannels(inputs[0]), found: input)
    }
    let channels = inputs.reduce(0) { $0 + ($1.dimensions.last ?? 0) }
    return Shape(inputs[0].dimensions.dropLast() + [channels])
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs.count == 1 ? inputs[0] : Tensor(concatenating: inputs)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(
      inputs: pass.inputs.count == 1 ? [gradient] : gradient.split(like: pass.inputs))
  }
}
