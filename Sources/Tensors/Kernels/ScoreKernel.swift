import CKernels

/// The inner loops of the search for integer scores and for optimal trees.
package enum ScoreKernel {
  /// Adds gains to the bins of base + f · one + g · two, all of one length.
  ///
  /// The bin of a sum is (sum - low) · scale, clamped to the indices of `bins`, which is not empty.
  package static func addGains(
    _ base: [Float], _ one: [Float], times f: Float, _ two: [Float], times g: Float,
    gains: [Float], low: Float, scale: Float, to bins: inout [Float]
  ) {
    precondition(
      one.count == base.count && two.count == base.count && gains.count == base.count
        && !bins.isEmpty)
    let count = bins.count
    bins.withUnsafeMutableBufferPointer { bins in
      ek_cut_bins(base, one, f, two, g, gains, base.count, low, scale, count, bins.baseAddress)
    }
  }

  /// The number of bits that two sets of equal length share in a range of words.
  package static func countInCommon(
    _ first: UnsafeBufferPointer<UInt64>, _ second: UnsafeBufferPointer<UInt64>, _ words: Range<Int>
  ) -> Int {
    guard let first = first.baseAddress, let second = second.baseAddress else { return 0 }
    return Int(
      ek_count_common(first + words.lowerBound, second + words.lowerBound, words.count))
  }
}
