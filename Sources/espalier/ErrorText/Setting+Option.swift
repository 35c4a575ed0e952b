import Experiments
import Pruning

extension Setting {
  /// The option of the command line: `--scale-inputs`.
  package var option: String {
    switch self {
    case .distillation: "--distill"
    default:
      "--"
        + rawValue.map { $0.isUppercase ? "-" + $0.lowercased() : String($0) }.joined()
    }
  }
}

extension SettingNames {
  /// The names of options.
  static let options = SettingNames(\.option)
}

extension IdleSetting {
  /// The note about the option.
  package var note: String { "\(setting.option) has no effect: \(cause.text)" }
}

extension IdleSetting.Cause {
  fileprivate var text: String {
    switch self {
    case .inputGoal: "--inputs prunes columns by their weights, in one round"
    case .prunesWeights(let method): "'\(method)' prunes single weights"
    case .scoresWithoutData(let method): "'\(method)' scores weights without data"
    case .scoresWithoutSample(let method):
      "the scores of '\(method)' do not use a sample of training rows"
    case .prunesNeurons(let method): "'\(method)' prunes neurons, which are fine-tuned"
    case .newWeights: "the pruned network is trained from new weights"
    case .oneShot: "--schedule one-shot has one round"
    case .widthGoal: "--widths sets the width of each layer"
    case .layerScope: "with --scope layer, scores are ranked within each layer"
    case .noRecovery: "--recovery none does not fine-tune"
    case .noEpochs: "0 epochs do not fine-tune"
    case .alwaysFineTunes(let method): "'\(method)' always fine-tunes"
    case .givenNetwork: "the network is given by --model"
    case .publishedArchitecture: "--architecture defines the layers"
    case .trainedNetwork: "the network given by --model is already trained"
    case .untrained: "nothing is trained with --model and --no-pruning"
    case .needsModel: "it requires --model"
    case .numericTarget: "the target is numeric"
    case .noPruning: "--no-pruning leaves the network as it is"
    case .noHiddenLayers: "--hidden gives no hidden layers"
    case .noDescribedRules: "there are no scores (--rules described or all, or --readable)"
    }
  }
}

extension HyperparameterError {
  /// What is wrong, with the option.
  var usage: String { "\(setting.option) cannot be \(value)" }
}

/// The valid values of a numeric option, as text; `nil` for other options.
///
/// `command`: the name of the command, for options whose range differs between commands.
func allowedValues(of option: String, in command: Substring?) -> String? {
  let counts: [Hyperparameter<Int>] = [
    command == "prune" ? .fineTuningEpochs : .epochs, .threads, .maxTerms, .maxWeight,
    .maxRules, .maxNeurons, .maxInputs, .stability, .crossValidation,
    .features, .batch, .shift, .seeds, .rounds, .scoreRows, .multiple, .recoveryEpochs,
    .parameters, .neurons, .inputs, .bytes, .maxInputBytes,
  ]
  let numbers: [Hyperparameter<Double>] = [
    .heldOut, .learningRate, .weightDecay, .accuracyDrop, .minFidelity, .minClassFidelity, .distill,
    .macs,
    .latency,
    .pixelMean, .pixelDeviation, .keep,
  ]
  switch option {
  case Setting.seed.option: return Hyperparameter<Int>.allowedSeeds
  case PruningFlags.gatePenalty.option: return PruningFlags.gatePenalty.declaration?.allowed
  case Setting.hyperparameter.option: return "name=value, such as denseBits=4"
  case Setting.hidden.option:
    return "units of layers with commas, each \(Hyperparameter.hidden.allowed): 64,32"
  default:
    return counts.first { $0.setting.option == option }?.allowed
      ?? numbers.first { $0.setting.option == option }?.allowed
  }
}
