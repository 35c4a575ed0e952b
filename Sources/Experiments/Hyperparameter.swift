import Datasets
import Foundation
import Naming
import Pruning
import Reports

/// A numeric hyperparameter with its setting and its valid range.
///
/// Settings of every origin and checkpoints are validated against these ranges.
public struct Hyperparameter<Value: Comparable & Sendable & LosslessStringConvertible>: Sendable {
  /// The setting that the range is for.
  public let setting: Setting
  /// The key in a settings file: `network.batch`; `nil` if there is none.
  public let key: String?
  /// The minimum and the maximum.
  public let range: ClosedRange<Value>
  /// The valid values, as text: "a whole number from 1 to 1,024".
  public let allowed: String
  private let excludesLowest: Bool
  private let excludesHighest: Bool

  /// - Throws: `HyperparameterError` for a value out of range; `nil` is valid.
  public func check(_ value: Value?) throws(HyperparameterError) {
    guard let value, !allows(value) else { return }
    throw HyperparameterError(
      setting: setting, key: key, value: Self.words(value),
      allowed: allowed + (advice(on: value) ?? ""))
  }

  private func allows(_ value: Value) -> Bool {
    range.contains(value) && !(excludesLowest && value == range.lowerBound)
      && !(excludesHighest && value == range.upperBound)
  }

  /// The conversion of a percentage to a fraction: `; 50 % is 0.5`.
  private func advice(on value: Value) -> String? {
    guard let number = value as? Double, let highest = range.upperBound as? Double, highest == 1,
      !excludesHighest, number > 1, number <= 100
    else { return nil }
    // 1.1 / 100 is 0.011000000000000001.
    let share = Double("\(number)e-2") ?? number / 100
    return "; \(shortest(number)) % is \(shortest(share))"
  }

  private static func words(_ value: Value) -> String {
    (value as? Double).map { shortest($0) } ?? "\(value)"
  }
}

extension Hyperparameter where Value == Int {
  init(_ setting: Setting, _ key: String? = nil, _ range: ClosedRange<Int>) {
    self.setting = setting
    self.key = key
    self.range = range
    excludesLowest = false
    excludesHighest = false
    allowed =
      range.upperBound == .max
      ? "a whole number of at least \(range.lowerBound)"
      : "a whole number from \(range.lowerBound) to \(counted(range.upperBound))"
  }
}

extension Hyperparameter where Value == Double {
  init(
    _ setting: Setting, _ key: String? = nil, _ range: ClosedRange<Double>, _ allowed: String,
    excludesLowest: Bool = false, excludesHighest: Bool = false
  ) {
    self.setting = setting
    self.key = key
    self.range = range
    self.allowed = allowed
    self.excludesLowest = excludesLowest
    self.excludesHighest = excludesHighest
  }
}

/// A hyperparameter value out of range.
public struct HyperparameterError: LocalizedError, Hashable, Sendable {
  /// The setting.
  public let setting: Setting
  /// The key in a settings file; `nil` if there is none.
  public let key: String?
  /// The given value.
  public let value: String
  /// The valid values, as text.
  public let allowed: String

  /// `key`: the key in a settings file; `value` and `allowed` are texts.
  public init(setting: Setting, key: String?, value: String, allowed: String) {
    self.setting = setting
    self.key = key
    self.value = value
    self.allowed = allowed
  }

  /// What is wrong, in one sentence.
  public var errorDescription: String? { "'\(key ?? setting.rawValue)' cannot be \(value)" }
  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? { "give \(allowed)" }
}

