import Datasets
import Rules

/// What a reader must know of the rules of ordered-attribute search.
struct OrderedAttributeNotes {
  private let study: OrderedAttributeStudy
  private let subject: ExtractionSubject
  private let classes: [String]

  init(_ study: OrderedAttributeStudy, _ subject: ExtractionSubject) {
    self.study = study
    self.subject = subject
    classes = subject.training.schema.classes
  }

  /// The notes, classes without rules first.
  var all: [String] {
    classesWithoutRule + classesWithoutPremise + stoppedSearches + limits + [implications]
  }

  private func names(_ positions: [Int]) -> String {
    positions.map { "'\(classes[$0])'" }.joined(separator: ", ")
  }

  /// Classes that the network predicts on training rows or on ten validation rows.
  private var classesWithoutRule: [String] {
    let ruled = Set(study.rules.map(\.conclusion))
    let without = classes.indices.filter { position in
      !ruled.contains(position)
        && (subject.predictions.contains(position)
          || subject.validationPredictions.count { $0 == position } >= 10)
    }
    guard !without.isEmpty else { return [] }
    return ["no rule predicts \(names(without)), although the network does"]
  }

  /// Classes whose rules cannot be implied.
  private var classesWithoutPremise: [String] {
    let without = classes.indices.filter {
      study.implied[$0].isEmpty && subject.predictions.contains($0)
    }
    guard !without.isEmpty else { return [] }
    return [
      "on no training row does the binarised network predict \(names(without)): no premise implies "
        + "\(without.count == 1 ? "this class" : "these classes")"
    ]
  }

  private var stoppedSearches: [String] {
    guard !study.stopped.isEmpty else { return [] }
    return [
      "the search for minimal premises that imply \(names(study.stopped)) was stopped: there are "
        + "more"
    ]
  }

  private var limits: [String] {
    var notes: [String] = []
    let count = study.layer.source.count
    if study.layer.features.count < count {
      notes.append("rules use only the 64 strongest of \(count) hidden features")
    }
    let own = study.layer.source.thresholds
    let moved = zip(study.layer.binarisation.cuts, own).count { $0 != $1 }
    if moved > 0 {
      notes.append(
        "\(moved) of \(count) hidden features have thresholds for which the binarised network "
          + "agrees more often with the network")
    }
    return notes
  }

  /// Which rules are implied by the weights of the last layer and which are measured only.
  private var implications: String {
    let rules = study.rules
    let implied = rules.count { $0.isImplied }
    let found = study.implied.reduce(0) { $0 + $1.count }
    let premises =
      found == 1
      ? "1 minimal premise of this kind was" : "\(found) minimal premises of this kind were"
    let meaning = "for all values of the other binarised features"
    if implied == rules.count {
      return "each rule implies its class \(meaning); \(premises) found"
    }
    return
      "\(implied) of \(rules.count) rules imply their class \(meaning) (\(premises) found); the "
      + "others have shorter premises, of which only the confidence is known"
  }
}
