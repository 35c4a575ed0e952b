/// Rows with equal conditions and class as one weighted bit each, in words of one class and one
/// weight.
struct MergedRows: Sendable {
  /// The number of conditions.
  let conditions: Int
  /// The number of classes.
  let classes: Int
  /// The number of rows, with repetitions.
  let rows: Int
  /// The weight of a bit of each word.
  let weights: [Int32]
  /// The first word of each class, then the number of words.
  let starts: [Int]
  /// All bits.
  let all: [UInt64]
  /// The bits of literal `2 * condition`, for which the condition does not hold, and of
  /// `2 * condition + 1`, for which it holds.
  let literals: [[UInt64]]

  /// `conditions`: at most 64, as sets of rows; `labels`: a class for each row.
  init(conditions: [RowSet], labels: [Int], classes: Int) {
    precondition(conditions.count <= 64, "\(conditions.count) conditions")
    var codes = [UInt64](repeating: 0, count: labels.count)
    for (index, rows) in conditions.enumerated() { rows.forEach { codes[$0] |= 1 << index } }
    struct Kind: Hashable {
      var conclusion: Int
      var code: UInt64
    }
    var counts: [Kind: Int] = [:]
    for (row, code) in codes.enumerated() {
      counts[Kind(conclusion: labels[row], code: code), default: 0] += 1
    }
    let kinds = counts.sorted {
      ($0.key.conclusion, $0.value, $0.key.code) < ($1.key.conclusion, $1.value, $1.key.code)
    }
    var starts = [0]
    var weights: [Int32] = []
    var all: [UInt64] = []
    var high = [[UInt64]](repeating: [], count: conditions.count)
    var next = 0
    for conclusion in 0..<classes {
      var freeBits = 0
      while next < kinds.count, kinds[next].key.conclusion == conclusion {
        let (kind, weight) = kinds[next]
        if freeBits == 0 || weights.last != Int32(weight) {
          weights.append(Int32(weight))
          all.append(0)
          for index in high.indices { high[index].append(0) }
          freeBits = 64
        }
        let bit: UInt64 = 1 << UInt64(64 - freeBits)
        all[all.count - 1] |= bit
        var code = kind.code
        while code != 0 {
          high[code.trailingZeroBitCount][all.count - 1] |= bit
          code &= code - 1
        }
        freeBits -= 1
        next += 1
      }
      starts.append(all.count)
    }
    self.conditions = conditions.count
    self.classes = classes
    rows = labels.count
    self.weights = weights
    self.starts = starts
    self.all = all
    let everything = all
    literals = high.flatMap { bits in [zip(everything, bits).map { $0 & ~$1 }, bits] }
  }

  /// The bits of the rows for which all literals hold.
  func mask(_ path: [Int]) -> [UInt64] {
    var mask = all
    for literal in path {
      for word in mask.indices { mask[word] &= literals[literal][word] }
    }
    return mask
  }

  /// The number of rows of each class in a mask.
  func counts(_ mask: [UInt64]) -> [Int] {
    (0..<classes).map { group in
      (starts[group]..<starts[group + 1]).reduce(0) {
        $0 + mask[$1].nonzeroBitCount * Int(weights[$1])
      }
    }
  }
}
