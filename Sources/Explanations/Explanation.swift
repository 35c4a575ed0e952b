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
  /// The network that serves features and images.
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

  /// The network that the rules imitate; unknown (`nil`) in results of versions before 0.2.
  public var explains: ExplainedNetwork?
  /// What a reader must know before relying on the rules: the same sentences as on stderr.
  public var warnings: [Warning]?

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
    explains: ExplainedNetwork? = nil, warnings: [Warning]? = nil, provenance: Provenance
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
    self.explains = explains
    self.warnings = warnings
    self.provenance = provenance
  }
}

/// What rules speak of.
public enum RuleLevel: String, Codable, Sendable, CaseIterable {
  case inputs, features
}

/// The network that rules imitate: as trained or given, or as pruned.
public enum ExplainedNetwork: String, Codable, Sendable, CaseIterable {
  case original, pruned
}

/// A reason not to rely on a result as it is.
public struct Warning: Codable, Hashable, Sendable {
  /// A fixed name that programs may test for: "agreement-with-original".
  public var code: String
  /// The reason in one sentence.
  public var text: String
  /// The number that the sentence is about, where there is one.
  public var figure: Double?

  public init(_ code: String, _ text: String, figure: Double? = nil) {
    self.code = code
    self.text = text
    self.figure = figure
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
