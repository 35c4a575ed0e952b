import Datasets
import Naming
import Networks
import Tensors

/// Prunes the neurons whose activations discriminate least between the classes.
///
/// The article compares a filter's activation inside and outside the object's bounding box. For
/// data without boxes, a neuron's score is the largest over the classes of
/// `|mean over the rows of a class - mean over the others| / standard deviation`, with feature maps
/// averaged over pixels. This formula is a reconstruction.
public struct TaskGuided: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "task-guided"
  /// The description in one line.
  public static let summary = "neurons by how well their activations separate the classes"
  /// The publication.
  public static let source = Citation(
    authors: "Ge, Lu & Gao",
    title: "Small Network for Lightweight Task in Computer Vision: A Pruning Method Based on "
      + "Feature Representation", year: 2021,
    venue: "Computational Intelligence and Neuroscience 2021:5531023, doi:10.1155/2021/5531023")

  /// Training rows on which the score is computed.
  public var rows = 2048

  /// Creates the method with its defaults.
  public init() {}

  /// The choices of the method.
  public var recipe: Recipe { Recipe(.neurons(self), normalization: .norm, reduction: .max) }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let sample = context.sample(of: rows, for: network)
    let classes = (sample.labels.max() ?? 0) + 1
    var scores: [Int: [Double]] = [:]
    let sources = network.sources(groups)
    let found = network.responses(of: sources, groups, for: sample.inputs)
    for (source, responses) in zip(sources, found.responses) {
      let (means, deviations) = responses.columnStatistics
      var sums = [[Double]](repeating: means.map { _ in 0 }, count: classes)
      var counts = [Int](repeating: 0, count: classes)
      for (row, label) in sample.labels.enumerated() {
        counts[label] += 1
        for channel in means.indices { sums[label][channel] += Double(responses[row, channel]) }
      }
      scores[source] = means.indices.map { channel in
        guard deviations[channel] > 0 else { return 0 }
        return (0..<classes).reduce(0.0) { best, label in
          let (count, others) = (counts[label], sample.count - counts[label])
          guard count > 0, others > 0 else { return best }
          let inside = sums[label][channel] / Double(count)
          let outside =
            (means[channel] * Double(sample.count) - sums[label][channel]) / Double(others)
          return max(best, abs(inside - outside) / deviations[channel])
        }
      }
    }
    return scores
  }
}
