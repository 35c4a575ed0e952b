import Rules

/// How much the rules change when the extractor is run again on the same network: with other random
/// seeds, which also draw other synthetic rows, and on bootstrap samples of the training rows.
public struct Stability: Codable, Hashable, Sendable {
  /// The number of runs with another seed.
  public var seeds: Int
  /// The number of runs on a bootstrap sample of the training rows.
  public var bootstraps: Int
  /// How many of the reported rules are found again, over all runs: one is if a rule of the run
  /// predicts the same class and decides nearly the same training rows, at least 80 % of those that
  /// either decides (Jaccard index).
  public var rulesRepeated: Proportion
  /// On how many held-out rows the reported rules and those of a run predict the same class, over
  /// all runs.
  public var predictionsAgree: Proportion
  /// The same for the runs with other seeds only.
  public var ofSeeds: Part
  /// The same for the bootstrap samples only.
  public var ofBootstraps: Part
  /// For each reported rule, the number of runs in which it is found again.
  public var rules: [RuleCount]
  /// The rules of a network that was trained on shuffled labels; `nil` if the network was given.
  public var randomization: Randomization?

  private enum CodingKeys: String, CodingKey {
    case seeds, bootstraps, rulesRepeated
    case predictionsAgree = "answersAgree"
    case ofSeeds, ofBootstraps, rules, randomization
  }

  /// The figures of some runs.
  public struct Part: Codable, Hashable, Sendable {
    /// How many of the reported rules are found again.
    public var rulesRepeated: Proportion
    /// On how many held-out rows the predictions agree.
    public var predictionsAgree: Proportion

    private enum CodingKeys: String, CodingKey {
      case rulesRepeated
      case predictionsAgree = "answersAgree"
    }

    /// Creates a value.
    public init(rulesRepeated: Proportion, predictionsAgree: Proportion) {
      self.rulesRepeated = rulesRepeated
      self.predictionsAgree = predictionsAgree
    }
  }

  /// How often a rule is found again.
  public struct RuleCount: Codable, Hashable, Sendable {
    /// The identifier of the rule: "R1".
    public var id: String
    /// In how many runs it is found again.
    public var repeated: Proportion

    /// Creates a value.
    public init(id: String, repeated: Proportion) {
      self.id = id
      self.repeated = repeated
    }
  }
}

/// A test of the explanation itself: the same training, pruning and extraction with labels that are
/// shuffled within the training, the validation and the held-out rows (Adebayo et al. 2018, "Sanity
/// checks for saliency maps", arXiv:1810.03292).
public struct Randomization: Codable, Hashable, Sendable {
  /// The agreement of the rules with the network of shuffled labels, on held-out rows.
  public var fidelity: Proportion
  /// The agreement of that network's most frequent prediction on training rows, on held-out rows.
  public var majorityBaseline: Proportion
  /// The share of held-out rows whose shuffled label the rules predict.
  public var accuracy: Proportion
  /// The share of held-out rows with the most frequent training label.
  public var accuracyBaseline: Proportion
  /// The number of rules.
  public var rules: Int

  /// Creates a value.
  public init(
    fidelity: Proportion, majorityBaseline: Proportion, accuracy: Proportion,
    accuracyBaseline: Proportion, rules: Int
  ) {
    self.fidelity = fidelity
    self.majorityBaseline = majorityBaseline
    self.accuracy = accuracy
    self.accuracyBaseline = accuracyBaseline
    self.rules = rules
  }

  /// Whether the rules predict shuffled labels better than the most frequent one, which should not be
  /// possible.
  public var predictsShuffledLabels: Bool {
    accuracy.total > 0 && accuracy.interval.lowerBound > accuracyBaseline.value
  }

  /// Whether the fidelity to the network of shuffled labels is clearly above the baseline, and that of
  /// the reported rules to their network is not clearly above it: the lower bound of its 95 % interval
  /// is at most the fidelity to the network of shuffled labels.
  public func looksAsGood(as shown: Fidelity) -> Bool {
    fidelity.total > 0 && fidelity.interval.lowerBound > majorityBaseline.value
      && shown.heldOut.interval.lowerBound <= fidelity.value
  }
}

/// The rules of one run of an extractor, by what they do on fixed rows.
package struct ExtractedList: Sendable {
  /// The class of each rule.
  package var conclusions: [Int]
  /// The rule that decides each training row; `nil` for the default class.
  package var deciding: [Int?]
  /// The predictions on the held-out rows.
  package var heldOut: [Int]

  /// Creates a value.
  package init(conclusions: [Int], deciding: [Int?], heldOut: [Int]) {
    self.conclusions = conclusions
    self.deciding = deciding
    self.heldOut = heldOut
  }

  /// The least Jaccard index of the rows of two rules that are the same.
  package static let leastOverlap = 0.8

  /// For each rule whether the other list has a rule of the same class for nearly the same rows.
  package func repeated(in other: ExtractedList) -> [Bool] {
    var common: [Int: [Int: Int]] = [:]
    var mine = [Int](repeating: 0, count: conclusions.count)
    var theirs = [Int](repeating: 0, count: other.conclusions.count)
    for (one, two) in zip(deciding, other.deciding) {
      if let one { mine[one] += 1 }
      if let two { theirs[two] += 1 }
      if let one, let two { common[one, default: [:]][two, default: 0] += 1 }
    }
    return conclusions.indices.map { rule in
      (common[rule] ?? [:]).contains { match, both in
        other.conclusions[match] == conclusions[rule]
          && Double(both) >= Self.leastOverlap * Double(mine[rule] + theirs[match] - both)
      }
    }
  }
}

extension Stability {
  /// Compares the reported rules with those of other runs.
  /// - Parameters:
  ///   - shown: the reported rules.
  ///   - ids: their identifiers.
  ///   - seeds: the rules of runs with other seeds.
  ///   - bootstraps: the rules of runs on bootstrap samples.
  ///   - randomization: the rules of a network of shuffled labels.
  package init(
    of shown: ExtractedList, ids: [String], seeds: [ExtractedList], bootstraps: [ExtractedList],
    randomization: Randomization?
  ) {
    let ofSeeds = Part(of: shown, seeds)
    let ofBootstraps = Part(of: shown, bootstraps)
    let runs = (seeds + bootstraps).map(shown.repeated)
    let all = Part(of: shown, seeds + bootstraps)
    self.seeds = seeds.count
    self.bootstraps = bootstraps.count
    rulesRepeated = all.rulesRepeated
    predictionsAgree = all.predictionsAgree
    self.ofSeeds = ofSeeds
    self.ofBootstraps = ofBootstraps
    rules = ids.enumerated().map { index, id in
      RuleCount(id: id, repeated: Proportion(runs.count { $0[index] }, of: runs.count))
    }
    self.randomization = randomization
  }
}

extension Stability.Part {
  fileprivate init(of shown: ExtractedList, _ runs: [ExtractedList]) {
    rulesRepeated = Proportion(
      runs.reduce(0) { $0 + shown.repeated(in: $1).count { $0 } },
      of: runs.count * shown.conclusions.count)
    predictionsAgree = Proportion(
      runs.reduce(0) { $0 + zip(shown.heldOut, $1.heldOut).count { $0 == $1 } },
      of: runs.count * shown.heldOut.count)
  }
}
