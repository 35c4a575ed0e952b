import Datasets
import Rules

/// All that is known about why a network answers as it does: the content of `explanation.json` and
/// the one source of every report.
///
/// Nothing in it depends on the clock, the machine's paths or the number of threads.
public struct Explanation: Codable, Hashable, Sendable {
  /// Rises where a key changes its meaning; more keys may come without that.
  public var schemaVersion = 1
  /// The rows: how many, of what, cut into what.
  public var data: DataSummary
  /// The network before pruning.
  public var network: NetworkSummary
  /// The network that serves features and pictures.
  public var pruned: NetworkSummary
  /// How it became so small.
  public var pruning: PruningSummary
  /// Its hidden features, in the order of its neurons.
  public var features: [FeatureSummary]
  /// How often the network answers the same when every hidden feature is made 0 or 1; bounds what
  /// rules over switched features can reach.
  public var binarisation: Proportion?
  /// The mean distance of hidden feature values to the nearest of 0 and 1; above 0.05 rules over
  /// switched features are doubtful.
  public var clarity: Double?

  /// Conjunctions over single inputs, in the data's own names and units.
  public var rules: [RuleEntry]
  /// The answer where no rule fires.
  public var defaultClass: String
  /// Which rule speaks where several fire.
  public var resolution: RuleSet.Resolution
  /// The set that `fidelity`, `complexity`, `curve`, `disagreements` and exports speak of.
  public var level: RuleLevel
  /// Where the rules come from.
  public var extractor: ExtractorSummary
  /// How often the rules answer as the network does.
  public var fidelity: Fidelity
  /// How often rules and network answer as the labels do.
  public var accuracy: AccuracySummary
  /// How much there is to read.
  public var complexity: ComplexitySummary
  /// What fewer or more rules would reach.
  public var curve: [CurvePoint]
  /// Up to 50 held-out rows on which rules and network disagree.
  public var disagreements: [Disagreement]
  /// Held-out rows that rules and network answer otherwise.
  public var disagreementsTotal: Int

  /// The same form over hidden features.
  public var featureRules: RuleSetEntry?
  /// How often `featureRules` answer as the network does.
  public var featureFidelity: Fidelity?

  /// What is proved over the whole domain: nothing yet, and the key says so.
  @WrittenNull public var certified: Certified?
  public var provenance: Provenance

  public init(
    data: DataSummary, network: NetworkSummary, pruned: NetworkSummary, pruning: PruningSummary,
    features: [FeatureSummary], binarisation: Proportion?, clarity: Double?, rules: [RuleEntry],
    defaultClass: String, resolution: RuleSet.Resolution, level: RuleLevel,
    extractor: ExtractorSummary, fidelity: Fidelity, accuracy: AccuracySummary,
    complexity: ComplexitySummary, curve: [CurvePoint], disagreements: [Disagreement],
    disagreementsTotal: Int, featureRules: RuleSetEntry?, featureFidelity: Fidelity?,
    provenance: Provenance
  ) {
    self.data = data
    self.network = network
    self.pruned = pruned
    self.pruning = pruning
    self.features = features
    self.binarisation = binarisation
    self.clarity = clarity
    self.rules = rules
    self.defaultClass = defaultClass
    self.resolution = resolution
    self.level = level
    self.extractor = extractor
    self.fidelity = fidelity
    self.accuracy = accuracy
    self.complexity = complexity
    self.curve = curve
    self.disagreements = disagreements
    self.disagreementsTotal = disagreementsTotal
    self.featureRules = featureRules
    self.featureFidelity = featureFidelity
    self.provenance = provenance
  }
}

/// What rules speak of.
public enum RuleLevel: String, Codable, Sendable, CaseIterable {
  case inputs, features
}

/// The rows an explanation was made from, every one accounted for.
public struct DataSummary: Codable, Hashable, Sendable {
  public struct Reason: Codable, Hashable, Sendable {
    public var reason: String
    public var count: Int
    public init(reason: String, count: Int) {
      self.reason = reason
      self.count = count
    }
  }

