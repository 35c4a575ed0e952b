import ArgumentParser
import Experiments
import Networks

extension Activation.Function: ExpressibleByArgument {}

/// The classification heads; a numeric target always has the head `number`.
enum HeadChoice: String, CaseIterable, ExpressibleByArgument {
  case softmax
  case oneVersusRest = "one-vs-rest"
}

/// The architecture and the training of a network.
struct NetworkFlags: ParsableArguments {
  @Option(help: "A published architecture; see 'espalier list architectures'.")
  var architecture: String?
  @Option(
    help: """
      Units of each hidden layer before the feature layer: 64,32, or none (default: by the size of \
      the data; explain and train select them by cross-validation for small tables).
      """)
  var hidden: UnitList?
  @Option(help: "Activation function of the hidden layers (default: relu).")
  var activation: Activation.Function?
  @Option(help: "Units of the feature layer, the last hidden layer, before pruning.")
  var features: Int?
  @Option(help: "Output head: softmax, or one sigmoid per class (one-vs-rest).")
  var head: HeadChoice?
  @Option(help: "Maximum number of training epochs.")
  var epochs: Int?
  @OptionGroup var learning: LearningFlags
  @Flag(help: "Use balanced class weights in the loss.")
  var classWeights = false

  mutating func validate() throws {
    try check(.features, features)
    try check(.epochs, epochs)
  }

  /// Overrides the settings that were given as options.
  func apply(to options: inout NetworkOptions) {
    learning.apply(to: &options)
    if let architecture { options.architecture = architecture }
    if let hidden { options.hidden = hidden.units }
    if let activation { options.activation = activation }
    if let features { options.features = features }
    switch head {
    case .softmax: options.head = .softmax
    case .oneVersusRest: options.head = .oneVersusRest
    case nil: break
    }
    if let epochs { options.epochs = epochs }
    if classWeights { options.classWeights = true }
  }
}

/// The pruning of a network before it is explained.
struct SimplificationFlags: ParsableArguments {
  @Option(
    help: """
      Maximum drop of validation accuracy, or of R² for a numeric target, by pruning; 0.01 is one \
      percentage point.
      """)
  var accuracyDrop: Double?
  @Flag(help: "Do not prune; explain the network as trained.")
  var noPruning = false

  mutating func validate() throws { try check(.accuracyDrop, accuracyDrop) }

  func apply(to options: inout NetworkOptions) {
    if noPruning { options.prunes = false }
    if let accuracyDrop { options.accuracyDrop = accuracyDrop }
  }
}

/// The units of each layer, such as "64,32"; "none" or an empty text is no layer.
struct UnitList: ExpressibleByArgument {
  var units: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    units = parts.compactMap { Int($0) }.filter(Hyperparameter.hidden.range.contains)
    guard units.count == parts.count || ["", "none"].contains(argument) else { return nil }
  }
}

/// Comma-separated numbers, such as "0.485,0.456": one for each channel, or one for all.
struct NumberList: ExpressibleByArgument {
  var numbers: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == parts.count, !numbers.isEmpty else { return nil }
  }
}

/// Checks a hyperparameter against its range.
///
/// - Throws: a usage error (`ValidationError`) for a value outside of the range.
func check<Value>(_ parameter: Hyperparameter<Value>, _ value: Value?) throws {
  do {
    try parameter.check(value)
  } catch {
    throw ValidationError("\(error.usage). Give \(error.allowed)")
  }
}
