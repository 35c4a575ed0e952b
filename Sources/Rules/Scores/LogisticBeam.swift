/// Forward selection of columns for a weighted logistic regression, with a beam.
///
/// The idea is that of FasterRisk (Liu, Zhong, Seltzer & Rudin, "FasterRisk: fast and accurate
/// interpretable risk scores", NeurIPS 2022): sparse real solutions of several sizes, from which
/// integer ones are rounded.
struct LogisticBeam {
  /// A solution: positions of columns with their coefficients.
  struct Solution {
    var columns: [Int]
    var coefficients: [Float]
    var intercept: Float = 0
    var loss: Float = .infinity
  }

  /// Standardised columns: `[column][row]`.
  let columns: [[Float]]
  /// 1 or 0 for each row.
  let targets: [Float]
  /// The sample weight of each row.
  let weights: [Float]
  /// The solutions kept of each size.
  var width = 4
  private let rows: Int
  private let ridge: Float

  init(columns: [[Float]], targets: [Float], weights: [Float]) {
    self.columns = columns
    self.targets = targets
    self.weights = weights
    rows = targets.count
    ridge = 1e-3 * weights.reduce(0, +)
  }

  /// The best solutions with 1, 2, … columns, at most `size`: `[size - 1][rank]`.
  func solutions(upTo size: Int) -> [[Solution]] {
    var beam = [fitted(Solution(columns: [], coefficients: []))]
    var levels: [[Solution]] = []
    while levels.count < min(size, columns.count) {
      var next: [Solution] = []
      var seen: Set<[Int]> = []
      for parent in beam {
        let residuals = residuals(parent)
        let scores = columns.indices.map { index -> Float in
          parent.columns.contains(index) ? -1 : abs(dot(columns[index], residuals))
        }
        let best = scores.indices.filter { scores[$0] > 0 }
          .sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(width)
        for index in best where seen.insert((parent.columns + [index]).sorted()).inserted {
          var child = parent
          child.columns.append(index)
          child.coefficients.append(0)
          next.append(fitted(child))
        }
      }
      guard !next.isEmpty else { break }
      beam = Array(
        next.sorted { ($0.loss, $0.columns[0]) < ($1.loss, $1.columns[0]) }.prefix(width))
      levels.append(beam)
    }
    return levels
  }

  private func dot(_ first: [Float], _ second: [Float]) -> Float {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        var sums = SIMD8<Float>.zero
        var row = 0
        while row + 8 <= rows {
          var (x, y) = (SIMD8<Float>.zero, SIMD8<Float>.zero)
          for lane in 0..<8 { (x[lane], y[lane]) = (first[row + lane], second[row + lane]) }
          sums += x * y
          row += 8
        }
        var sum = sums.sum()
        while row < rows {
          sum += first[row] * second[row]
          row += 1
        }
        return sum
      }
    }
  }

  private func logits(_ solution: Solution) -> [Float] {
    var sums = [Float](repeating: solution.intercept, count: rows)
    for (index, coefficient) in zip(solution.columns, solution.coefficients) {
      columns[index].withUnsafeBufferPointer { column in
        for row in 0..<rows { sums[row] += coefficient * column[row] }
      }
    }
    return sums
  }

  /// Weight times target minus probability.
  private func residuals(_ solution: Solution) -> [Float] {
    let sums = logits(solution)
    return (0..<rows).map { weights[$0] * (targets[$0] - Self.probability(sums[$0])) }
  }

  private static func probability(_ x: Float) -> Float {
    let y = max(-16, min(16, x))
    return 1 / (1 + exponential(-y))
  }

  /// e^x to three digits, by squaring a Taylor polynomial.
  private static func exponential(_ x: Float) -> Float {
    let y = x / 64
    var result = 1 + y * (1 + y * (0.5 + y * (1.0 / 6)))
    for _ in 0..<6 { result *= result }
    return result
  }

  /// Newton steps from the given coefficients.
  private func fitted(_ start: Solution) -> Solution {
    var solution = start
    let size = solution.columns.count + 1
    for _ in 0..<5 {
      let sums = logits(solution)
      var gradient = [Float](repeating: 0, count: size)
      var hessian = [Float](repeating: 0, count: size * size)
      var errors = [Float](repeating: 0, count: rows)
      var curvature = [Float](repeating: 0, count: rows)
      var loss: Float = 0
      for row in 0..<rows {
        let probability = Self.probability(sums[row])
        errors[row] = weights[row] * (targets[row] - probability)
        curvature[row] = weights[row] * max(probability * (1 - probability), 1e-4)
        loss += errors[row] * (targets[row] - probability)
      }
      solution.loss = loss
      gradient[0] = errors.reduce(0, +)
      hessian[0] = curvature.reduce(0, +)
      for (i, first) in solution.columns.enumerated() {
        gradient[i + 1] = dot(columns[first], errors) - ridge * solution.coefficients[i]
        let scaled = product(columns[first], curvature)
        let sum = scaled.reduce(0, +)
        hessian[i + 1] = sum
        hessian[(i + 1) * size] = sum
        for (j, second) in solution.columns.enumerated().prefix(i + 1) {
          let value = dot(scaled, columns[second])
          hessian[(i + 1) * size + j + 1] = value
          hessian[(j + 1) * size + i + 1] = value
        }
        hessian[(i + 1) * size + i + 1] += ridge
      }
      guard let step = solve(&hessian, gradient) else { break }
      solution.intercept += step[0]
      for index in solution.coefficients.indices { solution.coefficients[index] += step[index + 1] }
      if step.allSatisfy({ abs($0) < 0.02 }) { break }
    }
    return solution
  }

  private func product(_ first: [Float], _ second: [Float]) -> [Float] {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in (0..<rows).map { first[$0] * second[$0] } }
    }
  }

  /// Solves a symmetric positive definite system by Cholesky decomposition.
  private func solve(_ matrix: inout [Float], _ right: [Float]) -> [Float]? {
    let size = right.count
    var result = right
    for i in 0..<size {
      for j in 0...i {
        var sum = matrix[i * size + j]
        for k in 0..<j { sum -= matrix[i * size + k] * matrix[j * size + k] }
        if i == j {
          guard sum > 1e-9 else { return nil }
          matrix[i * size + i] = sum.squareRoot()
        } else {
          matrix[i * size + j] = sum / matrix[j * size + j]
        }
      }
      for k in 0..<i { result[i] -= matrix[i * size + k] * result[k] }
      result[i] /= matrix[i * size + i]
    }
    for i in (0..<size).reversed() {
      for k in (i + 1)..<size { result[i] -= matrix[k * size + i] * result[k] }
      result[i] /= matrix[i * size + i]
    }
    return result
  }
}
