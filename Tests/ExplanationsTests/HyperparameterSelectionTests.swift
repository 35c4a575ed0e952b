import Explanations
import Foundation
import Testing

@Suite struct HyperparameterSelectionTests {
  private func selection(_ losses: [Double]...) -> HyperparameterSelection {
    HyperparameterSelection(
      rows: 100,
      candidates: losses.enumerated().map { index, losses in
        .init(hidden: index == 0 ? [] : [32], weightDecay: 0.2, losses: losses)
      })
  }

  /// Gains 0.1, 0.3, −0.1 and 0.1: mean 0.1, standard deviation 0.1633, standard error 0.0816.
  @Test func aLaterCandidateHasToBeBetterByHalfAStandardError() {
    let simple = [1.0, 1, 1, 1]
    #expect(selection(simple, [0.9, 0.7, 1.1, 0.9]).chosen == 1)
    // Mean 0.05: above half of the standard error, 0.0408; 0.04 is not.
    #expect(selection(simple, [0.95, 0.75, 1.15, 0.95]).chosen == 1)
    #expect(selection(simple, [0.96, 0.76, 1.16, 0.96]).chosen == 0)
    #expect(selection(simple, simple).chosen == 0)
  }

  @Test func eachCandidateIsComparedWithTheChosenOne() {
    // The second is better than the first, the third than the first but not than the second.
    #expect(selection([1, 1], [0.5, 0.5], [0.6, 0.6]).chosen == 1)
    #expect(selection([1, 1], [1.2, 1.2], [0.6, 0.6]).chosen == 2)
    #expect(selection([1, 1]).chosen == 0)
  }

  @Test(arguments: ["-1", "1", "9223372036854775807"])
  func aChoiceThatIsNoCandidateIsNotRead(_ chosen: String) throws {
    func read(_ chosen: String) throws -> HyperparameterSelection {
      let json = """
        {"folds": 2, "rows": 60, "chosen": \(chosen),
         "candidates": [{"hidden": [], "weightDecay": 1, "losses": [0.5, 0.7]}]}
        """
      return try JSONDecoder().decode(HyperparameterSelection.self, from: Data(json.utf8))
    }
    let found = try read("0")
    #expect(found == HyperparameterSelection(rows: 60, candidates: found.candidates))
    #expect(throws: DecodingError.self) { try read(chosen) }
  }

  @Test func aSentenceNamesEachCandidateWithItsLoss() {
    let found = HyperparameterSelection(
      rows: 97,
      candidates: [
        .init(hidden: [], weightDecay: 1, losses: [0.5, 0.7]),
        .init(hidden: [], weightDecay: 0.2, losses: [0.6, 0.6]),
        .init(hidden: [64, 32], weightDecay: 0.2, losses: [0.25, 0.26]),
      ])
    #expect(found.folds == 2 && found.chosen == 2)
    #expect(
      found.sentence
        == "hidden layers of 64, 32 units, weight decay 0.2, by 2-fold cross-validation of 97 training "
        + "rows: loss 0.255 (no hidden layer before the features, weight decay 1: 0.600; no hidden layer "
        + "before the features, weight decay 0.2: 0.600)")
  }
}
