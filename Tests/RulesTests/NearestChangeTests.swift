import Datasets
import Rules
import Tensors
import Testing

@Suite struct NearestChangeTests {
  private let schema = Schema(
    features: [
      Feature("x"), Feature("y"), Feature("z", .categorical(levels: ["a", "b", "c"])),
    ],
    target: Target("t", .classes(names: ["p", "q", "r"])))

  private func interval(_ id: Feature.ID, _ lower: Double?, _ upper: Double?) -> Literal {
    Literal(id, .interval(lower: lower, upper: upper, orMissing: false))
  }

  private func search(
    _ rules: RuleSet, _ row: [Double], scales: [Double] = [1, 1], whole: Set<Feature.ID> = []
  ) -> NearestChangeSearch.Outcome {
    NearestChangeSearch(
      rules, schema: schema, value: { id in schema.index(of: id).map { row[$0] } ?? .nan },
      scale: { $0 == "x" ? scales[0] : scales[1] }, isWhole: { whole.contains($0) }
    ).search()
  }

  private func rules(_ list: [([Literal], Int)], default fallback: Int) throws -> RuleSet {
    RuleSet(
      try list.map { Rule(if: try #require(Conjunction($0.0)), then: $0.1) }, default: fallback,
      resolution: .firstMatch)
  }

  @Test func theFewestColumnsComeFirst() throws {
    // x alone must move by 9; x and y together by 2.
    let rules = try rules(
      [([interval("x", 10, nil)], 1), ([interval("x", 2, nil), interval("y", 2, nil)], 2)],
      default: 0)
    #expect(
      search(rules, [1, 1, 0])
        == .found(NearestChange(values: ["x": 11], prediction: 1, rule: 0)))
  }

  @Test func distancesAreRelativeToScales() throws {
    let rules = try rules(
      [([interval("x", 3, nil)], 1), ([interval("y", 5, nil)], 1)], default: 0)
    #expect(
      search(rules, [1, 1, 0]) == .found(NearestChange(values: ["x": 4], prediction: 1, rule: 0)))
    #expect(
      search(rules, [1, 1, 0], scales: [1, 10])
        == .found(NearestChange(values: ["y": 6], prediction: 1, rule: 1)))
  }

  /// A whole number beyond a bound may be further than another column's, though its bound is nearer.
  @Test func theOfferedValueCountsNotTheBound() throws {
    let rules = try rules(
      [([interval("x", 2.5, nil)], 1), ([interval("y", 41.5, nil)], 1)], default: 0)
    #expect(
      search(rules, [2, 36, 0], scales: [1, 10], whole: ["x", "y"])
        == .found(NearestChange(values: ["y": 42], prediction: 1, rule: 1)))
  }

  /// x would change by 2, to 12; the rows have x up to 10 and y up to 50, which must change by 5.
  @Test func valuesWithinTheRangesComeFirst() throws {
    let rules = try rules(
      [([interval("x", 11, nil)], 1), ([interval("y", 5, nil)], 2)], default: 0)
    func search(_ ranges: [Feature.ID: ClosedRange<Double>]) -> NearestChangeSearch.Outcome {
      NearestChangeSearch(
        rules, schema: schema, value: { $0 == "x" ? 10 : 1 }, scale: { _ in 1 },
        range: { ranges[$0] }
      ).search()
    }
    let near = NearestChange(values: ["x": 12], prediction: 1, rule: 0)
    let far = NearestChange(values: ["y": 6], prediction: 2, rule: 1)
    #expect(search([:]) == .found(near))
    #expect(search(["x": 0...10, "y": 0...50]) == .found(far))
    // Without a change within the ranges one beyond them is found.
    #expect(search(["x": 0...10, "y": 0...4]) == .found(near))
    // A number above the bound and within the range, though 6 is above that.
    guard case .found(let change) = search(["x": 0...10, "y": 0...5.5]) else {
      Issue.record("nothing found")
      return
    }
    let value = try #require(change.values["y"])
    #expect(value > 5 && value <= 5.5)
  }

  @Test func anEarlierRuleMustNotHold() throws {
    // To reach the second rule, the first must fail: y ≤ 1.
    let rules = try rules(
      [([interval("y", 1, nil)], 0), ([interval("x", 0, nil)], 1)], default: 0)
    #expect(
      search(rules, [1, 3, 0]) == .found(NearestChange(values: ["y": 1], prediction: 1, rule: 1)))
  }

  @Test func valuesStayBetweenBoundsAndWholeNumbersWhole() throws {
    let rules = try rules([([interval("x", 2.5, 2.52)], 1)], default: 0)
    guard case .found(let change) = search(rules, [1, 0, 0]) else {
      Issue.record("nothing found")
      return
    }
    let value = try #require(change.values["x"])
    #expect(value > 2.5 && value <= 2.52)
    let wide = try self.rules([([interval("x", 2.5, nil)], 1)], default: 0)
    #expect(
      search(wide, [1, 0, 0], whole: ["x"])
        == .found(NearestChange(values: ["x": 3], prediction: 1, rule: 0)))
    let below = try self.rules([([interval("x", nil, 2.5)], 1)], default: 0)
    #expect(
      search(below, [4, 0, 0], whole: ["x"])
        == .found(NearestChange(values: ["x": 2], prediction: 1, rule: 0)))
  }

  @Test func levelsAndMissingValuesChangeToKnownOnes() throws {
    let level = Literal("z", .levels(among: [1], orMissing: false))
    let rules = try rules([([level], 1)], default: 0)
    #expect(
      search(rules, [0, 0, 0]) == .found(NearestChange(values: ["z": 1], prediction: 1, rule: 0)))
    #expect(
      search(rules, [0, 0, .nan]) == .found(NearestChange(values: ["z": 1], prediction: 1, rule: 0))
    )
    #expect(
      search(rules, [0, 0, Table.unknownLevel])
        == .found(NearestChange(values: ["z": 1], prediction: 1, rule: 0)))
    let missing = Literal("x", .onlyMissing)
    let onlyMissing = try self.rules([([missing], 1)], default: 0)
    #expect(search(onlyMissing, [0, 0, 0]) == .impossible)
    guard case .found(let change) = search(onlyMissing, [.nan, 0, 0]) else {
      Issue.record("nothing found")
      return
    }
    #expect(change.prediction == 0 && change.rule == nil && change.values["x"]?.isNaN == false)
  }

  @Test func theSearchEndsAtItsLimit() throws {
    let rules = try rules(
      [([interval("y", 1, nil)], 0), ([interval("x", 0, nil)], 1)], default: 0)
    var search = NearestChangeSearch(
      rules, schema: schema, value: { $0 == "x" ? 1 : 3 }, scale: { _ in 1 })
    search.limit = 0
    #expect(search.search() == .limited)
  }

  @Test func hugeBoundsStayNumbers() throws {
    let rules = try rules([([interval("x", 1e308, nil)], 1)], default: 0)
    guard case .found(let change) = search(rules, [1, 0, 0]) else {
      Issue.record("nothing found")
      return
    }
    let value = try #require(change.values["x"])
    #expect(value > 1e308 && value.isFinite)
  }

  @Test func rulesOfOneClassHaveNoChange() throws {
    let rules = try rules([([interval("x", 3, nil)], 0)], default: 0)
    #expect(search(rules, [1, 1, 0]) == .impossible)
  }

  /// Against all combinations of values near the thresholds.
  @Test(arguments: UInt64(0)..<40)
  func theSearchIsExact(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var list: [([Literal], Int)] = []
    for _ in 0..<6 {
      var literals: [Literal] = []
      for id in ["x", "y"] as [Feature.ID] where Bool.random(using: &random) {
        let bound = Double(Int.random(in: 0...5, using: &random)) + 0.5
        literals.append(
          Bool.random(using: &random) ? interval(id, bound, nil) : interval(id, nil, bound))
      }
      if Bool.random(using: &random) {
        let levels = Set((0..<2).map { _ in Int.random(in: 0...2, using: &random) })
        literals.append(Literal("z", .levels(among: levels, orMissing: false)))
      }
      list.append((literals, Int.random(in: 0...2, using: &random)))
    }
    var rules = try rules(list, default: Int.random(in: 0...2, using: &random))
    if seed % 2 == 1 {
      rules.resolution = .vote
      for index in rules.rules.indices {
        rules.rules[index].support = Support(
          covered: 10, agreeing: Int.random(in: 0...10, using: &random))
      }
    }
    let row = [
      Double(Int.random(in: 0...6, using: &random)), Double(Int.random(in: 0...6, using: &random)),
      Double(Int.random(in: 0...2, using: &random)),
    ]
    func prediction(_ row: [Double]) -> Int {
      rules.deciding { id in schema.index(of: id).map { row[$0] } ?? .nan }
        .map { rules.rules[$0].conclusion } ?? rules.defaultClass
    }
    func cost(_ other: [Double]) -> (Int, Double) {
      let changes = (0..<3).count { other[$0] != row[$0] }
      return (
        changes, abs(other[0] - row[0]) + abs(other[1] - row[1]) + (other[2] == row[2] ? 0 : 1)
      )
    }
    var best: (Int, Double)?
    for x in 0...6 {
      for y in 0...6 {
        for z in 0...2 {
          let other = [Double(x), Double(y), Double(z)]
          guard prediction(other) != prediction(row) else { continue }
          if best.map({ cost(other) < $0 }) ?? true { best = cost(other) }
        }
      }
    }
    switch search(rules, row, whole: ["x", "y"]) {
    case .found(let change):
      var other = row
      for (id, value) in change.values { other[try #require(schema.index(of: id))] = value }
      #expect(prediction(other) == change.prediction && change.prediction != prediction(row))
      let (changes, distance) = try #require(best)
      #expect(cost(other).0 == changes)
      // Distances are measured to the threshold, at most half a step before the whole number.
      #expect(cost(other).1 <= distance + Double(changes) * 0.5 + 1e-9)
    case .impossible: #expect(best == nil)
    case .limited: Issue.record("seed \(seed) reached the limit")
    }
  }
}
