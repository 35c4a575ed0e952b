import Datasets
import Tensors
import TestSupport
import Testing

@Suite struct DecimalNumberTests {
  private func parse(_ text: String) -> Double? {
    var text = text
    return text.withUTF8 { DecimalNumber.parse($0) }
  }

  @Test func everyNumberIsReadAsTheLibraryReadsIt() throws {
    withEverySeed(200) { generator in
      for _ in 0..<50 {
        let bits = Double(bitPattern: generator.next())
        let decimal = (generator.normal() * 1e6).rounded() / 1e3
        for value in [bits, decimal, Double(generator.index(below: 1 << 53))]
        where value.isFinite {
          #expect(parse("\(value)") == value)
        }
        let digits = (0...generator.index(below: 25)).map { _ in
          String(generator.index(below: 10))
        }.joined()
        let text = "-" + digits + "." + digits + "e\(generator.index(below: 60) - 30)"
        #expect(parse(text) == Double(text))
      }
    }
  }

  @Test(arguments: [
    ("0", 0.0), ("+5", 5), ("-.5", -0.5), ("3.", 3), ("1e3", 1000), ("1E-2", 0.01),
    ("000000000000000000000012", 12), ("0.000000000000000000000000000001", 1e-30),
    ("1e-999", 0), ("123456789012345678901234567890", 1.2345678901234568e29),
  ])
  func spellingsOfNumbers(text: String, value: Double) { #expect(parse(text) == value) }

  @Test(arguments: [
    "", "-", ".", "1e", "1e+", "1.2.3", "0x10", "1_000", "1,5", "five", "1 2", "e5",
  ])
  func spellingsOfNoNumbers(text: String) { #expect(parse(text) == nil) }

  @Test(arguments: ["inf", "INF", "+Infinity", "1e999"])
  func spellingsOfInfinity(text: String) { #expect(parse(text) == .infinity) }
}
