import Datasets
import Experiments
import ExplanationSupport
import Explanations
import Testing

/// Warnings about the figures of a result.
@Suite struct FigureWarningsTests {
  /// A result with figures that are no reason for a warning.
  private var sound: Explanation {
    var explanation = SampleExplanation.iris.explanation
    explanation.fidelity.heldOut = Proportion(90, of: 100)
    explanation.fidelity.majorityBaseline = Proportion(40, of: 100)
    explanation.fidelity.byClass = ["a": Proportion(45, of: 50), "b": Proportion(45, of: 50)]
    explanation.accuracy.network = Proportion(80, of: 100)
    explanation.accuracy.majorityBaseline = Proportion(50, of: 100)
    return explanation
  }

  private func only(_ change: (inout Explanation) -> Void) throws -> Warning {
    var explanation = sound
    change(&explanation)
    let found = Warning.figures(of: explanation)
    #expect(found.count == 1, "\(found)")
    return try #require(found.first)
  }

  @Test func soundFiguresGiveNone() {
    #expect(Warning.figures(of: sound) == [])
  }

  @Test func aNetworkAtTheMajorityShareIsNamed() throws {
    let found = try only { $0.accuracy.majorityBaseline = Proportion(80, of: 100) }
    #expect(found.code == "network-not-better-than-majority" && found.figure == 0.8)
    #expect(
      found.text
        == "the explained network classifies 80 of 100 (80.0 %) held-out rows correctly, always "
        + "predicting the most frequent class 80 of 100 (80.0 %)")
    var better = sound
    better.accuracy.majorityBaseline = Proportion(79, of: 100)
    #expect(Warning.figures(of: better) == [])
  }

  /// The interval of 90 of 100 is 82.6 to 94.5 %.
  @Test func rulesThatAreNotClearlyBetterAreNamed() throws {
    let found = try only { $0.fidelity.majorityBaseline = Proportion(83, of: 100) }
    #expect(found.code == "rules-not-better-than-majority" && found.figure == 0.9)
    #expect(
      found.text
        == "the rules agree with the network on 90 of 100 (90.0 %) held-out rows, not clearly more "
        + "than its most frequent prediction, 83 of 100 (83.0 %): they do not explain it")
    var better = sound
    better.fidelity.majorityBaseline = Proportion(82, of: 100)
    #expect(Warning.figures(of: better) == [])
  }

  /// The most frequent class of the training rows may be rare among the held-out rows.
  @Test func theMostFrequentClassOfTheRowsCounts() throws {
    let found = try #require(
      Warning.figures(of: sound, mostFrequent: Proportion(94, of: 100)).first)
    #expect(
      found.text
        == "the explained network classifies 80 of 100 (80.0 %) held-out rows correctly, always "
        + "predicting the most frequent class 94 of 100 (94.0 %)")
    #expect(Warning.figures(of: sound, mostFrequent: Proportion(79, of: 100)) == [])
    let constant = try only {
      $0.fidelity.byClass = ["a": Proportion(80, of: 84), "b": Proportion(10, of: 16)]
      $0.fidelity.byClass["b"] = Proportion(14, of: 16)
    }
    #expect(
      constant.text
        == "the rules agree with the network on 90 of 100 (90.0 %) held-out rows, not clearly more "
        + "than its most frequent prediction, 84 of 100 (84.0 %): they do not explain it")
  }

  @Test func theWorstClassIsNamed() throws {
    let found = try only {
      $0.fidelity.byClass = [
        "a": Proportion(79, of: 80), "b": Proportion(14, of: 20), "c": Proportion(0, of: 9),
      ]
    }
    #expect(found.code == "worst-class" && found.figure == 0.7)
    #expect(
      found.text
        == "the rules agree with the network on only 14 of 20 (70.0 %) held-out rows that it "
        + "predicts as 'b', beside 90.0 % of all")
    // A class counts from ten rows on.
    let ten = try only { $0.fidelity.byClass = ["b": Proportion(1, of: 10)] }
    #expect(ten.code == "worst-class" && ten.figure == 0.1)
    var near = sound
    near.fidelity.byClass = ["a": Proportion(59, of: 59), "b": Proportion(31, of: 41)]
    #expect(Warning.figures(of: near) == [])
  }

  @Test func fewHeldOutRowsAreNamed() throws {
    let found = try only {
      $0.fidelity.heldOut = Proportion(45, of: 49)
      $0.fidelity.byClass = [:]
    }
    #expect(found.code == "few-held-out-rows" && found.figure == 49)
    #expect(
      found.text
        == "only 49 rows held out: the 95 % interval of the fidelity is 80.8 to 96.8 %")
    var enough = sound
    enough.fidelity.heldOut = Proportion(46, of: 50)
    enough.fidelity.byClass = [:]
    #expect(Warning.figures(of: enough) == [])
    let none = try only {
      $0.fidelity.heldOut = Proportion(0, of: 0)
      $0.fidelity.byClass = [:]
    }
    #expect(none.text == "only 0 rows held out: the fidelity on unseen rows is not known")
  }

  @Test func aNumericTargetIsNamedWithItsIntervals() throws {
    let found = try only {
      $0.data.schema.target = Target("price", .numeric(unit: nil, cuts: [10, 20]))
      $0.data.classes = $0.data.schema.classes
    }
    #expect(found.code == "numeric-target" && found.figure == 3)
    #expect(found.text.hasPrefix("the numeric target 'price' is explained by 3 intervals: '"))
  }

  @Test func featuresAlikeOnNinetyNineInAHundredRowsAreNamed() {
    let first = (0..<200).map { $0 % 3 == 0 }
    func flipped(_ count: Int) -> [Bool] { first.indices.map { first[$0] != ($0 < count) } }
    let found = Warning.similarFeatures(
      ["F1", "F2", "F3", "F4"], active: [first, flipped(2), flipped(3), flipped(198)])
    #expect(found.map(\.code) == ["similar-features"])
    #expect(
      found.first?.text
        == "hidden features with the same or the opposite activity on at least 99 % of the training "
        + "rows: F1 and F2; F1 and F4; F2 and F3")
    #expect(found.first?.figure == 3)
    #expect(Warning.similarFeatures(["F1", "F2"], active: [first, flipped(3)]) == [])
  }

  /// Where a report begins with other rules, the rules of both levels are measured and named.
  @Test func warningsNameTheRulesWhereOthersLead() {
    var explanation = sound
    explanation.fidelity.byClass["a"] = Proportion(10, of: 50)
    var other = explanation.fidelity
    other.heldOut = Proportion(100, of: 100)
    other.byClass["a"] = Proportion(30, of: 50)
    explanation.featureRules = explanation.inputRules
    explanation.featureFidelity = other
    explanation.leads = .features
    #expect(
      Warning.figures(of: explanation).map(\.text) == [
        "the rules over hidden features agree with the network on only 30 of 50 (60.0 %) held-out "
          + "rows that it predicts as 'a', beside 100 % of all",
        "the rules over columns agree with the network on only 10 of 50 (20.0 %) held-out rows that "
          + "it predicts as 'a', beside 90.0 % of all",
      ])
  }

  /// R² of 100 rows: predictions that are constant but for a small slope.
  @Test(arguments: [(0.02, true), (0.9, false)])
  func aRegressionNearTheMeanIsNamed(_ slope: Double, _ isNamed: Bool) throws {
    let actual = (0..<100).map { Double($0 * 37 % 100) }
    let predicted = actual.enumerated().map { 49.5 + slope * ($1 - 49.5) + ($0 % 2 == 0 ? 9 : -9) }
    var explanation = sound
    explanation.explains = .pruned
    explanation.pruned.regression = RegressionFigures(predicted: predicted, actual: actual)
    let found = Warning.figures(of: explanation)
    #expect(found.map(\.code) == (isNamed ? ["network-not-better-than-mean"] : []))
    // The mean has the standard deviation of 0 to 99 as its error.
    let text = found.first?.text
    #expect(
      text.map {
        $0.hasPrefix(
          "the explained network predicts held-out rows not clearly better than their mean: R² is ")
          && $0.hasSuffix("beside 28.87")
      } ?? true, "\(text ?? "")")
  }

  @Test func theSameDataHeldOutIsSaid() {
    #expect(
      Warning.trainedHeldOut(nil, of: 30).isEmpty && Warning.trainedHeldOut(0, of: 30).isEmpty)
    #expect(
      Warning.trainedHeldOut(12, of: 30).map(\.text) == [
        "12 of 30 held-out rows equal a training row: accuracy and fidelity on them are not those on "
          + "unseen rows"
      ])
    let same = Warning.trainedHeldOut(0, of: 30, isSameSource: true)
    #expect(same.first?.figure == 30)
    #expect(
      same.first?.text
        == "the held-out rows are the training rows, read from the same data: accuracy and "
        + "fidelity on them are not those on unseen rows")
  }
}
