import Tensors

/// A dense row-major matrix of doubles, for the small linear systems of pruning.
struct Matrix {
  var rows: Int
  var columns: Int
  var elements: [Double]

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    elements = [Double](repeating: 0, count: rows * columns)
  }

  init(_ tensor: Tensor) {
    rows = tensor.rows
    columns = tensor.width
    elements = tensor.elements.map { Double($0) }
  }

  subscript(_ row: Int, _ column: Int) -> Double {
    get { elements[row * columns + column] }
    set { elements[row * columns + column] = newValue }
  }

  /// The mean of every column.
  var means: [Double] {
    var means = [Double](repeating: 0, count: columns)
    elements.withUnsafeBufferPointer { values in
      for row in 0..<rows {
        for column in 0..<columns { means[column] += values[row * columns + column] }
      }
    }
    for column in 0..<columns { means[column] /= Double(max(rows, 1)) }
    return means
  }

  /// The Gram matrix `Aᵀ A` of the mean-centred columns, `[columns, columns]`, and the column
  /// means.
  /// - Complexity: O(rows · columns²)
  func centeredGram() -> (gram: Matrix, means: [Double]) {
    let means = means
    var gram = Matrix(rows: columns, columns: columns)
    gram.elements.withUnsafeMutableBufferPointer { gram in
      elements.withUnsafeBufferPointer { values in
        // Accumulates four rows per pass, in order, so that each sum is loaded and stored once for
        // four rows.
        var centered = [Double](repeating: 0, count: 4 * columns)
        for start in stride(from: 0, to: rows, by: 4) {
          for row in 0..<4 {
            for column in 0..<columns {
              centered[row * columns + column] =
                start + row < rows
                ? values[(start + row) * columns + column] - means[column] : 0
            }
          }
          centered.withUnsafeBufferPointer { own in
            for first in 0..<columns {
              let factors = (
                own[first], own[columns + first], own[2 * columns + first], own[3 * columns + first]
              )
              for second in 0...first {
                var sum = gram[first * columns + second]
                sum += factors.0 * own[second]
                sum += factors.1 * own[columns + second]
                sum += factors.2 * own[2 * columns + second]
                sum += factors.3 * own[3 * columns + second]
                gram[first * columns + second] = sum
              }
            }
          }
        }
        for first in 0..<columns {
          for second in 0..<first {
            gram[second * columns + first] = gram[first * columns + second]
          }
        }
      }
    }
    return (gram, means)
  }
}

/// Pivoted Cholesky factorisation of a Gram matrix: the factor `R` of the column-pivoted QR
/// decomposition of the underlying columns (Golub & Van Loan, Matrix computations, 5.4.2).
struct PivotedFactor {
  /// The columns in pivot order: each pivot has the largest residual norm outside the span of the
  /// previous pivots.
  private(set) var order: [Int]
  /// The squared residual norm of each pivot.
  private(set) var residuals: [Double]
  /// Upper triangular, `[rank, columns]`, columns in `order`.
  private(set) var factor: Matrix

  /// Factorises until the largest squared residual is at most `tolerance` times the largest
  /// diagonal entry.
  ///
  /// `only`: the allowed pivots, used in this order instead of by largest residual.
  /// - Complexity: O(columns² · rank)
  init(_ gram: Matrix, tolerance: Double = 0, only: [Int]? = nil) {
    let count = gram.columns
    order = Array(0..<count)
    residuals = []
    factor = Matrix(rows: count, columns: count)
    var left = (0..<count).map { gram[$0, $0] }
    let largest = left.max() ?? 0
    var queue = (only ?? [])[...]
    while residuals.count < count {
      let step = residuals.count
      var pivot = step
      if only != nil {
        guard let next = queue.popFirst() else { break }
        pivot = order.firstIndex(of: next) ?? step
        guard left[next] > tolerance * largest, left[next] > 0 else { continue }
      } else {
        pivot = (step..<count).max { (left[order[$0]], $1) < (left[order[$1]], $0) } ?? step
        guard left[order[pivot]] > tolerance * largest, left[order[pivot]] > 0 else { break }
      }
      order.swapAt(step, pivot)
      for row in 0..<step {
        let kept = factor[row, step]
        factor[row, step] = factor[row, pivot]
        factor[row, pivot] = kept
      }
      let column = order[step]
      let length = left[column].squareRoot()
      residuals.append(left[column])
      factor[step, step] = length
      for other in (step + 1)..<max(count, step + 1) {
        var sum = gram[column, order[other]]
        for row in 0..<step { sum -= factor[row, step] * factor[row, other] }
        let value = sum / length
        factor[step, other] = value
        left[order[other]] = max(0, left[order[other]] - value * value)
      }
    }
  }

  /// The number of pivots.
  var rank: Int { residuals.count }

  /// The least-squares coefficients that express each remaining column by the pivot columns:
  /// `[rank, columns - rank]`, both in `order`.
  var coefficients: Matrix {
    let others = order.count - rank
    var solution = Matrix(rows: rank, columns: others)
    for column in 0..<others {
      for row in (0..<rank).reversed() {
        var sum = factor[row, rank + column]
        for next in (row + 1)..<max(rank, row + 1) {
          sum -= factor[row, next] * solution[next, column]
        }
        solution[row, column] = sum / factor[row, row]
      }
    }
    return solution
  }
}
