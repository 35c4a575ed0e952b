import Datasets
import Explanations
import Foundation
import Networks

/// All settings of a run; equal values give identical output files.
public struct Experiment: Hashable, Codable, Sendable {
  /// A data set's name, a file, "-" for standard input, or a folder.
  public var data: String
  /// An ONNX file to explain instead of a network trained here.
  public var model: String?
  /// The target column; `nil` is the last column.
  public var target: String?
  /// Columns to ignore.
  public var ignore: [String] = []
  /// Whether the first line is a header; `nil` detects it from the first lines.
  public var header: Bool?
  /// Column names, for a file without a header.
  public var names: [String]?
  /// The field separator; `nil` detects it from the first lines.
  public var separator: TableFormat.Separator?
  /// The decimal mark; `nil` detects it from the cells.
  public var decimal: NumberNotation.DecimalMark?
  /// Maximum bytes read from a source; `nil` is a share of the machine's memory.
  public var maxInputBytes: Int?
  /// The held-out set: a fraction, or a separate source. `nil` is the published test set, or 20 %
  /// of the rows.
  public var heldOut: HeldOut?
  /// Random seed.
  public var seed: UInt64 = 42
  /// The rule extractor's name; `nil` is the default of the level.
  public var extractor: String?
  /// The rule level of `fidelity`, `complexity` and exports.
  public var level: RuleLevel = .inputs
  /// Whether described rules are reported beside those of `level`; `nil`: except for images
  /// and more than 12 classes.
  public var describes: Bool?
  /// Maximum number of terms of a score in described rules; `nil` is 5.
  public var maxTerms: Int?
  /// Maximum absolute weight of such a term; `nil` is 5.
  public var maxWeight: Int?
  /// Maximum number of rules; a run with more fails its gate.
  public var maxRules: Int?
  /// Minimum fidelity on the held-out set, 0 to 1.
  public var minFidelity: Double?
  /// Maximum number of hidden features after pruning.
  public var maxNeurons: Int?
  /// Maximum number of columns after pruning.
  public var maxInputs: Int?
  /// The network that the rules imitate; `nil` is the pruned one, or the original if `model` is
  /// given.
  public var explain: ExplainedNetwork?
  /// Whether the hidden features of a trained network are replaced by scores; `nil`: if that costs at
  /// most one point of validation accuracy.
  public var readable: Bool?
  /// The number of other seeds and of bootstrap samples for the stability of the rules; `nil` or 0
  /// measures none.
  public var stability: Int?
  /// How often the rows are divided into five folds, for a cross-validation of network and rules; 0
  /// for none; `nil`: twice, of the network alone, for fewer than 1,000 rows.
  public var crossValidation: Int?
  /// Architecture, training and preprocessing.
  public var network = NetworkOptions()

  /// Whether described rules are reported for data of this schema.
  func describes(_ schema: Schema) -> Bool {
    describes ?? (schema.image == nil && schema.classes.count <= 12)
  }

  /// Whether reports may begin with the rules of another level: neither a level nor an extractor was
  /// requested.
  var leavesLevelOpen: Bool { level == .inputs && describes != false && extractor == nil }

  /// Whether a trained network may be replaced by a readable one: if requested, else if the rules explain
  /// the pruned network. Plain accuracy, which decides then, is not the aim of balanced class weights.
  var triesReadable: Bool {
    model == nil
      && (readable ?? (network.prunes && !network.classWeights && explain != .original))
  }

  /// The limits of scores in described rules.
  var scoreLimits: ScoreLimits {
    ScoreLimits(terms: maxTerms ?? ScoreLimits().terms, weight: maxWeight ?? ScoreLimits().weight)
  }

  /// An experiment on `data` with default settings.
  public init(data: String) { self.data = data }

  /// The given format of the table's text.
  public var format: TableFormat {
    TableFormat(hasHeader: header, names: names, separator: separator, decimal: decimal)
  }

  /// The held-out set: rows used for neither training nor rule extraction.
  public enum HeldOut: Hashable, Codable, Sendable {
    /// A fraction of the rows, above 0 and below 1, stratified by class.
    case fraction(of: Double)
    /// The rows of a separate source: a data set's name, a file or a folder.
    case rows(of: String)

    /// A fraction if the text is a number, else a source of rows.
    public init(_ text: String) {
      self = Double(text).map { .fraction(of: $0) } ?? .rows(of: text)
    }
  }

  /// The network that the rules imitate.
  public typealias ExplainedNetwork = Explanations.ExplainedNetwork
}

