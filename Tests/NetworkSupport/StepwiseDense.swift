import Naming
import Networks
import Tensors

/// The same fully connected layer at every step of a sequence: `[steps, inputs]` to
/// `[steps, units]`.
public struct StepwiseDense: Layer {
  public static let name = "stepwise-dense"
  public static let summary = "a fully connected layer at every step"
  public static let source = Dense.source

  public var units: Int

  public init(_ units: Int) { self.units = units }

  public var roles: [Parameter.Role] { [.weight, .bias] }
  public var coupling: Coupling { .mixing(groups: 1) }

  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> StepwiseDense {
    StepwiseDense(outputs.positions.count)
  }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    guard inputs[0].rank == 2 else {
      throw .shapeMismatch(layer: Self.name, expected: .axes(["steps", "units"]), found: inputs[0])
    }
    return [inputs[0][0], units]
  }

  public func parameterShapes(for inputs: [Shape]) -> [Shape] {
    [[inputs[0].neurons, units], [units]]
  }

  public func macs(for inputs: [Shape], _ parameters: [Parameter]) -> Int {
    inputs[0][0] * parameters[.weight].keptCount
  }

  /// The steps of all rows as rows.
  private func flat(_ tensor: Tensor) -> Tensor {
    tensor.reshaped(to: [tensor.shape[0] * tensor.shape[1], tensor.shape[2]])
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    flat(inputs[0]).multiplied(by: parameters[.weight].value, adding: parameters[.bias].value)
      .reshaped(to: [inputs[0].shape[0], inputs[0].shape[1], units])
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let found = Dense(units).backward(
      flat(gradient),
      through: LayerPass(
        inputs: [flat(pass.inputs[0])], output: flat(pass.output), parameters: pass.parameters),
      wanted: wanted)
    return LayerGradients(
      inputs: found.inputs.map { $0.reshaped(to: pass.inputs[0].shape) },
      parameters: found.parameters)
  }
}
