import Networks
import Pruning
import Tensors
import TestSupport
import Testing

@Suite struct CodebookTests {
  /// Reference implementation of Lloyd's algorithm: every value is compared with every centroid.
  private func naive(_ numbers: [Float], from start: [Double]) -> [Int] {
    var places = start
    var codes: [Int] = []
    while true {
      let next = numbers.map { number in
        places.indices.min {
          (abs(Double(number) - places[$0]), $0) < (abs(Double(number) - places[$1]), $1)
        } ?? 0
      }
      if next == codes { return codes }
      codes = next
      for cluster in places.indices {
        let own = numbers.indices.filter { codes[$0] == cluster }
        guard !own.isEmpty else { continue }
        places[cluster] = own.reduce(0) { $0 + Double(numbers[$1]) } / Double(own.count)
      }
    }
  }

  @Test func clustersAreThoseOfEveryNumberAgainstEveryCentroid() {
    withEverySeed(100) { generator in
      let numbers = (0..<5 + generator.index(below: 60)).map { _ in Float(generator.normal()) }
      let count = 2 + generator.index(below: 8)
      let (low, high) = (Double(numbers.min() ?? 0), Double(numbers.max() ?? 0))
      let start = (0..<count).map { low + (high - low) * Double($0) / Double(count - 1) }
      let expected = naive(numbers, from: start)
      let used = Set(expected).sorted()
      let codebook = Codebook(numbers, count: count, start: .linear, using: &generator)
      #expect(codebook.codes == expected.map { used.firstIndex(of: $0) ?? -1 })
      #expect(codebook.centroids == codebook.centroids.sorted())
      for (cluster, centroid) in codebook.centroids.enumerated() {
        let own = numbers.indices.filter { codebook.codes[$0] == cluster }
        let mean = own.reduce(0) { $0 + Double(numbers[$1]) } / Double(own.count)
        #expect(abs(Double(centroid) - mean) < 1e-6)
      }
    }
  }

  /// The optimal one-dimensional clustering, by dynamic programming over all cluster boundaries
  /// (Bellman 1973).
  private func best(_ numbers: [Float], count: Int) -> Double {
    let sorted = numbers.sorted().map(Double.init)
    func cost(_ range: Range<Int>) -> Double {
      let mean = sorted[range].reduce(0, +) / Double(range.count)
      return sorted[range].reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    var costs = [0.0] + sorted.indices.map { cost(0..<$0 + 1) }
    for _ in 1..<count {
      costs = costs.indices.map { end in
        (0..<max(end, 1)).reduce(costs[end]) { least, first in
          first < end ? min(least, costs[first] + cost(first..<end)) : least
        }
      }
    }
    return costs[sorted.count]
  }

  @Test func noCodebookIsBetterThanTheBest() {
    withEverySeed(30) { generator in
      let numbers = (0..<30).map { _ in Float(generator.normal()) }
      for start in Codebook.Start.allCases {
        let codebook = Codebook(numbers, count: 4, start: start, using: &generator)
        let reached = codebook.distortion(of: numbers)
        let least = best(numbers, count: 4)
        #expect(reached >= least - 1e-6)
        #expect(reached < 3 * least + 1e-6)
      }
    }
  }

  @Test func fewNumbersKeepTheirValues() {
    var generator = SeededGenerator(seed: 1)
    let numbers: [Float] = [3, -1, 3, 0.5, -1]
    for start in Codebook.Start.allCases {
      let codebook = Codebook(numbers, count: 16, start: start, using: &generator)
      if start != .random { #expect(codebook.values == numbers) }
      #expect(codebook.centroids.count <= 3)
    }
    #expect(Codebook([], count: 4, start: .linear, using: &generator).centroids.isEmpty)
    #expect(Codebook([2, 2], count: 4, start: .linear, using: &generator).centroids == [2])
    #expect(Codebook([1, 5], count: 1, start: .linear, using: &generator).centroids == [3])
  }

  /// Empty clusters are dropped.
  @Test func emptyClustersAreDropped() {
    withEverySeed { generator in
      var numbers = (0..<50).map { _ in Float(generator.normal()) * 0.01 }
      numbers.append(100)
      for start in Codebook.Start.allCases {
        let codebook = Codebook(numbers, count: 32, start: start, using: &generator)
        #expect(Set(codebook.codes) == Set(codebook.centroids.indices))
      }
      let linear = Codebook(numbers, count: 32, start: .linear, using: &generator)
      #expect(linear.centroids.count < 32)
      #expect(linear.values.last == 100)
    }
  }

  /// Few weights are large but important: linear initialisation preserves them, the others do not.
  @Test func linearStartsKeepLargeWeightsBest() throws {
    var differences = 0
    try withEverySeed(10) { generator in
      let numbers = (0..<4000).map { _ in
        let normal = Float(generator.normal())
        return 0.02 * normal + (normal > 0 ? 0.03 : -0.03) + 0.02 * normal * normal * normal
      }
      let large = numbers.indices.sorted { abs(numbers[$0]) > abs(numbers[$1]) }.prefix(20)
      var errors: [Codebook.Start: Double] = [:]
      for start in Codebook.Start.allCases {
        let values = Codebook(numbers, count: 16, start: start, using: &generator).values
        errors[start] = large.reduce(0) { $0 + Double(abs(values[$1] - numbers[$1])) }
      }
      let linear = try #require(errors[.linear])
      #expect(linear < errors[.density] ?? 0, "\(errors)")
      #expect(linear < errors[.random] ?? 0, "\(errors)")
      if errors[.density] != errors[.random] { differences += 1 }
    }
    #expect(differences > 0)
  }
}
