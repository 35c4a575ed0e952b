import Explanations
import Reports
import Testing

@Suite struct NumbersTests {
  @Test func thousandsHaveCommas() {
    #expect(counted(0) == "0")
    #expect(counted(999) == "999")
    #expect(counted(60_000) == "60,000")
    #expect(counted(-1_234_567) == "-1,234,567")
    #expect(counted(1, "rule") == "1 rule")
    #expect(counted(2, "rule") == "2 rules")
  }

  @Test func onlyAllIsAHundredPercent() {
    #expect(percent(Proportion(28, of: 30)) == "93.3 %")
    #expect(percent(Proportion(30, of: 30)) == "100 %")
    #expect(percent(Proportion(9_999, of: 10_000)) == "over 99.9 %")
    #expect(percent(Proportion(1, of: 10_000)) == "under 0.1 %")
    #expect(percent(Proportion(0, of: 30)) == "0 %")
    #expect(percent(Proportion(0, of: 0)) == "none counted")
  }

  @Test func sharesAreSpelledWithTheirInterval() {
    #expect(spelled(Proportion(28, of: 30)) == "28 of 30 (93.3 %, 95 % interval 78.7 to 98.2 %)")
    #expect(spelled(Proportion(0, of: 0)) == "0 of 0")
  }

  @Test func significantDigits() {
    #expect(significant(0.31456) == "0.315")
    #expect(significant(-1.7) == "\u{2212}1.7")
    #expect(significant(12_345.6) == "12346")
    #expect(significant(0) == "0")
    #expect(significant(4.7684e-7) == "4.77e-07")
    #expect(significant(3.0) == "3")
    #expect(significant(.infinity) == "inf")
  }

  @Test func sizes() {
    #expect(bytes(999) == "999 bytes")
    #expect(bytes(1_400) == "1.4 KB")
    #expect(bytes(12_000_000) == "12.0 MB")
  }
}
