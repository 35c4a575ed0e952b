import Tensors

/// Values that weights share: k-means over numbers.
///
/// Han, Mao & Dally 2016, arXiv:1510.00149, section 3. Numbers on a line: the clusters are intervals,
/// found by Lloyd's rounds over the sorted numbers.
public struct Codebook: Hashable, Sendable {
  /// Where the centroids stand at first.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// At equal steps from the smallest number to the largest: the few large weights, which matter
    /// most, have centroids near them.
    case linear
    /// At equal steps of the cumulative distribution: most stand where most numbers are.
    case density
    /// On numbers drawn by lot (Forgy 1965): much like `density`.
    case random
  }

  /// The lowest first. Clusters that are left empty are dropped.
  public var centroids: [Float]
  /// For each number the position of its centroid.
  public let codes: [Int]
  /// Rounds until nothing changed.
  public let rounds: Int

  /// - Parameters:
  ///   - numbers: what is to share values, in any order.
  ///   - count: centroids at most, at least 1.
  ///   - start: where they stand at first.
  ///   - generator: for `random` alone.
  /// - Complexity: O(n log n + rounds · k log n)
  public init(
    _ numbers: [Float], count: Int, start: Start, using generator: inout SeededGenerator
  ) {
    precondition(count >= 1, "a codebook of \(count) values")
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    let line = SortedLine(order.map { Double(numbers[$0]) })
    var places = start.places(on: line.numbers, count: count, using: &generator)
    var ends: [Int] = []
    var round = 0
    while round < Self.mostRounds {
      round += 1
      let next = line.ends(of: places)
      if next == ends { break }
      ends = next
      for (cluster, range) in Self.ranges(ends) where !range.isEmpty {
        places[cluster] = line.mean(range)
      }
    }
    var centroids: [Float] = []
    var codes = [Int](repeating: 0, count: numbers.count)
    for (cluster, range) in Self.ranges(ends) where !range.isEmpty {
      let value = Float(places[cluster])
      // Two means may be one number in single precision.
      if value != centroids.last { centroids.append(value) }
      for position in range { codes[order[position]] = centroids.count - 1 }
    }
    self.centroids = centroids
    self.codes = codes
    rounds = round
  }

  private static let mostRounds = 300

  private static func ranges(_ ends: [Int]) -> [(cluster: Int, range: Range<Int>)] {
    zip([0] + ends, ends).enumerated().map { ($0.offset, $0.element.0..<$0.element.1) }
  }

  /// For each number the value that it shares.
  public var values: [Float] { codes.map { centroids[$0] } }

  /// The sum of the squared differences of the numbers from their centroids.
  public func distortion(of numbers: [Float]) -> Double {
    zip(numbers, codes).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(centroids[pair.1])
      return sum + difference * difference
    }
  }
}

extension Codebook.Start {
  /// First centroids among sorted numbers, in order.
  fileprivate func places(
    on sorted: [Double], count: Int, using generator: inout SeededGenerator
  ) -> [Double] {
    guard let first = sorted.first, let last = sorted.last else { return [] }
    switch self {
    case .linear:
      guard count > 1 else { return [(first + last) / 2] }
      return (0..<count).map { first + (last - first) * Double($0) / Double(count - 1) }
    case .density:
      return (0..<count).map { sorted[(2 * $0 + 1) * sorted.count / (2 * count)] }
    case .random:
      var order = Array(sorted.indices)
      generator.shuffle(&order)
      return order.prefix(count).sorted().map { sorted[$0] }
    }
  }
}

/// Sorted numbers, of which any stretch has its mean at once.
private struct SortedLine {
  let numbers: [Double]
  /// The sums of the first 0, 1, 2, … numbers.
  private let sums: [Double]

  init(_ numbers: [Double]) {
    self.numbers = numbers
    var sums = [0.0]
    for number in numbers { sums.append(sums[sums.count - 1] + number) }
    self.sums = sums
  }

  func mean(_ range: Range<Int>) -> Double {
    (sums[range.upperBound] - sums[range.lowerBound]) / Double(range.count)
  }

  /// For each of the ordered centroids where the numbers end that are nearest to it; of two as near,
  /// the lower has the number.
  func ends(of places: [Double]) -> [Int] {
    var start = 0
    return places.indices.map { index in
      guard index + 1 < places.count else { return numbers.count }
      let border = (places[index] + places[index + 1]) / 2
      var (low, high) = (start, numbers.count)
      while low < high {
        let middle = (low + high) / 2
        if numbers[middle] <= border { low = middle + 1 } else { high = middle }
      }
      start = low
      return low
    }
  }
}
