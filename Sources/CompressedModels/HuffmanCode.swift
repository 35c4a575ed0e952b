/// A prefix code with the fewest bits for symbols that occur as often as counted.
///
/// Huffman, "A method for the construction of minimum-redundancy codes", 1952,
/// doi:10.1109/JRPROC.1952.273898. The code words are canonical: in the order of their lengths, then
/// of their symbols, so that the lengths alone tell them. A symbol that is alone has a word of one bit.
public struct HuffmanCode: Hashable, Sendable {
  /// The symbols that occur, in order.
  public let symbols: [Int]
  /// The bits of each symbol's word, beside `symbols`.
  public let lengths: [Int]

  /// Longer than any word for fewer than 2³² occurrences.
  private static let mostBits = 48

  /// `counts`: how often each symbol occurs, by symbol.
  /// - Complexity: O(n log n)
  public init(counts: [Int]) {
    let symbols = counts.indices.filter { counts[$0] > 0 }
    self.symbols = symbols
    guard symbols.count > 1 else {
      lengths = symbols.map { _ in 1 }
      return
    }
    // Leaves in the order of their counts; sums come up in order too, so two queues do.
    let order = symbols.indices.sorted {
      (counts[symbols[$0]], $0) < (counts[symbols[$1]], $1)
    }
    var weights = order.map { counts[symbols[$0]] }
    var parents = [Int](repeating: 0, count: 2 * order.count - 1)
    var (leaf, sum) = (0, order.count)
    func lightest() -> Int {
      if leaf < order.count, sum >= weights.count || weights[leaf] <= weights[sum] {
        leaf += 1
        return leaf - 1
      }
      sum += 1
      return sum - 1
    }
    while weights.count < parents.count {
      let (first, second) = (lightest(), lightest())
      parents[first] = weights.count
      parents[second] = weights.count
      weights.append(weights[first] + weights[second])
    }
    var depths = [Int](repeating: 0, count: parents.count)
    for node in parents.indices.dropLast().reversed() { depths[node] = depths[parents[node]] + 1 }
    var lengths = [Int](repeating: 0, count: symbols.count)
    for (position, symbol) in order.enumerated() { lengths[symbol] = depths[position] }
    self.lengths = lengths
  }

  /// The bits of a message in which each symbol occurs as often as counted, without the table.
  public func bits(for counts: [Int]) -> Int {
    zip(symbols, lengths).reduce(0) { $0 + counts[$1.0] * $1.1 }
  }

  // MARK: The table

  /// The bits of the table that a reader needs.
  package var tableBits: Int {
    var bits = BitWriter.gammaBits(symbols.count + 1)
    walkTable { bits += BitWriter.gammaBits($0) }
    return bits
  }

  package func writeTable(to writer: inout BitWriter) {
    writer.writeGamma(symbols.count + 1)
    walkTable { writer.writeGamma($0) }
  }

  /// For each symbol how far it is from the one before, and how much longer its word is.
  private func walkTable(_ visit: (Int) -> Void) {
    var (symbol, length) = (-1, 0)
    for (next, own) in zip(symbols, lengths) {
      visit(next - symbol)
      let step = own - length
      visit(1 + (step > 0 ? 2 * step - 1 : -2 * step))
      (symbol, length) = (next, own)
    }
  }

  /// Reads a table.
  ///
  /// `alphabet`: symbols are smaller.
  package init(from reader: inout BitReader, alphabet: Int) throws(CodingProblem) {
    let count = try reader.readGamma() - 1
    guard count <= alphabet else { throw CodingProblem("a code has more words than symbols") }
    var symbols: [Int] = []
    var lengths: [Int] = []
    var (symbol, length) = (-1, 0)
    // Every word of n bits takes 1 / 2ⁿ of the whole.
    var taken: UInt64 = 0
    for _ in 0..<count {
      symbol += try reader.readGamma()
      let step = try reader.readGamma() - 1
      length += step % 2 == 1 ? (step + 1) / 2 : -step / 2
      guard symbol < alphabet, (1...Self.mostBits).contains(length) else {
        throw CodingProblem("a code's table is wrong")
      }
      symbols.append(symbol)
      lengths.append(length)
      taken += 1 << UInt64(Self.mostBits - length)
    }
    guard taken == 1 << UInt64(Self.mostBits) || lengths == [1] || lengths.isEmpty else {
      throw CodingProblem("a code's words are ambiguous")
    }
    self.symbols = symbols
    self.lengths = lengths
  }
}

/// The words of a code, for writing.
package struct HuffmanWords {
  /// By symbol.
  private var words: [(bits: UInt64, length: Int)]

  package init(_ code: HuffmanCode) {
    words = Array(repeating: (0, 0), count: (code.symbols.last ?? -1) + 1)
    var (next, length) = (UInt64(0), 0)
    for (own, symbol) in zip(code.lengths, code.symbols).sorted(by: { $0 < $1 }) {
      next <<= UInt64(own - length)
      length = own
      words[symbol] = (next, own)
      next += 1
    }
  }

  package func write(_ symbol: Int, to writer: inout BitWriter) {
    writer.write(words[symbol].bits, words[symbol].length)
  }
}

/// The same words, for reading.
package struct HuffmanReader {
  /// In the order of their words.
  private let symbols: [Int]
  /// For each length how many words it has.
  private var counts: [Int]

  package init(_ code: HuffmanCode) {
    symbols = zip(code.lengths, code.symbols).sorted { $0 < $1 }.map(\.1)
    counts = Array(repeating: 0, count: (code.lengths.max() ?? 0) + 1)
    for length in code.lengths { counts[length] += 1 }
  }

  package func read(from reader: inout BitReader) throws(CodingProblem) -> Int {
    var (word, first, before) = (0, 0, 0)
    for count in counts.dropFirst() {
      word = word << 1 | Int(try reader.readBit())
      first <<= 1
      if word - first < count { return symbols[before + word - first] }
      first += count
      before += count
    }
    throw CodingProblem("a word is none of its code")
  }
}