  public var name: String
  /// Of the bytes that were read.
  public var sha256: String
  public var rows: Int
  /// Rows that are left when those of `rowsDropped` are gone.
  public var rowsUsed: Int
  /// Why rows were dropped, and how many for each reason.
  public var rowsDropped: [Reason]
  /// Rows that were used with a changed cell, for example a missing value.
  public var rowsAltered: [Reason]
  public var features: Int
  /// In the order of the network's outputs.
  public var classes: [String]
  /// Rows that network and rules are fitted to.
  public var training: Int
  /// Rows that decide: when to stop, what to prune, how many rules.
  public var validation: Int
  /// Rows that nothing is fitted to and nothing decided by.
  public var heldOut: Int
  /// How the held-out rows were chosen, in words.
  public var heldOutFrom: String
  /// The columns.
  public var schema: Schema
  /// What was decided about columns, for example that one is left out; absent where nothing was.
  public var notes: [String]?

  public init(
    name: String, sha256: String, rows: Int, rowsUsed: Int, rowsDropped: [Reason],
    rowsAltered: [Reason], training: Int, validation: Int, heldOut: Int, heldOutFrom: String,
    schema: Schema, notes: [String]? = nil
  ) {
    self.name = name
    self.sha256 = sha256
    self.rows = rows
    self.rowsUsed = rowsUsed
    self.rowsDropped = rowsDropped
    self.rowsAltered = rowsAltered
    features = schema.features.count
    classes = schema.classes
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
    self.heldOutFrom = heldOutFrom
    self.schema = schema
    self.notes = notes
  }
}

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
  /// The hidden features, and the data's columns that are still read.
  public var neurons: Int
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
    public var rows: Int
    /// The largest difference of any output.
    public var largestAbsolute: Double
    /// The same over the largest output.
    public var largestRelative: Double
    /// Rows with another answer.
    public var changedAnswers: Int
    public init(rows: Int, largestAbsolute: Double, largestRelative: Double, changedAnswers: Int) {
      self.rows = rows
      self.largestAbsolute = largestAbsolute
      self.largestRelative = largestRelative
      self.changedAnswers = changedAnswers
    }
  }

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
  public struct Step: Codable, Hashable, Sendable {
    /// Numbers that were learned and stay.
    public var parameters: Int
    public var neurons: Int
    public var inputs: Int
    /// On validation rows.
    public var accuracy: Proportion
    /// What went in this step: neurons by birth name, inputs by column.
    public var removed: [String]
    /// Whether the step is part of the pruned network, or was tried and taken back.
    public var kept: Bool
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
  public var source: String
  /// What each step left, in order.
  public var steps: [Step]
  public init(method: String, source: String, steps: [Step]) {
    self.method = method
    self.source = source
    self.steps = steps
  }
}

/// A hidden neuron described by what drives it.
public struct FeatureSummary: Codable, Hashable, Sendable, Identifiable {
  public struct Driver: Codable, Hashable, Sendable {
    /// A column, or a column's level: "odor = foul".
    public var input: String
    /// 0...1, the share of the strongest driver.
    public var strength: Double
    /// 1 drives the feature up, -1 down.
    public var sign: Int
    public init(input: String, strength: Double, sign: Int) {
      self.input = input
      self.strength = strength
      self.sign = sign
    }
  }
  public struct Effect: Codable, Hashable, Sendable {
    public var `class`: String
    /// The weight to the class's output times the feature's spread.
    public var weight: Double
    public init(class: String, weight: Double) {
      self.class = `class`
      self.weight = weight
    }
  }

  /// "F1", "F2", …, as rules and pictures call it.
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
  /// The activation map as a PNG in base64, where rows are pictures.
  public var picture: String?

  public init(
    id: String, neuron: String, layer: String, drivers: [Driver], threshold: Double,
    activeShare: Double, effects: [Effect], picture: String?
  ) {
    self.id = id
    self.neuron = neuron
    self.layer = layer
    self.drivers = drivers
    self.threshold = threshold
    self.activeShare = activeShare
    self.effects = effects
    self.picture = picture
  }
}

/// How often rules and network agree on rows that neither was fitted to.
public struct Fidelity: Codable, Hashable, Sendable {
  /// On held-out rows.
  public var heldOut: Proportion
  /// For each class that the network gives, how often the rules give it too.
  public var byClass: [String: Proportion]
  /// To the network before pruning.
  public var toOriginal: Proportion
  /// On the rows that the rules are fitted to.
  public var training: Proportion
  /// How often the network's commonest training answer is its answer on held-out rows.
  public var majorityBaseline: Proportion
  /// The network's commonest training answer.
  public var majorityClass: String?
  /// The share of held-out rows that some rule answers, not the default.
  public var answered: Proportion

