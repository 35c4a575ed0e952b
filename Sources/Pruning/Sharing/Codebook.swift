import Tensors

/// A codebook of shared weight values, by one-dimensional k-means.
///
/// Han, Mao & Dally 2016, arXiv:1510.00149, section 3. In one dimension the clusters are intervals,
/// so Lloyd's algorithm runs over the sorted values.
public struct Codebook: Hashable, Sendable {
  /// The initialisation of the centroids.
  public enum Start: String, Codable, Sendable, CaseIterable {
    /// Equally spaced from the minimum to the maximum: large weights, which are few but important,
    /// have centroids nearby.
    case linear
    /// At equally spaced quantiles: most centroids are where the density is highest.
    case density
    /// At randomly chosen values (Forgy 1965); similar to `density`.
    case random
  }

  /// The centroids in ascending order, without empty clusters.
  public var centroids: [Float]
  /// For each value the index of its centroid.
  public let codes: [Int]
  /// The number of iterations until convergence.
  public let rounds: Int

  /// - Parameters:
  ///   - numbers: the values to cluster, in any order.
  ///   - count: the maximum number of centroids, at least 1.
  ///   - start: the initialisation.
  ///   - generator: the random generator, used by `random` only.
  /// - Complexity: O(n log n + rounds · k log n)
  public init(
    _ numbers: [Float], count: Int, start: Start, using generator: inout SeededGenerator
  ) {
    precondition(count >= 1, "a codebook needs at least one centroid, not \(count)")
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
      // Two means may be equal in single precision.
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

  /// The values replaced by their centroids.
  public var values: [Float] { codes.map { centroids[$0] } }

  /// The sum of squared distances of the values from their centroids.
  public func distortion(of numbers: [Float]) -> Double {
    zip(numbers, codes).reduce(0) { sum, pair in
      let difference = Double(pair.0) - Double(centroids[pair.1])
      return sum + difference * difference
    }
  }
}

extension Codebook.Start {
  /// The initial centroids for sorted values, in ascending order.
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

/// Sorted numbers with prefix sums, so that the mean of a range takes constant time.
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

  /// For each centroid the end of the range of numbers that are nearest to it; a tie belongs to the
  /// lower centroid.
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
