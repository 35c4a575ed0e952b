import Tensors

/// Rows as bits, in groups of equal sample weight, for counting 64 rows at a time.
struct BitRows: Sendable {
  /// The bit of each row; -1 for rows of weight 0.
  let places: [Int]
  /// The sample weight of the rows of each word.
  let wordWeights: [Int]
  /// Ranges of words with rows of one weight.
  let segments: [(words: Range<Int>, weight: Int)]
  /// The bits of all rows.
  let all: [UInt64]

  init(weights: [Int]) {
    var places = [Int](repeating: 0, count: weights.count)
    var wordWeights: [Int] = []
    var segments: [(words: Range<Int>, weight: Int)] = []
    for weight in Set(weights).sorted() where weight > 0 {
      let start = wordWeights.count
      var next = start * 64
      for row in weights.indices where weights[row] == weight {
        places[row] = next
        next += 1
      }
      while wordWeights.count * 64 < next { wordWeights.append(weight) }
      segments.append((start..<wordWeights.count, weight))
    }
    for row in weights.indices where weights[row] <= 0 { places[row] = -1 }
    self.places = places
    self.wordWeights = wordWeights
    self.segments = segments
    var all = [UInt64](repeating: 0, count: wordWeights.count)
    for place in places where place >= 0 { all[place >> 6] |= 1 << UInt64(place & 63) }
    self.all = all
  }

  /// The bits of the rows for which `holds` is true.
  func bits(_ holds: (Int) -> Bool) -> [UInt64] {
    var words = [UInt64](repeating: 0, count: wordWeights.count)
    for (row, place) in places.enumerated() where place >= 0 && holds(row) {
      words[place >> 6] |= 1 << UInt64(place & 63)
    }
    return words
  }

  /// The weighted number of rows of a set.
  func weight(of bits: [UInt64]) -> Int {
    segments.reduce(0) { sum, segment in
      sum + segment.weight * segment.words.reduce(0) { $0 + bits[$1].nonzeroBitCount }
    }
  }

  /// The weighted number of rows of two sets in common.
  func weight(of first: [UInt64], and second: [UInt64]) -> Int {
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        segments.reduce(0) {
          $0 + $1.weight * ScoreKernel.countInCommon(first, second, $1.words)
        }
      }
    }
  }
}

extension [UInt64] {
  /// The rows of both sets.
  func intersection(_ other: [UInt64]) -> [UInt64] { zip(self, other).map { $0 & $1 } }

  /// The rows of this set that are not in another.
  func subtracting(_ other: [UInt64]) -> [UInt64] { zip(self, other).map { $0 & ~$1 } }

  /// The rows of at least one set.
  func union(_ other: [UInt64]) -> [UInt64] { zip(self, other).map { $0 | $1 } }

  /// Whether a set has no rows.
  var hasNoRows: Bool { allSatisfy { $0 == 0 } }
}
