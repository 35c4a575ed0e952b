import Datasets
import Naming
import Networks
import Rules
import Tensors

/// Decompositional rule extraction: minimal sets of binarised hidden features that imply a class
/// for all values of the other features, searched in the weights of the last layer.
///
/// The rules are a vote: of the rules that hold, the one with the highest confidence decides. A
/// greedy selection adds the rule that adds most agreement on the training rows, first one for each
/// class, and their number is chosen on the validation rows. Premises that are shorter than the
/// minimal ones imply no class; they are selected too, by their confidence on the training rows,
/// if agreement on the validation rows is higher with them. So are other thresholds of the
/// features, for which the binarised network agrees more often.
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

  /// The largest number of minimal premises searched for one class.
  public var maximumPremises: Int
  /// The largest number of rules if the subject has no limit of its own.
  public var maximumRules: Int

  /// Creates the extractor with at most 10,000 premises per class and 40 rules.
  public init() { self.init(maximumPremises: 10_000) }
  /// Creates the extractor with given limits.
  public init(maximumPremises: Int, maximumRules: Int = 40) {
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
    let others = subject.validationValues(features)
    let own = Binarisation(features, values: values)
    func study(_ binarisation: Binarisation) throws -> OrderedAttributeStudy {
      try OrderedAttributeStudy(
        BinarisedLayer(features, binarisation, of: subject.model),
        values: (training: values, validation: others), subject,
        limits: .init(
          premises: maximumPremises, rules: max(subject.maxRules ?? maximumRules, 0)))
    }
    var best = try study(own)
    let tuned = try Binarisation(
      tuning: features, values: values, predictions: subject.predictions, of: subject.model,
      onStep: subject.onStep)
    // Thresholds of their own make rules harder to read: they must save a tenth of the errors.
    if tuned.cuts != own.cuts {
      let other = try study(tuned)
      if other.isBetter(than: best, by: 0.1) { best = other }
    }

    let layer = best.layer
    func rules(_ chosen: [ImplicantRule]) -> RuleSet {
      RuleSet(
        chosen.sorted { $0.outranks($1) }.map(layer.rule), default: best.majority,
        resolution: .vote)
    }
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 20, 32, 40, 50, 100]
    let curve = sizes.filter { $0 <= best.selection.count }.map {
      rules(Array(best.selection.prefix($0)))
    }
    let all = rules(best.implied.flatMap { $0 })
    return ExtractedRules(
      rules: rules(best.rules),
      curve: curve.filter { $0.rules.count < all.rules.count } + [all]
        + curve.filter { $0.rules.count > all.rules.count },
      notes: OrderedAttributeNotes(best, subject).all + notes(features, values))
  }

  private func notes(
    _ features: HiddenFeatures, _ values: Tensor
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
