import Naming
import Networks
import Tensors

/// Filter pruning by L1 norm: the filters with the smallest L1 norm, the same share of every layer.
public struct L1Filter: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "l1-filter"
  /// The description in one line.
  public static let summary = "neurons and filters by the L1 norm of their weights"
  /// The publication.
  public static let source = Citation(
    authors: "Li, Kadav, Durdanovic, Samet & Graf", title: "Pruning filters for efficient ConvNets",
    year: 2017, venue: "ICLR 2017, arXiv:1608.08710")

  /// Creates the method with its defaults.
  public init() {}

  /// Whether the scores use a sample of training rows.
  public var samplesRows: Bool { false }

  /// The choices of the method.
  public var recipe: Recipe { Recipe(.neurons(self), reduction: .sum, scope: .layer) }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    network.incoming(groups) { Double(abs($0)) }
  }
}
