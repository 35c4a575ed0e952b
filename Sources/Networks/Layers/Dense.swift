import Naming
import Tensors

/// Fully connected layer: `output = input · weight + bias`.
public struct Dense: Layer {
  /// The name in commands, settings and files.
  public static let name = "dense"
  /// The description in one line.
  public static let summary = "fully connected layer"
  /// The publication.
  public static let source = Citation(
    authors: "Rosenblatt", title: "The perceptron", year: 1958,
    venue: "Psychological Review 65(6), doi:10.1037/h0042519")

  /// The weight initialisation.
  public enum Start: String, Codable, Sendable {
    /// Normal with variance 2 / inputs (He et al. 2015), for ReLU and similar activations.
    case he
    /// Uniform with variance 2 / (inputs + units) (Glorot & Bengio 2010), for sigmoid and tanh.
    case glorot
  }

  /// The number of output units.
  public var units: Int
  /// The weight initialisation; default He.
  public var start: Start

  /// Creates a dense layer with a number of units; He initialisation by default.
  public init(_ units: Int, start: Start = .he) {
    self.units = units
    self.start = start
  }

  /// The roles of the parameters, in order.
  public var roles: [Parameter.Role] { [.weight, .bias] }
  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .mixing(groups: 1) }

  /// The name and size in drawings.
  public var title: String { "dense \(units)" }
  /// Whether every output is a weighted sum of all inputs.
  public var isFullyConnected: Bool { true }

  /// The layer with a selection of its inputs and outputs.
  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> Dense {
    Dense(outputs.positions.count, start: start)
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    guard inputs[0].rank == 1 else {
      throw .shapeMismatch(layer: Self.name, expected: .vector, found: inputs[0])
    }
    return [units]
  }

  /// The shapes of the parameters, in the order of `roles`.
  public func parameterShapes(for inputs: [Shape]) -> [Shape] {
    [[inputs[0].neurons, units], [units]]
  }

  /// Newly initialised parameters, in the order of `roles`.
  public func makeParameters(
    for inputs: [Shape], using generator: inout SeededGenerator
  ) -> [Tensor] {
    let inputs = inputs[0].neurons
    let elements: [Float]
    switch start {
    case .he:
      let deviation = (2 / Double(max(inputs, 1))).squareRoot()
      elements = (0..<inputs * units).map { _ in Float(generator.normal() * deviation) }
    case .glorot:
      let limit = (6 / Double(inputs + units)).squareRoot()
      elements = (0..<inputs * units).map { _ in Float((2 * generator.uniform() - 1) * limit) }
    }
    return [Tensor(elements, shape: [inputs, units]), Tensor(shape: [units])]
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    inputs[0].multiplied(by: parameters[.weight].value, adding: parameters[.bias].value)
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    var found = LayerGradients()
    if wanted.contains(.parameters) {
      found.parameters = [
        pass.inputs[0].multiplied(by: gradient, transposed: true), gradient.columnSums,
      ]
    }
    if wanted.contains(.inputs) {
      found.inputs = [
        gradient.multiplied(by: pass.parameters[.weight].value, rightTransposed: true)
      ]
    }
    return found
  }
}
