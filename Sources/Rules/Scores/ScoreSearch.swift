import Tensors

/// A test of a row: whether a weighted sum of atoms is above a cut.
struct ScoreTest: Hashable, Sendable {
  /// The positions of the atoms, ascending, with their integer weights.
  var terms: [Int: Int]
  /// Rows with a greater sum pass.
  var cut: Float

  /// The number of terms.
  var size: Int { terms.count }

  /// The sums for all rows of a table.
  func sums(in table: TermTable) -> [Float] {
    var sums = [Float](repeating: 0, count: table.count)
    for (atom, weight) in terms.sorted(by: { $0.key < $1.key }) {
      let factor = Float(weight)
      table.columns[atom].withUnsafeBufferPointer { column in
        for row in 0..<column.count { sums[row] += factor * column[row] }
      }
    }
    return sums
  }
}

/// The search for a test with small integer weights that gains most agreement.
///
/// Cut and weights are chosen by the agreement itself, not by a loss that stands for it. Starting
/// points are rounded from sparse logistic regressions; a local search then changes weights, and
/// adds, removes and exchanges terms. Rounding along rays of several lengths is the idea of
/// FasterRisk (Liu et al., NeurIPS 2022), integer weights under a bound those of RiskSLIM (Ustun &
/// Rudin, "Learning optimized risk scores", JMLR 20, 2019).
struct ScoreSearch {
  /// The largest number of terms.
  var maxTerms = 5
  /// The largest absolute weight.
  var maxWeight = 5
  /// The agreement that a term must add, as a share of all.
  var termPenalty: Float = 0.001
  /// The largest number of rows that the search looks at; the final choice looks at all.
  var mostRows = 3000
  /// The largest number of passes of the local search.
  var passes = 12

  /// A found test with the agreement that it adds over sending every row below.
  struct Found {
    var test: ScoreTest
    var gain: Float
  }

  /// Searches tests of each number of terms.
  /// - Parameters:
  ///   - gains: what is gained for each row if it is above the cut; negative for rows that should be
  ///     below.
  ///   - table: the rows.
  ///   - starts: tests from which the local search also starts.
  ///   - learns: whether starting points are learned from the rows, too.
  /// - Returns: the best test for each number of terms that improves on fewer terms, ascending.
  func tests(
    _ gains: [Float], in table: TermTable, from starts: [ScoreTest] = [], learns: Bool = true
  ) -> [Found] {
    let care = gains.indices.filter { gains[$0] != 0 }
    guard !care.isEmpty else { return [] }
    let stride = (care.count + mostRows - 1) / mostRows
    let looked = stride == 1 ? care : care.indices.filter { $0 % stride == 0 }.map { care[$0] }
    let problem = CutProblem(gains, rows: looked, in: table, penalty: termPenalty)
    var candidates = starts.map(\.terms)
    if learns { candidates += roundedSolutions(problem) }
    guard !candidates.isEmpty else { return [] }
    var best: [Int: (terms: [Int: Int], value: Float)] = [:]
    func keep(_ terms: [Int: Int]) {
      let value = problem.value(of: terms)
      if value > best[terms.count]?.value ?? -.infinity { best[terms.count] = (terms, value) }
    }
    candidates.forEach(keep)
    // From the best of each size, and from those that were given.
    let seeds = best.keys.sorted().compactMap { best[$0]?.terms } + starts.map(\.terms)
    for (terms, _) in Workers.map(seeds.count, { improved(seeds[$0], problem) }) { keep(terms) }

    let whole =
      stride == 1 ? problem : CutProblem(gains, rows: care, in: table, penalty: termPenalty)
    var found: [Found] = []
    for size in best.keys.sorted() {
      guard let terms = best[size]?.terms, !terms.isEmpty else { continue }
      let (cut, gain) = whole.exactCut(of: terms)
      if gain - whole.penalty * Float(size)
        > found.last.map({ $0.gain - whole.penalty * Float($0.test.size) }) ?? 0
      {
        found.append(Found(test: ScoreTest(terms: terms, cut: cut), gain: gain))
      }
    }
    return found
  }

