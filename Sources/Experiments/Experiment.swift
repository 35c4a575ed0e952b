import Datasets
import Explanations
import Foundation
import Networks

/// Everything that decides a run. The same value gives the same bytes.
public struct Experiment: Hashable, Codable, Sendable {
  /// A data set's name, a file, "-", or a folder: `DATA` on the command line.
  public var data: String
  /// An ONNX file to explain instead of a network trained here.
  public var model: String?
  /// The column to answer; the last where `nil`.
  public var target: String?
  /// Columns to leave out.
  public var ignore: [String] = []
  /// Whether the first line of a table names its columns; found in the first lines where `nil`.
  public var header: Bool?
  /// The names of the columns, where the file does not have them.
  public var names: [String]?
  /// What stands between fields; found in the first lines where `nil`.
  public var separator: TableFormat.Separator?
  /// The character before a number's decimals; found in the cells where `nil`.
  public var decimal: NumberNotation.DecimalMark?
  /// The most bytes that are read of a source; a share of the machine's memory where `nil`.
  public var maxInputBytes: Int?
  /// Rows that neither network nor rules are fitted to: a fraction, or a source of their own. Where
  /// `nil`, the published test rows of the data set, or a fifth of the rows.
  public var heldOut: HeldOut?
  /// The source of all chance.
  public var seed: UInt64 = 42
  /// An extractor's name; the level's own default where `nil`.
  public var extractor: String?
  /// Which rules `fidelity`, `complexity` and exports speak of.
  public var level: RuleLevel = .inputs
  /// Rules at most; a run fails its gate with more.
  public var maxRules: Int?
  /// Fidelity on held-out rows at least, 0 to 1.
  public var minFidelity: Double?
  /// At most so many hidden features after pruning.
  public var maxNeurons: Int?
  /// At most so many columns after pruning.
  public var maxInputs: Int?
  /// Which network the rules imitate; the pruned one, or the original where a model is given.
  public var explain: ExplainedNetwork?
  /// What is trained or read, and how.
  public var network = NetworkOptions()

  /// An experiment on `data` with the defaults of every option.
  public init(data: String) { self.data = data }

  /// What is known of the form of a table's text.
  public var format: TableFormat {
    TableFormat(hasHeader: header, names: names, separator: separator, decimal: decimal)
  }

  /// Rows that nothing is fitted to.
  public enum HeldOut: Hashable, Codable, Sendable {
    case fraction(of: Double)
    case rows(of: String)

    /// A fraction where the text is a number, else a source of rows.
    public init(_ text: String) {
      self = Double(text).map { .fraction(of: $0) } ?? .rows(of: text)
    }
  }

  /// Which network the rules imitate.
  public typealias ExplainedNetwork = Explanations.ExplainedNetwork
}

/// What network is trained, and how.
public struct NetworkOptions: Hashable, Codable, Sendable {
  /// A published architecture's name, instead of hidden layers and a feature layer.
  public var architecture: String?
  /// Units of the hidden layers before the feature layer; chosen by the data where `nil`.
  public var hidden: [Int]?
  /// The function of the hidden layers before the features.
  public var activation: Activation.Function = .relu
  /// Sigmoid units of the feature layer before pruning; chosen by the data where `nil`.
  public var features: Int?
  /// One-versus-rest sigmoid outputs instead of a softmax.
  public var head: Head?
  /// Passes over the training rows at most; chosen by the data where `nil`.
  public var epochs: Int?
  /// The size of a step of training; chosen by the data where `nil`.
  public var learningRate: Double?
  /// Rows in a step of training; chosen by the data where `nil`.
  public var batch: Int?
  /// Pixels by which training images move at most, anew in every epoch.
  public var shift: Int?
  /// Whether rare classes count as much as common ones.
  public var classWeights: Bool = false
  /// Points of validation accuracy that pruning may cost.
  public var accuracyDrop: Double = 0.01
  /// Whether anything is taken away at all.
  public var prunes = true
  /// What a network that is given reads of an image: each channel's share of white less this …
  public var pixelMean: [Double]?
  /// … over this.
  public var pixelDeviation: [Double]?
  /// Whether a flat row of a colour image has its channels first or last for a network that is given;
  /// channels last where `nil`.
  public var pixelLayout: PixelLayout?
  /// How the columns of a table are scaled for a network that is given; not at all where `nil`.
  public var scaleInputs: InputScaling?
  /// The classes in the order of the outputs of a network that is given, of two classes with one
  /// output the negative one first; the order of the data's classes where `nil`.
  public var classOrder: [String]?

  /// The defaults of every option.
  public init() {}
}

/// How numeric columns are scaled before a network that is given reads them.
public enum InputScaling: String, Codable, Sendable, CaseIterable {
  /// As the data have them.
  case none
  /// Less the mean, over the standard deviation of the training rows.
  case standard
  /// To 0...1 by the smallest and the largest value of the training rows.
  case minmax
}

/// The order of the numbers of an image in a flat row.
public enum PixelLayout: String, Codable, Sendable, CaseIterable {
  /// NCHW: all pixels of the first channel, then those of the next.
  case channelsFirst = "channels-first"
  /// NHWC: all channels of the first pixel, then those of the next.
  case channelsLast = "channels-last"
}

/// What a run says while it goes on; the tool shows it on stderr.
public enum RunEvent: Sendable {
  /// A new stage has begun: "reading", "training", "pruning", "extracting", "writing".
  case stage(name: String, detail: String)
  /// How far the stage is, 0...1, with figures such as `loss` and `accuracy` in reading order.
  case progress(fraction: Double, figures: [(name: String, value: Double)])
  case note(String)
  /// A reason not to rely on the result as it is.
  case warning(Warning)
  /// Whether the checkpoint on the disk has all that was reached: where it has, the process may be ended
  /// at once and the run resumed. Not so at the start of each stage.
  case checkpoint(isCurrent: Bool)
}

/// Asked often; a run throws `Interrupted` soon after it turns true.
public struct RunControl: Sendable {
  /// Told what is going on; called from any thread.
  public var report: @Sendable (RunEvent) -> Void
  /// Asked at every step; what was reached is kept where it says yes.
  public var shouldStop: @Sendable () -> Bool
  /// By default nothing is told, and the run goes on to its end.
  public init(
    report: @escaping @Sendable (RunEvent) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) {
    self.report = report
    self.shouldStop = shouldStop
  }
}

/// The run was asked to stop; what was reached is in its checkpoint.
public struct Interrupted: LocalizedError, Hashable, Sendable {
  /// The error of a run that was asked to stop; it has no details.
  public init() {}
  /// The one word that says it.
  public var errorDescription: String? { "interrupted" }
  /// How the run is gone on with.
  public var recoverySuggestion: String? { "the same command with --resume continues the run" }
}
