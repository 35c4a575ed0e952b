import CKernels

/// Counts of classes in bins: the inner loop of tree induction.
package enum HistogramKernel {
  /// `histogram[bin * classes + class]` grows by each row's weight, 1 where there are no weights.
  /// - Parameters:
  ///   - bins: the bin of every row of the column.
  ///   - rows: the rows to count.
  ///   - classOf: the class of each of `rows`, in their order.
  ///   - weights: in the same order; 1 where `nil`.
  ///   - classes: how many classes there are.
  ///   - histogram: room for bins times classes.
  package static func count(
    _ bins: [UInt8], rows: ArraySlice<Int32>, classOf: [Int32], weights: [Int32]?, classes: Int,
    into histogram: UnsafeMutablePointer<Int32>
  ) {
    bins.withUnsafeBufferPointer { bins in
      rows.withUnsafeBufferPointer { rows in
        classOf.withUnsafeBufferPointer { classOf in
          if let weights {
            weights.withUnsafeBufferPointer {
              ek_count_bins(
                bins.baseAddress, rows.baseAddress, classOf.baseAddress, $0.baseAddress, rows.count,
                classes, histogram)
            }
          } else {
            ek_count_bins(
              bins.baseAddress, rows.baseAddress, classOf.baseAddress, nil, rows.count, classes,
              histogram)
          }
        }
      }
    }
  }
}
