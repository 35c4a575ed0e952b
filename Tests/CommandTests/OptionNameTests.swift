import Experiments
import Testing
import espalier

/// The options of the settings that libraries refer to, and the notes about options without effect.
@Suite struct OptionNameTests {
  static let options: [Setting: String] = [
    .heldOut: "--held-out", .maxInputBytes: "--max-input-bytes",
    .threads: "--threads", .seed: "--seed", .architecture: "--architecture", .hidden: "--hidden",
    .activation: "--activation", .features: "--features", .head: "--head",
    .pixelMean: "--pixel-mean", .pixelDeviation: "--pixel-deviation",
    .pixelLayout: "--pixel-layout", .scaleInputs: "--scale-inputs",
    .classOrder: "--class-order", .epochs: "--epochs", .batch: "--batch",
    .learningRate: "--learning-rate", .weightDecay: "--weight-decay", .shift: "--shift",
    .classWeights: "--class-weights",
    .accuracyDrop: "--accuracy-drop", .keep: "--keep",
    .parameters: "--parameters", .neurons: "--neurons", .inputs: "--inputs",
    .multiplications: "--multiplications", .latency: "--latency", .bytes: "--bytes",
    .widths: "--widths", .rounds: "--rounds", .scoreRows: "--score-rows",
    .multiple: "--multiple", .schedule: "--schedule", .compensation: "--compensation",
    .scope: "--scope", .normalization: "--normalization", .recovery: "--recovery",
    .distillation: "--distill", .hyperparameter: "--hyperparameter", .explain: "--explain",
    .maxTerms: "--max-terms", .maxWeight: "--max-weight",
    .maxRules: "--max-rules", .maxNeurons: "--max-neurons", .maxInputs: "--max-inputs",
    .minFidelity: "--min-fidelity", .stability: "--stability",
    .crossValidation: "--cross-validation", .seeds: "--seeds",
    .recoveryEpochs: "--recovery-epochs", .minClassFidelity: "--min-class-fidelity",
    .readable: "--readable", .method: "--method",
  ]

  @Test(arguments: Setting.allCases)
  func aSettingHasItsOption(_ setting: Setting) {
    #expect(setting.option == Self.options[setting])
  }

  /// Every option is one of a command.
  @Test func theCommandsHaveTheOptions() throws {
    let help = try ["explain", "train", "prune", "compare", "fidelity"].map {
      try Program($0, "--help-all").output
    }.joined()
    for setting in Setting.allCases {
      #expect([" ", "\n", "/"].contains { help.contains(setting.option + $0) })
    }
  }

  @Test(arguments: [
    (
      IdleSetting(.schedule, .inputGoal),
      "--schedule has no effect: --inputs prunes columns by their weights, in one round"
    ),
    (
      IdleSetting(.compensation, .prunesWeights(method: "wm")),
      "--compensation has no effect: 'wm' prunes single weights"
    ),
    (
      IdleSetting(.scoreRows, .scoresWithoutData(method: "wm")),
      "--score-rows has no effect: 'wm' scores weights without data"
    ),
    (
      IdleSetting(.scoreRows, .scoresWithoutSample(method: "nm")),
      "--score-rows has no effect: the scores of 'nm' do not use a sample of training rows"
    ),
    (
      IdleSetting(.scope, .widthGoal),
      "--scope has no effect: --widths sets the width of each layer"
    ),
    (
      IdleSetting(.normalization, .layerScope),
      "--normalization has no effect: with --scope layer, scores are ranked within each layer"
    ),
    (
      IdleSetting(.distillation, .noRecovery),
      "--distill has no effect: --recovery none does not fine-tune"
    ),
    (
      IdleSetting(.recovery, .alwaysFineTunes(method: "grow")),
      "--recovery has no effect: 'grow' always fine-tunes"
    ),
    (
      IdleSetting(.head, .givenNetwork),
      "--head has no effect: the network is given by --model"
    ),
    (
      IdleSetting(.hidden, .publishedArchitecture),
      "--hidden has no effect: --architecture defines the layers"
    ),
    (
      IdleSetting(.shift, .trainedNetwork),
      "--shift has no effect: the network given by --model is already trained"
    ),
    (
      IdleSetting(.learningRate, .untrained),
      "--learning-rate has no effect: nothing is trained with --model and --no-pruning"
    ),
    (
      IdleSetting(.pixelMean, .needsModel), "--pixel-mean has no effect: it requires --model"
    ),
    (
      IdleSetting(.classWeights, .numericTarget),
      "--class-weights has no effect: the target is numeric"
    ),
    (
      IdleSetting(.maxTerms, .noDescribedRules),
      "--max-terms has no effect: there are no scores (--rules described or all, or --readable)"
    ),
    (
      IdleSetting(.accuracyDrop, .noPruning),
      "--accuracy-drop has no effect: --no-pruning leaves the network as it is"
    ),
    (
      IdleSetting(.activation, .noHiddenLayers),
      "--activation has no effect: --hidden gives no hidden layers"
    ),
    (
      IdleSetting(.readable, .givenNetwork),
      "--readable has no effect: the network is given by --model"
    ),
  ])
  func anOptionWithoutEffectHasItsNote(_ setting: IdleSetting, _ note: String) {
    #expect(setting.note == note)
  }
}