  public init(
    heldOut: Proportion, byClass: [String: Proportion], toOriginal: Proportion,
    training: Proportion, majorityBaseline: Proportion, majorityClass: String? = nil,
    answered: Proportion
  ) {
    self.heldOut = heldOut
    self.byClass = byClass
    self.toOriginal = toOriginal
    self.training = training
    self.majorityBaseline = majorityBaseline
    self.majorityClass = majorityClass
    self.answered = answered
  }
}

/// Against the labels, on held-out rows.
public struct AccuracySummary: Codable, Hashable, Sendable {
  /// Of the rules, against the labels, on held-out rows.
  public var rules: Proportion
  /// Of the network that is explained.
  public var network: Proportion
  /// Of the rows on which rules and network agree.
  public var whereBothAgree: Proportion
  public init(rules: Proportion, network: Proportion, whereBothAgree: Proportion) {
    self.rules = rules
    self.network = network
    self.whereBothAgree = whereBothAgree
  }
}

/// How large the rules are to a reader.
public struct ComplexitySummary: Codable, Hashable, Sendable {
  /// Rules without the default.
  public var rules: Int
  /// Tests in all of them.
  public var literals: Int
  /// Tests a rule.
  public var meanLiterals: Double
  /// Columns that any rule names.
  public var inputsUsed: Int
  /// Hidden features that any rule names.
  public var featuresUsed: Int
  public init(
    rules: Int, literals: Int, meanLiterals: Double, inputsUsed: Int, featuresUsed: Int
  ) {
    self.rules = rules
    self.literals = literals
    self.meanLiterals = meanLiterals
    self.inputsUsed = inputsUsed
    self.featuresUsed = featuresUsed
  }
}

/// Fidelity against size: what fewer or more rules would reach.
public struct CurvePoint: Codable, Hashable, Sendable {
  /// Rules without the default.
  public var rules: Int
  /// Tests in all of them.
  public var literals: Int
  public var fidelity: Proportion
  public init(rules: Int, literals: Int, fidelity: Proportion) {
    self.rules = rules
    self.literals = literals
    self.fidelity = fidelity
  }
}

/// A held-out row on which rules and network disagree.
public struct Disagreement: Codable, Hashable, Sendable {
  /// Counted from 1 in the source, without the header.
  public var row: Int
  /// The cells of the columns that the rules use, in the data's own writing; missing is "".
  public var values: [String: String]
  public var network: String
  public var rules: String
  /// The rule that answered; `nil` where the default did.
  public var rule: String?
  public init(
    row: Int, values: [String: String], network: String, rules: String, rule: String?
  ) {
    self.row = row
    self.values = values
    self.network = network
    self.rules = rules
    self.rule = rule
  }
}

/// Which extractor made the rules of `level`.
public struct ExtractorSummary: Codable, Hashable, Sendable {
  public var name: String
  public var source: String
  /// What the reader must know, for example that a list of rules was cut.
  public var notes: [String]
  public init(name: String, source: String, notes: [String]) {
    self.name = name
    self.source = source
    self.notes = notes
  }
}

/// What is proved over the whole domain.
public struct Certified: Codable, Hashable, Sendable {
  /// Whether the rules are proved to answer as the network does on every row there can be.
  public var exact: Bool
  public init(exact: Bool) { self.exact = exact }
}

/// A value whose absence is written as `null` instead of being left out.
@propertyWrapper
public struct WrittenNull<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  public var wrappedValue: Value?

  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}

/// What is needed to make the same explanation again. Times stand in `manifest.json` alone.
public struct Provenance: Codable, Hashable, Sendable {
  /// Of the tool.
  public var version: String
  /// The source of all chance.
  public var seed: UInt64
  /// The command without what does not change the result: output, threads, progress, colours.
  public var arguments: [String]
  /// "training", or the name and SHA-256 of the model that was given.
  public var startedFrom: String
  public init(version: String, seed: UInt64, arguments: [String], startedFrom: String) {
    self.version = version
    self.seed = seed
    self.arguments = arguments
    self.startedFrom = startedFrom
  }
}
