import Tensors

/// The histogram of a column: the number of rows per bin and class.
struct BinCounts {
  /// The counted bins in ascending order, including every bin with rows.
  let bins: UnsafeBufferPointer<UInt8>
  /// `counts[position * classes + class]` for the bin at each position.
  let counts: UnsafePointer<Int32>
  let classes: Int

  func count(_ position: Int, _ index: Int) -> Int { Int(counts[position * classes + index]) }
}

extension BinnedColumn {
  /// The bins 0, 1, 2, … up to the largest number of bins.
  private static let everyBin = [UInt8](0...255)

  /// Creates a histogram of all bins of a column from given counts.
  func withCounts<Result>(
    _ counts: UnsafePointer<Int32>, classes: Int, _ body: (BinCounts) -> Result
  ) -> Result {
    Self.everyBin.withUnsafeBufferPointer { every in
      body(
        BinCounts(
          bins: UnsafeBufferPointer(rebasing: every[..<binCount]), counts: counts,
          classes: classes))
    }
  }

  /// Counts some rows. For few rows, only the bins that they occupy are visited.
  /// - Parameters:
  ///   - rows: the rows to count.
  ///   - classOf: the class of each of `rows`, in their order.
  ///   - weights: the sample weight of each of `rows`; `nil`: 1.
  ///   - classes: the number of classes.
  ///   - body: called with the counts, which are valid only during the call.
  /// - Returns: the result of `body`.
  func withCounts<Result>(
    of rows: ArraySlice<Int32>, classOf: [Int32], weights: [Int32]?, classes: Int,
    _ body: (BinCounts) -> Result
  ) -> Result {
    guard rows.count < 4 * binCount else {
      return withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(binCount * classes, 1)) {
        $0.initialize(repeating: 0)
        guard let counts = $0.baseAddress else { preconditionFailure("no memory for counts") }
        HistogramKernel.count(
          bins, rows: rows, classOf: classOf, weights: weights, classes: classes, into: counts)
        return withCounts(counts, classes: classes, body)
      }
    }
    return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 512) { buffer in
      // For each bin whether it has rows, then its position among the occupied bins.
      let place = UnsafeMutableBufferPointer(rebasing: buffer[..<256])
      let present = UnsafeMutableBufferPointer(rebasing: buffer[256...])
      place.initialize(repeating: 0)
      return bins.withUnsafeBufferPointer { bins in
        for row in rows { place[Int(bins[Int(row)])] = 1 }
        var count = 0
        for bin in 0..<binCount where place[bin] == 1 {
          present.initializeElement(at: count, to: UInt8(bin))
          place[bin] = UInt8(count)
          count += 1
        }
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(count * classes, 1)) {
          $0.initialize(repeating: 0)
          guard let counts = $0.baseAddress else { preconditionFailure("no memory for counts") }
          for (position, row) in rows.enumerated() {
            let cell = Int(place[Int(bins[Int(row)])]) * classes + Int(classOf[position])
            counts[cell] += weights.map { $0[position] } ?? 1
          }
          return body(
            BinCounts(
              bins: UnsafeBufferPointer(rebasing: present[..<count]), counts: counts,
              classes: classes))
        }
      }
    }
  }
}
