import Datasets
import Naming
import Networks
import Tensors

/// The neurons whose removal changes the loss least, to first order.
///
/// For each row a channel's score is `|mean over its pixels of activation · dLoss/dActivation|`; rows
/// are averaged, and each layer's scores are divided by their norm. The absolute value is taken row
/// by row, as the article has it: signs of different rows do not cancel.
public struct Taylor: PruningMethod, NeuronScore {
  public static let name = "taylor"
  public static let summary = "neurons by their first-order effect on the loss"
  public static let source = Citation(
    authors: "Molchanov, Tyree, Karras, Aila & Kautz",
    title: "Pruning convolutional neural networks for resource efficient inference", year: 2017,
    venue: "ICLR 2017, arXiv:1611.06440")

  /// Rows that the score looks at.
  public var rows = 1024

  public init() {}

  public var recipe: Recipe {
    Recipe(
      .neurons(self), normalization: .norm, schedule: Schedule(.linear, rounds: 3),
      recovery: .fineTune(epochs: 1))
  }

  public func scores(
    of network: Network, _ groups: NeuronGroups, on lesson: Lesson,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let sample = lesson.sample(of: rows)
    let sources = network.sources(groups)
    var sums: [Int: [Double]] = [:]
    for start in stride(from: 0, to: sample.count, by: 128) {
      let taken = Array(start..<min(start + 128, sample.count))
      let batch = sample.gathering(taken[...])
      let (values, gradients) = network.activationGradients(
        at: sources, on: batch, head: lesson.head)
      for source in sources {
        guard let value = values[source], let gradient = gradients[source] else { continue }
        let channels = groups.ofNodes[source].count
        var own = sums[source] ?? [Double](repeating: 0, count: channels)
        let width = value.count / max(batch.count, 1)
        let pixels = Double(max(width / max(channels, 1), 1))
        value.elements.withUnsafeBufferPointer { value in
          gradient.elements.withUnsafeBufferPointer { gradient in
            for row in 0..<batch.count {
              for channel in 0..<channels {
                var sum = 0.0
                for entry in stride(
                  from: row * width + channel, to: (row + 1) * width, by: channels)
                {
                  sum += Double(value[entry]) * Double(gradient[entry])
                }
                // The loss is a mean over the batch.
                own[channel] += abs(sum / pixels) * Double(batch.count)
              }
            }
          }
        }
        sums[source] = own
      }
    }
    return sums
  }
}
