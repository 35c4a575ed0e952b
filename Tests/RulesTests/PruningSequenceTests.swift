import Datasets
import RuleSupport
import Rules
import TestSupport
import Testing

@Suite struct PruningSequenceTests {
  @Test func treesAreNestedAndEndAtTheRoot() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 200, missing: 0.1)
      let labels = rng.labels(for: table, noise: 0.3)
      let sequence = PruningSequence(TreeGrower().tree(imitating: labels, over: table))
      #expect(sequence.leafCounts.last == 1)
      var last: [Conjunction]?
      var lastErrors = -1
      for step in sequence.leafCounts.indices {
        let tree = sequence.tree(at: step)
        #expect(tree.leafCount == sequence.leafCounts[step])
        let paths = tree.paths.map(\.premise)
        if let last {
          #expect(paths.count < last.count)
          // Every leaf of the larger tree is in one leaf of the smaller.
          #expect(last.allSatisfy { inner in paths.contains { inner.and($0) == inner } })
        }
        let errors = zip(tree.classify(table), labels).count { $0 != $1 }
        #expect(errors > lastErrors)
        (last, lastErrors) = (paths, errors)
      }
    }
  }

  @Test func theFirstStepAgreesAsOftenAsTheWholeTree() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 100)
      let labels = rng.labels(for: table)
      let tree = TreeGrower().tree(imitating: labels, over: table)
      func agreeing(_ tree: DecisionTree) -> Int {
        zip(tree.classify(table), labels).count { $0 == $1 }
      }
      #expect(agreeing(PruningSequence(tree).tree(at: 0)) == agreeing(tree))
    }
  }

  @Test func agreementsAreThoseOfEachTree() {
    withEverySeed(20) { rng in
      let table = rng.table(rows: 150, missing: 0.1)
      var other = rng.table(rows: 90, missing: 0.1)
      // Levels without training rows: such rows reach no leaf.
      for column in other.columns.indices where other.schema.features[column].levels != nil {
        let cells = (0..<90).map { $0 % 7 == 0 ? Table.unknownLevel : other.columns[column][$0] }
        other.columns[column] = .doubles(cells)
      }
      let wanted = rng.labels(for: other)
      let tree = TreeGrower().tree(imitating: rng.labels(for: table, noise: 0.3), over: table)
      let sequence = PruningSequence(tree)
      let expected = sequence.leafCounts.indices.map { step in
        zip(sequence.tree(at: step).classify(other), wanted).count { $0 == $1 }
      }
      #expect(sequence.agreements(on: other, labels: wanted) == expected)
    }
  }

  @Test func theSmallestTreeWithinOneErrorIsChosen() {
    withEverySeed(1) { rng in
      let table = rng.table(rows: 300)
      let tree = TreeGrower().tree(imitating: rng.labels(for: table, noise: 0.3), over: table)
      let sequence = PruningSequence(tree)
      var agreements = [Int](repeating: 10, count: sequence.leafCounts.count)
      #expect(agreements.count > 4)
      agreements[1] = 80
      agreements[2] = 77
      agreements[3] = 75
      // For 100 rows, one standard error is 4 rows.
      #expect(sequence.smallestWithinOneError(agreements: agreements, of: 100) == 2)
      let limited = sequence.smallestWithinOneError(
        agreements: agreements, of: 100, atMost: sequence.leafCounts[3])
      #expect(limited == 3)
    }
  }
}
