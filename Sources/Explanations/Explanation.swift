import Datasets
import Rules

/// The explanation of a network: the content of `explanation.json`, from which every report is
/// made.
///
/// Independent of time, file paths and the number of threads.
public struct Explanation: Codable, Hashable, Sendable {
  /// The schema version; incremented if the meaning of a key changes, not if keys are added.
  public var schemaVersion = 1
  /// The data: row counts, splits and schema.
  public var data: DataSummary
  /// The network before pruning.
  public var network: NetworkSummary
  /// The network of the hidden features and diagrams.
  public var pruned: NetworkSummary
  /// The pruning of the network.
  public var pruning: PruningSummary
  /// Its hidden features, in the order of its neurons.
  public var features: [FeatureSummary]
  /// The share of held-out rows with an unchanged prediction when every hidden feature is
  /// binarised; estimates the fidelity that rules over binarised features can reach.
  public var binarisation: Proportion?
  /// The mean distance of hidden feature values to the nearer of 0 and 1; above 0.05, rules over
  /// binarised features are unreliable.
  public var clarity: Double?

  /// The rules over input columns, with the names and units of the data.
  public var rules: [RuleEntry]
  /// The class predicted if no rule holds.
  public var defaultClass: String
  /// How the rule set decides between several rules that hold.
  public var resolution: RuleSet.Resolution
  /// The level of the rules that `fidelity`, `complexity`, `curve`, `disagreements` and exports
  /// describe.
  public var level: RuleLevel
  /// The extractor of the rules.
  public var extractor: ExtractorSummary
  /// The agreement of the rules with the network.
  public var fidelity: Fidelity
  /// The accuracy of rules and network.
  public var accuracy: AccuracySummary
  /// The size of the rule set.
  public var complexity: ComplexitySummary
  /// The fidelity of smaller and larger rule sets.
  public var curve: [CurvePoint]
  /// Up to 50 held-out rows on which rules and network disagree.
  public var disagreements: [Disagreement]
  /// The number of held-out rows on which rules and network disagree.
  public var disagreementsTotal: Int

  /// The rules over hidden features.
  public var featureRules: RuleSetEntry?
  /// The agreement of `featureRules` with the network.
  public var featureFidelity: Fidelity?

  /// The rules over columns and scores, which are weighted sums of few columns; `nil` if they were
  /// not requested.
  public var describedRules: RuleSetEntry?
  /// The agreement of `describedRules` with the network.
  public var describedFidelity: Fidelity?

  /// The agreement of the rules over inputs with the network, if `level` is another one; `nil` in
  /// results of earlier versions.
  public var inputFidelity: Fidelity?

  /// The accuracy of the rules over inputs, over hidden features and over columns and scores, where
  /// `level` is another one; `nil` in results of earlier versions.
  public var inputAccuracy, featureAccuracy, describedAccuracy: AccuracySummary?

  /// The level of the rules that a report begins with, if it is not `level`: rules that agree with the
  /// network clearly more, where no level was requested.
  public var leads: RuleLevel?

  /// The causal check of the hidden features that rules use; `nil` if there are none.
  public var causal: CausalSummary?

  /// The network that the rules explain; `nil` in results of earlier versions.
  public var explains: ExplainedNetwork?
  /// Warnings about the result: the sentences printed on stderr.
  public var warnings: [Warning]?

  /// The number of trees that approximate the network as well as the reported rules; `nil` for
  /// voting rules and in results of earlier versions.
  public var multiplicity: Multiplicity?

  /// How much the rules change with seeds and samples; `nil` if it was not measured.
  public var stability: Stability?

  /// Repeated cross-validation of the network, and of the rules if requested; `nil` if there was none.
  public var crossValidation: CrossValidation?

  /// How rows were read for a given network whose file does not say it; `nil` if no setting was given.
  public var givenNetwork: GivenReading?

  /// What is proved over the whole input domain; currently nothing.
  @WrittenNull public var certified: Certified?
  /// The version, the seed and the command of the run.
  public var provenance: Provenance

