import CKernels

/// The inner loop of the counting of trees.
package enum PairKernel {
  /// The weighted number of bits that each pair of sets shares, in each class.
  /// - Parameters:
  ///   - bits: the sets, `[sets, words]`.
  ///   - sets: how many there are.
  ///   - weights: the weight of a bit of each word.
  ///   - starts: the first word of each class, then the number of words.
  ///   - counts: is set to `[set, set, class]`; only counts of pairs in ascending order, and of a set
  ///     with itself, are valid.
  package static func count(
    _ bits: [UInt64], sets: Int, weights: [Int32], starts: [Int], into counts: inout [Int32]
  ) {
    let (words, classes) = (weights.count, starts.count - 1)
    precondition(bits.count == sets * words && starts.last == words, "\(bits.count) words")
    let size = sets * sets * classes
    if counts.count != size { counts = [Int32](repeating: 0, count: size) }
    guard size > 0 else { return }
    ek_count_pairs(bits, weights, starts, sets, words, classes, &counts)
  }
}
