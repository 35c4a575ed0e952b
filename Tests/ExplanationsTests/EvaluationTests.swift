import Explanations
import Tensors
import Testing

@Suite struct EvaluationTests {
  /// Classes a, b, c with rows a a a b b c; predictions a a b b c b.
  private let evaluation = Evaluation(
    predictions: [0, 0, 1, 1, 2, 1], labels: [0, 0, 0, 1, 1, 2], classes: ["a", "b", "c", "d"])

  @Test func figuresOfClassesAreThoseOfTheConfusion() {
    #expect(evaluation.rows == 6)
    #expect(evaluation.accuracy == Proportion(3, of: 6))
    #expect(
      evaluation.confusion == [[2, 1, 0, 0], [0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    #expect(evaluation.majority == .init(class: "a", accuracy: Proportion(3, of: 6)))
    let b = evaluation.classes[1]
    #expect(b.precision == Proportion(1, of: 3) && b.recall == Proportion(1, of: 2))
    #expect(b.support == 2 && b.predicted == 3 && b.f1 == 0.4)
    let d = evaluation.classes[3]
    #expect(d.support == 0 && d.predicted == 0 && d.f1 == 0)
    // (2/3 + 1/2 + 0) / 3; d has no rows.
    #expect(evaluation.balancedAccuracy == 0.388889)
    #expect(evaluation.calibration == nil && evaluation.regression == nil)
  }

  /// Most predictions are of b, most rows of a; b and c have rows and c is never predicted.
  @Test func theBaselineAndTheMeanOfRecallsAreOfTheRows() {
    let often = Evaluation(
      predictions: [1, 1, 1, 1, 0], labels: [0, 0, 0, 1, 2], classes: ["a", "b", "c"])
    #expect(often.majority == .init(class: "a", accuracy: Proportion(3, of: 5)))
    #expect(often.balancedAccuracy == 0.333333)
    let one = Evaluation(
      predictions: [0, 0, 0, 0], labels: [0, 0, 1, 2], classes: ["a", "b", "c"])
    #expect(one.balancedAccuracy == 0.333333)
  }

  /// Confidences 0.9 (right), 0.9 (wrong), 0.6 (right) of the first class.
  @Test func calibrationErrorIsTheMeanGapOfBins() throws {
    let calibration = try #require(
      Calibration(
        probabilities: [[0.9, 0.1], [0.9, 0.1], [0.6, 0.4]], predictions: [0, 0, 0],
        labels: [0, 1, 0]))
    #expect(calibration.bins.count == 15)
    #expect(calibration.bins.map(\.accuracy.total).reduce(0, +) == 3)
    // 0.9 · 15 = 13.5: the bin above 13/15; 0.6 · 15 = 9: the bin of at most 9/15.
    #expect(calibration.bins[13].accuracy == Proportion(1, of: 2))
    #expect(calibration.bins[13].confidence == 0.9)
    #expect(calibration.bins[8].accuracy == Proportion(1, of: 1))
    // 2/3 · |0.5 - 0.9| + 1/3 · |1 - 0.6|
    #expect(calibration.expectedCalibrationError == 0.4)
    // (0.01 + 0.81 + 0.16) / 3 for the probability of the first class.
    #expect(calibration.brierScore == 0.326667)
  }

  @Test func theBrierScoreOfSeveralClassesIsTheWholeSum() throws {
    let calibration = try #require(
      Calibration(probabilities: [[0.5, 0.3, 0.2]], predictions: [0], labels: [1]))
    #expect(calibration.brierScore == (0.25 + 0.49 + 0.04).roundedTo(digits: 6))
    #expect(calibration.expectedCalibrationError == 0.5)
  }

  @Test func aCertainPredictionIsInTheLastBin() throws {
    let calibration = try #require(
      Calibration(probabilities: [[1, 0], [0, 1]], predictions: [0, 1], labels: [0, 1]))
    #expect(Calibration(probabilities: [[.nan, .nan]], predictions: [0], labels: [0]) == nil)
    #expect(calibration.bins[14].accuracy == Proportion(2, of: 2))
    #expect(calibration.expectedCalibrationError == 0 && calibration.brierScore == 0)
  }

  /// Errors 1, -1, 2, 0 of 3, 5, 2, 6: mean 4, squares 1 + 1 + 4 + 4 = 10.
  @Test func regressionFiguresAreThoseOfTheErrors() throws {
    let figures = try #require(
      RegressionFigures(predicted: [4, 4, 4, 6], actual: [3, 5, 2, 6]))
    #expect(figures.meanAbsoluteError.value == 1)
    #expect(figures.rootMeanSquaredError.value == (6.0 / 4).squareRoot().roundedTo(digits: 6))
    let squared = try #require(figures.rSquared)
    #expect(squared.value == 0.4 && squared.low <= 0.4 && squared.high >= 0.4)
    #expect(squared.resamples == 1000)
    #expect(figures.meanBaseline == (10.0 / 4).squareRoot().roundedTo(digits: 6))
    #expect(figures.meanAbsoluteError.low <= 1 && figures.meanAbsoluteError.high >= 1)
  }

  /// The bounds are the 2.5th and 97.5th percentile of the resampled means: the 26th and the 975th of
  /// 1,000.
  @Test func boundsAreThoseOfTheResamples() throws {
    var generator = SeededGenerator(seed: 6)
    let actual = (0..<30).map { _ in generator.normal() }
    let errors = (0..<30).map { _ in generator.normal() }
    let figures = try #require(
      RegressionFigures(predicted: zip(actual, errors).map { $0 + $1 }, actual: actual))
    let stream = SeededGenerator(seed: 42).stream("regression")
    let samples = (0..<1000).map { sample -> [Int] in
      var generator = stream.stream("\(sample)")
      return (0..<30).map { _ in generator.index(below: 30) }
    }
    let means = samples.map { rows in rows.reduce(0.0) { $0 + abs(errors[$1]) } / 30 }.sorted()
    let squared = samples.map { rows -> Double in
      let mean = rows.reduce(0.0) { $0 + actual[$1] } / 30
      let spread = rows.reduce(0.0) { $0 + (actual[$1] - mean) * (actual[$1] - mean) }
      return 1 - rows.reduce(0.0) { $0 + errors[$1] * errors[$1] } / spread
    }.sorted()
    let found = try #require(figures.rSquared)
    #expect(abs(found.low - squared[25]) < 1e-6 && abs(found.high - squared[974]) < 1e-6)
    #expect(abs(figures.meanAbsoluteError.low - means[25]) < 1e-6)
    #expect(abs(figures.meanAbsoluteError.high - means[974]) < 1e-6)
    #expect(means[974] - means[973] > 1e-6 && means[975] - means[974] > 1e-6)
    #expect(means[26] - means[25] > 1e-6 && means[25] - means[24] > 1e-6)
  }

  @Test func equalNumbersHaveNoRSquared() throws {
    let figures = try #require(RegressionFigures(predicted: [4, 5], actual: [3, 3]))
    #expect(figures.rSquared == nil && figures.meanBaseline == 0)
    #expect(RegressionFigures(predicted: [], actual: []) == nil)
  }
}
