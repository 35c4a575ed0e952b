import Datasets
import Explanations
import Networks
import Tensors

/// The number of folds in which hyperparameters are chosen.
private let folds = 5
/// Hyperparameters are chosen for tables of this many training rows. With fewer, cross-validation
/// is imprecise; with more, the default network hardly overfits.
private let selectedRows = 50...3000
/// The most MACs of a training, over all rows and epochs, that are repeated for each fold and candidate.
private let mostMACs = 1_000_000_000
/// The rows whose MACs take about as long as the update of the parameters after a batch.
private let leastRows = 256

extension Defaults {
  /// The hidden layers and weight decay coefficients to choose from, from the simplest network on; empty
  /// if there is no choice.
  ///
  /// Measured by `Reports/networks.py`: without hidden layers before the feature layer, networks are better where a
  /// linear model is hard to beat; with them, where columns interact.
  func candidates(
    _ options: NetworkOptions, training: Table, inputs: Int, outputs: Int
  ) -> [(hidden: [Int], weightDecay: Double)] {
    guard known == nil, !isLarge, training.schema.image == nil,
      selectedRows.contains(training.count), isCheap(training.count, inputs, outputs)
    else { return [] }
    let weightDecays = (options.weightDecay == nil ? [1] : []) + [trainer.weightDecay]
    // An activation function is for hidden layers.
    let mayBeNone = options.hidden == nil && options.activation == .relu
    let simplest = mayBeNone ? [] : hidden
    var all: [(hidden: [Int], weightDecay: Double)] = weightDecays.map { (simplest, $0) }
    if mayBeNone { all.append((hidden, trainer.weightDecay)) }
    return all.count > 1 ? all : []
  }

  private func isCheap(_ rows: Int, _ inputs: Int, _ outputs: Int) -> Bool {
    let widths = [inputs] + hidden + [features, outputs]
    let macs = zip(widths, widths.dropFirst()).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return macs * Double(max(rows, leastRows)) * Double(trainer.epochs) <= Double(mostMACs)
  }

  /// With the hyperparameters of a candidate.
  func with(hidden: [Int], weightDecay: Double) -> Defaults {
    var copy = self
    copy.hidden = hidden
    copy.trainer.weightDecay = weightDecay
    return copy
  }
}

extension StartingNetwork {
  /// Chooses hidden layers and weight decay by cross-validation of the training rows; `nil` if there is
  /// no choice.
  ///
  /// In each fold, the validation rows of the run end the training early, as in the run. A candidate whose
  /// training diverges is left out; `nil` also if all of them diverge.
  /// - Throws: `Interrupted` if `control` requests it.
  static func selection(
    _ defaults: Defaults, _ experiment: Experiment, _ training: EncodedRows,
    _ validation: EncodedRows, by encoding: Encoding, outputs: Int, control: RunControl
  ) throws -> HyperparameterSelection? {
    let candidates = defaults.candidates(
      experiment.network, training: training.table, inputs: encoding.width, outputs: outputs)
    guard !candidates.isEmpty else { return nil }
    control.report(
      .stage(
        name: "training",
        detail: "\(candidates.count) candidates for hidden layers and weight decay, "
          + "\(folds) folds of \(training.count) rows"))
    let rows = training.examples(by: encoding)
    let watched = validation.examples(by: encoding)
    let splits = Split.folds(
      training.table.labels, count: folds, validation: 0, seed: experiment.seed)
    let settings = candidates.map(defaults.with)
    let starts = try settings.map {
      try Network($0.architecture(inputs: encoding.width, outputs: outputs), seed: experiment.seed)
    }
    // `nil` for a candidate whose training diverged.
    var losses = [[Double]?](repeating: [], count: candidates.count)
    for (number, split) in splits.enumerated() {
      let (fitted, heldOut) = (
        rows.gathering(split.training[...]), rows.gathering(split.heldOut[...])
      )
      for index in candidates.indices where losses[index] != nil {
        let trainer = settings[index].trainer
        let loss = try trainer.loss(
          of: starts[index], defaults.head, fittedTo: fitted, watching: watched, on: heldOut,
          seed: experiment.seed, control: control)
        if let loss { losses[index]?.append(loss) } else { losses[index] = nil }
        let done = number * candidates.count + index + 1
        control.report(
          .progress(fraction: Double(done) / Double(folds * candidates.count), figures: []))
      }
    }
    let complete = candidates.indices.compactMap { index in
      losses[index].map {
        HyperparameterSelection.Candidate(
          hidden: candidates[index].hidden, weightDecay: candidates[index].weightDecay, losses: $0)
      }
    }
    return complete.isEmpty
      ? nil : HyperparameterSelection(rows: training.count, candidates: complete)
  }
}

extension Trainer {
  /// The mean loss on held-out rows after training; `nil` if it is not finite or the training diverges.
  ///
  /// - Throws: `NetworkError` otherwise; `Interrupted` if `control` requests it.
  fileprivate func loss(
    of start: Network, _ head: Head, fittedTo fitted: Examples, watching watched: Examples,
    on heldOut: Examples, seed: UInt64, control: RunControl
  ) throws -> Double? {
    do {
      let state = try train(
        from: Trainer.State(start: start), head: head, on: fitted, validation: watched, seed: seed,
        onStep: { _ in try control.checkInterruption {} })
      let loss = head.loss(
        of: state.best.outputs(for: heldOut.inputs), for: heldOut, classWeights: classWeights
      ).value
      return loss.isFinite ? loss.roundedTo(digits: 6) : nil
    } catch NetworkError.notFinite {
      return nil
    }
  }
}

extension Experiment {
  /// With the chosen hyperparameters as settings, so that a run on other rows does not choose again.
  func with(_ selection: HyperparameterSelection?) -> Experiment {
    guard let choice = selection?.choice else { return self }
    var copy = self
    copy.network.hidden = choice.hidden
    copy.network.weightDecay = choice.weightDecay
    return copy
  }
}
