import Naming
import Networks
import Tensors

/// Magnitude pruning of neurons by their incoming weights.
///
/// A neuron's score is the L2 norm of its incoming weights; the same share of every layer is
/// pruned.
public struct NeuronMagnitude: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "neuron-magnitude"
  /// The description in one line.
  public static let summary = "neurons by the L2 norm of their incoming weights"
  /// The publication.
  public static let source = Citation(
    authors: "Rahul, Dahiya, Singh & Chawla",
    title: "Novel Pruning Techniques in Convolutional-Neural Networks", year: 2020,
    venue: "IJEAT 9(4):1541-1548, doi:10.35940/ijeat.D8397.049420")

  /// Creates the method with its defaults.
  public init() {}

  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { false }

  /// The choices of the method.
  public var recipe: Recipe { Recipe(.neurons(self), reduction: .mean, scope: .layer) }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    network.incoming(groups) { Double($0) * Double($0) }.mapValues { $0.map { $0.squareRoot() } }
  }
}
