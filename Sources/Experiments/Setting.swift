/// A setting of a run that errors, notes and warnings refer to.
public enum Setting: String, Hashable, Sendable, CaseIterable {
  // Data and network.
  case heldOut, maxInputBytes, threads, seed, architecture, hidden, activation, features, head
  // Preprocessing of the inputs of a given network.
  case pixelMean, pixelDeviation, pixelLayout, scaleInputs, classOrder
  // Training.
  case epochs, batch, learningRate, weightDecay, shift, classWeights
  // Pruning and its goals.
  case accuracyDrop, keep, parameters, neurons, inputs, multiplications, latency, bytes
  case widths, rounds, scoreRows, multiple, schedule, compensation, scope, normalization, recovery
  case distillation, hyperparameter, method
  // Rules and comparisons.
  case explain, maxTerms, maxWeight, maxRules, maxNeurons, maxInputs, minFidelity, seeds
  case stability, crossValidation, minClassFidelity, readable
  case recoveryEpochs
}

/// A setting with the text of a value.
struct SettingValue: Hashable, Sendable {
  var setting: Setting
  var value: String

  init(_ setting: Setting, _ value: String) {
    self.setting = setting
    self.value = value
  }
}

/// How the caller of a run names settings; the warnings of a result name them in the same way.
public struct SettingNames: Sendable {
  /// The name of a setting.
  public let name: @Sendable (Setting) -> String

  /// Names by a function.
  public init(_ name: @escaping @Sendable (Setting) -> String) { self.name = name }

  /// The names of the properties: `scaleInputs`.
  public static let properties = SettingNames(\.rawValue)

  /// Settings with their values: "scaleInputs standard".
  func words(_ values: [SettingValue]) -> String {
    values.map { "\(name($0.setting)) \($0.value)" }.joined(separator: " ")
  }
}
