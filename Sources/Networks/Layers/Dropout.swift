import Naming
import Tensors

/// Dropout: zeroes elements at random during training; the identity at inference.
public struct Dropout: Layer {
  /// The name in commands, settings and files.
  public static let name = "dropout"
  /// The description in one line.
  public static let summary = "elements zeroed at random during training"
  /// The publication.
  public static let source = Citation(
    authors: "Srivastava et al.",
    title: "Dropout: a simple way to prevent neural networks from overfitting", year: 2014,
    venue: "JMLR 15")

  /// The dropout probability, clamped to 0...0.99; default 0.5.
  public var share: Float

  /// Creates a dropout of a share of the values, limited to 0...0.99; default 0.5.
  public init(_ share: Float = 0.5) { self.share = min(max(share, 0), 0.99) }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .unitwise }
  /// Whether the layer does nothing at inference.
  public var isIdentityAtInference: Bool { true }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape { inputs[0] }
  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor { inputs[0] }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    LayerGradients(inputs: [
      pass.memory.first.map { gradient.multiplied(elementwiseBy: $0) } ?? gradient
    ])
  }

  /// The output in training mode, and what the backward pass needs.
  public func forwardInTraining(
    _ inputs: [Tensor], _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    let kept = 1 / (1 - share)
    let mask = Tensor(
      (0..<inputs[0].count).map { _ in Float(generator.uniform()) < share ? 0 : kept },
      shape: inputs[0].shape)
    return (inputs[0].multiplied(elementwiseBy: mask), [mask])
  }
}
