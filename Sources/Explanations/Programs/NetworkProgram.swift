import Datasets
import Networks
import Tensors

/// The dense layers of a whole network, for printing it in another language.
///
/// Each layer adds the products of inputs and weights in the order of the inputs, in single precision,
/// and then the bias.
public struct NetworkProgram: Hashable, Sendable {
  /// How a row is encoded as inputs of the first step.
  public var encoding: Encoding
  /// The layers, in order.
  public var steps: [FeatureProgram.Step]
  /// The number of steps whose output is the hidden features; `nil` if the network has none.
  public var featureSteps: Int?
  /// How outputs are converted to a prediction.
  public var head: Head
  /// Whether the outputs are logits: the last layer has no activation.
  public var givesLogits: Bool { steps.last?.function == nil }

  /// The layers of a model; `nil` if it has others than a chain of dense layers and activations.
  public init?(_ model: Model) {
    let architecture = model.network.architecture
    guard architecture.isSequence, architecture.input.rank == 1,
      let steps = FeatureProgram.steps(of: model.network, to: architecture.nodes.count - 1)
    else { return nil }
    encoding = model.encoding
    self.steps = steps
    head = model.head
    featureSteps = model.featureNode.flatMap { architecture.index(of: $0) }.flatMap { last in
      FeatureProgram.steps(of: model.network, to: last)?.count
    }
  }
}
