import Datasets
import Foundation
import Tensors

/// The training hyperparameters.
public struct Trainer: Hashable, Codable, Sendable {
  /// The maximum number of epochs.
  public var epochs: Int
  /// The batch size.
  public var batch: Int
  /// The initial learning rate.
  public var learningRate: Double
  /// The optimiser.
  public var optimizer: Optimizer = .adam
  /// The learning rate schedule.
  public var schedule: LearningRateSchedule = .cosine
  /// The weight decay coefficient, applied to weights only.
  public var weightDecay: Double = 0
  /// The L1 penalty on all weights, applied as a proximal step.
  public var l1: Double = 0
  /// The group lasso penalty on the first layer's weights, grouped by input column (Yuan & Lin
  /// 2006, doi:10.1111/j.1467-9868.2005.00532.x), applied as a proximal step.
  public var inputLasso: Double = 0
  /// Early stopping: the number of epochs without a lower validation loss; disabled if `nil`.
  public var patience: Int?
  /// The loss weight of each class; 1 each if `nil`.
  public var classWeights: [Float]?
  /// The penalty that pulls sigmoid feature values towards 0 and 1 (hidden-unit clarification,
  /// Ishikawa 1996, doi:10.1016/0893-6080(96)83696-3) in the second half of the epochs.
  public var clarification: Float = 0
  /// The decay per epoch of the exponential moving average of the parameters, from 0 to below 1; the
  /// network of an epoch is then the average, with bias correction (Polyak & Juditsky 1992,
  /// doi:10.1137/0330046). With 0 it has the parameters after the last step.
  public var averaging: Double = 0
  /// The random-shift augmentation of images; none if `nil`.
  public var shift: RandomShift?

  /// Creates hyperparameters: by default Adam with cosine annealing, without weight decay,
  /// penalties, early stopping, class weights, averaging and augmentation.
  public init(epochs: Int, batch: Int, learningRate: Double) {
    self.epochs = epochs
    self.batch = batch
    self.learningRate = learningRate
  }

  /// The metrics of one epoch.
  public struct Epoch: Hashable, Codable, Sendable {
    /// The mean training loss over the rows of the epoch, each computed before its step.
    public var loss: Double
    /// The mean validation loss after the epoch.
    public var validationLoss: Double
    /// The number of correctly classified validation rows after the epoch.
    public var validationCorrect: Int
  }

  /// The training state after an epoch, from which training can be resumed.
  public struct State: Hashable, Codable, Sendable {
    /// The network after the last step.
    public var network: Network
    /// The moving average of the parameters; `nil` before the first epoch and without averaging.
    public private(set) var average: Network?
    /// The optimiser state.
    public var memory: Optimizer.Memory
    /// The network of the epoch with the lowest validation loss.
    public var best: Network
    /// The lowest validation loss.
    public var bestLoss: Double
    /// The epoch with the lowest validation loss, from 0; -1 before the first.
    public var bestEpoch: Int
    /// The metrics of all epochs so far.
    public var history: [Epoch]

    /// The state before the first epoch.
    public init(start network: Network) {
      self.network = network
      memory = Optimizer.Memory(for: network)
      best = network
      bestLoss = .greatestFiniteMagnitude
      bestEpoch = -1
      history = []
    }

    /// The network of the epoch that just ended: after the last step, or the moving average with a
    /// `decay` above 0.
    mutating func networkOfEpoch(averaging decay: Double) -> Network {
      guard decay > 0 else { return network }
      var mean = average ?? network
      // The weights of all epochs so far sum to 1 (bias correction, as in Adam).
      let share = (1 - decay) / (1 - pow(decay, Double(history.count + 1)))
      mean.move(by: Float(share), towards: network)
      average = mean
      return mean
    }
  }

  /// Trains from a state to the last epoch and keeps the network with the lowest validation loss.
  ///
  /// The shuffle of an epoch depends only on the seed and the epoch, so training resumed from a
  /// stored state gives bit-identical results. Without validation rows, the training rows are used
  /// for validation.
  ///
  /// `inputGroups`: the inputs of each column, for `inputLasso`.
  /// `teacher`: the teacher of knowledge distillation.
  /// `onStep`: called before every step of an epoch but the first with the state at the start of
  /// the epoch, from which training can be resumed; an error that it throws ends the training.
  /// `onEpoch`: called after every epoch; an error that it throws ends the training.
  /// - Throws: `NetworkError.notFinite` if training diverges; the errors of the two closures.
  public func train(
    from start: State, head: Head, on examples: Examples, validation: Examples,
    inputGroups: [[Int]] = [], teacher: Teacher? = nil, seed: UInt64,
    onStep: (State) throws -> Void = { _ in }, onEpoch: (State) throws -> Void = { _ in }
  ) throws -> State {
    var state = start
    let generator = SeededGenerator(seed: seed)
    for epoch in state.history.count..<max(epochs, state.history.count) {
      if let patience, epoch - state.bestEpoch > patience, state.bestEpoch >= 0 { break }
      var shuffler = generator.stream("epoch-\(epoch)")
      let batches = MiniBatches(of: examples.count, size: batch, using: &shuffler)
      let begun = state
      let loss = try runEpoch(
        epoch, batches, state: &state, head: head, on: examples, inputGroups: inputGroups,
        teacher: teacher, generator: generator, onStep: { try onStep(begun) })
      let checked = validation.count > 0 ? validation : examples
      let result = state.networkOfEpoch(averaging: averaging)
      let outputs = result.outputs(for: checked.inputs)
      let validationLoss = head.loss(of: outputs, for: checked, classWeights: classWeights).value
      let correct =
        head == .number
        ? 0 : zip(head.predictions(from: outputs), checked.labels).count { $0 == $1 }
      state.history.append(
        Epoch(loss: loss, validationLoss: validationLoss, validationCorrect: correct))
      if validationLoss < state.bestLoss {
        state.bestLoss = validationLoss
        state.best = result
        state.bestEpoch = epoch
      }
      try onEpoch(state)
    }
    return state
  }

