import CKernels
import COpenBLAS

/// Matrix products, pieces shared by `Workers`: small right factors through our own tiles, large ones
/// through OpenBLAS, one BLAS thread a call.
package enum MatrixKernel {
  /// OpenBLAS is told once to leave the threads to `Workers`.
  private static let singleThreaded: Void = openblas_set_num_threads(1)
  /// Multiplications below which sharing costs more than it saves.
  private static let worthSharing = 400_000
  /// How many pieces a product is cut into: fixed, so that results do not depend on the threads.
  private static let pieces = 2

  /// Numbers of a right factor below which our own tiles are as fast as the library or faster, and a
  /// row's product does not depend on the rows beside it.
  private static let small = 1 << 16

  /// Whether a product is neither shared nor left to the library.
  static func isSmall(rows m: Int, columns n: Int, inner k: Int) -> Bool {
    isSmall(columns: n, inner: k) && m * n * k < worthSharing
  }

  /// Whether our own tiles multiply by such a right factor.
  static func isSmall(columns n: Int, inner k: Int) -> Bool { n * k <= small }

  /// The version and kernel of the library below, for `espalier doctor`.
  package static var description: String { String(cString: openblas_get_config()) }

  /// `output[m, n] = left[m, k] · right[k, n] + bias[n]`, either factor read transposed if asked.
  ///
  /// The rows of the output are cut into two pieces whenever the product is large.
  /// - Complexity: O(m n k)
  package static func multiply(
    _ left: UnsafePointer<Float>, transposed leftTransposed: Bool = false,
    _ right: UnsafePointer<Float>, transposed rightTransposed: Bool = false,
    adding bias: UnsafePointer<Float>? = nil, into output: UnsafeMutablePointer<Float>, rows m: Int,
    columns n: Int, inner k: Int
  ) {
    guard m > 0, n > 0 else { return }
    let cuts = Workers.ranges(of: m, pieces: m * n * k >= worthSharing ? pieces : 1)
    guard !isSmall(columns: n, inner: k) else {
      let panels = Panels(of: right, rows: k, columns: n, transposed: rightTransposed)
      panels.numbers.withUnsafeBufferPointer { panels in
        Workers.run(cuts.count) { piece in
          let first = cuts[piece].lowerBound
          ek_product(
            left + (leftTransposed ? first : first * k), leftTransposed ? 1 : k,
            leftTransposed ? m : 1, panels.baseAddress, bias, output + first * n,
            cuts[piece].count, n, k)
        }
      }
      return
    }
    _ = singleThreaded
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
      if let bias { ek_add_bias(output + rows.lowerBound * n, bias, rows.count, n) }
    }
  }
}

/// The right factor of a product as `ek_product` and `ek_convolve` read it.
struct Panels {
  let numbers: [Float]

  /// `right`: `[rows, columns]`, or `[columns, rows]` read transposed.
  init(of right: UnsafePointer<Float>, rows: Int, columns: Int, transposed: Bool = false) {
    let count = rows * ek_padded_columns(columns)
    numbers = [Float](unsafeUninitializedCapacity: count) { panels, initialized in
      guard let panels = panels.baseAddress else { return }
      ek_pack(right, transposed ? 1 : columns, transposed ? rows : 1, rows, columns, panels)
      initialized = count
    }
  }
}
