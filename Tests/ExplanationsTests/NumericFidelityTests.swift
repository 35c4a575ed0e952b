import Datasets
import Explanations
import Rules
import Tensors
import Testing

@Suite struct NumericFidelityTests {
  private func rules() throws -> RuleSet {
    let premise = try #require(
      Conjunction.always.and(Literal("x", .interval(lower: 2, upper: nil, orMissing: false))))
    return RuleSet([Rule(if: premise, then: 1)], default: 0, resolution: .firstMatch)
  }

  /// R1 stands for (6 + 8) / 2 = 7, the default for (1 + 3) / 2 = 2. Held out, the network gives 2,
  /// 3, 7 and 8, mean 5: squares 0 + 1 + 0 + 1 of 9 + 4 + 4 + 9.
  @Test func numbersAreMeansOfTrainingRows() throws {
    let found = try NumericFidelity(
      of: rules(), deciding: ([nil, 0, nil, 0], [nil, nil, 0, 0]),
      network: ([1, 6, 3, 8], [2, 3, 7, 8]), predictions: [0, 1, 0, 1])
    #expect(found.numbers == [.init(rule: "R1", value: 7), .init(rule: nil, value: 2)])
    let squared = try #require(found.rSquared)
    #expect(squared.value == (1 - 2.0 / 26).roundedTo(digits: 6))
    #expect(squared.low <= squared.value && squared.value <= squared.high && squared.high <= 1)
    #expect(squared.resamples == 1000)
    // The 5th and 95th percentile are the first and the third of 1, 3, 6 and 8.
    #expect(found.tolerance == 0.5)
    #expect(found.within == Proportion(2, of: 4))
  }

  /// The interval of R² is from the 2.5th to the 97.5th percentile of 1,000 bootstrap samples of the rows, each
  /// with its own mean.
  @Test func theIntervalIsThatOfResampledRows() throws {
    var random = SeededGenerator(seed: 8)
    let network = (0..<30).map { _ in 10 * random.uniform() }
    let deciding = network.map { $0 > 4 ? 0 : nil }
    let found = try NumericFidelity(
      of: rules(), deciding: (deciding, deciding), network: (network, network),
      predictions: network.map { $0 > 4 ? 1 : 0 })
    let values = Dictionary(uniqueKeysWithValues: found.numbers.map { ($0.rule, $0.value) })
    let predicted = deciding.map { values[$0 == nil ? nil : "R1"] ?? .nan }
    let generator = SeededGenerator(seed: 42).stream("r-squared")
    let resampled = (0..<1000).map { number -> Double in
      var generator = generator.stream("\(number)")
      let rows = (0..<30).map { _ in generator.index(below: 30) }
      let mean = rows.reduce(0.0) { $0 + network[$1] } / 30
      let missed = rows.reduce(0.0) {
        $0 + (network[$1] - predicted[$1]) * (network[$1] - predicted[$1])
      }
      let spread = rows.reduce(0.0) { $0 + (network[$1] - mean) * (network[$1] - mean) }
      return 1 - missed / spread
    }.sorted()
    let squared = try #require(found.rSquared)
    #expect(abs(squared.low - resampled[25]) < 2e-6)
    #expect(abs(squared.high - resampled[974]) < 2e-6)
    #expect(resampled[25] < resampled[50] - 1e-4 && resampled[949] < resampled[974] - 1e-4)
  }

  /// The numbers of a target of any scale are those of the target times its scale.
  @Test(arguments: [1e-16, 1e-6, 3e-4, 1.0, 1e9])
  func figuresScaleWithTheTarget(_ scale: Double) throws {
    let (training, heldOut) = ([1.25, 6, 3.5, 8.125], [2.0, 3, 7, 8.5])
    let found = try NumericFidelity(
      of: rules(), deciding: ([nil, 0, nil, 0], [nil, nil, 0, 0]),
      network: (training.map { $0 * scale }, heldOut.map { $0 * scale }), predictions: [0, 1, 0, 1])
    for (number, value) in zip(found.numbers, [7.0625, 2.375]) {
      #expect(abs(number.value / scale - value) < 1e-3 * value, "\(number.value)")
    }
    let plain = try NumericFidelity(
      of: rules(), deciding: ([nil, 0, nil, 0], [nil, nil, 0, 0]), network: (training, heldOut),
      predictions: [0, 1, 0, 1])
    #expect(found.rSquared?.value == plain.rSquared?.value && found.within == plain.within)
    let errors = try #require(
      RegressionFigures(
        predicted: heldOut.map { $0 * scale }, actual: training.map { $0 * scale }))
    // |2 - 1.25|, |3 - 6|, |7 - 3.5|, |8.5 - 8.125|
    #expect(abs(errors.meanAbsoluteError.value / scale - 7.625 / 4) < 1e-3)
    let squares = 0.75 * 0.75 + 9 + 3.5 * 3.5 + 0.375 * 0.375
    #expect(abs(errors.rootMeanSquaredError.value / scale - (squares / 4).squareRoot()) < 1e-3)
    #expect(errors.meanBaseline > 2 * scale)
  }

  @Test func aConstantNetworkHasNoRSquared() throws {
    let found = try NumericFidelity(
      of: rules(), deciding: ([nil, 0], [nil, 0]), network: ([4, 4], [4, 4]), predictions: [0, 0])
    #expect(found.rSquared == nil && found.within == Proportion(2, of: 2))
    #expect(found.tolerance == 0)
  }

  /// R1 has the mean of 5 and 9, which are in its interval.
  @Test func aRuleThatDecidesNoTrainingRowStandsForItsInterval() throws {
    let found = try NumericFidelity(
      of: rules(), deciding: ([nil, nil, nil], [0]), network: ([1, 5, 9], [5]),
      predictions: [0, 1, 1])
    #expect(found.numbers.map(\.value) == [7, 5])
  }

  /// Of intervals up to 4 and above it: R1 decides rows of 6, 8 and 1, and its mean of 5 is in its interval;
  /// the default decides 3 and 9, and its mean of 6 is moved to 4. Where R1 decides 5 and 1, its mean of 3 is
  /// moved to 5.
  @Test func meansOutsideTheIntervalAreMoved() throws {
    let found = try NumericFidelity(
      of: rules(), deciding: ([0, 0, 0, nil, nil], [0, nil]), network: ([6, 8, 1, 3, 9], [7, 3]),
      predictions: [1, 1, 0, 0, 1], cuts: [4])
    #expect(found.numbers == [.init(rule: "R1", value: 5), .init(rule: nil, value: 4)])
    // Differences of 2 and 1, and the outputs are 2 from their mean: 1 - 5 / 8.
    #expect(found.rSquared?.value == 0.375)
    let low = try NumericFidelity(
      of: rules(), deciding: ([0, 0, nil], [0]), network: ([5, 1, 3], [5]), predictions: [1, 0, 0],
      cuts: [4])
    #expect(low.numbers == [.init(rule: "R1", value: 5), .init(rule: nil, value: 3)])
  }

  /// No row has an output above 4: the mean of all, 2, is moved to that bound.
  @Test func anIntervalWithoutRowsHasItsNearerBound() throws {
    let found = try NumericFidelity(
      of: rules(), deciding: ([nil, 0, nil], [0]), network: ([1, 2, 3], [2]),
      predictions: [0, 0, 0], cuts: [4])
    #expect(found.numbers == [.init(rule: "R1", value: 4), .init(rule: nil, value: 2)])
  }

  @Test(arguments: [
    (22.4, 27.7, 25.0), (41, 46, 45), (1.15, 1.24, 1.2), (-3, 2, 0), (-46, -41, -45), (7, 7, 7),
    (0.0123, 0.0131, 0.013), (99.5, 120, 100),
  ])
  func cutsAreMultiplesOfAReadableStep(low: Double, high: Double, cut: Double) {
    let found = readableNumber(between: low, and: high)
    #expect(found == cut, "\(found)")
  }

  @Test func stepsAreOneTwoFive() {
    #expect(
      [0.9, 1, 2.3, 4.99, 5, 70, 0.03].map { readableStep(atMost: $0) } == [
        0.5, 1, 2, 2, 5, 50, 0.02,
      ])
    #expect(readableStep(atMost: 0) == nil && readableStep(atMost: .infinity) == nil)
  }
}