  private func runEpoch(
    _ epoch: Int, _ batches: MiniBatches, state: inout State, head: Head, on examples: Examples,
    inputGroups: [[Int]], teacher: Teacher?, generator: SeededGenerator, onStep: () throws -> Void
  ) throws -> Double {
    let nodes = state.network.architecture.nodes
    let clarified =
      clarification > 0 && 2 * epoch >= epochs
      ? nodes.indices.last {
        $0 < nodes.count - 1 && nodes[$0].layer.activation?.function == .sigmoid
      } : nil
    let steps = batches.count
    var total = 0.0
    var random = generator.stream("chance-\(epoch)")
    let update = self.step(head: head, teacher: teacher)
    var quick =
      clarified == nil && teacher == nil ? DenseSteps(self, state, head: head, on: examples) : nil
    for step in 0..<steps {
      if step > 0 { try onStep() }
      let rows = batches[step]
      let rate =
        learningRate
        * schedule.factor(epoch: epoch, progress: Double(step) / Double(steps), epochs: epochs)
      if let loss = quick?.step(rows, of: examples, rate: rate) {
        total += loss * Double(rows.count)
        continue
      }
      // Layer by layer; also finds the layer with the first non-finite value.
      quick?.store(in: &state)
      quick = nil
      let taken = batch(of: examples, rows, using: &random)
      let pass = try update.pass(
        of: state.network, on: taken, number: epoch * steps + step + 1, using: &random
      ) { forward in
        clarified.map { [$0: clarificationGradient(forward.outputs[$0])] } ?? [:]
      }
      total += pass.loss * Double(rows.count)
      update.update(&state.network, by: pass, memory: &state.memory, rate: rate)
      if l1 > 0 { state.network.shrinkWeights(by: Float(rate * l1)) }
      if inputLasso > 0 {
        state.network.shrinkInputs(inputGroups, by: Float(rate * inputLasso))
      }
    }
    quick?.store(in: &state)
    return total / Double(max(examples.count, 1))
  }

  /// The training batch of some rows, with random shifts applied.
  public func batch(
    of examples: Examples, _ rows: ArraySlice<Int>, using random: inout SeededGenerator
  ) -> Examples {
    var taken = examples.gathering(rows)
    if let shift { taken.inputs = shift.moved(taken.inputs, using: &random) }
    return taken
  }

  /// The gradient of `c · Σ min(z, 1 - z)`, averaged over the rows.
  private func clarificationGradient(_ values: Tensor) -> Tensor {
    let pull = clarification / Float(values.rows)
    return Tensor(values.elements.map { $0 < 0.5 ? pull : -pull }, shape: values.shape)
  }
}

extension Head {
  /// The position of the predicted class of each row of outputs.
  public func predictions(from outputs: Tensor) -> [Int] {
    outputs.width == 1
      ? (0..<outputs.rows).map { outputs[$0, 0] > 0 ? 1 : 0 } : outputs.largestColumns
  }
}

extension Network {
  /// Moves every parameter by a share of its difference from the same parameter of another network.
  mutating func move(by share: Float, towards other: Network) {
    for node in parameters.indices {
      for index in parameters[node].indices {
        let targets = other.parameters[node][index].value.elements
        parameters[node][index].value.withElements { values in
          for position in values.indices {
            values[position] += share * (targets[position] - values[position])
          }
        }
      }
    }
  }

  /// Soft-thresholds every weight by `amount`, the proximal step of the L1 penalty.
  mutating func shrinkWeights(by amount: Float) {
    for node in parameters.indices {
      for index in parameters[node].indices where parameters[node][index].role == .weight {
        parameters[node][index].value.shrink(by: amount)
      }
    }
  }

  /// Shrinks the norm of the first layer's weights of each input group, the proximal step of the
  /// group lasso.
  mutating func shrinkInputs(_ groups: [[Int]], by amount: Float) {
    guard parameters.first?.index(of: .weight) != nil else { return }
    let units = parameters[0][.weight].value.width
    parameters[0][.weight].value.withElements { weights in
      for group in groups {
        var squares: Float = 0
        for input in group {
          for unit in 0..<units {
            squares += weights[input * units + unit] * weights[input * units + unit]
          }
        }
        let norm = squares.squareRoot()
        let limit = amount * Float(group.count).squareRoot()
        let scale = norm > limit ? 1 - limit / norm : 0
        for input in group {
          for unit in 0..<units { weights[input * units + unit] *= scale }
        }
      }
    }
  }
}