/// Settings of architecture, training and preprocessing.
public struct NetworkOptions: Hashable, Codable, Sendable {
  /// The name of a published architecture, instead of hidden layers and a feature layer.
  public var architecture: String?
  /// Units of the hidden layers before the feature layer; `nil` is a default by the size of the
  /// data, or the choice of cross-validation.
  public var hidden: [Int]?
  /// Activation function of the hidden layers before the feature layer.
  public var activation: Activation.Function = .relu
  /// Sigmoid units of the feature layer before pruning; `nil` is a default by the size of the data.
  public var features: Int?
  /// Output head: softmax or one-versus-rest sigmoids; `nil` is chosen by extractor and target.
  public var head: Head?
  /// Maximum number of epochs; `nil` is a default by the size of the data.
  public var epochs: Int?
  /// Learning rate; `nil` is a default by the size of the data.
  public var learningRate: Double?
  /// Batch size; `nil` is a default by the size of the data.
  public var batch: Int?
  /// Weight decay coefficient; `nil` is a default by the size of the data, or the choice of
  /// cross-validation.
  public var weightDecay: Double?
  /// Maximum shift in pixels of the random-shift augmentation; `nil` disables it.
  public var shift: Int?
  /// Whether to use balanced class weights.
  public var classWeights: Bool = false
  /// Maximum drop of validation accuracy by pruning, as a fraction.
  public var accuracyDrop: Double = 0.01
  /// Whether to prune.
  public var prunes = true
  /// For a given network, the mean of each channel in the normalisation (x/maximum - mean)/std.
  public var pixelMean: [Double]?
  /// For a given network, the standard deviation of each channel in that normalisation.
  public var pixelDeviation: [Double]?
  /// For a given network, the layout of flattened colour images; `nil` is channels last.
  public var pixelLayout: PixelLayout?
  /// For a given network, the scaling of numeric columns; `nil` is no scaling.
  public var scaleInputs: InputScaling?
  /// For a given network, the classes in output order; with one output for two classes, the
  /// negative class first. `nil` is the class order of the data.
  public var classOrder: [String]?

  /// Default settings.
  public init() {}
}

/// The scaling of numeric columns for a given network.
public enum InputScaling: String, Codable, Sendable, CaseIterable {
  /// No scaling.
  case none
  /// Standardisation with mean and standard deviation of the training rows.
  case standard
  /// Min-max scaling to 0...1 with minimum and maximum of the training rows.
  case minmax
}

/// The memory layout of a flattened image.
public enum PixelLayout: String, Codable, Sendable, CaseIterable {
  /// NCHW: all pixels of the first channel, then those of the next.
  case channelsFirst = "channels-first"
  /// NHWC: all channels of the first pixel, then those of the next.
  case channelsLast = "channels-last"
}

/// A progress event of a run; the tool shows it on stderr.
public enum RunEvent: Sendable {
  /// A new stage has begun: "reading", "training", "pruning", "extracting", "writing".
  case stage(name: String, detail: String)
  /// The progress of the stage, 0...1, with metrics such as `loss` and `accuracy` in display order.
  case progress(fraction: Double, figures: [(name: String, value: Double)])
  /// A decision about the data or the settings, in one sentence.
  case note(String)
  /// A given setting without effect.
  case idle(IdleSetting)
  /// A warning about the reliability of the result.
  case warning(Warning)
  /// Whether the checkpoint on disk is up to date: if so, the process may be terminated at once and
  /// the run resumed. It is not at the start of each stage.
  case checkpoint(isCurrent: Bool)
}

/// Callbacks of a run: progress events and the request to stop.
public struct RunControl: Sendable {
  /// Called with each event, from any thread.
  public var report: @Sendable (RunEvent) -> Void
  /// Checked at every step; if true, the run stores a checkpoint and throws `Interrupted`.
  public var shouldStop: @Sendable () -> Bool
  /// The names of settings in the warnings of the result.
  public var names: SettingNames
  /// By default events are ignored and the run is not stopped.
  public init(
    report: @escaping @Sendable (RunEvent) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false },
    names: SettingNames = .properties
  ) {
    self.report = report
    self.shouldStop = shouldStop
    self.names = names
  }
}

/// The run was stopped on request; its checkpoint holds the state.
public struct Interrupted: LocalizedError, Hashable, Sendable {
  /// Creates the error; it has no details.
  public init() {}
  /// `interrupted`.
  public var errorDescription: String? { "interrupted" }
  /// How to resume the run.
  public var recoverySuggestion: String? { "the run can be resumed from its checkpoint" }
}
