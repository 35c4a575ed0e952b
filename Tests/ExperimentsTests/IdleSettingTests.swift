import Experiments
import Pruning
import Testing

/// Settings of a pruning that have no effect, and some that have one.
@Suite struct IdleSettingTests {
  private func idle(
    _ method: String, _ goal: Goal = .keep(0.5),
    base change: (inout Experiment) -> Void = { _ in }, _ set: (inout PruningOptions) -> Void
  ) throws -> [IdleSetting] {
    var base = Experiment(data: "iris")
    change(&base)
    var options = PruningOptions()
    set(&options)
    return try PruningExperiment(base, method: method, goal: goal, options: options).idleSettings()
  }

  @Test(arguments: [
    (FromScratch.name, Recovery.Kind?.none, 4, true), (NeuronMagnitude.name, .scratch, 1, true),
    (NeuronMagnitude.name, .rewind, 4, true), (NeuronMagnitude.name, .scratch, 4, false),
    (NeuronMagnitude.name, .fineTune, 1, false),
  ])
  func compensationIsLostWhereWeightsAreNew(
    _ method: String, _ recovery: Recovery.Kind?, _ rounds: Int, _ isIdle: Bool
  ) throws {
    let found = try idle(method) {
      $0.compensation = .leastSquares
      $0.recovery = recovery
      $0.rounds = rounds
      $0.schedule = rounds == 1 ? .oneShot : .linear
    }
    #expect(found == (isIdle ? [IdleSetting(.compensation, .newWeights)] : []))
  }

  @Test func inputsArePrunedByTheirWeights() throws {
    let found = try idle(Taylor.name, .inputs(2)) {
      $0.recovery = .scratch
      $0.scoreRows = 50
    }
    #expect(
      found == [IdleSetting(.method, .inputGoal), IdleSetting(.recovery, .inputGoal)])
    #expect(try idle(NeuronMagnitude.name, .inputs(2)) { $0.recovery = .fineTune } == [])
    #expect(try idle(GrowAndPrune.name, .inputs(2)) { _ in } == [])
  }

  @Test func neuronsAreNotSpliced() throws {
    #expect(
      try idle(L1Filter.name) { $0.recovery = .splice } == [
        IdleSetting(.recovery, .prunesNeurons(method: L1Filter.name))
      ])
    #expect(try idle(WeightMagnitude.name) { $0.recovery = .splice } == [])
  }

  @Test func oneShotHasOneRound() throws {
    for (rounds, isIdle) in [(4, true), (1, false)] {
      let found = try idle(L1Filter.name) {
        $0.schedule = .oneShot
        $0.rounds = rounds
      }
      #expect(found == (isIdle ? [IdleSetting(.rounds, .oneShot)] : []))
    }
  }

  /// Methods that train by themselves do so at the given learning rate without a recovery too.
  @Test(arguments: [
    (NeuronMagnitude.name, true), (DeepCompression.name, false), (FromScratch.name, false),
    (BlockThenChannel.name, false), (GrowAndPrune.name, false),
  ])
  func withoutEpochsNothingIsLearned(_ method: String, _ isIdle: Bool) throws {
    let found = try idle(
      method,
      base: {
        $0.network.learningRate = 0.1
        $0.network.batch = 8
      }, { $0.epochs = 0 })
    #expect(found.map(\.setting) == (isIdle ? [.learningRate, .batch] : []))
  }

  @Test func aComparisonNamesWhatNoMethodUses() throws {
    var base = Experiment(data: "iris")
    base.model = "net.onnx"
    base.network.epochs = 5
    var options = PruningOptions()
    options.recovery = .splice
    func settings(_ methods: [String]) throws -> [Setting] {
      try Comparison(
        base, methods: methods, measure: .parameters, points: [0.5], seeds: [1], options: options
      ).idleSettings(nil).map(\.setting)
    }
    #expect(try settings([L1Filter.name, Taylor.name]) == [.epochs, .recovery])
    #expect(try settings([L1Filter.name, WeightMagnitude.name]) == [.epochs])
  }
}