  /// Integer weights rounded from sparse logistic regressions.
  private func roundedSolutions(_ problem: CutProblem) -> [[Int: Int]] {
    let beam = LogisticBeam(
      columns: problem.standardised, targets: problem.gains.map { $0 > 0 ? 1 : 0 },
      weights: problem.gains.map(abs))
    var rounded: Set<[Int: Int]> = []
    var ordered: [[Int: Int]] = []
    for solution in beam.solutions(upTo: maxTerms).joined() {
      let real = zip(solution.columns, solution.coefficients).map {
        ($0, $1 / problem.deviations[$0])
      }
      let largest = real.reduce(0) { max($0, abs($1.1)) }
      guard largest > 0, largest.isFinite else { continue }
      for quarter in 4...(4 * maxWeight) {
        let factor = Float(quarter) / 4 / largest
        var terms: [Int: Int] = [:]
        for (atom, coefficient) in real {
          let weight = Int((coefficient * factor).rounded())
          if weight != 0 { terms[atom] = max(-maxWeight, min(maxWeight, weight)) }
        }
        if !terms.isEmpty, rounded.insert(terms).inserted { ordered.append(terms) }
      }
    }
    return ordered
  }

  /// Hill climbing over weights and terms.
  private func improved(
    _ start: [Int: Int], _ problem: CutProblem
  ) -> (terms: [Int: Int], value: Float) {
    var current = (terms: start, value: problem.value(of: start))
    for _ in 0..<passes {
      let before = current.value
      climb(&current, problem, over: weightMoves(current.terms))
      if current.value > before { continue }
      climb(&current, problem, over: exchanges(current.terms, problem))
      if current.value <= before { break }
    }
    return current
  }

  private func climb(
    _ current: inout (terms: [Int: Int], value: Float), _ problem: CutProblem,
    over moves: [[Int: Int]]
  ) {
    var scratch = problem.workspace
    let base = problem.sums(of: current.terms)
    var best = current
    for move in moves {
      let value = problem.value(of: move, from: current.terms, base, &scratch)
      if value > best.value { best = (move, value) }
    }
    current = best
  }

  /// One or two weights changed by one.
  private func weightMoves(_ terms: [Int: Int]) -> [[Int: Int]] {
    let atoms = terms.keys.sorted()
    var moves: [[Int: Int]] = []
    func move(_ changes: [(Int, Int)]) {
      var moved = terms
      for (atom, change) in changes {
        let weight = (terms[atom] ?? 0) + change
        if abs(weight) > maxWeight { return }
        moved[atom] = weight == 0 ? nil : weight
      }
      if !moved.isEmpty { moves.append(moved) }
    }
    for (index, atom) in atoms.enumerated() {
      for change in [-1, 1] {
        move([(atom, change)])
        for other in atoms[(index + 1)...] {
          move([(atom, change), (other, -1)])
          move([(atom, change), (other, 1)])
        }
      }
    }
    // The same direction on a finer grid.
    let doubled = terms.mapValues { 2 * $0 }
    if doubled.values.allSatisfy({ abs($0) <= maxWeight }) {
      for atom in atoms {
        for change in [-1, 1] {
          var moved = doubled
          moved[atom] = (doubled[atom] ?? 0) + change
          if abs(moved[atom] ?? 0) <= maxWeight { moves.append(moved) }
        }
      }
    }
    return moves
  }

  /// A term added, or one replaced by another.
  private func exchanges(_ terms: [Int: Int], _ problem: CutProblem) -> [[Int: Int]] {
    var moves: [[Int: Int]] = []
    let free = problem.promising(beside: terms, atMost: 16)
    let weights = Set([1, 2, terms.values.map(abs).max() ?? 1]).filter { $0 <= maxWeight }.sorted()
    for atom in free {
      for weight in weights {
        for signed in [weight, -weight] {
          if terms.count < maxTerms {
            var moved = terms
            moved[atom] = signed
            moves.append(moved)
          }
          for other in terms.keys.sorted() {
            var moved = terms
            moved[other] = nil
            moved[atom] = signed
            moves.append(moved)
          }
        }
      }
    }
    return moves
  }
}

/// The rows of a search: which are gained above a cut, and how much.
struct CutProblem {
  let gains: [Float]
  /// `[atom][row]`
  let columns: [[Float]]
  let ranges: [ClosedRange<Float>]
  let deviations: [Float]
  let means: [Float]
  /// The agreement that one term must add.
  let penalty: Float

  /// The number of bins of a search for a cut.
  private static let bins = 512

