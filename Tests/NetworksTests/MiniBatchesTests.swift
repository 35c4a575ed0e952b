import Networks
import Tensors
import Testing

@Suite struct MiniBatchesTests {
  @Test(arguments: [(0, 4), (1, 4), (4, 4), (5, 4), (11, 3), (12, 3), (3, 100)])
  func everyRowIsInOneBatch(rows: Int, size: Int) {
    var generator = SeededGenerator(seed: 5)
    let batches = MiniBatches(of: rows, size: size, using: &generator)
    #expect(batches.count == MiniBatches.count(of: rows, size: size))
    let sizes = (0..<batches.count).map { batches[$0].count }
    #expect(sizes.dropLast().allSatisfy { $0 == size })
    #expect(sizes.last.map { (1...size).contains($0) } ?? (rows == 0))
    #expect((0..<batches.count).flatMap { batches[$0] }.sorted() == Array(0..<rows))
  }

  @Test func theOrderIsThatOfTheGenerator() {
    func order(_ seed: UInt64) -> [Int] {
      var generator = SeededGenerator(seed: seed)
      let batches = MiniBatches(of: 50, size: 7, using: &generator)
      return (0..<batches.count).flatMap { batches[$0] }
    }
    #expect(order(1) == order(1) && order(1) != order(2) && order(1) != Array(0..<50))
  }
}
