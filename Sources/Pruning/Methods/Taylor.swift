import Datasets
import Naming
import Networks
import Tensors

/// First-order Taylor pruning: the neurons whose removal changes the loss least.
///
/// For each row a channel's score is `|mean over its pixels of activation · dLoss/dActivation|`.
/// Scores are averaged over rows and divided by the norm of each layer. The absolute value is taken
/// per row, as in the article, so that rows of opposite sign do not cancel.
public struct Taylor: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "taylor"
  /// The description in one line.
  public static let summary = "neurons by their first-order effect on the loss"
  /// The publication.
  public static let source = Citation(
    authors: "Molchanov, Tyree, Karras, Aila & Kautz",
    title: "Pruning convolutional neural networks for resource efficient inference", year: 2017,
    venue: "ICLR 2017, arXiv:1611.06440")

  /// Training rows on which the score is computed.
  public var rows = 1024

  /// Creates the method with its defaults.
  public init() {}

  /// The choices of the method.
  public var recipe: Recipe {
    Recipe(
      .neurons(self), normalization: .norm, schedule: Schedule(.linear, rounds: 3),
      recovery: .fineTune(epochs: 1))
  }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    // Forward and backward pass.
    let sample = context.sample(of: rows, for: network, passes: 2)
    let sources = network.sources(groups)
    // Small batches of images, so that activations stay in the processor cache.
    let size = network.architecture.input.rank > 1 ? 16 : 128
    let found = Workers.map((sample.count + size - 1) / size) { batch in
      let taken = Array(batch * size..<min((batch + 1) * size, sample.count))
      return effects(in: network, groups, sources, on: sample.gathering(taken[...]), context.head)
    }
    var sums: [Int: [Double]] = [:]
    for source in sources {
      var own = [Double](repeating: 0, count: groups.ofNodes[source].count)
      for row in found.lazy.compactMap({ $0[source] }).joined() {
        for channel in own.indices { own[channel] += row[channel] }
      }
      sums[source] = own
    }
    return sums
  }

  /// For some nodes and each row, the effect of every channel on the loss.
  private func effects(
    in network: Network, _ groups: NeuronGroups, _ sources: [Int], on batch: Examples, _ head: Head
  ) -> [Int: [[Double]]] {
    let (values, gradients) = network.activationGradients(at: sources, on: batch, head: head)
    var effects: [Int: [[Double]]] = [:]
    for source in sources {
      guard let value = values[source], let gradient = gradients[source] else { continue }
      let channels = groups.ofNodes[source].count
      let pixels = Double(max(value.width / max(channels, 1), 1))
      effects[source] = (0..<batch.count).map { row in
        value.channelSums(times: gradient, of: row, channels: channels)
          // The loss is a mean over the batch.
          .map { abs($0 / pixels) * Double(batch.count) }
      }
    }
    return effects
  }
}

extension Tensor {
  /// The sums over a row's pixels of the product of two tensors of shape `[rows, …, channels]`.
  fileprivate func channelSums(times other: Tensor, of row: Int, channels: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: channels)
    elements.withUnsafeBufferPointer { first in
      other.elements.withUnsafeBufferPointer { second in
        for start in stride(from: row * width, to: (row + 1) * width, by: max(channels, 1)) {
          for channel in 0..<channels {
            sums[channel] += Double(first[start + channel]) * Double(second[start + channel])
          }
        }
      }
    }
    return sums
  }
}
