import Networks

/// The size of a network and its accuracy on held-out rows.
public struct NetworkSummary: Codable, Hashable, Sendable {
  /// The layers as text: "4 inputs", "dense 16", "relu", ….
  public var architecture: [String]
  /// The number of parameters, without pruned ones.
  public var parameters: Int
  /// Multiply-accumulate operations (MACs) per sample.
  public var macs: Int
  /// The bytes of all stored parameters.
  public var bytes: Int
  /// The number of hidden features.
  public var neurons: Int
  /// The number of data columns that the network reads.
  public var inputs: Int
  /// Accuracy on held-out rows.
  public var accuracy: Proportion
  /// Root mean squared error on held-out rows, for a numeric target, in its unit.
  public var rootMeanSquaredError: Double?
  /// R², mean absolute and root mean squared error on held-out rows beside the error of their mean, for a
  /// numeric target; `nil` in files of earlier versions.
  public var regression: RegressionFigures?
  /// Agreement of the pruned network with the network before pruning, on held-out rows.
  public var agreementWithOriginal: Proportion?
  /// The comparison of the masked network with the compacted one.
  public var equality: Equality?
  /// The accuracy before and after the hidden features were replaced by scores; `nil` if they
  /// were not.
  public var readable: Readable?
  /// The choice of its hidden layers and weight decay; `nil` if there was none.
  public var selection: HyperparameterSelection?

  private enum CodingKeys: String, CodingKey {
    case architecture, parameters, macs = "multiplications", bytes, neurons, inputs, accuracy
    case rootMeanSquaredError, regression, agreementWithOriginal, equality, readable, selection
  }

  /// The equivalence of the masked network (pruned weights zero) and the compacted network.
  public struct Equality: Codable, Hashable, Sendable {
    /// The number of rows compared.
    public var rows: Int
    /// The largest absolute difference of an output.
    public var largestAbsolute: Double
    /// The largest difference relative to the largest output.
    public var largestRelative: Double
    /// The number of rows with a changed prediction.
    public var changedPredictions: Int

    private enum CodingKeys: String, CodingKey {
      case rows, largestAbsolute, largestRelative
      case changedPredictions = "changedAnswers"
    }
    /// Creates a value from its properties.
    public init(
      rows: Int, largestAbsolute: Double, largestRelative: Double, changedPredictions: Int
    ) {
      self.rows = rows
      self.largestAbsolute = largestAbsolute
      self.largestRelative = largestRelative
      self.changedPredictions = changedPredictions
    }
  }

  /// The accuracy before and after the hidden features were replaced by scores.
  public struct Readable: Codable, Hashable, Sendable {
    /// The accuracy of the network with its own features.
    public var before: Proportion
    /// The accuracy of the readable network on the same rows.
    public var after: Proportion
    /// Whether both are measured in folds of the training and validation rows, by networks that were made
    /// without the rows of the fold; otherwise on the validation rows.
    public var crossValidated: Bool
    /// Creates a value from its properties.
    public init(before: Proportion, after: Proportion, crossValidated: Bool) {
      self.before = before
      self.after = after
      self.crossValidated = crossValidated
    }
  }

  /// Creates a value from its properties.
  public init(
    architecture: [String], parameters: Int, macs: Int, bytes: Int, neurons: Int,
    inputs: Int, accuracy: Proportion, rootMeanSquaredError: Double? = nil,
    agreementWithOriginal: Proportion? = nil, equality: Equality? = nil
  ) {
    self.architecture = architecture
    self.parameters = parameters
    self.macs = macs
    self.bytes = bytes
    self.neurons = neurons
    self.inputs = inputs
    self.accuracy = accuracy
    self.rootMeanSquaredError = rootMeanSquaredError
    self.agreementWithOriginal = agreementWithOriginal
    self.equality = equality
  }
}

