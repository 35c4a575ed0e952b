import Datasets
import Naming
import Networks
import Tensors

/// Prunes neurons whose activations are nearly linear combinations of those of other neurons.
///
/// The activations of a layer are factorised by QR with column pivoting; a neuron's score is the
/// norm of its residual outside the span of the previous pivots. Pruned neurons are compensated by
/// least squares, without fine-tuning. The method is a reconstruction of the article's abstract
/// with textbook linear algebra.
public struct Orthogonal: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "orthogonal"
  /// The description in one line.
  public static let summary = "redundant neurons by pivoted QR, compensated by least squares"
  /// The publication.
  public static let source = Citation(
    authors: "Bachiller & Gonzalez",
    title: "Optimizing and Learning Algorithm for Feed-forward Neural Networks", year: 2001,
    venue: "JACIII 5(1):51-57, doi:10.20965/jaciii.2001.p0051")

  /// Training rows on which activations are computed.
  public var rows = 4096

  /// Creates the method with its defaults.
  public init() {}

  /// The choices of the method.
  public var recipe: Recipe {
    Recipe(
      .neurons(self), normalization: .norm, reduction: .max, scope: .network,
      compensation: .leastSquares, recovery: .none, floor: 0.05)
  }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    // Images have many pixels, so fewer rows suffice; the compensation samples its own rows.
    let widest = groups.ofNodes.map { Set($0).count }.max() ?? 1
    let sample = context.sample(of: rows, for: network, passes: 4, fewest: widest)
    // A flattened image is factorised by channel.
    let nodes = network.sources(groups).map { source in
      network.channelNode(of: source, Set(groups.ofNodes[source]).count)
    }
    let values = network.channelValues(of: nodes, for: sample.inputs, limit: 8192)
      .sorted { $0.key < $1.key }
    let found = Workers.map(values.count) { index in
      let (gram, _) = Matrix(values[index].value).centeredGram()
      let factor = PivotedFactor(gram)
      var own = [Double](repeating: 0, count: gram.columns)
      for (rank, residual) in factor.residuals.enumerated() {
        own[factor.order[rank]] = residual.squareRoot()
      }
      return own
    }
    return Dictionary(uniqueKeysWithValues: zip(values.map(\.key), found))
  }
}

extension Network {
  /// The input of a flatten layer; any other node itself.
  func channelNode(of node: Int, _ channels: Int) -> Int {
    var node = node
    while architecture.nodes[node].layer.coupling == .spreading
      || architecture.nodes[node].layer.isIdentityAtInference,
      let below = architecture.links[node].first, below >= 0,
      originalIndices[below].count >= channels
    {
      node = below
    }
    return node
  }
}
