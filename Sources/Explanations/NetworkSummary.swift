/// A network's size and how well it answers the held-out rows.
public struct NetworkSummary: Codable, Hashable, Sendable {
  /// Each layer in a reader's words: "4 inputs", "dense 16", "relu", ….
  public var architecture: [String]
  /// Numbers that were learned and stay.
  public var parameters: Int
  /// For one row.
  public var multiplications: Int
  /// Of all numbers as they are stored.
  public var bytes: Int
  /// The hidden features.
  public var neurons: Int
  /// The data's columns that are still read.
  public var inputs: Int
  /// Against the labels, on held-out rows.
  public var accuracy: Proportion
  /// Root of the mean squared error on held-out rows, for a numeric target, in its unit.
  public var rootMeanSquaredError: Double?
  /// Of the pruned network with the one before pruning, on held-out rows.
  public var agreementWithOriginal: Proportion?
  /// The masked network beside its compaction.
  public var equality: Equality?

  /// How nearly the network with zeros in place and the smaller network answer the same.
  public struct Equality: Codable, Hashable, Sendable {
    /// Rows that both networks answered.
    public var rows: Int
    /// The largest difference of any output.
    public var largestAbsolute: Double
    /// The same over the largest output.
    public var largestRelative: Double
    /// Rows with another answer.
    public var changedAnswers: Int
    /// Each value as its property says.
    public init(rows: Int, largestAbsolute: Double, largestRelative: Double, changedAnswers: Int) {
      self.rows = rows
      self.largestAbsolute = largestAbsolute
      self.largestRelative = largestRelative
      self.changedAnswers = changedAnswers
    }
  }

  /// Each value as its property says.
  public init(
    architecture: [String], parameters: Int, multiplications: Int, bytes: Int, neurons: Int,
    inputs: Int, accuracy: Proportion, rootMeanSquaredError: Double? = nil,
    agreementWithOriginal: Proportion? = nil, equality: Equality? = nil
  ) {
    self.architecture = architecture
    self.parameters = parameters
    self.multiplications = multiplications
    self.bytes = bytes
    self.neurons = neurons
    self.inputs = inputs
    self.accuracy = accuracy
    self.rootMeanSquaredError = rootMeanSquaredError
    self.agreementWithOriginal = agreementWithOriginal
    self.equality = equality
  }
}

/// How the network was made smaller, step by step.
public struct PruningSummary: Codable, Hashable, Sendable {
  /// What one step of the pruning left.
  public struct Step: Codable, Hashable, Sendable {
    /// Numbers that were learned and stay.
    public var parameters: Int
    /// The hidden features that are left.
    public var neurons: Int
    /// The data's columns that are still read.
    public var inputs: Int
    /// On validation rows.
    public var accuracy: Proportion
    /// What went in this step: neurons by birth name, inputs by column.
    public var removed: [String]
    /// Whether the step is part of the pruned network, or was tried and taken back.
    public var kept: Bool
    /// Each value as its property says.
    public init(
      parameters: Int, neurons: Int, inputs: Int, accuracy: Proportion, removed: [String],
      kept: Bool
    ) {
      self.parameters = parameters
      self.neurons = neurons
      self.inputs = inputs
      self.accuracy = accuracy
      self.removed = removed
      self.kept = kept
    }
  }

  /// The method's name.
  public var method: String
  /// Where the method is published.
  public var source: String
  /// What each step left, in order.
  public var steps: [Step]
  /// Each value as its property says.
  public init(method: String, source: String, steps: [Step]) {
    self.method = method
    self.source = source
    self.steps = steps
  }
}

/// A hidden neuron described by what drives it.
public struct FeatureSummary: Codable, Hashable, Sendable, Identifiable {
  /// What drives it, and how strongly.
  public struct Driver: Codable, Hashable, Sendable {
    /// A column, or a column's level: "odor = foul".
    public var input: String
    /// 0...1, the share of the strongest driver.
    public var strength: Double
    /// 1 drives the feature up, -1 down.
    public var sign: Int
    /// Each value as its property says.
    public init(input: String, strength: Double, sign: Int) {
      self.input = input
      self.strength = strength
      self.sign = sign
    }
  }
  /// What it does for one class.
  public struct Effect: Codable, Hashable, Sendable {
    /// The class whose output it feeds.
    public var `class`: String
    /// The weight to the class's output times the feature's spread.
    public var weight: Double
    /// Each value as its property says.
    public init(class: String, weight: Double) {
      self.class = `class`
      self.weight = weight
    }
  }

  /// "F1", "F2", …, as rules and images call it.
  public var id: String
  /// Node and birth number: "activation-2:7".
  public var neuron: String
  /// The layer that makes it.
  public var layer: String
  /// The inputs that move it, the strongest first.
  public var drivers: [Driver]
  /// The feature is on where its value is greater.
  public var threshold: Double
  /// The share of training rows on which it is on.
  public var activeShare: Double
  /// What it does for each class.
  public var effects: [Effect]
  /// The activation map as a PNG in base64, where rows are images.
  public var image: String?

  private enum CodingKeys: String, CodingKey {
    case id, neuron, layer, drivers, threshold, activeShare, effects, image = "picture"
  }

  /// Each value as its property says.
  public init(
    id: String, neuron: String, layer: String, drivers: [Driver], threshold: Double,
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
