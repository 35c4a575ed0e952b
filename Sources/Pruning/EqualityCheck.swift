import Networks
import Tensors

/// How nearly a masked network and its compaction answer the same: made for every pruned network.
public struct EqualityCheck: Hashable, Codable, Sendable {
  /// Rows that both networks answered.
  public let rows: Int
  /// The largest difference of any output.
  public let largestAbsolute: Double
  /// The same, divided by the largest output.
  public let largestRelative: Double
  /// The rows whose answer differs.
  public let changedAnswers: Int

  package init(
    rows: Int, largestAbsolute: Double, largestRelative: Double, changedAnswers: Int
  ) {
    self.rows = rows
    self.largestAbsolute = largestAbsolute
    self.largestRelative = largestRelative
    self.changedAnswers = changedAnswers
  }

  /// Of a network that nothing was taken from: it is itself, whatever the rows.
  init(unchangedOver rows: Int) {
    self.init(rows: rows, largestAbsolute: 0, largestRelative: 0, changedAnswers: 0)
  }

  /// `inputs`: `[rows, inputs]` of the masked network.
  /// `removed`: the positions of the inputs that the compacted network no longer reads.
  public init(
    of compacted: Network, with masked: Network, inputs: Tensor, removed: [Int], head: Head
  ) {
    let gone = Set(removed)
    let kept = (0..<inputs.width).filter { !gone.contains($0) }
    let wide = masked.outputs(for: inputs)
    let narrow = compacted.outputs(for: gone.isEmpty ? inputs : inputs.selectingColumns(kept))
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
    changedAnswers =
      head == .number
      ? 0 : zip(head.answers(from: wide), head.answers(from: narrow)).count { $0 != $1 }
  }

  /// Whether the two are the same function, but for the order of additions.
  public var holds: Bool { largestRelative < 1e-4 }
}
