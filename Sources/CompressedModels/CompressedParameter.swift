import Networks
import Tensors

/// One compressed parameter, in the smallest layout.
///
/// Positions and values are stored separately. Positions are stored as gaps, the number of zeros
/// before each kept element; a gap that does not fit its field is preceded by fillers (Han, Mao &
/// Dally 2016, arXiv:1510.00149, section 2; their fillers carry a zero weight, ours are a separate
/// symbol without a weight). Values are 32-bit floats, or indices into a codebook of the distinct
/// values. Gaps and indices are stored in fixed-width fields or Huffman coded, whichever is
/// smaller.
package struct CompressedParameter {
  package enum Layout: UInt64 {
    /// Positions: all elements are kept; values: 32-bit floats.
    case plain
    /// Fixed-width fields.
    case packed
    case huffman
  }

  private let parameter: Parameter
  private let gaps: GapCode?
  private let values: ValueCode
  package let kept: Int

  /// The number of distinct values of the kept elements.
  package var distinct: Int { values.codebook.count }
  package var indexWidth: Int? { gaps?.width }
  package var fillers: Int { gaps?.fillers ?? 0 }
  package var positionLayout: Layout { gaps?.layout ?? .plain }
  package var valueLayout: Layout { values.layout }
  package var bits: Int {
    5 + (gaps.map { $0.bits + BitWriter.gammaBits(kept + 1) } ?? 0) + values.bits
  }

  package init(_ parameter: Parameter) {
    self.parameter = parameter
    let elements = parameter.value.elements
    let mask = parameter.mask?.kept
    let positions = elements.indices.filter { mask?[$0] ?? (elements[$0].bitPattern != 0) }
    kept = positions.count
    gaps = positions.count == elements.count ? nil : GapCode(positions)
    values = ValueCode(positions.map { elements[$0] })
  }

  package func write(to writer: inout BitWriter) {
    writer.write(parameter.mask == nil ? 0 : 1, 1)
    writer.write(positionLayout.rawValue, 2)
    writer.write(valueLayout.rawValue, 2)
    if let gaps {
      writer.writeGamma(kept + 1)
      gaps.write(to: &writer)
    }
    values.write(to: &writer)
  }

  /// Decodes a parameter of a known, checked shape.
  package static func read(
    _ role: Parameter.Role, _ shape: Shape, from reader: inout BitReader
  ) throws(CodingProblem) -> Parameter {
    let count = shape.count
    let hasMask = try reader.readBit() == 1
    guard let positionLayout = Layout(rawValue: try reader.read(2)),
      let valueLayout = Layout(rawValue: try reader.read(2))
    else { throw .weightLayout }
    guard positionLayout != .plain else {
      let values = try ValueCode.read(valueLayout, count, from: &reader)
      let mask = hasMask ? Mask([Bool](repeating: true, count: count)) : nil
      return Parameter(role, Tensor(values, shape: shape), mask: mask)
    }
    let kept = try reader.readGamma() - 1
    guard kept <= count else { throw .keptWeights(found: kept, elements: count) }
    let positions = try GapCode.read(positionLayout, kept, below: count, from: &reader)
    let values = try ValueCode.read(valueLayout, kept, from: &reader)
    var elements = [Float](repeating: 0, count: count)
    for (position, value) in zip(positions, values) { elements[position] = value }
    guard hasMask else { return Parameter(role, Tensor(elements, shape: shape)) }
    var mask = [Bool](repeating: false, count: count)
    for position in positions { mask[position] = true }
    return Parameter(role, Tensor(elements, shape: shape), mask: Mask(mask))
  }
}

/// Decodes fixed-width or Huffman-coded symbols.
private struct SymbolReader {
  private let words: HuffmanReader?
  private let width: Int

  init(
    _ layout: CompressedParameter.Layout, alphabet: Int, width: Int, from reader: inout BitReader
  ) throws(CodingProblem) {
    self.width = width
    guard layout == .huffman else {
      words = nil
      return
    }
    words = HuffmanReader(try HuffmanCode(from: &reader, alphabet: alphabet))
  }

  func read(from reader: inout BitReader) throws(CodingProblem) -> Int {
    if let words { return try words.read(from: &reader) }
    return Int(try reader.read(width))
  }
}

/// The positions of the kept elements, as the number of zeros before each.
///
/// With fields of b bits, a symbol s < 2ᵇ - 1 means s zeros followed by a kept element; the symbol
/// 2ᵇ - 1 is a filler: 2ᵇ - 1 zeros without an element.
private struct GapCode {
  let width: Int
  let layout: CompressedParameter.Layout
  let fillers: Int
  /// The size in bits, including the width field and the Huffman table.
  let bits: Int
  private let gaps: [Int]
  private let code: HuffmanCode?

  private static let widthBits = 4
  static let widths = 2...16

