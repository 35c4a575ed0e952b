import Datasets
import Networks
import Tensors

extension FeatureLayer {
  /// The state of a pruning; also the checkpoint from which it resumes.
  public struct State: Hashable, Codable, Sendable {
    /// The current phase of the pruning.
    public enum Phase: String, Codable, Sendable {
      case neurons, lasso, columns, merging, recovery, done
    }

    /// The masked network, with the shape of the original.
    public var network: Network
    /// All accepted removals.
    public var plan: PruningPlan
    /// The phase in which the pruning continues.
    public var phase: Phase
    /// The history; a step is a removal that was tried.
    public var trace: PruningTrace
    /// The number of hidden features and of data columns before pruning.
    private let start: Remaining
    /// The number of neurons per step, after a rejected step with more.
    var neuronBatch: Int?
    var columnBatch: Int?
    var columnTrials = 0
    /// The mean loss from which a rise is limited (`LossTolerance`); `nil` if it is not limited.
    var referenceLoss: Double?
    /// Consecutive rejected removals.
    var refusals = 0
    /// Neurons whose individual removal was rejected, by original index.
    var refusedNeurons: [Int] = []
    /// Columns whose individual removal was rejected, by position.
    var refusedColumns: [Int] = []
    /// Pairs of neurons whose merge was rejected, by original index: kept neuron, removed neuron.
    var refusedMerges: [[Int]] = []

    init(start task: Task) throws {
      network = task.network
      plan = PruningPlan()
      phase = task.readsFeatures ? .lasso : .neurons
      trace = PruningTrace(before: try task.measurement(of: task.network, by: plan))
      start = task.remaining
    }

    /// The state of a pruning that removes nothing.
    /// - Throws: `NetworkError` if the architecture is invalid.
    public init(untouched task: Task) throws {
      try self.init(start: task)
      phase = .done
    }

    /// The number of the next step, from 1.
    var nextStep: Int { trace.steps.count + 1 }

    /// Adds a step to the history, and applies it if it is accepted.
    ///
    /// `network`: the masked network after recovery.
    /// `removals`: what the step removes in addition to the plan.
    mutating func record(
      _ network: Network, removing removals: [PruningPlan.Removal], of task: Task,
      qualityBeforeRecovery: Quality, isAccepted: Bool
    ) throws {
      let longer = plan.union(PruningPlan(removals))
      trace.steps.append(
        .init(
          nextStep, of: nil, removals: removals.map(task.named),
          qualityBeforeRecovery: qualityBeforeRecovery,
          result: try task.measurement(of: network, by: longer), isAccepted: isAccepted))
      guard isAccepted else { return }
      self.network = network
      plan = longer
    }

    /// Compacts the network and compares it with the masked one.
    ///
    /// `inputs`: the rows of the comparison, `[rows, inputs]`.
    /// - Throws: `PruningError.notTheSame` if the outputs differ.
    public func compacted(checkedOn inputs: Tensor, head: Head) throws -> Compaction {
      try Compaction(of: network, by: plan, on: inputs, head: head)
    }
  }

  /// What is left of the hidden features and of the columns.
  public struct Remaining: Hashable, Codable, Sendable {
    /// The number of hidden features.
    public var features: Int
    /// The number of columns of the data that are still used.
    public var columns: Int

    fileprivate mutating func remove(_ removals: [PruningPlan.Removal]) {
      for removal in removals {
        switch removal.subject {
        case .neuron, .flattenedUnit: features -= 1
        case .column: columns -= 1
        case .branch, .weights: break
        }
      }
    }
  }
}

extension FeatureLayer.State {
  /// What is left before the first step, then after every step, whether accepted or rejected.
  public var remaining: [FeatureLayer.Remaining] {
    var accepted = start
    return [start]
      + trace.steps.map { step in
        var left = accepted
        left.remove(step.removals)
        if step.isAccepted { accepted = left }
        return left
      }
  }
}

extension FeatureLayer.Task {
  /// The hidden features and columns before pruning.
  fileprivate var remaining: FeatureLayer.Remaining {
    let columns = context.columns.count { !$0.inputs.isEmpty }
    let node = network.architecture.index(of: node) ?? 0
    return FeatureLayer.Remaining(
      features: readsFeatures ? columns : network.originalIndices[node].count,
      columns: readsFeatures ? backbone.columns : columns + backbone.columns)
  }

  /// The cost and the quality of the network with its backbone.
  ///
  /// `masked`: the network masked by `plan`.
  fileprivate func measurement(
    of masked: Network, by plan: PruningPlan
  ) throws -> PruningTrace.Measurement {
    var cost = try Cost(of: plan.removals.isEmpty ? masked : masked.compacted(by: plan))
    if let below = backbone.cost {
      cost.parameters += below.parameters
      cost.macs += below.macs
      cost.neurons += below.neurons
      cost.bytes += below.bytes
      cost.inputs = below.inputs
    }
    return PruningTrace.Measurement(cost: cost, quality: context.measure(masked))
  }

  /// The removal as the trace names it: an input that is a hidden feature is a neuron.
  fileprivate func named(_ removal: PruningPlan.Removal) -> PruningPlan.Removal {
    guard case .column(_, let inputs) = removal.subject, let input = inputs.first,
      inputFeatures.indices.contains(input)
    else { return removal }
    var copy = removal
    copy.subject = .neuron(name: inputFeatures[input])
    return copy
  }
}
