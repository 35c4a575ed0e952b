import ExplanationSupport
import Reports
import Testing

@Suite struct DisplayTests {
  @Test func controlsBecomeVisible() {
    #expect(visible("a\nb\t\u{1}\u{202E}") == "a\\nb\\t\\u{1}\\u{202E}")
    #expect(shown("") == "(empty)")
    #expect(shown("  ") == "(blank)")
    #expect(shown("é") == "é")
  }

  @Test func rightToLeftTextIsKeptToItself() {
    #expect(shown("שלום") == "\u{2068}שלום\u{2069}")
  }

  @Test func longNamesAreCut() {
    let name = String(repeating: "x", count: 20_000)
    #expect(shown(name).count == 120)
    #expect(!shown(String(repeating: "y", count: 120)).contains("…"))
    // The beginning and the end are kept.
    #expect(shortened("0123456789", limit: 6) == "012…89")
    #expect(shortened("0123456789", limit: 2) == "0…")
    #expect(shortened("0123456789", limit: 10) == "0123456789")
    let tower = "Z" + String(repeating: "\u{302}", count: 5000)
    #expect(shown(tower).unicodeScalars.count < 20)
  }

  @Test(arguments: SampleExplanation.hostileTexts)
  func nothingInvisibleIsLeft(text: String) {
    let bad = shown(text).unicodeScalars.filter {
      $0.value < 0x20 || (0x7F..<0xA0).contains($0.value) || (0x202A...0x202E).contains($0.value)
    }
    #expect(bad.isEmpty)
  }
}
