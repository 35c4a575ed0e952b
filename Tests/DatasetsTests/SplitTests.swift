import Datasets
import Tensors
import Testing

/// The folds of a cross-validation.
@Suite struct SplitTests {
  @Test(arguments: 0..<20)
  func everyRowIsHeldOutInOneFold(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed)).stream("labels")
    let count = 20 + generator.index(below: 200)
    let labels = (0..<count).map { _ in min(generator.index(below: 4), 2) }
    let folds = Split.folds(labels, count: 5, validation: 0.15, seed: UInt64(seed))
    #expect(folds.count == 5)
    #expect(folds.flatMap(\.heldOut).sorted() == Array(0..<count), "seed \(seed)")
    for fold in folds {
      #expect((fold.training + fold.validation + fold.heldOut).sorted() == Array(0..<count))
      let others = Double(count - fold.heldOut.count)
      #expect(abs(Double(fold.validation.count) - 0.15 * others) <= 1, "seed \(seed)")
    }
    for label in 0..<3 {
      let held = folds.map { fold in fold.heldOut.count { labels[$0] == label } }
      #expect((held.max() ?? 0) - (held.min() ?? 0) <= 1, "class \(label) of seed \(seed): \(held)")
    }
    let sizes = folds.map(\.heldOut.count)
    #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
  }

  @Test(arguments: [0.2, 0.6, 0.9])
  func aClassOfOneRowIsInTheTrainingSet(heldOut: Double) {
    let labels = [Int](repeating: 0, count: 10) + [1, 2, 3]
    let split = Split.stratified(labels, heldOut: heldOut, validation: 0.5, seed: 4)
    #expect(Set(split.training.map { labels[$0] }) == [0, 1, 2, 3])
    #expect((split.training + split.validation + split.heldOut).sorted() == Array(0..<13))
  }

  @Test func theSeedChoosesTheFolds() {
    let labels = (0..<60).map { $0 % 3 }
    func folds(_ seed: UInt64) -> [Split] {
      Split.folds(labels, count: 5, validation: 0.15, seed: seed)
    }
    #expect(folds(1) == folds(1))
    #expect(folds(1) != folds(2))
  }

  /// A fifth of 50, 30 and 20 rows is held out, and 15 % of the others are for validation. Of classes of
  /// three rows the rest of a division is carried on: 0.6, 0.2, 0.8, 0.4 and 1, of which 1, 0, 1, 0 and 1
  /// are taken.
  @Test(arguments: [
    ([50, 30, 20], 0.2, 0.15, [10, 6, 4], [6, 4, 2]),
    ([3, 3, 3, 3, 3], 0.2, 0.5, [1, 0, 1, 0, 1], [1, 2, 1, 1, 1]),
    // At least one row of a class stays in the training set.
    ([1, 10], 0.9, 0.5, [0, 9], [0, 0]), ([4, 4], 0, 0.25, [0, 0], [1, 1]),
    ([4, 4], 0.5, 0, [2, 2], [0, 0]),
  ])
  func sharesOfClassesAreCountedByHand(
    _ sizes: [Int], _ heldOut: Double, _ validation: Double, _ held: [Int], _ checked: [Int]
  ) {
    let labels = sizes.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    let split = Split.stratified(labels, heldOut: heldOut, validation: validation, seed: 9)
    func counts(_ rows: [Int]) -> [Int] {
      #expect(rows == rows.sorted())
      return sizes.indices.map { label in rows.count { labels[$0] == label } }
    }
    #expect(counts(split.heldOut) == held && counts(split.validation) == checked)
    #expect(counts(split.training) == sizes.indices.map { sizes[$0] - held[$0] - checked[$0] })
    #expect((split.training + split.validation + split.heldOut).sorted() == Array(labels.indices))
  }
}
