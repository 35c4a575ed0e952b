import CKernels
import COpenBLAS

/// Matrix products through OpenBLAS, one BLAS thread a call, pieces shared by `Workers`.
package enum MatrixKernel {
  /// OpenBLAS is told once to leave the threads to `Workers`.
  private static let singleThreaded: Void = openblas_set_num_threads(1)
  /// Multiplications below which sharing costs more than it saves.
  private static let worthSharing = 400_000
  /// How many pieces a product is cut into: fixed, so that results do not depend on the threads.
  private static let pieces = 2

  /// The version and kernel of the library below, for `espalier doctor`.
  package static var description: String { String(cString: openblas_get_config()) }

  /// `output[m, n] = left[m, k] · right[k, n]`, either factor read transposed if asked.
  ///
  /// The rows of the output are cut into two pieces whenever the product is large.
  /// - Complexity: O(m n k)
  package static func multiply(
    _ left: UnsafePointer<Float>, transposed leftTransposed: Bool = false,
    _ right: UnsafePointer<Float>, transposed rightTransposed: Bool = false,
    into output: UnsafeMutablePointer<Float>, rows m: Int, columns n: Int, inner k: Int
  ) {
    _ = singleThreaded
    guard m > 0, n > 0 else { return }
    let cuts = Workers.ranges(of: m, pieces: m * n * k >= worthSharing ? pieces : 1)
    nonisolated(unsafe) let (left, right, output) = (left, right, output)
    Workers.run(cuts.count) { piece in
      let rows = cuts[piece]
      cblas_sgemm(
        CblasRowMajor, leftTransposed ? CblasTrans : CblasNoTrans,
        rightTransposed ? CblasTrans : CblasNoTrans,
        blasint(rows.count), blasint(n), blasint(k), 1,
        leftTransposed ? left + rows.lowerBound : left + rows.lowerBound * k,
        blasint(leftTransposed ? m : k),
        right, blasint(rightTransposed ? k : n),
        0, output + rows.lowerBound * n, blasint(n))
    }
  }
}

/// The right factor of a product as `ek_product` and `ek_convolve` read it.
struct Panels {
  let numbers: [Float]

  /// `right`: `[inner, columns]`, or `[columns, inner]` read transposed.
  init(of right: Tensor, transposed: Bool = false) {
    let (rows, columns) = transposed ? (right.width, right.rows) : (right.rows, right.width)
    let count = rows * ek_padded_columns(columns)
    numbers = right.elements.withUnsafeBufferPointer { right in
      [Float](unsafeUninitializedCapacity: count) { panels, initialized in
        guard let right = right.baseAddress, let panels = panels.baseAddress else { return }
        ek_pack(right, transposed ? 1 : columns, transposed ? rows : 1, rows, columns, panels)
        initialized = count
      }
    }
  }
}
