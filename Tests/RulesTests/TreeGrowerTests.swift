import Datasets
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct TreeGrowerTests {
  @Test func everyRowComesToExactlyOneLeaf() {
    withEverySeed(30) { rng in
      let table = rng.table(rows: 150, missing: 0.15)
      let labels = rng.labels(for: table)
      let tree = TreeGrower(minimumSupport: 2).tree(imitating: labels, over: table)
      let leaves = tree.leaves(of: table)
      let paths = tree.paths
      for row in 0..<table.count {
        let held = paths.filter { $0.premise.holds(in: table, row: row) }.map(\.leaf)
        #expect(held.count == 1)
        #expect(held.first == leaves[row])
      }
      #expect(tree.ruleSet.classify(table) == tree.classify(table))
      for (leaf, _) in paths {
        let rows = leaves.indices.filter { leaves[$0] == leaf }
        #expect(tree.nodes[leaf].counts.reduce(0, +) == rows.count)
        #expect(rows.count >= 2)
      }
    }
  }

  @Test func aFullTreePredictsWhatRowsAllow() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 100)
      let labels = rng.labels(for: table, noise: 0.3)
      let tree = TreeGrower().tree(imitating: labels, over: table)
      // Equal rows cannot be separated; all others are.
      let groups = Dictionary(grouping: 0..<table.count) { table.row($0) }
      let best = groups.values.reduce(0) { sum, rows in
        sum + (Dictionary(grouping: rows) { labels[$0] }.values.map(\.count).max() ?? 0)
      }
      #expect(zip(tree.classify(table), labels).count { $0 == $1 } == best)
    }
  }

  /// Values that differ by rounding errors, few and more than there are bins: the labels separate them, but
  /// no condition does.
  @Test(arguments: [12, 900])
  func numbersThatDifferByRoundingShareABin(_ clusters: Int) {
    withEverySeed(10) { rng in
      let values = (0..<3 * clusters).map { row in
        Double(row / 3) + Double(row % 3) * 1e-7 * Double(clusters)
      }
      let labels = values.indices.map { _ in rng.uniform() < 0.5 ? 0 : 1 }
      let table = Table(
        schema: Schema(
          features: [Feature("x")], target: Target("y", .classes(names: ["no", "yes"]))),
        columns: [.doubles(values)], labels: labels)
      let bins = BinnedTable(table, leastGap: 1e-6) {}
      let tree = TreeGrower().tree(imitating: labels, over: bins, classes: 2)
      let found = tree.classify(table)
      #expect(tree.leafCount > 2)
      for row in values.indices where row % 3 > 0 { #expect(found[row] == found[row - row % 3]) }
      let exact = TreeGrower().tree(imitating: labels, over: BinnedTable(table), classes: 2)
      #expect(exact.leafCount > tree.leafCount || clusters > 100)
    }
  }

  @Test func limitsAreKept() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 200)
      let labels = rng.labels(for: table, noise: 0.3)
      #expect(
        TreeGrower(maximumLeaves: 7).tree(imitating: labels, over: table).leafCount == 7)
      let shallow = TreeGrower(maximumDepth: 2).tree(imitating: labels, over: table)
      #expect(shallow.leafCount <= 4)
      #expect(TreeGrower(minimumSupport: 101).tree(imitating: labels, over: table).leafCount == 1)
    }
  }

  @Test func aWeightIsARowRepeated() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 60, missing: 0.1)
      let labels = rng.labels(for: table, noise: 0.2)
      let weights = (0..<60).map { _ in rng.index(below: 4) }
      let repeated =
        table.count == 0 ? [] : (0..<60).flatMap { Array(repeating: $0, count: weights[$0]) }
      let grower = TreeGrower(criterion: .entropy, minimumSupport: 4)
      let weighted = grower.tree(
        imitating: labels, over: BinnedTable(table), classes: 3, weights: weights)
      let plain = grower.tree(
        imitating: repeated.map { labels[$0] }, over: table.selecting(repeated))
      #expect(weighted.nodes.map(\.counts) == plain.nodes.map(\.counts))
    }
  }

  @Test func bytesAreCutAsNumbersAre() {
    withEverySeed(10) { rng in
      let bytes = (0..<3).map { _ in (0..<300).map { _ in UInt8(rng.index(below: 256)) } }
      let labels = (0..<300).map { bytes[1][$0] > 90 ? 1 : Int(bytes[0][$0] % 2) }
      func table(_ columns: [Column]) -> Table {
        Table(
          schema: Schema(
            features: (0..<3).map { Feature(Feature.ID("x\($0)")) },
            target: Target("y", .classes(names: ["a", "b"]))), columns: columns, labels: labels)
      }
      let grower = TreeGrower(minimumSupport: 3)
      #expect(
        grower.tree(imitating: labels, over: table(bytes.map { .bytes($0) }))
          == grower.tree(
            imitating: labels, over: table(bytes.map { .doubles($0.map(Double.init)) })))
    }
  }

  @Test func threadsDoNotChangeATree() {
    let before = Workers.threads
    defer { Workers.threads = before }
    withEverySeed(3) { rng in
      let table = rng.table(rows: 6000, numeric: 6)
      let labels = rng.labels(for: table, noise: 0.2)
      Workers.threads = 1
      let alone = TreeGrower(minimumSupport: 3).tree(imitating: labels, over: table)
      Workers.threads = 2
      #expect(TreeGrower(minimumSupport: 3).tree(imitating: labels, over: table) == alone)
    }
  }

  @Test func manyValuesAreCutIntoBins() {
    withEverySeed(5) { rng in
      let values = (0..<5000).map { _ in rng.normal() }
      let table = Table(
        schema: Schema(
          features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
        columns: [.doubles(values)], labels: values.map { $0 > 0.5 ? 1 : 0 })
      let tree = TreeGrower(maximumLeaves: 2).tree(imitating: table.labels, over: table)
      let right = zip(tree.classify(table), table.labels).count { $0 == $1 }
      #expect(right >= 5000 - 5000 / 254)
      #expect(tree.leafCount == 2)
    }
  }

  @Test func anUnknownLevelIsClassifiedByTheRoot() {
    let levels = ["a", "b"]
    func table(_ values: [Double]) -> Table {
      Table(
        schema: Schema(
          features: [Feature("c", .categorical(levels: levels))],
          target: Target("y", .classes(names: ["no", "yes"]))), columns: [.doubles(values)],
        labels: [Int](repeating: 0, count: values.count))
    }
    let tree = TreeGrower().tree(imitating: [0, 0, 1, 0], over: table([0, 0, 1, 0]))
    #expect(tree.classify(table([0, 1, Table.unknownLevel, .nan])) == [0, 1, 0, 0])
    let mixed = TreeGrower().tree(
      imitating: [0, 0, 1, 1, 1], over: table([0, 0, 1, Table.unknownLevel, .nan]))
    #expect(mixed.classify(table([0, 1, .nan])) == [0, 1, 1])
  }

  @Test func whatIsMissingInTrainingHasASide() {
    let table = Table(
      schema: Schema(features: [Feature("x")], target: Target("y", .classes(names: ["a", "b"]))),
      columns: [.doubles([1, 2, .nan, .nan, 3, 4])], labels: [0, 0, 1, 1, 1, 1])
    let tree = TreeGrower().tree(imitating: table.labels, over: table)
    #expect(
      tree.ruleSet.rules.map(\.premise.literals) == [
        [Literal("x", .interval(lower: 2.5, upper: nil, orMissing: true))],
        [Literal("x", .interval(lower: nil, upper: 2.5, orMissing: false))],
      ])
  }

  @Test func aTreeCountsEveryClassOfTheTableAndOfTheLabels() {
    var rng = SeededGenerator(seed: 1)
    let table = rng.table(rows: 40, classes: 3)
    let few = TreeGrower(maximumLeaves: 2).tree(
      imitating: (0..<40).map { $0 % 2 }, over: table)
    #expect(few.nodes[0].counts == [20, 20, 0])
    let many = TreeGrower(maximumLeaves: 2).tree(
      imitating: (0..<40).map { $0 % 5 }, over: table)
    #expect(many.nodes[0].counts == [8, 8, 8, 8, 8])
  }
}
