import Tensors

/// The tests from which shallow trees are built: scores that separate classes, and cuts of single
/// inputs.
struct ConditionPool {
  var tests: [ScoreTest] = []

  /// Collects tests.
  /// - Parameters:
  ///   - table: the rows.
  ///   - labels: their classes.
  ///   - weights: their sample weights.
  ///   - classes: the number of classes.
  ///   - search: the search for scores.
  ///   - limit: the largest number of tests.
  ///   - onStep: called between searches; an error thrown by it ends the collection.
  init(
    _ table: TermTable, labels: [Int], weights: [Float], classes: Int,
    search: ScoreSearch, limit: Int, onStep: () throws -> Void
  ) rethrows {
    var directions: [[Float]] = []
    let present = (0..<classes).filter { group in labels.contains(group) }
    func direction(_ sign: (Int) -> Float) -> [Float] {
      labels.indices.map { weights[$0] * sign($0) }
    }
    if present.count == 2 {
      directions = [direction { labels[$0] == present[1] ? 1 : -1 }]
    } else {
      directions = present.map { group in direction { labels[$0] == group ? 1 : -1 } }
      if present.count <= 5 {
        for (index, one) in present.enumerated() {
          for other in present[(index + 1)...] {
            directions.append(
              direction { labels[$0] == one ? 1 : labels[$0] == other ? -1 : 0 })
          }
        }
      }
    }
    var seen: Set<ScoreTest> = []
    func add(_ test: ScoreTest) {
      if tests.count < limit, seen.insert(test).inserted { tests.append(test) }
    }
    for direction in directions {
      try onStep()
      let found = search.tests(direction, in: table)
      for item in found.suffix(3) where item.test.size > 1 {
        add(item.test)
        // Cuts that err rather on one side.
        for factor: Float in [0.25, 4] {
          let problem = CutProblem(
            direction.map { $0 > 0 ? $0 * factor : $0 }, rows: Array(direction.indices), in: table,
            penalty: 0)
          let cut = problem.exactCut(of: item.test.terms).cut
          if cut.isFinite { add(ScoreTest(terms: item.test.terms, cut: cut)) }
        }
      }
    }
    let singles = max(limit - tests.count, 0)
    let perAtom = max(1, min(7, singles / max(table.atoms.count, 1)))
    let cuts = Workers.map(table.atoms.count) { Self.cuts(of: table.columns[$0], count: perAtom) }
    for atom in cuts.indices {
      for cut in cuts[atom] { add(ScoreTest(terms: [atom: 1], cut: cut)) }
    }
  }

  /// Cuts at quantiles of a column.
  private static func cuts(of values: [Float], count: Int) -> [Float] {
    let sorted = values.sorted()
    var cuts: [Float] = []
    for index in 1...count {
      let place = sorted.count * index / (count + 1)
      guard place < sorted.count else { continue }
      let value = sorted[place]
      // The next smaller value, or for the smallest the next larger.
      let cut: Float
      if let below = sorted[..<place].last(where: { $0 < value }) {
        cut = (below + value) / 2
      } else if let above = sorted[place...].first(where: { $0 > value }) {
        cut = (above + value) / 2
      } else {
        continue
      }
      if cuts.last != cut { cuts.append(cut) }
    }
    return cuts
  }
}
