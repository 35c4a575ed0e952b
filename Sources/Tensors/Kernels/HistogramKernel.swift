import CKernels

/// Class histograms per bin: the inner loop of decision tree fitting.
package enum HistogramKernel {
  /// Adds each row's weight to `histogram[bin * classes + class]`.
  /// - Parameters:
  ///   - bins: the bin of each row of the column.
  ///   - rows: the rows to count.
  ///   - classOf: the class of each of `rows`, in their order.
  ///   - weights: the weight of each of `rows`, in their order; 1 if `nil`.
  ///   - classes: the number of classes.
  ///   - histogram: bins · classes counts, updated in place.
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
