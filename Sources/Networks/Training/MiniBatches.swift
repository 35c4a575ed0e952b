import Tensors

/// The mini-batches of an epoch: the positions of the rows in random order, in batches of one size of
/// which the last may be smaller.
public struct MiniBatches: Sendable {
  private let order: [Int]
  private let size: Int

  /// Shuffles the positions of `rows` rows.
  ///
  /// `size`: the batch size, at least 1.
  public init(of rows: Int, size: Int, using generator: inout SeededGenerator) {
    var order = Array(0..<rows)
    generator.shuffle(&order)
    self.order = order
    self.size = size
  }

  /// The number of batches.
  public var count: Int { Self.count(of: order.count, size: size) }

  /// The positions of the rows of a batch, by its position in the epoch.
  public subscript(step: Int) -> ArraySlice<Int> {
    order[step * size..<min((step + 1) * size, order.count)]
  }

  /// The number of batches of `rows` rows.
  public static func count(of rows: Int, size: Int) -> Int { (rows + size - 1) / size }
}
