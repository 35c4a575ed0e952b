import CKernels

extension Tensor {
  /// The matrix product of `[m, k]` and `[k, n]`, with either factor optionally transposed, plus an
  /// optional bias of `[n]`.
  /// - Complexity: O(m n k)
  public func multiplied(
    by right: Tensor, transposed leftTransposed: Bool = false,
    rightTransposed: Bool = false, adding bias: Tensor? = nil
  ) -> Tensor {
    let (m, k) = leftTransposed ? (width, rows) : (rows, width)
    let (n, inner) = rightTransposed ? (right.rows, right.width) : (right.width, right.rows)
    precondition(k == inner, "a product of \(shape) and \(right.shape)")
    precondition(
      bias.map { $0.count == n } ?? true, "a bias of \(bias?.count ?? 0) for \(n) columns")
    return Tensor(uninitialized: [m, n]) { output in
      elements.withUnsafeBufferPointer { left in
        right.elements.withUnsafeBufferPointer { right in
          guard k > 0, let left = left.baseAddress, let right = right.baseAddress,
            let output = output.baseAddress
          else {
            // With an inner dimension of 0 the product is zero.
            for index in output.indices { output[index] = bias?.elements[index % n] ?? 0 }
            return
          }
          (bias?.elements ?? []).withUnsafeBufferPointer { added in
            MatrixKernel.multiply(
              left, transposed: leftTransposed, right, transposed: rightTransposed,
              adding: bias == nil ? nil : added.baseAddress, into: output, rows: m, columns: n,
              inner: k)
          }
        }
      }
    }
  }

  /// Adds a bias to every row: `[rows, columns] + [columns]`.
  public mutating func addBias(_ bias: Tensor) {
    let (rows, width) = (rows, width)
    precondition(bias.count == width, "a bias of \(bias.count) for \(width) columns")
    elements.withUnsafeMutableBufferPointer { values in
      bias.elements.withUnsafeBufferPointer { bias in
        guard let values = values.baseAddress, let bias = bias.baseAddress else { return }
        ek_add_bias(values, bias, rows, width)
      }
    }
  }

  /// The sum of each column, accumulated in row order.
  public var columnSums: Tensor {
    Tensor(uninitialized: [width]) { sums in
      elements.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress, let sums = sums.baseAddress else {
          sums.update(repeating: 0)
          return
        }
        ek_column_sums(values, sums, rows, width)
      }
    }
  }

  /// Softmax of each row.
  public var softmax: Tensor {
    Tensor(uninitialized: shape) { output in
      elements.withUnsafeBufferPointer { values in
        guard let values = values.baseAddress, let output = output.baseAddress else { return }
        ek_softmax(values, output, rows, width)
      }
    }
  }

  /// `self += scale * other`
  public mutating func add(_ other: Tensor, scaledBy scale: Float = 1) {
    precondition(other.count == count, "\(shape) and \(other.shape)")
    let count = count
    elements.withUnsafeMutableBufferPointer { target in
      other.elements.withUnsafeBufferPointer { source in
        guard let target = target.baseAddress, let source = source.baseAddress else { return }
        Workers.runPieces(of: count) { ek_add_scaled(scale, source + $0, target + $0, $1) }
      }
    }
  }

  /// The rows at the given indices, in that order.
  public func gathering(_ indices: ArraySlice<Int>) -> Tensor {
    let width = width
    let shape = Shape([indices.count] + self.shape.dimensions.dropFirst())
    return Tensor(uninitialized: shape) { target in
      elements.withUnsafeBufferPointer { source in
        for (position, index) in indices.enumerated() {
          let row = UnsafeBufferPointer(rebasing: source[index * width..<(index + 1) * width])
          _ = UnsafeMutableBufferPointer(
            rebasing: target[position * width..<(position + 1) * width]
          ).update(fromContentsOf: row)
        }
      }
    }
  }

  /// A contiguous range of rows.
  public func slicing(_ rows: Range<Int>) -> Tensor {
    Tensor(
      Array(elements[rows.lowerBound * width..<rows.upperBound * width]),
      shape: Shape([rows.count] + shape.dimensions.dropFirst()))
  }

  /// The columns of a matrix at the given indices, in that order.
  public func selectingColumns(_ columns: [Int]) -> Tensor {
    let (rows, width) = (rows, width)
    return Tensor(uninitialized: [rows, columns.count]) { target in
      for row in 0..<rows {
        for (position, column) in columns.enumerated() {
          target[row * columns.count + position] = elements[row * width + column]
        }
      }
    }
  }

  /// The rows of a matrix, or elements of a vector, at the given indices, in that order.
  public func selectingRows(_ indices: [Int]) -> Tensor { gathering(indices[...]) }

  /// The mean and the population standard deviation of each column, in double precision.
  public var columnStatistics: (means: [Double], deviations: [Double]) {
    let (rows, width) = (rows, width)
    var means = [Double](repeating: 0, count: width)
    var squares = means
    for row in 0..<rows {
      for column in 0..<width { means[column] += Double(elements[row * width + column]) }
    }
    for column in 0..<width { means[column] /= Double(max(rows, 1)) }
    for row in 0..<rows {
      for column in 0..<width {
        let difference = Double(elements[row * width + column]) - means[column]
        squares[column] += difference * difference
      }
    }
    return (means, squares.map { ($0 / Double(max(rows, 1))).squareRoot() })
  }

  /// The argmax of each row; the first index for ties.
  public var largestColumns: [Int] {
    let width = width
    return (0..<rows).map { row in
      var best = 0
      for column in 1..<max(width, 1)
      where elements[row * width + column] > elements[row * width + best] {
        best = column
      }
      return best
    }
  }
}
