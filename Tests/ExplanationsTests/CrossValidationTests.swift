import Explanations
import Testing

@Suite struct CrossValidationTests {
  /// Mean 3/4 and sample deviation 1/4, by hand.
  @Test func theSpreadIsOverTheFolds() throws {
    let shares = [(1, 2), (3, 4), (5, 5), (0, 0)].map { Proportion($0, of: $1) }
    let spread = try #require(CrossValidation.Spread(shares))
    #expect(spread.mean == 0.75)
    #expect(spread.standardDeviation == 0.25)
    #expect(spread.minimum == 0.5)
    #expect(spread.maximum == 1)
  }

  /// A fold without a right row counts, one without rows does not.
  @Test func aFoldOfWhichNothingIsRightCounts() throws {
    let shares = [(0, 2), (1, 2), (0, 0)].map { Proportion($0, of: $1) }
    let spread = try #require(CrossValidation.Spread(shares))
    #expect(spread.mean == 0.25 && spread.minimum == 0 && spread.maximum == 0.5)
  }

  @Test func oneFoldHasNoDeviationAndNoRowsHaveNoSpread() throws {
    let one = try #require(CrossValidation.Spread([Proportion(1, of: 3)]))
    #expect(one.mean == 0.333333 && one.standardDeviation == 0)
    #expect(CrossValidation.Spread([]) == nil)
    #expect(CrossValidation.Spread([Proportion(0, of: 0)]) == nil)
  }
}
