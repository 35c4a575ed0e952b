import Experiments
import Explanations
import Rules
import Testing

@Suite struct CausalWarningsTests {
  private func warnings(kept: Int, removed: Int, trivial: Int, of total: Int) -> [Warning] {
    Warning.causal(
      CausalSummary(
        features: ["F1", "F3"], keptAlone: Proportion(kept, of: total),
        removed: Proportion(removed, of: total), trivial: Proportion(trivial, of: total)))
  }

  @Test func featuresThatDoNotSufficeAreNamed() {
    let found = warnings(kept: 197, removed: 100, trivial: 100, of: 200)
    #expect(found.map(\.code) == ["features-not-sufficient"])
    #expect(found[0].figure == 0.985)
    #expect(
      found[0].text
        == "with only the 2 hidden features of the rules, the others at their means, the network "
        + "keeps its prediction on 197 of 200 held-out rows (98.5 %)")
  }

  @Test func featuresThatAreNotNeededAreNamed() {
    let found = warnings(kept: 200, removed: 111, trivial: 100, of: 200)
    #expect(found.map(\.code) == ["features-not-necessary"])
    #expect(found[0].figure == 0.555)
    #expect(
      found[0].text
        == "with the 2 hidden features of the rules at their means, the network still keeps its "
        + "prediction on 111 of 200 held-out rows (55.5 %); its most frequent prediction agrees on "
        + "50.0 %")
  }

  /// 99 % and five points are within the limits, for every number of rows.
  @Test func theLimitsThemselvesAreNoWarning() {
    for hundreds in 1...40 {
      let total = 100 * hundreds
      #expect(
        warnings(
          kept: 99 * hundreds, removed: 55 * hundreds, trivial: 50 * hundreds, of: total) == [])
      #expect(
        warnings(
          kept: 99 * hundreds - 1, removed: 55 * hundreds + 1, trivial: 50 * hundreds, of: total
        ).map(\.code) == ["features-not-sufficient", "features-not-necessary"])
    }
    #expect(warnings(kept: 0, removed: 0, trivial: 0, of: 0) == [])
  }
}
