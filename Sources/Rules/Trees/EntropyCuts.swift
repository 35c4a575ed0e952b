import Foundation

/// Cuts of a column by recursive minimum-entropy partitions with the criterion of the minimum
/// description length.
package struct EntropyCuts {
  /// Bins after which there is a cut, those of the largest intervals first.
  package private(set) var cuts: [Int] = []

  /// `counts`: the weighted number of rows per class in each bin.
  package init(counts: [[Int]]) {
    var queue = [0..<counts.count]
    while !queue.isEmpty {
      let range = queue.removeFirst()
      guard let cut = Self.cut(counts, range) else { continue }
      cuts.append(cut)
      queue += [range.lowerBound..<(cut + 1), (cut + 1)..<range.upperBound]
    }
  }

  /// The accepted cut of an interval of bins.
  private static func cut(_ counts: [[Int]], _ range: Range<Int>) -> Int? {
    guard range.count > 1, let width = counts.first?.count else { return nil }
    var all = [Int](repeating: 0, count: width)
    for bin in range { for group in 0..<width { all[group] += counts[bin][group] } }
    let total = all.reduce(0, +)
    guard total > 1 else { return nil }
    var low = [Int](repeating: 0, count: width)
    var best: (bin: Int, sum: Double, low: [Int])?
    for bin in range.dropLast() {
      for group in 0..<width { low[group] += counts[bin][group] }
      let size = low.reduce(0, +)
      guard size > 0, size < total else { continue }
      let high = zip(all, low).map { $0 - $1 }
      let sum = bits(low) + bits(high)
      if sum < best?.sum ?? .infinity { best = (bin, sum, low) }
    }
    guard let best else { return nil }
    let high = zip(all, best.low).map { $0 - $1 }
    let gain = (bits(all) - best.sum) / Double(total)
    let kinds = { (counts: [Int]) in Double(counts.count { $0 > 0 }) }
    let entropies = { (counts: [Int]) in
      kinds(counts) * bits(counts) / Double(max(counts.reduce(0, +), 1))
    }
    let delta =
      log2(pow(3, kinds(all)) - 2) - entropies(all) + entropies(best.low)
      + entropies(high)
    return gain > (log2(Double(total - 1)) + delta) / Double(total) ? best.bin : nil
  }

  /// The entropy of counts in bits, times their sum.
  private static func bits(_ counts: [Int]) -> Double {
    let total = counts.reduce(0, +)
    return counts.reduce(0) { sum, count in
      count > 0 ? sum - Double(count) * log2(Double(count) / Double(total)) : sum
    }
  }
}