  init(_ positions: [Int]) {
    var (gaps, last) = ([Int](), -1)
    for position in positions {
      gaps.append(position - last - 1)
      last = position
    }
    let counted = Dictionary(gaps.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
    var best: (bits: Int, width: Int, fillers: Int, code: HuffmanCode?) = (.max, 2, 0, nil)
    for width in Self.widths {
      let filler = 1 << width - 1
      var counts = [Int](repeating: 0, count: filler + 1)
      for (gap, count) in counted {
        counts[gap % filler] += count
        counts[filler] += gap / filler * count
      }
      let code = HuffmanCode(counts: counts)
      let packed = width * (gaps.count + counts[filler])
      let huffmanBits = code.tableBits + code.bits(for: counts)
      if packed < best.bits { best = (packed, width, counts[filler], nil) }
      if huffmanBits < best.bits { best = (huffmanBits, width, counts[filler], code) }
      if counts[filler] == 0 { break }
    }
    self.gaps = gaps
    width = best.width
    fillers = best.fillers
    code = best.code
    layout = best.code == nil ? .packed : .huffman
    bits = best.bits + Self.widthBits
  }

  func write(to writer: inout BitWriter) {
    writer.write(UInt64(width - Self.widths.lowerBound), Self.widthBits)
    code?.writeTable(to: &writer)
    let words = code.map(HuffmanWords.init)
    func put(_ symbol: Int) {
      if let words {
        words.write(symbol, to: &writer)
      } else {
        writer.write(UInt64(symbol), width)
      }
    }
    let filler = 1 << width - 1
    for gap in gaps {
      for _ in 0..<gap / filler { put(filler) }
      put(gap % filler)
    }
  }

  static func read(
    _ layout: CompressedParameter.Layout, _ count: Int, below end: Int, from reader: inout BitReader
  ) throws(CodingProblem) -> [Int] {
    let width = Int(try reader.read(widthBits)) + widths.lowerBound
    guard widths.contains(width) else {
      throw .gapWidth(found: width, most: widths.upperBound)
    }
    let filler = 1 << width - 1
    let symbols = try SymbolReader(layout, alphabet: filler + 1, width: width, from: &reader)
    var positions: [Int] = []
    positions.reserveCapacity(count)
    var next = 0
    while positions.count < count {
      let symbol = try symbols.read(from: &reader)
      next += symbol
      guard next < end else { throw .weightIndex(found: next, count: end) }
      if symbol == filler { continue }
      positions.append(next)
      next += 1
    }
    return positions
  }
}

/// The values of the kept elements.
private struct ValueCode {
  let layout: CompressedParameter.Layout
  /// The distinct values, in ascending order.
  let codebook: [Float]
  /// The size in bits, including the codebook and the Huffman table.
  let bits: Int
  private let values: [Float]
  private let codes: [Int]
  private let code: HuffmanCode?

  private static let mostCodes = 1 << 16

  init(_ values: [Float]) {
    self.values = values
    let patterns = values.map(\.sortable)
    let distinct = patterns.sorted().withoutRepeats
    codebook = distinct.map(Float.init(sortable:))
    let plain = 32 * values.count
    guard distinct.count <= Self.mostCodes, !values.isEmpty else {
      (layout, bits, codes, code) = (.plain, plain, [], nil)
      return
    }
    let places = Dictionary(uniqueKeysWithValues: zip(distinct, distinct.indices))
    let codes = patterns.map { places[$0] ?? 0 }
    var counts = [Int](repeating: 0, count: distinct.count)
    for code in codes { counts[code] += 1 }
    let book = BitWriter.gammaBits(distinct.count) + 32 * distinct.count
    let packed = book + Self.width(of: distinct.count) * values.count
    let huffman = HuffmanCode(counts: counts)
    let huffmanBits = book + huffman.tableBits + huffman.bits(for: counts)
    let best = min(plain, packed, huffmanBits)
    self.codes = codes
    bits = best
    layout = best == plain ? .plain : best == packed ? .packed : .huffman
    code = best == plain || best == packed ? nil : huffman
  }

  /// The bits of a fixed-width index into `count` values.
  private static func width(of count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }

  func write(to writer: inout BitWriter) {
    guard layout != .plain else {
      for value in values { writer.write(value) }
      return
    }
    writer.writeGamma(codebook.count)
    for value in codebook { writer.write(value) }
    code?.writeTable(to: &writer)
    let words = code.map(HuffmanWords.init)
    let width = Self.width(of: codebook.count)
    for code in codes {
      if let words {
        words.write(code, to: &writer)
      } else {
        writer.write(UInt64(code), width)
      }
    }
  }

  static func read(
    _ layout: CompressedParameter.Layout, _ count: Int, from reader: inout BitReader
  ) throws(CodingProblem) -> [Float] {
    var values: [Float] = []
    guard layout != .plain else {
      guard reader.left / 32 >= count else { throw .endsTooEarly }
      values.reserveCapacity(count)
      for _ in 0..<count { values.append(try reader.readFloat()) }
      return values
    }
    let size = try reader.readGamma()
    guard size <= mostCodes, size <= reader.left / 32 else {
      throw .codebookSize(found: size)
    }
    var codebook: [Float] = []
    for _ in 0..<size { codebook.append(try reader.readFloat()) }
    let symbols = try SymbolReader(
      layout, alphabet: size, width: width(of: size), from: &reader)
    values.reserveCapacity(count)
    for _ in 0..<count {
      let code = try symbols.read(from: &reader)
      guard code < size else { throw .codebookIndex(found: code, count: size) }
      values.append(codebook[code])
    }
    return values
  }
}

extension [UInt32] {
  /// Removes repeated values from a sorted array.
  fileprivate var withoutRepeats: [UInt32] {
    var result: [UInt32] = []
    for number in self where number != result.last { result.append(number) }
    return result
  }
}

extension Float {
  /// A bijective mapping of the bit pattern that sorts in numeric order.
  fileprivate var sortable: UInt32 {
    bitPattern >> 31 == 1 ? ~bitPattern : bitPattern | 1 << 31
  }

  fileprivate init(sortable: UInt32) {
    self.init(bitPattern: sortable >> 31 == 1 ? sortable & ~(1 << 31) : ~sortable)
  }
}
