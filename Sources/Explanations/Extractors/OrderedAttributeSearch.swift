import Datasets
import Naming
import Networks
import Rules
import Tensors

/// Decompositional rule extraction: minimal sets of binarised hidden features that imply a class
/// for all values of the other features, searched in the weights of the last layer.
///
/// The rules are a vote: of the rules that hold, the one with the highest confidence decides.
public struct OrderedAttributeSearch: RuleExtractor {
  /// The name in commands, settings and files.
  public static let name = "oas"
  /// The description in one line.
  public static let summary =
    "ordered-attribute search: minimal sets of binarised hidden features that imply a class"
  /// The publication.
  public static let source = Citation(
    authors: "Kim",
    title: "Computationally efficient heuristics for if-then rule extraction from feed-forward "
      + "neural networks", year: 2000, venue: "Discovery Science 2000, LNCS 1967")
  /// The supported levels of rules; the first is the default.
  public static let levels: [RuleLevel] = [.features]

  /// The largest number of premises searched for one class.
  public var maximumPremises: Int
  /// The largest number of rules kept if the subject has no limit of its own: two dozen features
  /// can have hundreds of thousands of minimal premises.
  public var maximumRules: Int

  /// Creates the extractor with at most 100,000 premises per class and 1,000 rules.
  public init() { self.init(maximumPremises: 100_000) }
  /// Creates the extractor with given limits.
  public init(maximumPremises: Int, maximumRules: Int = 1000) {
    self.maximumPremises = maximumPremises
    self.maximumRules = maximumRules
  }

  /// Extracts rules that approximate the predictions of the network.
  /// - Throws: `ExtractionError`; errors of the callback of the subject.
  public func extract(from subject: ExtractionSubject) throws -> ExtractedRules {
    guard subject.level == .features else {
      throw ExtractionError.level(subject.level, extractor: Self.name, known: Self.levels)
    }
    guard subject.training.count > 0 else { throw ExtractionError.noRows }
    guard let features = subject.hiddenFeatures else {
      throw ExtractionError.noFeatureLayer(extractor: Self.name)
    }
    let values = subject.trainingValues(features)
    var notes = self.notes(features, values, subject)

    let switches = SwitchedLayer(features, values: values)
    if switches.features.count < features.count {
      notes.append("rules use only the 64 strongest of \(features.count) hidden features")
    }
    let codes = CodeCounts(
      switches.codes(values), answers: subject.answers,
      classes: subject.training.schema.classes.count)
    var candidates: [SwitchRule] = []
    for conclusion in subject.training.schema.classes.indices {
      let search = SwitchSearch(
        switches.margins(for: conclusion, of: subject.model),
        limit: .init(premises: maximumPremises))
      let found = try search.run(over: codes.codes, onStep: subject.onStep)
      if found.cut {
        let name = subject.training.schema.classes[conclusion]
        notes.append(
          "the search for rules that predict '\(name)' was stopped after \(found.premises.count) "
            + "premises: each rule holds for the binarised features, but there are more")
      }
      candidates += try found.premises.map {
        try subject.onStep()
        return SwitchRule(premise: $0, conclusion: conclusion, over: codes)
      }
    }
    candidates.sort { $0.outranks($1) }

    let majority = subject.answers.commonest(of: subject.training.schema.classes.count)
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 20, 32, 50, 100].filter { $0 < candidates.count }
    let wanted = max(subject.maxRules ?? maximumRules, 0)
    let isReduced = wanted < candidates.count
    let cover = try codes.greedyCover(
      of: candidates, default: majority,
      atMost: max(isReduced ? wanted : 0, sizes.last ?? 0), onStep: subject.onStep)
    func rules(_ chosen: [SwitchRule]) -> RuleSet {
      RuleSet(
        chosen.map { $0.rule(switches) }, default: majority, resolution: .vote)
    }
    let all = rules(candidates)
    let chosen = isReduced ? rules(Array(cover.prefix(wanted))) : all
    if isReduced {
      notes.append(
        "\(candidates.count) minimal premises were found, of which the \(chosen.rules.count) that "
          + "add most agreement are kept: each rule holds for the binarised features, but some "
          + "rows have no rule")
    }
    let curve = sizes.filter { $0 <= cover.count }.map { rules(Array(cover.prefix($0))) }
    return ExtractedRules(rules: chosen, curve: curve + [all], notes: notes)
  }

  private func notes(
    _ features: HiddenFeatures, _ values: Tensor, _ subject: ExtractionSubject
  ) -> [String] {
    var notes: [String] = []
    if let clarity = features.clarity(values) {
      if clarity > 0.05 {
        notes.append(
          "hidden features are not close to 0 or 1 (mean distance \(fixed(clarity, digits: 3)), "
            + "recommended at most 0.05)")
      }
    } else {
      notes.append(
        "hidden features are not in 0...1: rules take the mean value on either side of the "
          + "threshold for on and off, and need not hold for every row")
    }
    return notes
  }
}

