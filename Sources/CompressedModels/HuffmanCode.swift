/// A canonical Huffman code: the shortest prefix code for given symbol counts.
///
/// Huffman, "A method for the construction of minimum-redundancy codes", 1952,
/// doi:10.1109/JRPROC.1952.273898. The code is canonical: code words are ordered by length, then by
/// symbol, so that the lengths alone determine the code. A single symbol has a code word of one
/// bit.
public struct HuffmanCode: Hashable, Sendable {
  /// The symbols with non-zero counts, in ascending order.
  public let symbols: [Int]
  /// The code word length of each of `symbols`, in bits.
  public let lengths: [Int]

  /// An upper bound of the code word length for fewer than 2³² occurrences.
  private static let mostBits = 48

  /// `counts`: the number of occurrences of each symbol.
  /// - Complexity: O(n log n)
  public init(counts: [Int]) {
    let symbols = counts.indices.filter { counts[$0] > 0 }
    self.symbols = symbols
    guard symbols.count > 1 else {
      lengths = symbols.map { _ in 1 }
      return
    }
    // Leaves are sorted by count and merged nodes are created in order, so two queues suffice.
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

  /// The length in bits of a message with the given symbol counts, without the table.
  public func bits(for counts: [Int]) -> Int {
    zip(symbols, lengths).reduce(0) { $0 + counts[$1.0] * $1.1 }
  }

  // MARK: Code table

  /// The length in bits of the code table.
  package var tableBits: Int {
    var bits = BitWriter.gammaBits(symbols.count + 1)
    forEachTableEntry { bits += BitWriter.gammaBits($0) }
    return bits
  }

  package func writeTable(to writer: inout BitWriter) {
    writer.writeGamma(symbols.count + 1)
    forEachTableEntry { writer.writeGamma($0) }
  }

  /// Visits, for each symbol, the differences of symbol and code word length from the previous one.
  private func forEachTableEntry(_ visit: (Int) -> Void) {
    var (symbol, length) = (-1, 0)
    for (next, own) in zip(symbols, lengths) {
      visit(next - symbol)
      let step = own - length
      visit(1 + (step > 0 ? 2 * step - 1 : -2 * step))
      (symbol, length) = (next, own)
    }
  }

  /// Decodes a code table.
  ///
  /// `alphabet`: the number of possible symbols; all symbols are smaller.
  package init(from reader: inout BitReader, alphabet: Int) throws(CodingProblem) {
    let count = try reader.readGamma() - 1
    guard count <= alphabet else {
      throw .huffmanTableSize(found: count, symbols: alphabet)
    }
    var symbols: [Int] = []
    var lengths: [Int] = []
    var (symbol, length) = (-1, 0)
    // The Kraft sum: each code word of n bits contributes 2⁻ⁿ.
    var taken: UInt64 = 0
    for _ in 0..<count {
      symbol += try reader.readGamma()
      let step = try reader.readGamma() - 1
      length += step % 2 == 1 ? (step + 1) / 2 : -step / 2
      guard symbol < alphabet, (1...Self.mostBits).contains(length) else {
        throw .huffmanTableEntry(symbol: symbol, length: length)
      }
      symbols.append(symbol)
      lengths.append(length)
      taken += 1 << UInt64(Self.mostBits - length)
    }
    guard taken == 1 << UInt64(Self.mostBits) || lengths == [1] || lengths.isEmpty else {
      throw .incompleteHuffmanCode
    }
    self.symbols = symbols
    self.lengths = lengths
  }
}

/// The code words of a Huffman code, for encoding.
package struct HuffmanWords {
  /// The code words, indexed by symbol.
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

/// The decoder of a Huffman code.
package struct HuffmanReader {
  /// The symbols in the order of their code words.
  private let symbols: [Int]
  /// The number of code words of each length.
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
    throw .huffmanWord
  }
}
