import CompressedModels
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct CompressedParameterTests {
  private func readBack(_ parameter: Parameter) throws -> Parameter {
    var writer = BitWriter()
    let compressed = CompressedParameter(parameter)
    compressed.write(to: &writer)
    writer.finish()
    #expect((compressed.bits + 7) / 8 == writer.bytes.count)
    var reader = BitReader(writer.bytes[...])
    let read = try CompressedParameter.read(parameter.role, parameter.value.shape, from: &reader)
    #expect(reader.isAtEnd)
    return read
  }

  /// Gaps around the largest value of a field, for every field width.
  @Test func fillersStandForGapsThatDoNotFit() throws {
    var fillers = 0
    try withEverySeed(10) { generator in
      let kept = (0..<8000).map { _ in generator.uniform() < 0.26 }
      for width in 1...12 {
        for change in -2...2 {
          var elements = kept.map { $0 ? Float(1) : 0 }
          // One gap of exactly this size.
          let gap = max(1 << width + change, 0)
          elements.replaceSubrange(0..<gap + 1, with: [Float](repeating: 0, count: gap) + [2])
          let parameter = Parameter(.weight, Tensor(elements, shape: [80, 100]))
          fillers += CompressedParameter(parameter).fillers
          let read = try readBack(parameter)
          #expect(read == parameter)
        }
      }
    }
    #expect(fillers > 0)
  }

  @Test func whereNothingIsKeptNothingIsStored() throws {
    let parameter = Parameter(.weight, Tensor(shape: [10, 10]))
    #expect(CompressedParameter(parameter).bits < 32)
    #expect(try readBack(parameter) == parameter)
    let masked = Parameter(
      .weight, Tensor(shape: [10, 10]), mask: Mask([Bool](repeating: false, count: 100)))
    #expect(try readBack(masked) == masked)
  }

  @Test func oneValueTakesNoBitsOfCode() throws {
    let parameter = Parameter(.weight, Tensor(repeating: -1.5, shape: [40, 10]))
    let compressed = CompressedParameter(parameter)
    #expect(compressed.bits < 5 + 32 + 8)
    #expect(try readBack(parameter) == parameter)
  }

  @Test func numbersThatDifferStandAsTheyAre() throws {
    var generator = SeededGenerator(seed: 1)
    let parameter = Parameter(.bias, generator.normalTensor([300]))
    let compressed = CompressedParameter(parameter)
    #expect(compressed.bits == 5 + 300 * 32)
    #expect(compressed.positionLayout == .plain && compressed.valueLayout == .plain)
    #expect(try readBack(parameter) == parameter)
  }

  @Test func zerosKeepTheirSign() throws {
    let values: [Float] = [0, -0, 1, -0, 0, .leastNonzeroMagnitude, -.infinity, 3]
    let parameter = Parameter(.weight, Tensor(values, shape: [2, 4]))
    let read = try readBack(parameter)
    #expect(read.value.elements.map(\.bitPattern) == values.map(\.bitPattern))
  }
}
