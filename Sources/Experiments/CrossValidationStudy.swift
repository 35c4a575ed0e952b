import Datasets
import Explanations
import Networks
import Tensors

/// Runs of the same settings on the folds of the rows.
struct CrossValidationStudy {
  /// The number of folds.
  static let folds = 5
  /// Below this number of rows, the network is cross-validated by default.
  private static let mostRows = 1000
  /// The rows whose MACs take about as long as the update of the parameters after a batch.
  private static let leastRows = 256
  /// The repeats if they are not given.
  private static let usualRepeats = 2
  /// The most MACs of a training, over all rows and epochs, that are repeated by default.
  private static let mostMACs = 2_000_000_000

  let experiment: Experiment
  let rows: Preparation
  /// The explained network, if it was given.
  let given: Model?
  let control: RunControl

  /// How often the rows are divided into folds: as requested, or 2 for the networks alone below 1,000
  /// rows where their training is cheap; `nil` for not at all.
  ///
  /// `epochs`: those of the training of the run.
  static func repeats(
    _ experiment: Experiment, rows: Preparation, network: Network, epochs: Int
  ) -> Int? {
    if let wanted = experiment.crossValidation { return wanted > 0 ? wanted : nil }
    let count = rows.pooled.count
    // With few rows, the update of the parameters takes most of the time of a step.
    let step = max(count, leastRows).multipliedReportingOverflow(by: network.macs)
    let work = step.partialValue.multipliedReportingOverflow(by: epochs)
    let isCheap = !step.overflow && !work.overflow && work.partialValue <= mostMACs
    return experiment.model == nil && count < mostRows && isCheap ? usualRepeats : nil
  }

  /// The figures of `repeats` times five folds; `nil` if there are fewer rows than folds, or nothing
  /// to measure.
  ///
  /// Rules are extracted only if the experiment requests a cross-validation: they take most of the time
  /// of a run.
  /// - Throws: the errors of the stages; `Interrupted` if `control` requests it.
  func result(_ repeats: Int) throws -> CrossValidation? {
    let pooled = rows.pooled
    guard pooled.count >= Self.folds, repeats > 0 else { return nil }
    let extracts = experiment.crossValidation != nil
    guard given == nil || extracts else { return nil }
    var found = Figures()
    for number in 0..<repeats {
      let seed = experiment.seed &+ UInt64(number)
      let splits = Split.folds(
        pooled.labels, count: Self.folds, validation: Preparation.validationShare(pooled.count),
        seed: seed)
      for (index, split) in splits.enumerated() {
        try control.checkInterruption {}
        let done = number * Self.folds + index
        control.report(
          .progress(fraction: Double(done) / Double(repeats * Self.folds), figures: []))
        var fold = rows
        fold.training = pooled.selecting(split.training)
        fold.validation = pooled.selecting(split.validation)
        fold.heldOut = pooled.selecting(split.heldOut)
        var other = experiment
        other.seed = seed
        try measure(other, on: fold, extracts: extracts, into: &found)
      }
    }
    return CrossValidation(
      folds: Self.folds, repeats: repeats, rows: pooled.count,
      network: given == nil ? .init(found.network) : nil,
      pruned: given == nil ? .init(found.pruned) : nil,
      majority: given == nil ? .init(found.majority) : nil, fidelity: .init(found.fidelity),
      fidelityMajority: .init(found.fidelityMajority))
  }

  /// The shares of each fold.
  private struct Figures {
    var network: [Proportion] = []
    var pruned: [Proportion] = []
    var majority: [Proportion] = []
    var fidelity: [Proportion] = []
    var fidelityMajority: [Proportion] = []
  }

  /// Trains, prunes and extracts on one fold.
  private func measure(
    _ other: Experiment, on fold: Preparation, extracts: Bool, into found: inout Figures
  ) throws {
    let run = try RepeatedRun(other, on: fold, control: control)
    let labels = fold.heldOut.labels
    found.network.append(Proportion(agreementOf: run.predictions.original.predictions, and: labels))
    found.pruned.append(Proportion(agreementOf: run.predictions.pruned.predictions, and: labels))
    found.majority.append(fold.majorityAccuracy)
    guard extracts else { return }
    let extraction = try run.extraction(other.level)
    found.fidelity.append(extraction.fidelity.heldOut)
    found.fidelityMajority.append(extraction.fidelity.majorityBaseline)
  }
}

extension Preparation {
  /// The share of held-out rows with the most frequent class of the training rows.
  var majorityAccuracy: Proportion {
    let commonest = training.labels.commonest(of: training.schema.classes.count)
    return Proportion(heldOut.labels.count { $0 == commonest }, of: heldOut.count)
  }

  /// All rows of the data set: without published or separately given held-out rows.
  var pooled: Table {
    let seen = training.appending(validation)
    return loaded.heldOut == nil && heldOutSource == nil ? seen.appending(heldOut) : seen
  }
}
