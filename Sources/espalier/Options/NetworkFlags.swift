import ArgumentParser
import Experiments
import Networks

extension Activation.Function: ExpressibleByArgument {}

/// The heads that a user may choose; a number's follows from the target.
enum HeadChoice: String, CaseIterable, ExpressibleByArgument {
  case softmax
  case oneVersusRest = "one-vs-rest"
}

/// What network is trained, and how.
struct NetworkFlags: ParsableArguments {
  @Option(help: "A published architecture, as 'espalier list architectures' has them.")
  var architecture: String?
  @Option(help: "Units of the hidden layers before the feature layer: 64,32.")
  var hidden: UnitList?
  @Option(help: "The function of the hidden layers (default: relu).")
  var activation: Activation.Function?
  @Option(help: "Units of the feature layer before pruning.")
  var features: Int?
  @Option(help: "How outputs become an answer.")
  var head: HeadChoice?
  @Option(help: "Passes over the training rows at most.")
  var epochs: Int?
  @OptionGroup var learning: LearningFlags
  @Flag(help: "Rare classes count as much as common ones.")
  var classWeights = false

  mutating func validate() throws {
    try check(.features, features)
    try check(.epochs, epochs)
  }

  /// Sets what was given; the rest stays as it is.
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

/// What is taken away before a network is explained.
struct SimplificationFlags: ParsableArguments {
  @Option(help: "Validation accuracy that pruning may cost: 0.01 is one point.")
  var accuracyDrop: Double?
  @Flag(help: "Take nothing away: explain the network as it was trained.")
  var noPruning = false

  mutating func validate() throws { try check(.accuracyDrop, accuracyDrop) }

  func apply(to options: inout NetworkOptions) {
    if noPruning { options.prunes = false }
    if let accuracyDrop { options.accuracyDrop = accuracyDrop }
  }
}

/// "64,32"; an empty text is no layer.
struct UnitList: ExpressibleByArgument {
  var units: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    units = parts.compactMap { Int($0) }.filter(Hyperparameter.hidden.range.contains)
    guard units.count == parts.count || argument.isEmpty else { return nil }
  }
}

/// "0.485,0.456": one number for each channel, or one for all.
struct NumberList: ExpressibleByArgument {
  var numbers: [Double]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    numbers = parts.compactMap { Double($0) }.filter(\.isFinite)
    guard numbers.count == parts.count, !numbers.isEmpty else { return nil }
  }
}

/// - Throws: a usage error where a number is given that may not be.
func check<Value>(_ parameter: Hyperparameter<Value>, _ value: Value?) throws {
  do {
    try parameter.check(value)
  } catch {
    throw ValidationError("\(error.option) cannot be \(error.value). Give \(error.allowed)")
  }
}