/// Integer hyperparameters of training, pruning and explanation.
extension Hyperparameter where Value == Int {
  /// Number of threads.
  public static var threads: Self { Self(.threads, "threads", 1...1024) }
  /// Maximum number of rules.
  public static var maxRules: Self { Self(.maxRules, "maxRules", 1...1_000_000) }
  /// Maximum number of terms of a score in described rules.
  public static var maxTerms: Self { Self(.maxTerms, "maxTerms", 1...20) }
  /// Maximum absolute weight of a term.
  public static var maxWeight: Self { Self(.maxWeight, "maxWeight", 1...100) }
  /// Number of other seeds and of bootstrap samples for the stability of rules; 0 measures none.
  public static var stability: Self { Self(.stability, "stability", 0...100) }
  /// Repeats of the cross-validation; 0 for none.
  public static var crossValidation: Self { Self(.crossValidation, "crossValidation", 0...100) }
  /// Maximum number of hidden features after pruning.
  public static var maxNeurons: Self { Self(.maxNeurons, "maxNeurons", 1...1_000_000) }
  /// Maximum number of columns after pruning.
  public static var maxInputs: Self { Self(.maxInputs, "maxInputs", 1...1_000_000) }
  /// Units of a hidden layer.
  public static var hidden: Self { Self(.hidden, "network.hidden", 1...65_536) }
  /// Units of the feature layer before pruning.
  public static var features: Self { Self(.features, "network.features", 1...65_536) }
  /// Maximum number of training epochs.
  public static var epochs: Self { Self(.epochs, "network.epochs", 1...1_000_000) }
  /// Batch size.
  public static var batch: Self { Self(.batch, "network.batch", 1...1_000_000_000) }
  /// Maximum shift in pixels of the random-shift augmentation.
  public static var shift: Self { Self(.shift, "network.shift", 1...1024) }
  /// Number of random seeds of a comparison.
  public static var seeds: Self { Self(.seeds, nil, 1...1000) }
  /// Pruning rounds.
  public static var rounds: Self { Self(.rounds, nil, 1...1000) }
  /// Training rows used for scores.
  public static var scoreRows: Self { Self(.scoreRows, nil, 1...1_000_000_000) }
  /// The divisor of the widths of pruned layers.
  public static var multiple: Self { Self(.multiple, nil, 1...65_536) }
  /// Fine-tuning epochs after each pruning round; 0 disables fine-tuning.
  public static var fineTuningEpochs: Self { Self(.epochs, nil, 0...1_000_000) }
  /// Fine-tuning epochs after each pruning round of a comparison; 0 disables fine-tuning.
  public static var recoveryEpochs: Self { Self(.recoveryEpochs, nil, 0...1_000_000) }
  /// Maximum number of parameters.
  public static var parameters: Self { Self(.parameters, nil, 1...Int.max) }
  /// Maximum number of hidden neurons.
  public static var neurons: Self { Self(.neurons, nil, 1...Int.max) }
  /// Maximum number of network inputs.
  public static var inputs: Self { Self(.inputs, nil, 1...Int.max) }
  /// Maximum size of the parameters in bytes.
  public static var bytes: Self { Self(.bytes, nil, 1...Int.max) }

  /// Maximum size of the uncompressed data in bytes.
  public static var maxInputBytes: Self {
    Self(.maxInputBytes, "maxInputBytes", 1...Int.max)
  }
  /// Maximum width of a layer after pruning.
  public static var width: Self { Self(.widths, nil, 1...Int.max) }

  /// The valid random seeds, as text.
  public static var allowedSeeds: String { "a whole number from 0 to 18,446,744,073,709,551,615" }

  /// Maximum number of hidden layers.
  static var hiddenLayers: Int { 64 }
}

extension Hyperparameter where Value == Double {
  private static func share(_ setting: Setting, _ key: String? = nil) -> Self {
    Self(setting, key, 0...1, "a number from 0 to 1")
  }

  private static func positiveShare(_ setting: Setting) -> Self {
    Self(setting, nil, 0...1, "a number above 0 and at most 1", excludesLowest: true)
  }

  /// The fraction of rows in the held-out set.
  public static var heldOut: Self {
    Self(
      .heldOut, "heldOut", 0...1, "a fraction between 0 and 1, or a source of rows",
      excludesLowest: true, excludesHighest: true)
  }
  /// The initial learning rate.
  public static var learningRate: Self {
    Self(.learningRate, "network.learningRate", 1e-12...1000, "a number from 1e-12 to 1,000")
  }
  /// The weight decay coefficient.
  public static var weightDecay: Self {
    Self(.weightDecay, "network.weightDecay", 0...100, "a number from 0 to 100")
  }
  /// Maximum drop of validation accuracy by pruning.
  public static var accuracyDrop: Self { share(.accuracyDrop, "network.accuracyDrop") }
  /// Minimum fidelity on the held-out set.
  public static var minFidelity: Self { share(.minFidelity, "minFidelity") }
  /// Minimum fidelity on the rows of each predicted class.
  public static var minClassFidelity: Self { share(.minClassFidelity) }
  /// Weight of the knowledge-distillation loss.
  public static var distill: Self { share(.distillation) }
  /// The share of parameters to keep.
  public static var keep: Self { positiveShare(.keep) }
  /// The share of MACs to keep.
  public static var macs: Self { positiveShare(.multiplications) }
  /// The share of the measured inference time to keep.
  public static var latency: Self { positiveShare(.latency) }
  /// The mean of a channel in the normalisation (x/maximum - mean)/std.
  public static var pixelMean: Self {
    Self(
      .pixelMean, "network.pixelMean", -1_000_000...1_000_000,
      "numbers from -1,000,000 to 1,000,000")
  }
  /// The standard deviation of a channel in the normalisation (x/maximum - mean)/std.
  public static var pixelDeviation: Self {
    Self(
      .pixelDeviation, "network.pixelDeviation", 1e-6...1_000_000,
      "numbers from 1e-06 to 1,000,000")
  }
}

