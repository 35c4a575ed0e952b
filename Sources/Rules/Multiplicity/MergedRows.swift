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

  /// `conditions`: at most 64, as sets of rows; `answers`: a class for each row.
  init(conditions: [RowSet], answers: [Int], classes: Int) {
    precondition(conditions.count <= 64, "\(conditions.count) conditions")
    var codes = [UInt64](repeating: 0, count: answers.count)
    for (index, rows) in conditions.enumerated() { rows.forEach { codes[$0] |= 1 << index } }
    struct Kind: Hashable {
      var answer: Int
      var code: UInt64
    }
    var counts: [Kind: Int] = [:]
    for (row, code) in codes.enumerated() {
      counts[Kind(answer: answers[row], code: code), default: 0] += 1
    }
    let kinds = counts.sorted {
      ($0.key.answer, $0.value, $0.key.code) < ($1.key.answer, $1.value, $1.key.code)
    }
    var starts = [0]
    var weights: [Int32] = []
    var all: [UInt64] = []
    var high = [[UInt64]](repeating: [], count: conditions.count)
    var next = 0
    for answer in 0..<classes {
      var room = 0
      while next < kinds.count, kinds[next].key.answer == answer {
        let (kind, weight) = kinds[next]
        if room == 0 || weights.last != Int32(weight) {
          weights.append(Int32(weight))
          all.append(0)
          for index in high.indices { high[index].append(0) }
          room = 64
        }
        let bit: UInt64 = 1 << UInt64(64 - room)
        all[all.count - 1] |= bit
        var code = kind.code
        while code != 0 {
          high[code.trailingZeroBitCount][all.count - 1] |= bit
          code &= code - 1
        }
        room -= 1
        next += 1
      }
      starts.append(all.count)
    }
    self.conditions = conditions.count
    self.classes = classes
    rows = answers.count
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