/// The last layer over binarised features.
struct SwitchedLayer {
  /// The features that rules may use, at most 64.
  let features: [Int]
  let source: HiddenFeatures
  /// `[output][feature]`, for every feature.
  private let weights: [[Double]]
  private let bias: [Double]

  init(_ source: HiddenFeatures, values: Tensor) {
    self.source = source
    let levels = source.switchLevels(values)
    weights = source.bias.indices.map { output in
      source.ids.indices.map { feature in
        (levels[feature].on - levels[feature].off) * Double(source.weights[feature, output])
      }
    }
    bias = source.bias.indices.map { output in
      source.ids.indices.reduce(source.bias[output]) { sum, feature in
        sum + levels[feature].off * Double(source.weights[feature, output])
      }
    }
    let weights = weights
    features = source.ids.indices.sorted { first, second in
      let mine = weights.reduce(0) { max($0, abs($1[first])) }
      let other = weights.reduce(0) { max($0, abs($1[second])) }
      return mine == other ? first < second : mine > other
    }.prefix(64).sorted()
  }

  /// The binarised features of each row as bits, in the order of `features`.
  func codes(_ values: Tensor) -> [UInt64] {
    (0..<values.rows).map { row in
      features.enumerated().reduce(0) { code, item in
        Double(values[row, item.element]) > source.thresholds[item.element]
          ? code | 1 << UInt64(item.offset) : code
      }
    }
  }

  /// The sums that must be positive for a class to be predicted.
  func margins(for conclusion: Int, of model: Model) -> [SwitchSearch.Margin] {
    if case .numeric(_, let cuts) = model.schema.target.kind, source.head == .number {
      // The output must be above the lower bound of the interval and not above its upper bound.
      let bounds = cuts.map { ($0 - model.encoding.targetMean) / model.encoding.targetScale }
      var margins: [SwitchSearch.Margin] = []
      if conclusion > 0 {
        margins.append(margin(1, 0, minus: nil, orEqual: false))
        margins[0].bias -= bounds[conclusion - 1]
      }
      if conclusion < bounds.count {
        margins.append(margin(-1, 0, minus: nil, orEqual: true))
        margins[margins.count - 1].bias += bounds[conclusion]
      }
      return margins
    }
    if bias.count == 1 {
      return [margin(conclusion == 1 ? 1 : -1, 0, minus: nil, orEqual: conclusion == 0)]
    }
    if source.head == .oneVersusRest { return [margin(1, conclusion, minus: nil, orEqual: false)] }
    return bias.indices.filter { $0 != conclusion }.map { rival in
      // Of equal outputs, the first class is predicted.
      margin(1, conclusion, minus: rival, orEqual: conclusion < rival)
    }
  }

  private func margin(
    _ sign: Double, _ output: Int, minus rival: Int?, orEqual: Bool
  ) -> SwitchSearch.Margin {
    var sum = sign * (bias[output] - (rival.map { bias[$0] } ?? 0))
    let all = source.ids.indices.map { feature in
      sign * (weights[output][feature] - (rival.map { weights[$0][feature] } ?? 0))
    }
    // A feature that no rule may use is free: its worst case is assumed.
    for feature in all.indices where !features.contains(feature) { sum += min(0, all[feature]) }
    return SwitchSearch.Margin(weights: features.map { all[$0] }, bias: sum, orEqual: orEqual)
  }

