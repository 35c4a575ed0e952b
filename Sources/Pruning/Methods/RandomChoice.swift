import Naming
import Networks
import Tensors

/// Random neurons: the random-pruning baseline for every other method.
public struct RandomChoice: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "random"
  /// The description in one line.
  public static let summary = "neurons at random, the same share of every layer"
  /// The publication.
  public static let source = Citation(
    authors: "Mittal, Bhardwaj, Khapra & Ravindran",
    title: "Recovering from random pruning: on the plasticity of deep convolutional networks",
    year: 2018, venue: "WACV 2018, arXiv:1801.10447")

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
    let lots = groups.groups.indices.map { _ in generator.uniform() }
    var scores: [Int: [Double]] = [:]
    for node in Set(groups.groups.flatMap { $0.producers.map(\.node) }) {
      scores[node] = groups.ofNodes[node].map { lots[$0] }
    }
    return scores
  }
}
