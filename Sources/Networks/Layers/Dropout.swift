import Naming
import Tensors

/// Dropout: zeroes elements at random during training; the identity at inference.
public struct Dropout: Layer {
  public static let name = "dropout"
  public static let summary = "elements zeroed at random during training"
  public static let source = Citation(
    authors: "Srivastava et al.",
    title: "Dropout: a simple way to prevent neural networks from overfitting", year: 2014,
    venue: "JMLR 15")

  /// The dropout probability, clamped to 0...0.99; default 0.5.
  public var share: Float

  public init(_ share: Float = 0.5) { self.share = min(max(share, 0), 0.99) }

  public var roles: [Parameter.Role] { [] }
  public var coupling: Coupling { .unitwise }

  public func outputShape(for input: Shape) throws(NetworkError) -> Shape { input }
  public func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor { input }

  public func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    (needsInput ? gradient : nil, [])
  }

  public func forwardInTraining(
    _ input: Tensor, _ parameters: [Parameter], using generator: inout SeededGenerator
  ) -> (output: Tensor, memory: [Tensor]) {
    let kept = 1 / (1 - share)
    let mask = Tensor(
      (0..<input.count).map { _ in Float(generator.uniform()) < share ? 0 : kept },
      shape: input.shape)
    return (input.multiplied(elementwiseBy: mask), [mask])
  }

  public func backwardInTraining(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter],
    memory: [Tensor], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor]) {
    (needsInput ? gradient.multiplied(elementwiseBy: memory[0]) : nil, [])
  }
}