  /// A premise as a conjunction of literals.
  func conjunction(_ premise: SwitchPremise) -> Conjunction {
    let literals = features.enumerated().compactMap { position, feature -> Literal? in
      guard premise.mask >> UInt64(position) & 1 == 1 else { return nil }
      let cut = source.thresholds[feature]
      let isOn = premise.value >> UInt64(position) & 1 == 1
      return Literal(
        source.ids[feature],
        .interval(lower: isOn ? cut : nil, upper: isOn ? nil : cut, orMissing: false))
    }
    return Conjunction(literals) ?? .always
  }
}

/// A premise with its conclusion and its support among the training rows.
struct SwitchRule: Hashable, VotingRule {
  var premise: SwitchPremise
  var conclusion: Int
  var support: Support

  init(premise: SwitchPremise, conclusion: Int, over codes: CodeCounts) {
    self.premise = premise
    self.conclusion = conclusion
    var support = Support(covered: 0, agreeing: 0)
    for (index, code) in codes.codes.enumerated() where premise.holds(for: code) {
      support.covered += codes.totals[index]
      support.agreeing += codes.counts[index][conclusion]
    }
    self.support = support
  }

  func rule(_ layer: SwitchedLayer) -> Rule {
    Rule(if: layer.conjunction(premise), then: conclusion, support: support)
  }

  /// The order of the rules in the result.
  func outranks(_ other: SwitchRule) -> Bool {
    if outvotes(other) != other.outvotes(self) { return outvotes(other) }
    return (premise.mask, premise.value) < (other.premise.mask, other.premise.value)
  }
}

/// The distinct codes of some rows, with the number of rows per code and predicted class.
struct CodeCounts {
  var codes: [UInt64] = []
  var counts: [[Int]] = []
  var totals: [Int] = []

  init(_ codesOfRows: [UInt64], answers: [Int], classes: Int) {
    var positions: [UInt64: Int] = [:]
    for (code, answer) in zip(codesOfRows, answers) {
      let position = positions[code] ?? codes.count
      if position == codes.count {
        positions[code] = position
        codes.append(code)
        counts.append([Int](repeating: 0, count: classes))
        totals.append(0)
      }
      counts[position][answer] += 1
      totals[position] += 1
    }
  }

  /// A greedy selection of rules: each adds most agreement to the vote of the rules before it.
  func greedyCover(
    of candidates: [SwitchRule], default majority: Int, atMost limit: Int,
    onStep: () throws -> Void
  ) rethrows -> [SwitchRule] {
    // Rules that agree on few rows add little: bounds the work, by the same number for each class.
    let ranked = candidates.sorted {
      ($1.support.agreeing, $0.premise.mask, $0.premise.value)
        < ($0.support.agreeing, $1.premise.mask, $1.premise.value)
    }
    let classes = Set(candidates.map(\.conclusion)).sorted()
    let pool = classes.flatMap { conclusion in
      ranked.lazy.filter { $0.conclusion == conclusion }.prefix(4000 / classes.count)
    }
    var winners = [SwitchRule?](repeating: nil, count: codes.count)
    var chosen: [SwitchRule] = []
    var taken = Set<Int>()
    while chosen.count < limit {
      try onStep()
      let gains = Workers.map(pool.count) { index -> Int in
        let rule = pool[index]
        var gain = 0
        for position in codes.indices where rule.premise.holds(for: codes[position]) {
          if let winner = winners[position], !rule.outvotes(winner) { continue }
          let current = winners[position]?.conclusion ?? majority
          gain += counts[position][rule.conclusion] - counts[position][current]
        }
        return gain
      }
      var best: Int?
      for index in pool.indices where !taken.contains(index) {
        if gains[index] > best.map({ gains[$0] }) ?? 0 { best = index }
      }
      guard let best else { break }
      taken.insert(best)
      chosen.append(pool[best])
      for position in codes.indices where pool[best].premise.holds(for: codes[position]) {
        if winners[position].map({ pool[best].outvotes($0) }) ?? true {
          winners[position] = pool[best]
        }
      }
    }
    return chosen
  }
}

extension [Int] {
  /// The most frequent class, the first of equals.
  func commonest(of classes: Int) -> Int {
    var counts = [Int](repeating: 0, count: Swift.max(classes, 1))
    for answer in self { counts[answer] += 1 }
    return counts.indices.max { (counts[$0], $1) < (counts[$1], $0) } ?? 0
  }
}
