import Tensors

/// The search for a conjunction of conditions that covers many rows of one set and few of another.
struct Beam {
  struct Candidate {
    /// The positions of the conditions, ascending.
    var conditions: [Int]
    var gain: Int
    var gains: [UInt64]
    var losses: [UInt64]
  }

  /// The rows on which each condition holds.
  let bits: [[UInt64]]
  let rows: BitRows
  /// The weighted rows that each condition costs.
  let penalty: Int
  /// The number of conjunctions kept for each number of conditions.
  let width: Int
  /// The gain that must be exceeded.
  var bound: Int

  /// Searches for the conjunction with the largest gain above the bound: covered rows of `gains`
  /// less covered rows of `losses` less the penalty.
  /// - Parameters:
  ///   - gains: rows that count 1.
  ///   - losses: rows that count -1.
  ///   - seeds: conjunctions that are extended too.
  ///   - most: the largest number of conditions, except for extended seeds.
  ///   - accepting: whether a conjunction covers enough rows; one that does not is not extended.
  /// - Returns: the best, the first of equals; `nil` if none is above the bound.
  mutating func best(
    gains: [UInt64], losses: [UInt64], seeds: [[Int]], most: Int, accepting: ([Int]) -> Bool
  ) -> (gain: Int, conditions: [Int])? {
    var best: (gain: Int, conditions: [Int])?
    var beam = [Candidate(conditions: [], gain: 0, gains: gains, losses: losses)]
    let deepest = max(most, (seeds.map(\.count).max() ?? 0) + 1)
    for size in 1...max(deepest, 1) {
      for seed in seeds where seed.count == size - 1 && !seed.isEmpty {
        beam.append(candidate(seed, gains, losses))
      }
      var next: [(conditions: [Int], gain: Int, parent: Int, added: Int)] = []
      for (index, parent) in beam.enumerated() {
        for child in extensions(of: parent) {
          let conditions = (parent.conditions + [child.added]).sorted()
          next.append((conditions, child.gain, index, child.added))
        }
      }
      next.sort { first, second in
        first.gain == second.gain
          ? first.conditions.lexicographicallyPrecedes(second.conditions)
          : first.gain > second.gain
      }
      var kept: [Candidate] = []
      var seen: Set<[Int]> = []
      for child in next where kept.count < width {
        guard seen.insert(child.conditions).inserted, accepting(child.conditions) else { continue }
        let parent = beam[child.parent]
        kept.append(
          Candidate(
            conditions: child.conditions, gain: child.gain,
            gains: parent.gains.intersection(bits[child.added]),
            losses: parent.losses.intersection(bits[child.added])))
        if child.gain > bound {
          bound = child.gain
          best = (child.gain, child.conditions)
        }
      }
      if kept.isEmpty && !seeds.contains(where: { $0.count >= size }) { break }
      beam = kept
    }
    return best
  }

  private func candidate(_ conditions: [Int], _ gains: [UInt64], _ losses: [UInt64]) -> Candidate {
    var found = Candidate(conditions: conditions, gain: 0, gains: gains, losses: losses)
    for index in conditions {
      found.gains = found.gains.intersection(bits[index])
      found.losses = found.losses.intersection(bits[index])
    }
    return found
  }

  /// The conditions that can still lead above the bound, with the gain of each.
  private func extensions(of parent: Candidate) -> [(added: Int, gain: Int)] {
    let cost = penalty * (parent.conditions.count + 1)
    let all = rows.weight(of: parent.gains)
    guard all - cost > bound else { return [] }
    let lost = rows.weight(of: parent.losses)
    var found: [(added: Int, gain: Int)] = []
    for index in bits.indices where !parent.conditions.contains(index) {
      let won = rows.weight(of: parent.gains, and: bits[index])
      guard won - cost > bound else { continue }
      let loss = rows.weight(of: parent.losses, and: bits[index])
      // A condition that excludes no row is redundant.
      if won == all && loss == lost && !parent.conditions.isEmpty { continue }
      found.append((index, won - loss - cost))
    }
    return found
  }
}
