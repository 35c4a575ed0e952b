import Datasets
import Explanations
import Networks
import Rules
import Tensors

/// The runs of the extractor beside the reported one, and the network of shuffled labels.
struct StabilityStudy {
  let experiment: Experiment
  let rows: Preparation
  let predictions: RunPredictions
  let shown: Extraction
  /// The explained network.
  let model: Model
  /// Its hidden features, if the reported rules had them.
  let features: FeatureValues?
  let control: RunControl

  /// The stability over `count` seeds and as many bootstrap samples.
  /// - Throws: the errors of the extractor; `Interrupted` if `control` requests it.
  func result(_ count: Int) throws -> Stability {
    Stability(
      of: list(of: shown), ids: shown.rules.rules.indices.map { "R\($0 + 1)" },
      seeds: try (1...max(count, 1)).map { try list(of: run(seed: $0)) },
      bootstraps: try (1...max(count, 1)).map { try list(of: run(bootstrap: $0)) },
      randomization: experiment.model == nil ? try randomization() : nil)
  }

  /// The rules on the training and the held-out rows of the shown ones.
  private func list(of extraction: Extraction) -> ExtractedList {
    let table =
      shown.level == .features ? shown.training : rows.training.appending(extraction.scores)
    return ExtractedList(
      conclusions: extraction.rules.rules.map(\.conclusion),
      deciding: extraction.rules.deciding(table), heldOut: extraction.heldOut)
  }

  private func run(seed number: Int) throws -> Extraction {
    var other = experiment
    other.seed &+= UInt64(number)
    return try Extraction(
      other, level: shown.level, model: model, features: features, predictions: predictions,
      rows: rows,
      control: control)
  }

  private func run(bootstrap number: Int) throws -> Extraction {
    var generator = SeededGenerator(seed: experiment.seed).stream("bootstrap \(number)")
    let count = rows.training.count
    let sample = (0..<count).map { _ in generator.index(below: count) }.sorted()
    var (drawn, known, values) = (rows, predictions, features)
    drawn.training = rows.training.selecting(sample)
    known.training = sample.map { predictions.training[$0] }
    if let features { values?.training = features.training.selectingRows(sample) }
    return try Extraction(
      experiment, level: shown.level, model: model, features: values, predictions: known,
      rows: drawn,
      control: control)
  }

  /// The same run on shuffled labels, without checkpoints and without messages.
  private func randomization() throws -> Randomization {
    let shuffled = rows.shufflingLabels(seed: experiment.seed)
    let extraction = try RepeatedRun(experiment, on: shuffled, control: control)
      .extraction(shown.level)
    let labels = shuffled.heldOut.labels
    return Randomization(
      fidelity: extraction.fidelity.heldOut,
      majorityBaseline: extraction.fidelity.mostFrequentPrediction,
      accuracy: Proportion(agreementOf: extraction.heldOut, and: labels),
      accuracyBaseline: shuffled.heldOut.mostFrequentClass,
      rules: extraction.rules.rules.count)
  }
}

extension Table {
  /// The share of the most frequent class of these rows.
  var mostFrequentClass: Proportion {
    let commonest = labels.commonest(of: schema.classes.count)
    return Proportion(labels.count { $0 == commonest }, of: count)
  }
}

extension Preparation {
  /// The same rows with the labels, and the numbers of a numeric target, shuffled within the training,
  /// the validation and the held-out rows.
  func shufflingLabels(seed: UInt64) -> Preparation {
    var copy = self
    let generator = SeededGenerator(seed: seed)
    copy.training = training.shufflingLabels(generator.stream("shuffled training labels"))
    copy.validation = validation.shufflingLabels(generator.stream("shuffled validation labels"))
    copy.heldOut = heldOut.shufflingLabels(generator.stream("shuffled held-out labels"))
    return copy
  }
}

extension Table {
  fileprivate func shufflingLabels(_ generator: SeededGenerator) -> Table {
    var generator = generator
    var order = Array(labels.indices)
    generator.shuffle(&order)
    var copy = self
    copy.labels = order.map { labels[$0] }
    if !numbers.isEmpty { copy.numbers = order.map { numbers[$0] } }
    return copy
  }
}
