import Datasets
import Networks
import Tensors

/// The rows that a pruning scores by, learns from and is watched on.
public struct PruningContext: Sendable {
  /// How outputs become an answer, and a loss.
  public var head: Head
  /// The rows that scores look at and recoveries learn from.
  public var training: Examples
  /// The rows that say what a pruning costs; never learned from.
  public var validation: Examples
  /// How what is left learns; the recipe says for how many epochs.
  public var trainer: Trainer
  /// The source of all chance of a pruning.
  public var seed: UInt64
  /// What is left of a trained network learns in steps of this share of the trainer's; fresh weights
  /// learn in whole ones.
  public var fineTuningScale = 1.0
  /// The rows that scores look at, whatever the network costs; each method's own number, of an
  /// expensive network fewer, where `nil`.
  public var scoreRows: Int?
  /// Whose answers what is left learns from, beside the labels.
  public var teacher: Teacher?
  /// Where training is kept, so that a pruning can go on; nothing is kept where `nil`.
  public var checkpoints: PruningCheckpoints?
  /// What several prunings of one network look for alike; each looks for itself where `nil`.
  public var cache: PruningCache?
  /// Called at every step of training; what it throws ends the pruning.
  public var onStep: @Sendable () throws -> Void = {}
  /// The columns of a table and the inputs made of each.
  public var columns: [(name: String, inputs: [Int])] = []

  public init(
    head: Head, training: Examples, validation: Examples, trainer: Trainer, seed: UInt64
  ) {
    self.head = head
    self.training = training
    self.validation = validation
    self.trainer = trainer
    self.seed = seed
  }

  /// Some training rows, drawn by the seed: what scores look at.
  ///
  /// `passes`: what a row takes, in answers of the network; of an expensive one there are fewer rows,
  /// but 64 and `fewest` at least.
  package func sample(
    of count: Int, for network: Network, passes: Int = 1, fewest: Int = 64
  ) -> Examples {
    let affordable = Self.scoreCost / max(network.multiplications * passes, 1)
    return sample(of: scoreRows ?? min(count, max(affordable, fewest, 64)))
  }

  /// The multiplications of one look at the rows: about a second.
  private static let scoreCost = 40_000_000_000

  /// Some training rows, drawn by the seed.
  func sample(of count: Int) -> Examples {
    guard training.count > count else { return training }
    var order = Array(0..<training.count)
    var generator = SeededGenerator(seed: seed).stream("sample")
    generator.shuffle(&order)
    return training.gathering(order[..<count])
  }

  /// The validation rows that a network answers rightly; for a number, those within half a standard
  /// deviation.
  public func correct(_ network: Network) -> [Bool] {
    let rows = validation.count > 0 ? validation : training
    let outputs = network.outputs(for: rows.inputs)
    guard head == .number else {
      return zip(head.answers(from: outputs), rows.labels).map { $0 == $1 }
    }
    return (0..<rows.count).map { abs(outputs[$0, 0] - rows.numbers[$0]) < 0.5 }
  }

  /// The share of validation rows that a network answers rightly.
  public func accuracy(of network: Network) -> Double {
    let correct = correct(network)
    return Double(correct.count { $0 }) / Double(max(correct.count, 1))
  }

  /// The mean loss over some rows and its gradient with respect to the outputs: by the labels, and
  /// the teacher where there is one.
  func loss(of outputs: Tensor, for examples: Examples) -> (value: Double, gradient: Tensor) {
    teacher?.loss(of: outputs, for: examples, head: head, classWeights: trainer.classWeights)
      ?? head.loss(of: outputs, for: examples, classWeights: trainer.classWeights)
  }

  /// A network that has learned for some more epochs.
  ///
  /// `isFresh`: whether it has not learned anything yet.
  func trained(
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

  /// What a piece of training comes to, where it was stopped before without doing it again.
  func once<Value: Codable>(from network: Network, _ learn: () throws -> Value) throws -> Value {
    try checkpoints?.reach(from: network, learn) ?? learn()
  }

  /// A few validation rows: training between the rounds looks at them and decides nothing.
  private var watched: Examples {
    validation.count > 512 ? validation.gathering(Array(0..<512)[...]) : validation
  }
}
