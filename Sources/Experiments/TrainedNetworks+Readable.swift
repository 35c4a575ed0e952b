import Datasets
import Explanations
import ModelFiles
import Networks

/// The number of folds in which a readable network is compared with the trained one.
private let folds = 4
/// Below this number of validation rows, the comparison is repeated in folds.
private let enoughValidation = 200
/// The share of validation rows that a readable network may lose and still be compared in folds.
private let mostLost = 0.05

extension TrainedNetworks {
  /// Replaces the hidden features of a trained network by scores: if requested, or if that costs at
  /// most one point of accuracy.
  ///
  /// With few validation rows one point is within the error: below 200 of them, both networks are
  /// fitted again in four folds of the training and validation rows.
  /// - Throws: the errors of training; `Interrupted` if `control` requests it.
  mutating func makeReadable(
    _ experiment: Experiment, from start: StartingNetwork, on rows: Preparation,
    control: RunControl
  ) throws {
    guard experiment.triesReadable else { return }
    let found = try ReadableNetwork(
      pruned, from: start, limits: experiment.scoreLimits, seed: experiment.seed, control: control)
    guard var found else {
      if experiment.readable == true {
        control.report(
          .note(
            "the network is not made readable: scores describe sigmoid features of tables with "
              + "classes only"))
      }
      return
    }
    guard
      try experiment.readable == true
        || isAsGood(&found, experiment, on: rows, control: control)
    else { return }
    readable = found
    pruned = found.model
  }

  /// Whether a readable network costs at most one point; its figures are then those that decided.
  private func isAsGood(
    _ found: inout ReadableNetwork, _ experiment: Experiment, on rows: Preparation,
    control: RunControl
  ) throws -> Bool {
    guard rows.validation.count < enoughValidation else { return found.isAsGood }
    let pooled = rows.training.appending(rows.validation)
    guard !found.losesClass, found.lost <= mostLost, pooled.count >= 2 * folds else { return false }
    var other = experiment.with(selection)
    other.readable = true
    other.extractor = nil
    var (before, after) = (0, 0)
    let splits = Split.folds(
      pooled.labels, count: folds, validation: Preparation.validationShare(pooled.count),
      seed: experiment.seed)
    for split in splits {
      try control.checkInterruption {}
      var fold = rows
      fold.training = pooled.selecting(split.training)
      fold.validation = pooled.selecting(split.validation)
      fold.heldOut = pooled.selecting(split.heldOut)
      let run = try RepeatedRun(other, on: fold, control: control)
      guard run.networks.readable != nil else { return false }
      let labels = fold.heldOut.labels
      before += Proportion(agreementOf: run.predictions.original.predictions, and: labels).count
      after += Proportion(agreementOf: run.predictions.pruned.predictions, and: labels).count
    }
    found.accuracy = (Proportion(before, of: pooled.count), Proportion(after, of: pooled.count))
    found.isOfFolds = true
    return (before - after) * 100 <= pooled.count
  }
}
