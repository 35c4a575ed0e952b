import Datasets
import Networks
import Pruning

extension PruningExperiment {
  /// Given options that have no effect, one sentence each.
  /// - Throws: `UnknownName` for an unknown method.
  public func idleOptions() throws -> [String] {
    let prunes = try options.method(named: method)
    let recipe = options.recipe(of: prunes)
    var found: [String] = []
    func note(_ isGiven: Bool, _ names: String, _ reason: String) {
      if isGiven { found.append("\(names) has no effect: \(reason)") }
    }
    if case .inputs = goal {
      let given = [
        ("--schedule", options.schedule != nil), ("--rounds", options.rounds != nil),
        ("--compensation", options.compensation != nil), ("--scope", options.scope != nil),
        ("--normalization", options.normalization != nil), ("--multiple", options.multiple != nil),
      ]
      for (option, isGiven) in given {
        note(isGiven, option, "--inputs prunes columns by their weights, in one round")
      }
    }
    let removesWeights = "'\(method)' prunes single weights"
    if case .weights = recipe.score {
      note(options.compensation.map { $0 != .none } ?? false, "--compensation", removesWeights)
      note(options.multiple.map { $0 > 1 } ?? false, "--multiple", removesWeights)
      note(options.scoreRows != nil, "--score-rows", "'\(method)' scores weights without data")
    }
    if case .neurons(let score) = recipe.score, options.scoreRows != nil {
      note(
        !score.samplesRows && recipe.compensation == .none, "--score-rows",
        "the scores of '\(method)' do not use a sample of training rows")
    }
    if case .widths = goal {
      note(options.scope != nil, "--scope", "--widths sets the width of each layer")
    }
    note(
      options.normalization.map { $0 != .none } ?? false && recipe.scope == .layer,
      "--normalization",
      "with --scope layer, scores are ranked within each layer")
    if recipe.recovery.course == .none {
      note(options.epochs.map { $0 > 0 } ?? false, "--epochs", "--recovery none does not fine-tune")
      note(options.distillation != nil, "--distill", "--recovery none does not fine-tune")
    }
    let isAdaptive = prunes is GrowAndPrune || prunes is AdaptiveGrowthAndPruning
    note(isAdaptive && options.recovery != nil, "--recovery", "'\(method)' always fine-tunes")
    return found
  }
}

extension Experiment {
  /// Given options that have no effect, one sentence each.
  ///
  /// `isNumeric`: whether the target is numeric.
  /// `tunes`: whether a given network is fine-tuned.
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
        "the network is given by --model")
    } else if network.architecture != nil {
      note(shape, "--architecture defines the layers")
    }
    if model != nil, !tunes {
      note([("--shift", network.shift != nil)], "the network given by --model is already trained")
      if !network.prunes {
        note(
          [
            ("--epochs", network.epochs != nil), ("--batch", network.batch != nil),
            ("--learning-rate", network.learningRate != nil),
            ("--class-weights", network.classWeights),
          ], "nothing is trained with --model and --no-pruning")
      }
    }
    if model == nil {
      note(
        [
          ("--pixel-mean", network.pixelMean != nil),
          ("--pixel-deviation", network.pixelDeviation != nil),
        ], "it requires --model")
    }
    if isNumeric {
      let head = model == nil && network.head != nil
      note(
        [("--head", head), ("--class-weights", network.classWeights)],
        "the target is numeric")
    }
    return found
  }
}
