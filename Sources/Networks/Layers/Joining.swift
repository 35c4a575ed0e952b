import Naming
import Tensors

/// Element-wise sum of several nodes of equal shape, as in a residual connection.
public struct Sum: Layer {
  public static let name = "sum"
  public static let summary = "element-wise sum of several nodes, as in a residual connection"
  public static let source = Citation(
    authors: "He, Zhang, Ren & Sun", title: "Deep residual learning for image recognition",
    year: 2016, venue: "CVPR 2016, arXiv:1512.03385")

  public init() {}

  public var coupling: Coupling { .unitwise }
  public var addsInputs: Bool { true }
  public var arity: Int? { nil }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    for input in inputs.dropFirst() where input != inputs[0] {
      throw .shapeMismatch(layer: Self.name, expected: "\(inputs[0])", found: input)
    }
    return inputs[0]
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    var sum = inputs[0]
    for input in inputs.dropFirst() { sum.add(input) }
    return sum
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: pass.inputs.map { _ in gradient })
  }
}

/// Concatenation of several nodes along the last axis (channels).
public struct Concatenation: Layer {
  public static let name = "concatenation"
  public static let summary = "concatenation of several nodes along the channel axis"
  public static let source = Citation(
    authors: "Szegedy et al.", title: "Going deeper with convolutions", year: 2015,
    venue: "CVPR 2015, arXiv:1409.4842")

  public init() {}

  public var coupling: Coupling { .joining }
  public var arity: Int? { nil }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    for input in inputs.dropFirst()
    where input.dimensions.dropLast() != inputs[0].dimensions.dropLast() {
      throw .shapeMismatch(
        layer: Self.name, expected: "\(inputs[0]) except for the channels", found: input)
    }
    let channels = inputs.reduce(0) { $0 + ($1.dimensions.last ?? 0) }
    return Shape(inputs[0].dimensions.dropLast() + [channels])
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs.count == 1 ? inputs[0] : Tensor(concatenating: inputs)
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(
      inputs: pass.inputs.count == 1 ? [gradient] : gradient.split(like: pass.inputs))
  }
}