extension Experiment {
  /// Validates all numeric settings.
  /// - Throws: `HyperparameterError`
  public func validate() throws(HyperparameterError) {
    if case .fraction(let share)? = heldOut { try Hyperparameter.heldOut.check(share) }
    try Hyperparameter.maxRules.check(maxRules)
    try Hyperparameter.maxTerms.check(maxTerms)
    try Hyperparameter.maxWeight.check(maxWeight)
    try Hyperparameter.stability.check(stability)
    try Hyperparameter.crossValidation.check(crossValidation)
    try Hyperparameter.minFidelity.check(minFidelity)
    try Hyperparameter.maxNeurons.check(maxNeurons)
    try Hyperparameter.maxInputs.check(maxInputs)
    try Hyperparameter.maxInputBytes.check(maxInputBytes)
    try network.validate()
  }
}

extension NetworkOptions {
  /// Validates all numeric settings.
  /// - Throws: `HyperparameterError`
  public func validate() throws(HyperparameterError) {
    if let hidden, hidden.count > Hyperparameter.hiddenLayers {
      throw HyperparameterError(
        setting: Hyperparameter.hidden.setting, key: Hyperparameter.hidden.key,
        value: "a list of \(hidden.count) layers",
        allowed: "at most \(Hyperparameter.hiddenLayers) layers")
    }
    for units in hidden ?? [] { try Hyperparameter.hidden.check(units) }
    try Hyperparameter.features.check(features)
    try Hyperparameter.epochs.check(epochs)
    try Hyperparameter.learningRate.check(learningRate)
    try Hyperparameter.batch.check(batch)
    try Hyperparameter.weightDecay.check(weightDecay)
    try Hyperparameter.shift.check(shift)
    try Hyperparameter.accuracyDrop.check(accuracyDrop)
    for mean in pixelMean ?? [] { try Hyperparameter.pixelMean.check(mean) }
    for deviation in pixelDeviation ?? [] { try Hyperparameter.pixelDeviation.check(deviation) }
  }
}

extension Goal {
  /// - Throws: `HyperparameterError` for a goal out of range.
  public func validate() throws(HyperparameterError) {
    switch self {
    case .keep(let share): try Hyperparameter.keep.check(share)
    case .macs(let share): try Hyperparameter.macs.check(share)
    case .latency(let share): try Hyperparameter.latency.check(share)
    case .accuracyDrop(let share): try Hyperparameter.accuracyDrop.check(share)
    case .parameters(let count): try Hyperparameter.parameters.check(count)
    case .neurons(let count): try Hyperparameter.neurons.check(count)
    case .inputs(let count): try Hyperparameter.inputs.check(count)
    case .bytes(let count): try Hyperparameter.bytes.check(count)
    case .widths(let widths):
      for width in widths { try Hyperparameter.width.check(width.count) }
    }
  }
}

extension PruningExperiment {
  /// Validates all numeric settings.
  /// - Throws: `HyperparameterError`
  public func validate() throws(HyperparameterError) {
    try base.validate()
    try goal.validate()
    try options.validate()
  }
}

extension PruningOptions {
  /// Validates all numeric options.
  /// - Throws: `HyperparameterError`
  public func validate() throws(HyperparameterError) {
    try Hyperparameter.rounds.check(rounds)
    try Hyperparameter.fineTuningEpochs.check(epochs)
    try Hyperparameter.multiple.check(multiple)
    try Hyperparameter.distill.check(distillation)
    try Hyperparameter.scoreRows.check(scoreRows)
    for hyperparameter in pruningCatalog.types.flatMap({ $0.declaredHyperparameters }) {
      guard let value = hyperparameters?[hyperparameter.name], !hyperparameter.allows(value) else {
        continue
      }
      throw HyperparameterError(
        setting: .hyperparameter, key: hyperparameter.name,
        value: "\(hyperparameter.name)=\(shortest(value))", allowed: hyperparameter.allowed)
    }
  }
}
