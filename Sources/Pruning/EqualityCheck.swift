import Networks
import Tensors

/// The numerical difference between a masked network and its compaction, checked for every pruned
/// network.
public struct EqualityCheck: Hashable, Codable, Sendable {
  /// Samples on which both networks are evaluated.
  public let rows: Int
  /// The largest absolute difference between outputs.
  public let largestAbsolute: Double
  /// The largest absolute difference divided by the largest absolute output of the masked network.
  public let largestRelative: Double
  /// Samples whose predicted class differs.
  public let changedPredictions: Int

  private enum CodingKeys: String, CodingKey {
    case rows, largestAbsolute, largestRelative
    case changedPredictions = "changedAnswers"
  }

  package init(
    rows: Int, largestAbsolute: Double, largestRelative: Double, changedPredictions: Int
  ) {
    self.rows = rows
    self.largestAbsolute = largestAbsolute
    self.largestRelative = largestRelative
    self.changedPredictions = changedPredictions
  }

  /// The check of a network from which nothing is pruned: all differences are zero.
  init(unchangedOver rows: Int) {
    self.init(rows: rows, largestAbsolute: 0, largestRelative: 0, changedPredictions: 0)
  }

  /// Compares the outputs of a compacted network with those of the masked network.
  ///
  /// `inputs`: `[rows, inputs]` of the masked network.
  /// `removed`: the positions of the inputs that the compacted network does not read.
  public init(
    of compacted: Network, with masked: Network, inputs: Tensor, removed: [Int], head: Head
  ) {
    let removed = Set(removed)
    let kept = (0..<inputs.width).filter { !removed.contains($0) }
    let wide = masked.outputs(for: inputs)
    let narrow = compacted.outputs(for: removed.isEmpty ? inputs : inputs.selectingColumns(kept))
    var difference = 0.0
    var largest = 0.0
    for row in 0..<wide.rows {
      for (first, second) in zip(wide.row(row), narrow.row(row)) {
        difference = max(difference, Double(abs(first - second)))
        largest = max(largest, Double(abs(first)))
      }
    }
    rows = inputs.rows
    largestAbsolute = difference
    largestRelative = largest > 0 ? difference / largest : difference
    changedPredictions =
      head == .number
      ? 0 : zip(head.predictions(from: wide), head.predictions(from: narrow)).count { $0 != $1 }
  }

  /// Whether the relative difference is below 1e-4, the tolerance for floating-point rounding.
  public var holds: Bool { largestRelative < 1e-4 }
}
