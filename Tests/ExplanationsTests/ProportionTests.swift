import Explanations
import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct ProportionTests {
  /// scipy.stats.binomtest(count, total).proportion_ci(method="wilson"), SciPy 1.17.
  @Test(arguments: [
    (118, 120, 0.941_264, 0.995_417), (0, 30, 0, 0.113_513), (30, 30, 0.886_487, 1),
    (1, 2, 0.094_531, 0.905_469), (500, 1000, 0.469_070, 0.530_930),
  ])
  func intervalsAreWilsons(count: Int, total: Int, low: Double, high: Double) {
    let interval = Proportion(count, of: total).interval
    #expect(abs(interval.lowerBound - low) < 2e-6)
    #expect(abs(interval.upperBound - high) < 2e-6)
  }

  @Test func theIntervalHoldsTheShare() {
    withEverySeed(200) { generator in
      let total = 1 + generator.index(below: 500)
      let proportion = Proportion(generator.index(below: total + 1), of: total)
      #expect(proportion.interval.contains(proportion.value))
      #expect(proportion.interval.lowerBound >= 0 && proportion.interval.upperBound <= 1)
    }
  }

  @Test(arguments: [
    (1.23456789, 1.234568), (0.0123456789, 0.012346), (0.000_123_456_789, 0.000_123_457),
    (1.23456789e-7, 1.23457e-7), (-1.23456789e-16, -1.23457e-16), (123_456.789, 123_456.789),
    (0, 0),
    (1.2345678e-300, 1.23457e-300),
  ])
  func smallFiguresKeepSixDigits(value: Double, rounded: Double) {
    #expect(value.roundedFigure == rounded)
  }

  @Test func nothingCountedIsNotCertain() {
    #expect(Proportion(0, of: 0).interval == 0...1)
  }

  @Test func itIsWrittenAsTheContractSays() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(Proportion(118, of: 120)), as: UTF8.self)
    #expect(
      text == #"{"count":118,"high":0.995417,"low":0.941264,"method":"wilson-95","total":120,"#
        + #""value":0.983333333333}"#)
    let back = try JSONDecoder().decode(Proportion.self, from: Data(text.utf8))
    #expect(back == Proportion(118, of: 120))
  }

  @Test func moreThanAllIsRefused() {
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(Proportion.self, from: Data(#"{"count":3,"total":2}"#.utf8))
    }
  }

  /// Arithmetic rounding equals decimal rounding, also near halves.
  @Test func roundingIsThatOfTheDigits() {
    withEverySeed(200) { generator in
      let digits = generator.index(below: 9)
      let power = (0..<digits).reduce(1.0) { power, _ in power * 10 }
      let near = (Double(generator.index(below: 2_000_000)) - 1_000_000) / power
      for value in [
        near, near + 0.5 / power, near + generator.normal() / power, near.nextUp,
        generator.normal() * 1e9, generator.normal() * 1e-9, 1e300, -near / 3,
      ] {
        #expect(value.roundedTo(digits: digits) == Double(fixed(value, digits: digits)))
      }
    }
    #expect(1.005.roundedTo(digits: 2) == 1 && 0.125.roundedTo(digits: 2) == 0.12)
    #expect(Double.infinity.roundedTo(digits: 2) == .infinity)
  }
}
