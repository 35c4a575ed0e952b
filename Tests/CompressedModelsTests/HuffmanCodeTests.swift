import CompressedModels
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct HuffmanCodeTests {
  /// Shannon 1948: no prefix code is shorter than the entropy; Huffman's is less than one bit
  /// longer.
  @Test func lengthsLieBetweenEntropyAndOneBitMore() {
    withEverySeed(200) { generator in
      let counts = generator.counts(of: 2 + generator.index(below: 300))
      let code = HuffmanCode(counts: counts)
      let total = Double(counts.reduce(0, +))
      let entropy = counts.reduce(0.0) { sum, count in
        count == 0 ? sum : sum - Double(count) / total * log2(Double(count) / total)
      }
      let mean = Double(code.bits(for: counts)) / total
      #expect(mean >= entropy - 1e-9)
      #expect(mean < entropy + 1)
    }
  }

  @Test func codesAreAsShortAsTheBestThereAre() {
    // Fibonacci counts give the longest code words.
    let counts = [1, 1, 2, 3, 5, 8, 13, 21]
    let code = HuffmanCode(counts: counts)
    #expect(code.lengths == [7, 7, 6, 5, 4, 3, 2, 1])
    #expect(HuffmanCode(counts: [5, 5, 5, 5]).lengths == [2, 2, 2, 2])
    // The cost of repeatedly merging the two rarest symbols is the sum of the merged counts.
    withEverySeed(50) { generator in
      let counts = generator.counts(of: 2 + generator.index(below: 40))
      var left = counts.filter { $0 > 0 }.sorted()
      var cost = left.count == 1 ? left[0] : 0
      while left.count > 1 {
        let sum = left.removeFirst() + left.removeFirst()
        cost += sum
        left.insert(sum, at: left.firstIndex { $0 >= sum } ?? left.count)
      }
      #expect(HuffmanCode(counts: counts).bits(for: counts) == cost)
    }
  }

  @Test func messagesAreReadBack() throws {
    try withEverySeed(100) { generator in
      let alphabet = 1 + generator.index(below: 70)
      let message = (0..<generator.index(below: 400)).map { _ in
        min(generator.index(below: alphabet), generator.index(below: alphabet))
      }
      var counts = [Int](repeating: 0, count: alphabet)
      for symbol in message { counts[symbol] += 1 }
      let code = HuffmanCode(counts: counts)
      var writer = BitWriter()
      code.writeTable(to: &writer)
      let words = HuffmanWords(code)
      for symbol in message { words.write(symbol, to: &writer) }
      writer.finish()
      #expect((code.tableBits + code.bits(for: counts) + 7) / 8 == writer.bytes.count)
      var reader = BitReader(writer.bytes[...])
      let read = try HuffmanCode(from: &reader, alphabet: alphabet)
      #expect(read == code)
      let decoder = HuffmanReader(read)
      for symbol in message { #expect(try decoder.read(from: &reader) == symbol) }
      #expect(reader.isAtEnd)
    }
  }

  @Test func oneSymbolTakesOneBit() throws {
    let code = HuffmanCode(counts: [0, 0, 9])
    #expect(code.symbols == [2] && code.lengths == [1])
    #expect(code.bits(for: [0, 0, 9]) == 9)
    #expect(HuffmanCode(counts: [0, 0]).symbols.isEmpty)
  }

  @Test func tablesThatAreNoCodeAreRefused() throws {
    // Three code words of one bit; one code word too few; a symbol outside the alphabet; more code
    // words than symbols.
    let tables: [(symbols: [Int], lengths: [Int], problem: CodingProblem)] = [
      ([0, 1, 2], [1, 1, 1], .incompleteHuffmanCode), ([0, 1], [1, 2], .incompleteHuffmanCode),
      ([0, 9], [1, 1], .huffmanTableEntry(symbol: 9, length: 1)),
      ([0, 1, 2, 3, 4], [3, 3, 3, 3, 1], .huffmanTableSize(found: 5, symbols: 4)),
    ]
    for (symbols, lengths, problem) in tables {
      var writer = BitWriter()
      writer.writeGamma(symbols.count + 1)
      var (symbol, length) = (-1, 0)
      for (next, own) in zip(symbols, lengths) {
        writer.writeGamma(next - symbol)
        let step = own - length
        writer.writeGamma(1 + (step > 0 ? 2 * step - 1 : -2 * step))
        (symbol, length) = (next, own)
      }
      writer.finish()
      #expect(throws: problem) {
        var reader = BitReader(writer.bytes[...])
        _ = try HuffmanCode(from: &reader, alphabet: 4)
      }
    }
  }

  @Test func bitsAreReadBack() throws {
    try withEverySeed(50) { generator in
      let numbers = (0..<200).map { _ in
        (value: generator.next() >> 8, width: generator.index(below: 57))
      }
      var writer = BitWriter()
      for (value, width) in numbers {
        writer.write(value, width)
        writer.writeGamma(Int(value & 0xFFFF) + 1)
      }
      writer.finish()
      var reader = BitReader(writer.bytes[...])
      for (value, width) in numbers {
        let (read, gamma) = (try reader.read(width), try reader.readGamma())
        #expect(read == value & (1 << UInt64(width) - 1))
        #expect(gamma == Int(value & 0xFFFF) + 1)
      }
      #expect(reader.isAtEnd)
    }
  }
}

extension SeededGenerator {
  /// Skewed counts like those of weights and gaps, some zero, at least two non-zero.
  fileprivate mutating func counts(of symbols: Int) -> [Int] {
    var counts = (0..<symbols).map { _ in
      uniform() < 0.2 ? 0 : Int(1 / (uniform() + 0.0001)) + index(below: 3)
    }
    counts[0] += 1
    counts[1] += 2
    return counts
  }
}
