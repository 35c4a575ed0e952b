import Datasets
import Rules
import Tensors

/// The rules of ordered-attribute search for one binarisation of the hidden features.
package struct OrderedAttributeStudy {
  /// The limits of a study.
  struct Limits: Hashable {
    var premises: Int
    var rules: Int
  }

  private(set) var layer: BinarisedLayer
  private(set) var codes: CodeCounts
  private(set) var validation: CodeCounts
  private(set) var majority: Int
  /// The minimal premises of each class with a row that meets them.
  private(set) var implied: [[ImplicantRule]]
  /// The classes whose search was stopped at a limit.
  private(set) var stopped: [Int]
  /// The rules in the order of their selection, beyond the chosen number.
  private(set) var selection: [ImplicantRule] = []
  /// The chosen number of rules.
  private(set) var size = 0
  /// The disagreements that determine the choice: on the validation rows; on the training rows as
  /// well if there are fewer than 100.
  private(set) var disagreements = 0

  init(
    _ layer: BinarisedLayer, values: (training: Tensor, validation: Tensor),
    _ subject: ExtractionSubject, limits: Limits
  ) throws {
    let classes = subject.training.schema.classes.count
    let codes = CodeCounts(
      layer.codes(values.training), predictions: subject.predictions, classes: classes)
    self.layer = layer
    self.codes = codes
    validation = CodeCounts(
      layer.codes(values.validation), predictions: subject.validationPredictions, classes: classes)
    majority = subject.predictions.commonest(of: classes)
    let searched = try Workers.map(classes) { conclusion in
      Result {
        try Self.search(
          conclusion, layer, codes, limit: limits.premises, onStep: subject.onStep)
      }
    }.map { try $0.get() }
    implied = searched.map(\.rules)
    stopped = searched.indices.filter { searched[$0].cut }

    let implied = implied
    // Rules that agree on few rows add little: bounds the work, by the same number for each class.
    let pools = Workers.map(classes) { conclusion in
      let ranked = implied[conclusion].sorted {
        ($1.support.agreeing, $0.premise.mask, $0.premise.value)
          < ($0.support.agreeing, $1.premise.mask, $1.premise.value)
      }
      return Array(ranked.prefix(max(4000 / classes, 10)))
    }
    let shorter = Workers.map(classes) { Self.relaxed(pools[$0], for: $0, layer, codes) }
    let minimal = pools.flatMap { $0 }
    try choose(from: minimal, limits, subject)
    var relaxed = self
    try relaxed.choose(from: minimal + shorter.flatMap { $0 }, limits, subject)
    if relaxed.isBetter(than: self, by: 0) { self = relaxed }
  }

  /// The selected rules.
  var rules: [ImplicantRule] { Array(selection.prefix(size)) }

  /// Whether more classes have a rule, or as many and a given share of the disagreements is less.
  func isBetter(than other: OrderedAttributeStudy, by share: Double) -> Bool {
    let (mine, others) = (
      Set(rules.map(\.conclusion)).count, Set(other.rules.map(\.conclusion)).count
    )
    if mine != others { return mine > others }
    return Double(disagreements) < Double(other.disagreements) * (1 - share)
  }

  /// The minimal premises of a class.
  private static func search(
    _ conclusion: Int, _ layer: BinarisedLayer, _ codes: CodeCounts, limit: Int,
    onStep: () throws -> Void
  ) rethrows -> (rules: [ImplicantRule], cut: Bool) {
    let search = ImplicantSearch(
      layer.margins(for: conclusion), limit: .init(premises: limit, steps: 20 * limit))
    var found = try search.run(over: codes.codes, onStep: onStep)
    if found.cut {
      // Frequent codes that the search did not reach have a premise too.
      let known = Set(found.premises)
      let missed = codes.commonest(of: conclusion, atMost: 1000).compactMap(search.premise)
      found.premises += Set(missed).subtracting(known).sorted {
        ($0.mask, $0.value) < ($1.mask, $1.value)
      }
    }
    let rules = try found.premises.map { premise in
      try onStep()
      return ImplicantRule(premise: premise, conclusion: conclusion, isImplied: true, over: codes)
    }
    return (rules, found.cut)
  }

  /// Rules for a class with shorter premises than the minimal ones and than frequent codes.
  private static func relaxed(
    _ minimal: [ImplicantRule], for conclusion: Int, _ layer: BinarisedLayer, _ codes: CodeCounts
  ) -> [ImplicantRule] {
    let search = ImplicantSearch(layer.margins(for: conclusion))
    let all = layer.features.indices.reduce(UInt64(0)) { $0 | 1 << UInt64($1) }
    var known = Set(minimal.map(\.premise))
    var premises: [Implicant] = []
    for rule in minimal {
      premises += codes.relaxed(rule.premise, for: conclusion, known: &known)
    }
    for code in codes.commonest(of: conclusion, atMost: 50) {
      let whole = Implicant(mask: all, value: code)
      if known.insert(whole).inserted { premises.append(whole) }
      premises += codes.relaxed(whole, for: conclusion, known: &known)
    }
    return premises.map {
      ImplicantRule(
        premise: $0, conclusion: conclusion, isImplied: search.implies($0), over: codes)
    }
  }

  /// The smallest number of rules with at most a fiftieth more disagreements than the best number.
  ///
  /// `disagreements`: one count for each number of rules from 0.
  package static func size(within range: ClosedRange<Int>, _ disagreements: [Int]) -> Int {
    let fewest = disagreements[range].min() ?? 0
    return range.first { 50 * disagreements[$0] <= 51 * fewest } ?? range.upperBound
  }

  /// Selects rules and chooses their number, with a rule for every class.
  private mutating func choose(
    from candidates: [ImplicantRule], _ limits: Limits, _ subject: ExtractionSubject
  ) throws {
    selection = try VoteCover(candidates, over: codes, default: majority).selection(
      atMost: max(limits.rules, 100), onStep: subject.onStep)
    var wrong = validation.disagreements(of: selection, default: majority)
    if validation.rows < 100 {
      wrong = zip(wrong, codes.disagreements(of: selection, default: majority)).map(+)
    }
    let largest = min(limits.rules, selection.count)
    let smallest = min(Set(candidates.map(\.conclusion)).count, largest)
    size = Self.size(within: smallest...largest, wrong)
    disagreements = wrong[size]
  }
}
