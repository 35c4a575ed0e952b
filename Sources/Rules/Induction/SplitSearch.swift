import Datasets
import Foundation

/// The impurity criterion of splits.
public enum Criterion: String, Codable, Sendable, CaseIterable {
  /// Gini impurity (Breiman et al. 1984).
  case gini
  /// Entropy, information gain (Quinlan 1986).
  case entropy
}

/// A split over bins: the bins of a column that go to the first branch.
struct BinSplit: Hashable, Sendable {
  var column: Int
  /// For every bin of the column, whether its rows go to the first branch.
  var goesFirst: [Bool]
  /// The decrease of impurity.
  var gain: Double
}

/// A candidate split in compact form.
enum BinCandidate {
  /// Known bins up to `last` go first, and missing values if `missingFirst`.
  case cut(last: Int, missingFirst: Bool, gain: Double)
  /// These bins go first, and bins without rows if `restFirst`.
  case subset(first: [Int], present: [Int], restFirst: Bool, gain: Double)

  var gain: Double {
    switch self {
    case .cut(_, _, let gain), .subset(_, _, _, let gain): gain
    }
  }

  /// The split on a column.
  func split(_ index: Int, of column: BinnedColumn) -> BinSplit {
    switch self {
    case .cut(let last, let missingFirst, let gain):
      var goesFirst = (0..<column.binCount).map { $0 < column.known && $0 <= last }
      if let missing = column.missing { goesFirst[missing] = missingFirst }
      return BinSplit(column: index, goesFirst: goesFirst, gain: gain)
    case .subset(let first, let present, let restFirst, let gain):
      var goesFirst = [Bool](repeating: restFirst, count: column.binCount)
      for bin in present { goesFirst[bin] = false }
      for bin in first { goesFirst[bin] = true }
      return BinSplit(column: index, goesFirst: goesFirst, gain: gain)
    }
  }
}

/// The search for the split with the largest gain.
struct SplitSearch {
  let table: BinnedTable
  let classes: Int
  let criterion: Criterion
  let minimumSupport: Int
  /// The offset of each column in a histogram.
  let offsets: [Int]
  /// x log₂ x for integer x, if the criterion is the entropy.
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

  /// The best split on one column, the first of equals; `nil` if none leaves `minimumSupport` rows
  /// in both branches.
  ///
  /// `counts`: the histogram of the node's rows, over all classes or over those with rows.
  func best(_ column: BinnedColumn, _ counts: BinCounts, impurity: Double) -> BinCandidate? {
    switch column.kind {
    case .numbers: bestCut(column, counts, impurity: impurity)
    case .levels: bestSubset(column, counts, impurity: impurity)
    }
  }

  /// The impurity of rows with these class counts, times their number.
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
    _ column: BinnedColumn, _ counts: BinCounts, impurity: Double
  ) -> BinCandidate? {
    let classes = counts.classes
    let known = counts.bins.firstIndex { $0 >= column.known } ?? counts.bins.count
    var all = [Int](repeating: 0, count: classes)
    for position in 0..<known {
      for index in 0..<classes { all[index] += counts.count(position, index) }
    }
    var absent: [Int]?
    if let missing = column.missing, known < counts.bins.count, counts.bins[known] == missing {
      absent = (0..<classes).map { counts.count(known, $0) }
    }
    let missingCount = absent?.reduce(0, +) ?? 0
    // Missing values, if any, go with the low branch, then with the high branch.
    var best: (gain: Double, bin: Int, low: Int, missingFirst: Bool)?
    for missingFirst in missingCount > 0 ? [true, false] : [false] {
      var first = missingFirst ? absent ?? [] : [Int](repeating: 0, count: classes)
      var second = all
      if !missingFirst, let absent { for index in 0..<classes { second[index] += absent[index] } }
      var (firstTotal, secondTotal) = (first.reduce(0, +), second.reduce(0, +))
      var low = 0
      var open = secondTotal - (missingFirst ? 0 : missingCount)
      var firstSquares = first.reduce(0) { $0 + $1 * $1 }
      var secondSquares = second.reduce(0) { $0 + $1 * $1 }
      for position in 0..<known {
        var moved = 0
        for index in 0..<classes {
          let count = counts.count(position, index)
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
        low += moved
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
        best = (gain, Int(counts.bins[position]), low, missingFirst)
      }
    }
    guard let best else { return nil }
    // Without missing values in the node, missing ones go with the larger branch.
    let missingFirst = missingCount > 0 ? best.missingFirst : 2 * best.low >= all.reduce(0, +)
    return .cut(last: best.bin, missingFirst: missingFirst, gain: best.gain)
  }

  /// Levels are sorted by their share of one class, for each of the most frequent classes, and cut
  /// like numbers; a missing value is one more level. For two classes this includes the best of all
  /// subsets (Breiman et al. 1984, section 4.2).
  private func bestSubset(
    _ column: BinnedColumn, _ found: BinCounts, impurity: Double
  ) -> BinCandidate? {
    let classes = found.classes
    let counts = found.bins.indices.map { position in
      (0..<classes).map {
        found.bins[position] == column.unknown.map(UInt8.init) ? 0 : found.count(position, $0)
      }
    }
    let totals = counts.map { $0.reduce(0, +) }
    let present = totals.indices.filter { totals[$0] > 0 }
    guard present.count > 1 else { return nil }
    let all = (0..<classes).map { index in counts.reduce(0) { $0 + $1[index] } }
    let leading = all.indices.filter { all[$0] > 0 }.sorted { (all[$1], $0) < (all[$0], $1) }
    var best: (gain: Double, first: [Int], firstTotal: Int)?
    for leader in leading.count == 2 ? leading.prefix(1) : leading.prefix(8) {
      let ordered = present.sorted { first, second in
        let (own, other) = (
          counts[first][leader] * totals[second], counts[second][leader] * totals[first]
        )
        return own == other ? first < second : own > other
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
    // Levels without rows in the node go with the larger branch.
    return .subset(
      first: best.first.map { Int(found.bins[$0]) }, present: present.map { Int(found.bins[$0]) },
      restFirst: 2 * best.firstTotal > all.reduce(0, +), gain: best.gain)
  }
}
