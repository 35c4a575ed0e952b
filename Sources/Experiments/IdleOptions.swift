import Datasets
import Networks
import Pruning

extension PruningExperiment {
  /// The options that were given and change nothing here, a sentence for each.
  /// - Throws: `UnknownName` where there is no such method or recovery.
  public func idleOptions() throws -> [String] {
    let prunes = try prunes()
    let recipe = try recipe(of: prunes)
    var found: [String] = []
    func note(_ isGiven: Bool, _ options: String, _ reason: String) {
      if isGiven { found.append("\(options) has no effect: \(reason)") }
    }
    if case .inputs = goal {
      let given = [
        ("--schedule", schedule != nil), ("--rounds", rounds != nil),
        ("--compensation", compensation != nil), ("--scope", scope != nil),
        ("--normalization", normalization != nil), ("--multiple", multiple != nil),
      ]
      for (option, isGiven) in given {
        note(isGiven, option, "--inputs removes columns, in one round, by their weights")
      }
    }
    let removesWeights = "'\(method)' removes single weights"
    if case .weights = recipe.score {
      note(compensation.map { $0 != .none } ?? false, "--compensation", removesWeights)
      note(multiple.map { $0 > 1 } ?? false, "--multiple", removesWeights)
      note(scoreRows != nil, "--score-rows", "'\(method)' looks at weights alone")
    }
    if case .neurons(let score) = recipe.score, scoreRows != nil {
      note(
        !score.samplesRows && recipe.compensation == .none, "--score-rows",
        "the scores of '\(method)' do not look at training rows in that number")
    }
    if case .widths = goal {
      note(scope != nil, "--scope", "--widths says how many neurons of each layer stay")
    }
    note(
      normalization.map { $0 != .none } ?? false && recipe.scope == .layer, "--normalization",
      "with --scope layer scores are compared within a layer")
    if recipe.recovery.course == .none {
      note(epochs.map { $0 > 0 } ?? false, "--epochs", "--recovery none learns nothing")
      note(distillation != nil, "--distill", "--recovery none learns nothing")
    }
    let isAdaptive = prunes is GrowAndPrune || prunes is AdaptiveGrowthAndPruning
    note(isAdaptive && recovery != nil, "--recovery", "'\(method)' always fine-tunes")
    return found
  }
}

extension Experiment {
  /// The options that were given and change nothing here, a sentence for each.
  ///
  /// `isNumeric`: whether a number is to be answered.
  /// `tunes`: whether a network that is given goes on learning from the rows.
  func idleOptions(isNumeric: Bool, tunes: Bool) -> [String] {
    var found: [String] = []
    func note(_ options: [(name: String, isGiven: Bool)], _ reason: String) {
      for option in options where option.isGiven {
        found.append("\(option.name) has no effect: \(reason)")
      }
    }
    let shape = [
      ("--hidden", network.hidden != nil), ("--features", network.features != nil),
      ("--activation", network.activation != .relu),
    ]
    if model != nil {
      note(
        shape + [("--architecture", network.architecture != nil), ("--head", network.head != nil)],
        "--model gives the network")
    } else if network.architecture != nil {
      note(shape, "--architecture says what the layers are")
    }
    if model != nil, !tunes {
      note([("--shift", network.shift != nil)], "--model gives a network that is trained")
      if !network.prunes {
        note(
          [
            ("--epochs", network.epochs != nil), ("--batch", network.batch != nil),
            ("--learning-rate", network.learningRate != nil),
            ("--class-weights", network.classWeights),
          ], "nothing is learned with --model and --no-pruning")
      }
    }
    if model == nil {
      note(
        [
          ("--pixel-mean", network.pixelMean != nil),
          ("--pixel-deviation", network.pixelDeviation != nil),
        ], "it is for a network given by --model")
    }
    if isNumeric {
      let head = model == nil && network.head != nil
      note(
        [("--head", head), ("--class-weights", network.classWeights)],
        "the target is a number, not a class")
    }
    return found
  }
}
