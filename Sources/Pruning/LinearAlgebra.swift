import Tensors

/// A matrix of doubles in row-major order, for the small systems that pruning solves.
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

  /// `Aᵀ A` of columns that had their means taken away, with the means.
  /// - Complexity: O(rows · columns²)
  func centeredGram() -> (gram: Matrix, means: [Double]) {
    let means = means
    var gram = Matrix(rows: columns, columns: columns)
    gram.elements.withUnsafeMutableBufferPointer { gram in
      elements.withUnsafeBufferPointer { values in
        // Four rows at a time, added in their order: a sum is read and written once for them.
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

/// Cholesky's factorisation with pivoting of a matrix of inner products: the pivoted QR
/// factorisation of the columns behind it, `R` alone (Golub & Van Loan, Matrix computations, 5.4.2).
struct PivotedFactor {
  /// The columns in the order in which they were taken: each the one with the largest part outside
  /// the span of those before.
  private(set) var order: [Int]
  /// The squared length of that part.
  private(set) var residuals: [Double]
  /// Upper triangular, `[rank, columns]`, columns in `order`.
  private(set) var factor: Matrix

  /// Takes columns until what is left is less than a share of the largest column's square.
  ///
  /// `only`: the columns that may be taken, in their own order, instead of the largest first.
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

  /// How many columns were taken.
  var rank: Int { residuals.count }

  /// The coefficients by which the columns that were taken make each of the others:
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
