import Rules
import Tensors

/// A premise with its conclusion and its support among the training rows.
struct ImplicantRule: Hashable, VotingRule {
  var premise: Implicant
  var conclusion: Int
  /// Whether the premise implies the conclusion for all values of the other binarised features;
  /// otherwise only its confidence is known.
  var isImplied: Bool
  var support: Support

  init(premise: Implicant, conclusion: Int, isImplied: Bool, over codes: CodeCounts) {
    self.premise = premise
    self.conclusion = conclusion
    self.isImplied = isImplied
    var support = Support(covered: 0, agreeing: 0)
    for (index, code) in codes.codes.enumerated() where premise.holds(for: code) {
      support.covered += codes.totals[index]
      support.agreeing += codes.counts[conclusion][index]
    }
    self.support = support
  }

  /// The order of the rules in the result.
  func outranks(_ other: ImplicantRule) -> Bool {
    if outvotes(other) != other.outvotes(self) { return outvotes(other) }
    return (premise.mask, premise.value) < (other.premise.mask, other.premise.value)
  }
}

/// The distinct codes of some rows, with the number of rows per code and predicted class.
struct CodeCounts {
  var codes: [UInt64] = []
  /// `[class][code]`.
  var counts: [[Int]]
  var totals: [Int] = []

  init(_ codesOfRows: [UInt64], predictions: [Int], classes: Int) {
    var positions: [UInt64: Int] = [:]
    counts = [[Int]](repeating: [], count: classes)
    for (code, prediction) in zip(codesOfRows, predictions) {
      let position = positions[code] ?? codes.count
      if position == codes.count {
        positions[code] = position
        codes.append(code)
        for index in counts.indices { counts[index].append(0) }
        totals.append(0)
      }
      counts[prediction][position] += 1
      totals[position] += 1
    }
  }

  /// The number of rows.
  var rows: Int { totals.reduce(0, +) }

  /// The codes with most rows of a class, the most frequent first.
  func commonest(of conclusion: Int, atMost limit: Int) -> [UInt64] {
    codes.indices.filter { counts[conclusion][$0] > 0 }.sorted { first, second in
      (counts[conclusion][second], codes[first]) < (counts[conclusion][first], codes[second])
    }.prefix(limit).map { codes[$0] }
  }

  /// The rows on which a vote of the first 0, 1, … rules does not give the predicted class.
  func disagreements(of rules: [ImplicantRule], default majority: Int) -> [Int] {
    var winners = [Int?](repeating: nil, count: codes.count)
    var wrong = rows - counts[majority].reduce(0, +)
    var all = [wrong]
    for (index, rule) in rules.enumerated() {
      for position in codes.indices where rule.premise.holds(for: codes[position]) {
        if let winner = winners[position], !rule.outvotes(rules[winner]) { continue }
        let before = winners[position].map { rules[$0].conclusion } ?? majority
        wrong += counts[before][position] - counts[rule.conclusion][position]
        winners[position] = index
      }
      all.append(wrong)
    }
    return all
  }

  /// Shorter premises than a given one: one literal after another is dropped, each time the one
  /// without which three times the disagreeing rows exceed the agreeing ones least.
  /// - Parameters:
  ///   - premise: the first premise; not in the result.
  ///   - conclusion: the predicted class.
  ///   - known: premises of that class from which shorter ones are known; the result is added.
  /// - Returns: premises that were not known, each shorter than the one before.
  func relaxed(
    _ premise: Implicant, for conclusion: Int, known: inout Set<Implicant>
  ) -> [Implicant] {
    var shorter: [Implicant] = []
    var premise = premise
    while premise.count > 1 {
      // One pass over the codes: a code that violates one literal is covered without that literal.
      var without = [Int](repeating: 0, count: 64)
      for (position, code) in codes.enumerated() {
        let violated = (code ^ premise.value) & premise.mask
        guard violated != 0, violated & (violated - 1) == 0 else { continue }
        without[violated.trailingZeroBitCount] +=
          4 * counts[conclusion][position] - 3 * totals[position]
      }
      var best: Int?
      for bit in 0..<64 where premise.mask >> UInt64(bit) & 1 == 1 {
        if without[bit] > best.map({ without[$0] }) ?? .min { best = bit }
      }
      guard let best else { break }
      premise = premise.dropping(1 << UInt64(best))
      guard known.insert(premise).inserted else { break }
      shorter.append(premise)
    }
    return shorter
  }
}