  init(_ gains: [Float], rows: [Int], in table: TermTable, penalty share: Float) {
    self.gains = rows.map { gains[$0] }
    columns = Workers.map(table.atoms.count) { atom in
      let column = table.columns[atom]
      return rows.map { column[$0] }
    }
    ranges = table.ranges
    let count = Float(rows.count)
    means = columns.map { $0.reduce(0, +) / count }
    let means = means
    deviations = zip(columns, means).map { column, mean in
      max((column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot(), 1e-6)
    }
    penalty = share * self.gains.reduce(0) { $0 + abs($1) }
  }

  /// The columns with mean 0 and standard deviation 1.
  var standardised: [[Float]] {
    columns.indices.map { atom in
      let (mean, deviation) = (means[atom], deviations[atom])
      return columns[atom].map { ($0 - mean) / deviation }
    }
  }

  var workspace: [Float] { [Float](repeating: 0, count: Self.bins) }

  func sums(of terms: [Int: Int]) -> [Float] {
    var sums = [Float](repeating: 0, count: gains.count)
    for (atom, weight) in terms.sorted(by: { $0.key < $1.key }) {
      let factor = Float(weight)
      columns[atom].withUnsafeBufferPointer { column in
        for row in 0..<column.count { sums[row] += factor * column[row] }
      }
    }
    return sums
  }

  /// The gain of the best cut, less the penalty of the terms.
  func value(of terms: [Int: Int]) -> Float {
    var scratch = workspace
    return value(of: terms, from: terms, sums(of: terms), &scratch)
  }

  /// The same for terms that differ from others, whose sums are known, in few atoms.
  func value(
    of terms: [Int: Int], from known: [Int: Int], _ base: [Float], _ scratch: inout [Float]
  ) -> Float {
    var (low, high) = (Float(0), Float(0))
    var changes: [(atom: Int, factor: Float)] = []
    for (atom, weight) in terms {
      let factor = Float(weight)
      let range = ranges[atom]
      low += factor * (weight > 0 ? range.lowerBound : range.upperBound)
      high += factor * (weight > 0 ? range.upperBound : range.lowerBound)
      if let old = known[atom] {
        if old != weight { changes.append((atom, Float(weight - old))) }
      } else {
        changes.append((atom, factor))
      }
    }
    for (atom, weight) in known where terms[atom] == nil { changes.append((atom, Float(-weight))) }
    guard low < high else { return -.infinity }
    let scale = Float(Self.bins - 2) / (high - low)
    for bin in scratch.indices { scratch[bin] = 0 }
    // More than two changes are summed first.
    let start =
      changes.count <= 2
      ? base
      : changes.dropFirst(2).reduce(base) { sums, change in
        zip(sums, columns[change.atom]).map { $0 + change.factor * $1 }
      }
    let (one, two) = (changes.first, changes.dropFirst().first)
    ScoreKernel.addGains(
      start, one.map { columns[$0.atom] } ?? start, times: one?.factor ?? 0,
      two.map { columns[$0.atom] } ?? start, times: two?.factor ?? 0, gains: gains, low: low,
      scale: scale, to: &scratch)
    var best: Float = 0
    var above: Float = 0
    for bin in scratch.indices.reversed() {
      above += scratch[bin]
      best = max(best, above)
    }
    return best - penalty * Float(terms.count)
  }

  /// The columns whose values differ most between the rows that a test with these terms loses, in
  /// the direction that would classify them correctly.
  func promising(beside terms: [Int: Int], atMost limit: Int) -> [Int] {
    let (cut, _) = exactCut(of: terms)
    let sums = sums(of: terms)
    let lost = gains.indices.filter { (gains[$0] > 0) != (sums[$0] > cut) }
    let worth = columns.indices.map { atom -> Float in
      if terms[atom] != nil { return -1 }
      let (column, mean) = (columns[atom], means[atom])
      return abs(lost.reduce(0) { $0 + gains[$1] * (column[$1] - mean) }) / deviations[atom]
    }
    return worth.indices.filter { worth[$0] > 0 }
      .sorted { (worth[$1], $0) < (worth[$0], $1) }.prefix(limit).sorted()
  }

  /// The best cut between two values, and its gain; a cut below all rows if no other is better.
  func exactCut(of terms: [Int: Int]) -> (cut: Float, gain: Float) {
    let sums = sums(of: terms)
    let order = sums.indices.sorted { (sums[$1], $0) < (sums[$0], $1) }
    var best: (cut: Float, gain: Float) = (.infinity, 0)
    var above: Float = 0
    for (position, row) in order.enumerated() {
      above += gains[row]
      let next = position + 1 < order.count ? sums[order[position + 1]] : -.infinity
      if next < sums[row], above > best.gain {
        best = (next.isFinite ? (next + sums[row]) / 2 : sums[row] - 1, above)
      }
    }
    return best
  }
}
