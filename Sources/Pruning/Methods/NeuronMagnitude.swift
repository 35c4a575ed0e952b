import Naming
import Networks
import Tensors

/// Magnitude pruning of neurons by their incoming weights.
///
/// A neuron's score is the L2 norm of its incoming weights; the same share of every layer is
/// pruned.
public struct NeuronMagnitude: PruningMethod, NeuronScore {
  public static let name = "neuron-magnitude"
  public static let summary = "neurons by the L2 norm of their incoming weights"
  public static let source = Citation(
    authors: "Rahul, Dahiya, Singh & Chawla",
    title: "Novel Pruning Techniques in Convolutional-Neural Networks", year: 2020,
    venue: "IJEAT 9(4):1541-1548, doi:10.35940/ijeat.D8397.049420")

  public init() {}

  public var samplesRows: Bool { false }

  public var recipe: Recipe { Recipe(.neurons(self), reduction: .mean, scope: .layer) }

  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    network.incoming(groups) { Double($0) * Double($0) }.mapValues { $0.map { $0.squareRoot() } }
  }
}
