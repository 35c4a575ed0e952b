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
    try atLeastOne(features, "--features")
    try atLeastOne(epochs, "--epochs")
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

  mutating func validate() throws { try share(accuracyDrop, "--accuracy-drop") }

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
    units = parts.compactMap { Int($0) }.filter { $0 > 0 && $0 <= 1 << 16 }
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

/// - Throws: a usage error where a count is given that is not positive.
func atLeastOne(_ value: Int?, _ option: String) throws {
  guard let value, value < 1 else { return }
  throw ValidationError("\(option) cannot be \(value). Give a whole number of at least 1")
}

/// - Throws: a usage error where a share is given that does not lie in 0...1.
func share(_ value: Double?, _ option: String) throws {
  guard let value, !(0...1).contains(value) else { return }
  throw ValidationError("\(option) cannot be \(value). Give a number from 0 to 1")
}

/// - Throws: a usage error where a share is given that is not above 0 and at most 1.
func positiveShare(_ value: Double?, _ option: String) throws {
  guard let value, !(value > 0 && value <= 1) else { return }
  throw ValidationError("\(option) cannot be \(value). Give a number above 0 and at most 1")
}
