import Tensors

/// The greedy selection of voting rules that agree with the predictions on as many rows as
/// possible.
struct VoteCover {
  private let codes: CodeCounts
  private let majority: Int
  /// The candidates from the highest to the lowest priority in the vote.
  private let candidates: [ImplicantRule]
  /// The codes for which each candidate holds, as bit sets of `words` words.
  private let held: [UInt64]
  private let words: Int

  /// - Parameters:
  ///   - candidates: the rules to select from.
  ///   - codes: the rows with their predictions.
  ///   - majority: the class predicted where no rule holds.
  init(_ candidates: [ImplicantRule], over codes: CodeCounts, default majority: Int) {
    self.codes = codes
    self.majority = majority
    let ranked = candidates.sorted { $0.outranks($1) }
    self.candidates = ranked
    words = (codes.codes.count + 63) / 64
    let words = words
    held = Workers.map(ranked.count) { index in
      var bits = [UInt64](repeating: 0, count: words)
      for (position, code) in codes.codes.enumerated() where ranked[index].premise.holds(for: code)
      {
        bits[position >> 6] |= 1 << UInt64(position & 63)
      }
      return bits
    }.flatMap { $0 }
  }

  /// Selects rules one by one: each adds most agreement to the vote of the rules before it. As
  /// long as a class has none, only rules of such classes are selected.
  /// - Returns: at most `limit` rules in the order of their selection; fewer if no other rule adds
  ///   agreement.
  func selection(atMost limit: Int, onStep: () throws -> Void) rethrows -> [ImplicantRule] {
    // The vote so far: the position of the deciding rule of each code, and its agreeing rows.
    var winners = [Int](repeating: candidates.count, count: codes.codes.count)
    var agreeing = codes.counts[majority]
    var missing = Set(candidates.map(\.conclusion))
    var chosen: [Int] = []
    while chosen.count < limit {
      try onStep()
      let gains = Workers.map(candidates.count) { index -> Int in
        guard missing.isEmpty || missing.contains(candidates[index].conclusion) else {
          return .min
        }
        return gain(of: index, winners, agreeing)
      }
      var best: Int?
      for index in gains.indices where gains[index] > best.map({ gains[$0] }) ?? .min {
        best = index
      }
      guard let best, gains[best] > 0 || !missing.isEmpty else { break }
      chosen.append(best)
      let conclusion = candidates[best].conclusion
      missing.remove(conclusion)
      forEachCode(of: best) { position in
        guard winners[position] > best else { return }
        winners[position] = best
        agreeing[position] = codes.counts[conclusion][position]
      }
    }
    return chosen.map { candidates[$0] }
  }

  private func gain(of index: Int, _ winners: [Int], _ agreeing: [Int]) -> Int {
    let counts = codes.counts[candidates[index].conclusion]
    var gain = 0
    forEachCode(of: index) { position in
      if winners[position] > index { gain += counts[position] - agreeing[position] }
    }
    return gain
  }

  @inline(__always)
  private func forEachCode(of index: Int, _ body: (Int) -> Void) {
    for word in 0..<words {
      var bits = held[index * words + word]
      while bits != 0 {
        body(word << 6 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
  }
}
