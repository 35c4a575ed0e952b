/// The choice of a size among rule sets by their disagreement on rows that did not fit them.
///
/// The smallest rule set is chosen whose weighted disagreement exceeds the least one by at most a
/// share of it and a number of its standard errors (5 % and a quarter by default), and which predicts every class that the network
/// predicts on at least ten real rows, as far as one of the sets does.
package struct SizeChoice: Sendable {
  /// The predictions of the network, first on real rows.
  package let predictions: [Int]
  /// The sample weight of each row.
  package let weights: [Int]
  /// The number of real rows.
  package let real: Int
  /// The classes that the network predicts on at least ten real rows.
  package let needed: [Int]
  /// The tolerance: a share of the least disagreement, and a number of its standard errors.
  package var tolerance = (share: 0.05, errors: 0.25)

  /// - Parameters:
  ///   - predictions: the predictions of the network, one class position per row, first on real
  ///     rows.
  ///   - real: the number of real rows.
  ///   - weights: the sample weight of each row; `nil`: 1.
  package init(predictions: [Int], real: Int, weights: [Int]? = nil) {
    self.predictions = predictions
    self.real = real
    self.weights = weights ?? [Int](repeating: 1, count: predictions.count)
    var counts: [Int: Int] = [:]
    for prediction in predictions.prefix(real) { counts[prediction, default: 0] += 1 }
    needed = counts.filter { $0.value >= 10 }.keys.sorted()
  }

  /// The position of the chosen rule set.
  /// - Parameter given: the predictions of each rule set on the rows, in ascending order of size.
  /// - Returns: a position in `given`; `nil` if that is empty.
  package func choice(of given: [[Int]]) -> Int? {
    let missing = given.map { predictions in
      let known = Set(predictions.prefix(real))
      return needed.count { !known.contains($0) }
    }
    guard let fewest = missing.min() else { return nil }
    let eligible = given.indices.filter { missing[$0] == fewest }
    let errors = given.map { predicted in
      predictions.indices.reduce(0) { $0 + (predicted[$1] == predictions[$1] ? 0 : weights[$1]) }
    }
    guard let best = eligible.min(by: { errors[$0] < errors[$1] }) else { return nil }
    // The variance of a weighted count of rare events, with one more row than counted.
    let largest = weights.max() ?? 1
    let variance = predictions.indices.reduce(largest * largest) {
      $0 + (given[best][$1] == predictions[$1] ? 0 : weights[$1] * weights[$1])
    }
    let allowed =
      Double(errors[best]) * (1 + tolerance.share)
      + Double(variance).squareRoot() * tolerance.errors
    return eligible.first { Double(errors[$0]) <= allowed }
  }
}
