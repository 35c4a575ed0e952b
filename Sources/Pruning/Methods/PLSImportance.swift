import Datasets
import Naming
import Networks
import Tensors

/// Prunes the neurons with the lowest variable importance in a partial least squares projection.
///
/// Each neuron contributes one variable (global max pooling for a feature map). Partial least
/// squares regresses the classes on these variables; a neuron's score is its variable importance in
/// projection (VIP).
public struct PLSImportance: PruningMethod, NeuronScore {
  /// The name in commands, settings and files.
  public static let name = "pls-vip"
  /// The description in one line.
  public static let summary = "neurons by variable importance in projection (PLS)"
  /// The publication.
  public static let source = Citation(
    authors: "Jordao, Kloss, Yamada & Schwartz",
    title: "Pruning deep neural networks using partial least squares", year: 2019,
    venue: "BMVC 2019 workshops, arXiv:1810.07610")

  /// PLS components.
  public var components = 2
  /// Training rows of the regression.
  public var rows = 2048

  /// Creates the method with its defaults.
  public init() {}

  /// The choices of the method.
  public var recipe: Recipe {
    Recipe(
      .neurons(self), reduction: .max, schedule: Schedule(.linear, rounds: 3),
      recovery: .fineTune(epochs: 1))
  }

  /// The score of each neuron, by node.
  public func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    let sample = context.sample(of: rows, for: network)
    // A flattened image repeats the channels of its input.
    let sources = network.sources(groups)
    let (responses, _) = network.responses(
      of: sources, groups, for: sample.inputs, isLargest: true)
    let width = responses.reduce(0) { $0 + $1.width }
    var inputs = Matrix(rows: sample.count, columns: width)
    var start = 0
    for part in responses {
      for row in 0..<sample.count {
        for column in 0..<part.width {
          inputs[row, start + column] = Double(part[row, column])
        }
      }
      start += part.width
    }
    let importance = PartialLeastSquares(
      inputs, Self.targets(sample, context.head), components: components
    ).importance
    var scores: [Int: [Double]] = [:]
    start = 0
    for (source, part) in zip(sources, responses) {
      scores[source] = Array(importance[start..<start + part.width])
      start += part.width
    }
    return scores
  }

  /// One-hot classes, `[rows, classes]`; the numeric target in regression, `[rows, 1]`.
  private static func targets(_ examples: Examples, _ head: Head) -> Matrix {
    let classes = head == .number ? 1 : (examples.labels.max() ?? 0) + 1
    var targets = Matrix(rows: examples.count, columns: classes)
    for row in 0..<examples.count {
      if head == .number {
        targets[row, 0] = Double(examples.numbers[row])
      } else {
        targets[row, examples.labels[row]] = 1
      }
    }
    return targets
  }
}

/// Multivariate partial least squares by NIPALS (Wold 1975; the form of Geladi & Kowalski 1986,
/// doi:10.1016/0003-2670(86)80028-9), with the variable importance in projection.
struct PartialLeastSquares {
  /// The importance of each input; the mean square over non-constant inputs is 1, constant inputs
  /// have 0.
  let importance: [Double]

  /// `inputs`: `[rows, inputs]`, `targets`: `[rows, targets]`; both are standardised here.
  init(_ inputs: Matrix, _ targets: Matrix, components: Int) {
    var (x, varies) = inputs.standardised()
    var (y, _) = targets.standardised()
    let (rows, columns) = (x.rows, x.columns)
    var total = 0.0
    var sums = [Double](repeating: 0, count: columns)
    for _ in 0..<components {
      guard
        let component = PartialLeastSquares.component(x, y)
      else { break }
      let (w, t, q) = component
      let tt = t.reduce(0) { $0 + $1 * $1 }
      let explained = tt * q.reduce(0) { $0 + $1 * $1 }
      total += explained
      for column in 0..<columns { sums[column] += explained * w[column] * w[column] }
      for column in 0..<columns {
        var loading = 0.0
        for row in 0..<rows { loading += x[row, column] * t[row] }
        loading /= tt
        for row in 0..<rows { x[row, column] -= t[row] * loading }
      }
      for row in 0..<rows { for k in 0..<y.columns { y[row, k] -= t[row] * q[k] } }
    }
    let count = Double(varies.count { $0 })
    importance = sums.indices.map { column in
      varies[column] && total > 0 ? (count * sums[column] / total).squareRoot() : 0
    }
  }

  /// The weights of unit length, the scores, and the target loadings of one component.
  private static func component(
    _ x: Matrix, _ y: Matrix
  ) -> (w: [Double], t: [Double], q: [Double])? {
    let variances = (0..<y.columns).map { k in
      (0..<y.rows).reduce(0.0) { $0 + y[$1, k] * y[$1, k] }
    }
    guard let first = variances.indices.max(by: { (variances[$0], $1) < (variances[$1], $0) }),
      variances[first] > 0
    else { return nil }
    var u = (0..<y.rows).map { y[$0, first] }
    var t = [Double](repeating: 0, count: x.rows)
    var w = [Double](repeating: 0, count: x.columns)
    var q = [Double](repeating: 0, count: y.columns)
    for _ in 0..<500 {
      w = x.transposedProduct(u)
      let length = w.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else { return nil }
      for column in w.indices { w[column] /= length }
      let next = x.product(w)
      let tt = next.reduce(0) { $0 + $1 * $1 }
      guard tt > 0 else { return nil }
      q = y.transposedProduct(next).map { $0 / tt }
      let qq = q.reduce(0) { $0 + $1 * $1 }
      guard qq > 0 else { return nil }
      u = y.product(q).map { $0 / qq }
      let change = zip(next, t).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      t = next
      if change <= 1e-12 * tt { break }
    }
    return (w, t, q)
  }
}

extension Matrix {
  /// Standardises columns to mean 0 and variance 1; reports which columns are not constant.
  func standardised() -> (Matrix, varies: [Bool]) {
    var copy = self
    var varies = [Bool](repeating: false, count: columns)
    for column in 0..<columns {
      let mean = (0..<rows).reduce(0.0) { $0 + self[$1, column] } / Double(Swift.max(rows, 1))
      let squares = (0..<rows).reduce(0.0) {
        $0 + (self[$1, column] - mean) * (self[$1, column] - mean)
      }
      let deviation = (squares / Double(Swift.max(rows - 1, 1))).squareRoot()
      varies[column] = deviation > 1e-12
      for row in 0..<rows {
        copy[row, column] = varies[column] ? (self[row, column] - mean) / deviation : 0
      }
    }
    return (copy, varies)
  }

  func product(_ vector: [Double]) -> [Double] {
    elements.withUnsafeBufferPointer { values in
      (0..<rows).map { row in
        var sum = 0.0
        for column in 0..<columns { sum += values[row * columns + column] * vector[column] }
        return sum
      }
    }
  }

  func transposedProduct(_ vector: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    elements.withUnsafeBufferPointer { values in
      for row in 0..<rows {
        for column in 0..<columns { sums[column] += values[row * columns + column] * vector[row] }
      }
    }
    return sums
  }
}
