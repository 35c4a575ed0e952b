import CKernels
import COpenBLAS

/// Matrix products, parallelised by `Workers`: small right factors use our own tiled kernels, large
/// ones OpenBLAS with one BLAS thread per call.
package enum MatrixKernel {
  /// Sets OpenBLAS to one thread, once.
  private static let singleThreaded: Void = openblas_set_num_threads(1)
  /// Multiply-accumulate operations below which a product is not parallelised.
  private static let worthSharing = 400_000
  /// The rows of a block are a multiple of this number for our own kernels, so that tiles are full:
  /// of six rows, or of eight with AVX-512.
  private static let tileRows = 24
  /// The same for OpenBLAS. Its kernels for AVX2 take twelve rows at a time, and the bits of a row
  /// depend on its place among these.
  private static let blasRows = 12
  /// The least size of a block for OpenBLAS, which packs the right factor anew for each block.
  private static let (leastBlasRows, leastBlasOperations) = (64, 1 << 22)

  /// The largest number of elements of a right factor for our own kernels; up to it they are at
  /// least as fast as OpenBLAS, and the result for a row does not depend on the other rows.
  private static let small = 1 << 16

  /// Whether a product runs on one thread with our own kernels.
  static func isSmall(rows m: Int, columns n: Int, inner k: Int) -> Bool {
    isSmall(columns: n, inner: k) && m * n * k < worthSharing
  }

  /// Whether a right factor of this size uses our own kernels.
  static func isSmall(columns n: Int, inner k: Int) -> Bool { n * k <= small }

  /// The version and configuration of OpenBLAS, as the library reports it.
  package static var description: String { String(cString: openblas_get_config()) }

  /// `output[m, n] = left[m, k] · right[k, n] + bias[n]`, with either factor optionally transposed.
  ///
  /// Large products are split into blocks of output rows, whose number depends on the size only.
  /// - Complexity: O(m n k)
  package static func multiply(
    _ left: UnsafePointer<Float>, transposed leftTransposed: Bool = false,
    _ right: UnsafePointer<Float>, transposed rightTransposed: Bool = false,
    adding bias: UnsafePointer<Float>? = nil, into output: UnsafeMutablePointer<Float>, rows m: Int,
    columns n: Int, inner k: Int
  ) {
    guard m > 0, n > 0 else { return }
    guard !isSmall(columns: n, inner: k) else {
      let cuts = blocks(of: m, each: tileRows, pieces: Workers.pieces(operations: m * n * k))
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
    let cuts = blasBlocks(of: m, operations: m * n * k)
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

  /// Splits `0..<rows` into at most `pieces` ranges, all but the last a multiple of `each`.
  private static func blocks(of rows: Int, each: Int, pieces: Int) -> [Range<Int>] {
    Workers.ranges(of: (rows + each - 1) / each, pieces: pieces).map {
      $0.lowerBound * each..<min($0.upperBound * each, rows)
    }
  }

  /// The row blocks of a product for OpenBLAS: two halves, each in blocks of whole groups of
  /// `blasRows`.
  private static func blasBlocks(of rows: Int, operations: Int) -> [Range<Int>] {
    guard operations >= worthSharing else { return [0..<rows] }
    return Workers.ranges(of: rows, pieces: 2).flatMap { half in
      let pieces = min(half.count / leastBlasRows, operations / 2 / leastBlasOperations)
      return blocks(of: half.count, each: blasRows, pieces: pieces).map {
        half.lowerBound + $0.lowerBound..<half.lowerBound + $0.upperBound
      }
    }
  }
}

/// The packed right factor of a product, as `ek_product` and `ek_convolve` read it.
struct Panels {
  let numbers: [Float]

  /// `right`: `[rows, columns]`, or `[columns, rows]` if transposed.
  init(of right: UnsafePointer<Float>, rows: Int, columns: Int, transposed: Bool = false) {
    let count = rows * ek_padded_columns(columns)
    numbers = [Float](unsafeUninitializedCapacity: count) { panels, initialized in
      guard let panels = panels.baseAddress else { return }
      ek_pack(right, transposed ? 1 : columns, transposed ? rows : 1, rows, columns, panels)
      initialized = count
    }
  }
}
