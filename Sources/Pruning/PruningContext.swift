import Datasets
import Networks
import Tensors

/// The data, the trainer and the settings of a pruning.
public struct PruningContext: Sendable {
  /// The output head: prediction and loss.
  public var head: Head
  /// The training rows for scores and fine-tuning.
  public var training: Examples
  /// The validation rows for evaluation; never used for fitting.
  public var validation: Examples
  /// The trainer for fine-tuning; the recipe sets the number of epochs.
  public var trainer: Trainer
  /// The random seed.
  public var seed: UInt64
  /// The factor on the learning rate when a trained network is fine-tuned; training of newly
  /// initialised weights uses the full rate. Default 1.
  public var fineTuningScale = 1.0
  /// The number of rows for scores, independent of the network's cost; `nil` uses each method's
  /// default, reduced for expensive networks.
  public var scoreRows: Int?
  /// The teacher for knowledge distillation, in addition to the labels.
  public var teacher: Teacher?
  /// The training checkpoints from which a pruning resumes; `nil` disables checkpoints.
  public var checkpoints: PruningCheckpoints?
  /// The cache shared by several prunings of one network; `nil` disables caching.
  public var cache: PruningCache?
  /// Called at every training step; an error that it throws aborts the pruning.
  public var onStep: @Sendable () throws -> Void = {}
  /// The columns of a table and the network inputs encoded from each.
  public var columns: [InputColumn] = []

  /// Creates a context with the defaults of the other settings.
  public init(
    head: Head, training: Examples, validation: Examples, trainer: Trainer, seed: UInt64
  ) {
    self.head = head
    self.training = training
    self.validation = validation
    self.trainer = trainer
    self.seed = seed
  }

  /// Samples training rows at random for scores, with the seed.
  ///
  /// `passes`: the cost per row in forward passes. For expensive networks the sample is smaller,
  /// but has at least 64 and `fewest` rows.
  package func sample(
    of count: Int, for network: Network, passes: Int = 1, fewest: Int = 64
  ) -> Examples {
    let affordable = Self.scoreCost / max(network.macs * passes, 1)
    return sample(of: scoreRows ?? min(count, max(affordable, fewest, 64)))
  }

  /// The MACs of one scoring run, about one second.
  private static let scoreCost = 40_000_000_000

  /// Samples training rows at random, with the seed.
  func sample(of count: Int) -> Examples {
    guard training.count > count else { return training }
    var order = Array(0..<training.count)
    var generator = SeededGenerator(seed: seed).stream("sample")
    generator.shuffle(&order)
    return training.gathering(order[..<count])
  }

  /// The training step of fine-tuning, with the loss of the labels and of the teacher, if there is
  /// one.
  var step: TrainingStep { trainer.step(head: head, teacher: teacher) }

  /// Returns the network after training for `epochs` more epochs.
  ///
  /// `isFresh`: whether the weights are newly initialised, so that the full learning rate applies.
  package func trained(
    _ network: Network, epochs: Int, round: Int, isFresh: Bool = false
  ) throws -> Network {
    guard epochs > 0 else { return network }
    var trainer = trainer
    if !isFresh { trainer.learningRate *= fineTuningScale }
    trainer.epochs = epochs
    trainer.patience = nil
    return try once(from: network) {
      try trainer.train(
        from: Trainer.State(start: network), head: head, on: training, validation: watched,
        teacher: teacher, seed: seed &+ UInt64(round), onStep: { _ in try onStep() }
      ).network
    }
  }

  /// Returns the result of a training stage, from the checkpoint if there is one.
  func once<Value: Codable>(from network: Network, _ learn: () throws -> Value) throws -> Value {
    try checkpoints?.reach(from: network, learn) ?? learn()
  }

  /// At most 512 validation rows for the validation loss of intermediate training; no decision
  /// depends on it.
  private var watched: Examples {
    validation.count > 512 ? validation.gathering(Array(0..<512)[...]) : validation
  }
}
