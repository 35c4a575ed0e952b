import Drawing
import Foundation
import Testing

@Suite struct PNGEncoderTests {
  private static let signature = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])

  @Test func samePixelsAreTheSameBytes() throws {
    let pixels = (0..<28 * 20).map { UInt8($0 % 251) }
    let first = try PNGEncoder.grey(pixels, width: 28, height: 20)
    #expect(first == (try PNGEncoder.grey(pixels, width: 28, height: 20)))
    #expect(first.prefix(8) == Self.signature)
    #expect(Array(first[16..<24]) == [0, 0, 0, 28, 0, 0, 0, 20])
  }

  @Test func colourIsWrittenAsColour() throws {
    let data = try PNGEncoder.rgb([255, 0, 0, 0, 255, 0], width: 2, height: 1)
    #expect(data[24] == 8)
    #expect(data[25] == 2)
  }

  @Test func noiseFitsToo() throws {
    var state: UInt32 = 1
    let pixels = (0..<300 * 300).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    #expect(try PNGEncoder.grey(pixels, width: 300, height: 300).count > 80_000)
  }

  @Test func wrongNumbersOfPixelsAreRefused() {
    let error = #expect(throws: DrawingError.self) {
      try PNGEncoder.grey([1, 2, 3], width: 2, height: 2)
    }
    #expect(error?.errorDescription == "3 pixel values where 4 were expected")
    #expect(
      error?.recoverySuggestion
        == "give one value per pixel for greyscale and three for RGB, in row-major order")
    #expect(throws: DrawingError.self) { try PNGEncoder.grey([], width: 0, height: 0) }
    #expect(throws: DrawingError.self) { try PNGEncoder.rgb([], width: .max, height: 3) }
  }
}
