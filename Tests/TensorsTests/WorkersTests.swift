import Tensors
import TestSupport
import Testing

/// The number of threads is a process-wide setting, so these tests are serialised.
@Suite(.serialized) struct WorkersTests {
  @Test func resultsDoNotDependOnTheThreads() {
    defer { Workers.threads = 0 }
    withEverySeed(5) { generator in
      let left = generator.normalTensor([97 + generator.index(below: 60), 83])
      let right = generator.normalTensor([83, 71])
      let results = [1, 2, 3].map { threads in
        Workers.threads = threads
        let product = left.multiplied(by: right)
        let back = left.multiplied(by: product, transposed: true)
        return [product, back, product.activated(.tanh, slope: 0), product.softmax]
      }
      #expect(results[0] == results[1])
      #expect(results[0] == results[2])
    }
  }

  @Test func everyPieceIsDoneOnce() {
    defer { Workers.threads = 0 }
    for threads in [1, 2, 5] {
      Workers.threads = threads
      for count in [0, 1, 2, 7, 1000] {
        #expect(Workers.map(count) { $0 * $0 } == (0..<count).map { $0 * $0 })
      }
    }
  }

  @Test func rangesCoverEverythingInOrder() {
    for count in 0...40 {
      for pieces in 0...9 {
        let ranges = Workers.ranges(of: count, pieces: pieces)
        #expect(ranges.flatMap { Array($0) } == Array(0..<count))
        #expect(count == 0 || ranges.allSatisfy { !$0.isEmpty })
        #expect(ranges.count <= max(pieces, 1))
      }
    }
  }
}
