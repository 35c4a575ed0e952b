import Naming
import Networks
import Tensors

/// Random neurons: the random-pruning baseline for every other method.
public struct RandomChoice: PruningMethod, NeuronScore {
  public static let name = "random"
  public static let summary = "neurons at random, the same share of every layer"
  public static let source = Citation(
    authors: "Mittal, Bhardwaj, Khapra & Ravindran",
    title: "Recovering from random pruning: on the plasticity of deep convolutional networks",
    year: 2018, venue: "WACV 2018, arXiv:1801.10447")

  public init() {}

  public var samplesRows: Bool { false }

  public var recipe: Recipe { Recipe(.neurons(self), reduction: .mean, scope: .layer) }

  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let lots = groups.groups.indices.map { _ in generator.uniform() }
    var scores: [Int: [Double]] = [:]
    for node in Set(groups.groups.flatMap { $0.makers.map(\.node) }) {
      scores[node] = groups.ofNodes[node].map { lots[$0] }
    }
    return scores
  }
}
