import Datasets
import Foundation

/// How mixed the classes of some rows are.
public enum Criterion: String, Codable, Sendable, CaseIterable {
  /// Breiman et al. 1984.
  case gini
  /// Quinlan 1986.
  case entropy
}

/// A question over bins: which bins of a column go first.
struct BinSplit: Hashable, Sendable {
  var column: Int
  /// For every bin of the column whether its rows go to the first side.
  var goesFirst: [Bool]
  /// How much purer the two sides are; more is better.
  var gain: Double
}

/// The search for the question that parts classes best.
struct SplitSearch {
  let table: BinnedTable
  let classes: Int
  let criterion: Criterion
  let minimumSupport: Int
  /// Where each column's bins begin in a histogram.
  let offsets: [Int]
  /// x log₂ x for whole x, where the criterion is the entropy.
  let logs: [Double]

  init(
    _ table: BinnedTable, classes: Int, criterion: Criterion, minimumSupport: Int, total: Int
  ) {
    self.table = table
    self.classes = classes
    self.criterion = criterion
    self.minimumSupport = max(minimumSupport, 1)
    var offsets = [0]
    for column in table.columns { offsets.append((offsets.last ?? 0) + column.binCount * classes) }
    self.offsets = offsets
    logs =
      criterion == .entropy
      ? (0...max(total, 1)).map { $0 == 0 ? 0 : Double($0) * log2(Double($0)) } : []
  }

  /// The best question about one column, the first of equals; `nil` where none leaves enough rows
  /// on both sides.
  func best(_ column: Int, _ histogram: UnsafePointer<Int32>, impurity: Double) -> BinSplit? {
    switch table.columns[column].kind {
    case .numbers: bestCut(column, histogram, impurity: impurity)
    case .levels: bestSubset(column, histogram, impurity: impurity)
    }
  }

  /// How mixed rows with these class counts are, times their number.
  func impurity(_ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    if total == 0 { return 0 }
    switch criterion {
    case .gini:
      return Double(total) - Double(counts.reduce(0) { $0 + $1 * $1 }) / Double(total)
    case .entropy: return logs[total] - counts.reduce(0) { $0 + logs[$1] }
    }
  }

  private func bestCut(
    _ column: Int, _ histogram: UnsafePointer<Int32>, impurity: Double
  ) -> BinSplit? {
    let bins = table.columns[column]
    var all = [Int](repeating: 0, count: classes)
    for bin in 0..<bins.known {
      for index in 0..<classes { all[index] += Int(histogram[bin * classes + index]) }
    }
    let absent = bins.missing.map { bin in
      (0..<classes).map { Int(histogram[bin * classes + $0]) }
    }
    let missingCount = absent?.reduce(0, +) ?? 0
    // Missing values go with the low side, then with the high side, where there are any.
    var best: (gain: Double, bin: Int, missingFirst: Bool)?
    for missingFirst in missingCount > 0 ? [true, false] : [false] {
      var first = missingFirst ? absent ?? [] : [Int](repeating: 0, count: classes)
      var second = all
      if !missingFirst, let absent { for index in 0..<classes { second[index] += absent[index] } }
      var (firstTotal, secondTotal) = (first.reduce(0, +), second.reduce(0, +))
      var knownFirst = 0
      var open = secondTotal - (missingFirst ? 0 : missingCount)
      var firstSquares = first.reduce(0) { $0 + $1 * $1 }
      var secondSquares = second.reduce(0) { $0 + $1 * $1 }
      for bin in 0..<bins.known {
        var moved = 0
        for index in 0..<classes {
          let count = Int(histogram[bin * classes + index])
          if count == 0 { continue }
          firstSquares += count * (2 * first[index] + count)
          secondSquares -= count * (2 * second[index] - count)
          first[index] += count
          second[index] -= count
          moved += count
        }
        if moved == 0 { continue }
        firstTotal += moved
        secondTotal -= moved
        knownFirst += moved
        open -= moved
        if open == 0 { break }
        guard firstTotal >= minimumSupport, secondTotal >= minimumSupport else { continue }
        let left: Double
        switch criterion {
        case .gini:
          left =
            Double(firstTotal) - Double(firstSquares) / Double(firstTotal) + Double(secondTotal)
            - Double(secondSquares) / Double(secondTotal)
        case .entropy: left = self.impurity(first) + self.impurity(second)
        }
        let gain = impurity - left
        if let best, best.gain >= gain { continue }
        best = (gain, bin, missingFirst)
      }
    }
    guard let best else { return nil }
    var goesFirst = (0..<bins.binCount).map { $0 < bins.known && $0 <= best.bin }
    if let missing = bins.missing {
      let low = (0..<bins.known).reduce(0) { sum, bin in
        bin > best.bin
          ? sum : sum + (0..<classes).reduce(0) { $0 + Int(histogram[bin * classes + $1]) }
      }
      goesFirst[missing] =
        missingCount > 0 ? best.missingFirst : 2 * low >= all.reduce(0, +)
    }
    return BinSplit(column: column, goesFirst: goesFirst, gain: best.gain)
  }

  /// Levels are put in the order of their share of one class, for each of the commonest classes, and
  /// cut as numbers are; a missing value is one more level. For two classes the best of all subsets
  /// is among them (Breiman et al. 1984, section 4.2).
  private func bestSubset(
    _ column: Int, _ histogram: UnsafePointer<Int32>, impurity: Double
  ) -> BinSplit? {
    let bins = table.columns[column]
    let counts = (0..<bins.binCount).map { bin in
      (0..<classes).map { bin == bins.unknown ? 0 : Int(histogram[bin * classes + $0]) }
    }
    let totals = counts.map { $0.reduce(0, +) }
    let present = totals.indices.filter { totals[$0] > 0 }
    guard present.count > 1 else { return nil }
    let all = (0..<classes).map { index in counts.reduce(0) { $0 + $1[index] } }
    let leading = all.indices.filter { all[$0] > 0 }.sorted { (all[$1], $0) < (all[$0], $1) }
    var best: (gain: Double, first: [Int], firstTotal: Int)?
    for leader in leading.count == 2 ? leading.prefix(1) : leading.prefix(8) {
      let ordered = present.sorted { first, second in
        let (mine, other) = (
          counts[first][leader] * totals[second], counts[second][leader] * totals[first]
        )
        return mine == other ? first < second : mine > other
      }
      var first = [Int](repeating: 0, count: classes)
      var second = all
      for (position, bin) in ordered.dropLast().enumerated() {
        for index in 0..<classes {
          first[index] += counts[bin][index]
          second[index] -= counts[bin][index]
        }
        let (firstTotal, secondTotal) = (first.reduce(0, +), second.reduce(0, +))
        guard firstTotal >= minimumSupport, secondTotal >= minimumSupport else { continue }
        let gain = impurity - self.impurity(first) - self.impurity(second)
        if let best, best.gain >= gain { continue }
        best = (gain, Array(ordered[...position]), firstTotal)
      }
    }
    guard let best else { return nil }
    // Levels that no row here has go with the larger side.
    let rest = 2 * best.firstTotal > all.reduce(0, +)
    var goesFirst = totals.map { $0 == 0 && rest }
    for bin in best.first { goesFirst[bin] = true }
    return BinSplit(column: column, goesFirst: goesFirst, gain: best.gain)
  }
}