/// The pruning of a network, by step.
public struct PruningSummary: Codable, Hashable, Sendable {
  /// The network after one pruning step.
  public struct Step: Codable, Hashable, Sendable {
    /// The number of parameters, without pruned ones.
    public var parameters: Int
    /// The number of hidden features.
    public var neurons: Int
    /// The number of data columns that the network reads.
    public var inputs: Int
    /// Accuracy on the measured rows; of no rows for a numeric target.
    public var accuracy: Proportion
    /// R² on the measured rows for a numeric target; `nil` for classes and in results of earlier versions.
    public var rSquared: Double?
    /// The units removed in this step: neurons by original index, inputs by column.
    public var removed: [String]
    /// Whether the step was accepted; `false`: rejected.
    public var kept: Bool
    /// Creates a value from its properties.
    public init(
      parameters: Int, neurons: Int, inputs: Int, accuracy: Proportion, rSquared: Double? = nil,
      removed: [String], kept: Bool
    ) {
      self.parameters = parameters
      self.neurons = neurons
      self.inputs = inputs
      self.accuracy = accuracy
      self.rSquared = rSquared
      self.removed = removed
      self.kept = kept
    }
  }

  /// The method's name.
  public var method: String
  /// The publication of the method.
  public var source: String
  /// The steps in order.
  public var steps: [Step]
  /// The number of rows on which steps are measured: the validation rows, and the training rows too if
  /// there are few; `nil` in results of earlier versions.
  public var measuredRows: Int?
  /// Creates a value from its properties.
  public init(method: String, source: String, steps: [Step], measuredRows: Int? = nil) {
    self.method = method
    self.source = source
    self.steps = steps
    self.measuredRows = measuredRows
  }
}

/// A hidden neuron with its attributions and output weights.
public struct FeatureSummary: Codable, Hashable, Sendable, Identifiable {
  /// An input with its attribution.
  public struct Driver: Codable, Hashable, Sendable {
    /// A column, or a column's level: "odor = foul".
    public var input: String
    /// The absolute attribution relative to the largest one of the feature, 0...1.
    public var strength: Double
    /// 1 for a positive attribution, -1 for a negative one.
    public var sign: Int
    /// Creates a value from its properties.
    public init(input: String, strength: Double, sign: Int) {
      self.input = input
      self.strength = strength
      self.sign = sign
    }
  }
  /// The output weight for one class, times the standard deviation of the feature on training rows.
  public struct Effect: Codable, Hashable, Sendable {
    /// The class whose output it feeds.
    public var `class`: String
    /// The weight to the output of the class times the standard deviation of the feature.
    public var weight: Double
    /// Creates a value from its properties.
    public init(class: String, weight: Double) {
      self.class = `class`
      self.weight = weight
    }
  }

  /// "F1", "F2", …, the name in rules and diagrams.
  public var id: String
  /// The neuron: its node and original index, written "activation-2:7".
  @NeuronText public var neuron: Neuron
  /// The layer of the neuron.
  public var layer: String
  /// The inputs with the largest attributions, in descending order.
  public var drivers: [Driver]
  /// The feature is active if its value is greater.
  public var threshold: Double
  /// The share of training rows on which it is active.
  public var activeShare: Double
  /// The output weights by class.
  public var effects: [Effect]
  /// The attribution map as a PNG in base64, if rows are images.
  public var image: String?
  /// The feature as a score of few columns; `nil` if none was requested or found.
  public var description: FeatureDescription?
  /// The causal check of this feature alone, on held-out rows; `nil` in older results.
  public var causal: MeanAblation?
  /// The first earlier feature with nearly the same or the opposite activity; `nil` if there is none,
  /// and in older results.
  public var similar: SimilarFeature?

  private enum CodingKeys: String, CodingKey {
    case id, neuron, layer, drivers, threshold, activeShare, effects, image = "picture", description
    case causal, similar
  }

  /// Creates a value from its properties.
  public init(
    id: String, neuron: Neuron, layer: String, drivers: [Driver], threshold: Double,
    activeShare: Double, effects: [Effect], image: String?
  ) {
    self.id = id
    self.neuron = neuron
    self.layer = layer
    self.drivers = drivers
    self.threshold = threshold
    self.activeShare = activeShare
    self.effects = effects
    self.image = image
  }
}