  /// Creates an explanation from its properties, with the current schema version.
  public init(
    data: DataSummary, network: NetworkSummary, pruned: NetworkSummary, pruning: PruningSummary,
    features: [FeatureSummary], binarisation: Proportion?, clarity: Double?, rules: [RuleEntry],
    defaultClass: String, resolution: RuleSet.Resolution, level: RuleLevel,
    extractor: ExtractorSummary, fidelity: Fidelity, accuracy: AccuracySummary,
    complexity: ComplexitySummary, curve: [CurvePoint], disagreements: [Disagreement],
    disagreementsTotal: Int, featureRules: RuleSetEntry?, featureFidelity: Fidelity?,
    describedRules: RuleSetEntry? = nil, describedFidelity: Fidelity? = nil,
    explains: ExplainedNetwork? = nil, warnings: [Warning]? = nil,
    multiplicity: Multiplicity? = nil, stability: Stability? = nil,
    crossValidation: CrossValidation? = nil, givenNetwork: GivenReading? = nil,
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
    self.describedRules = describedRules
    self.describedFidelity = describedFidelity
    self.explains = explains
    self.warnings = warnings
    self.multiplicity = multiplicity
    self.stability = stability
    self.crossValidation = crossValidation
    self.givenNetwork = givenNetwork
    self.provenance = provenance
  }
}

/// The variables of rules: input columns, hidden features, or scores of columns.
public enum RuleLevel: String, Codable, Sendable, CaseIterable {
  /// Rules over input columns (`inputs`), over hidden features (`features`), over columns and scores
  /// (`described`).
  case inputs, features, described
}

/// The network that rules explain: before or after pruning.
public enum ExplainedNetwork: String, Codable, Sendable, CaseIterable {
  /// The network before pruning (`original`), the network after pruning (`pruned`).
  case original, pruned
}

/// A warning about a result.
public struct Warning: Codable, Hashable, Sendable {
  /// The code of the warning that held-out rows are or equal training rows; its figure counts them.
  package static let trainingRowsHeldOut = "training-rows-held-out"

  /// A stable identifier: "agreement-with-original".
  public var code: String
  /// The reason in one sentence.
  public var text: String
  /// The number in the sentence, if there is one.
  public var figure: Double?

  /// Creates a warning; by default without a number.
  public init(_ code: String, _ text: String, figure: Double? = nil) {
    self.code = code
    self.text = text
    self.figure = figure
  }
}

extension Explanation {
  /// The network that the rules approximate.
  package var explained: NetworkSummary { explains == .original ? network : pruned }

  /// Whether a pruning was tried, or the network is another than the one before pruning.
  package var isPruned: Bool {
    let agreement = pruned.agreementWithOriginal
    return pruning.steps.count > 1 || pruned.readable != nil
      || agreement.map { $0.count < $0.total } ?? false
  }
}

/// Properties proved over the whole input domain.
public struct Certified: Codable, Hashable, Sendable {
  /// Whether the rules are proved to agree with the network on every possible row.
  public var exact: Bool
  /// Creates a value from its properties.
  public init(exact: Bool) { self.exact = exact }
}

/// An optional value that is encoded as `null` if absent.
@propertyWrapper
public struct WrittenNull<Value: Codable & Hashable & Sendable>: Codable, Hashable, Sendable {
  /// The value; `nil` if absent.
  public var wrappedValue: Value?

  /// Wraps a value.
  public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

  /// - Throws: `DecodingError` if a field is missing or invalid.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    wrappedValue = container.decodeNil() ? nil : try container.decode(Value.self)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    if let wrappedValue { try container.encode(wrappedValue) } else { try container.encodeNil() }
  }
}

/// The information needed to reproduce the explanation. Times are only in `manifest.json`.
public struct Provenance: Codable, Hashable, Sendable {
  /// The version of the tool.
  public var version: String
  /// The random seed.
  public var seed: UInt64
  /// The command without options that do not change the result: output, threads, progress, colours.
  public var arguments: [String]
  /// `ownTraining`, or the name and SHA-256 of the model that was given.
  public var startedFrom: String
  /// The value of `startedFrom` of a network that the run trained: "training".
  public static let ownTraining = "training"
  /// Creates a value from its properties.
  public init(version: String, seed: UInt64, arguments: [String], startedFrom: String) {
    self.version = version
    self.seed = seed
    self.arguments = arguments
    self.startedFrom = startedFrom
  }
}
