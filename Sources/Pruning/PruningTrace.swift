import Datasets
import Networks
import Tensors

/// The history of a pruning with the cost of every step; also the checkpoint from which it resumes.
public struct PruningTrace: Hashable, Codable, Sendable {
  /// The current phase of the pruning.
  public enum Phase: String, Codable, Sendable {
    case neurons, lasso, columns, merging, recovery, done
  }

  /// One step, accepted or rejected.
  public struct Step: Hashable, Codable, Sendable {
    /// The number of remaining parameters, including a frozen backbone.
    public var parameters: Int
    /// The number of remaining hidden features.
    public var neurons: Int
    /// The number of columns of the data that are still used.
    public var columns: Int
    /// The number of correctly classified validation rows; 0 for a numeric target.
    public var correct: Int
    /// The number of validation rows; 0 for a numeric target.
    public var checked: Int
    /// The names of the removed neurons or columns.
    public var removed: [String]
    /// Whether the step was accepted; otherwise it was reverted.
    public var kept: Bool
  }

  /// The masked network, with the shape of the original.
  public var network: Network
  /// All accepted removals.
  public var plan: PruningPlan
  /// The phase in which the pruning continues.
  public var phase: Phase
  /// The steps; the first records the network before pruning.
  public var steps: [Step]
  /// Accuracy (or R²) before pruning.
  public var baseline: Double
  /// The number of neurons per step, after a rejected step with more.
  var neuronBatch: Int?
  var columnBatch: Int?
  var columnTrials = 0
  /// Consecutive rejected removals.
  var refusals = 0
  /// Neurons whose individual removal was rejected, by original index.
  var refusedNeurons: [Int] = []
  /// Columns whose individual removal was rejected, by position.
  var refusedColumns: [Int] = []
  /// Pairs of neurons whose merge was rejected, by original index: kept neuron, removed neuron.
  var refusedMerges: [[Int]] = []

  init(start task: FeatureLayer.Task) {
    network = task.network
    plan = PruningPlan()
    phase = task.readsFeatures ? .lasso : .neurons
    baseline = task.context.quality(of: task.network)
    steps = []
    steps.append(step(task.network, plan, task, removed: [], kept: true))
  }

  /// A history without any removal.
  public init(untouched task: FeatureLayer.Task) {
    self.init(start: task)
    phase = .done
  }

  mutating func record(
    _ network: Network, plan: PruningPlan, task: FeatureLayer.Task, removed: [String], kept: Bool
  ) {
    steps.append(step(network, plan, task, removed: removed, kept: kept))
    guard kept else { return }
    self.network = network
    self.plan = plan
  }

  private func step(
    _ network: Network, _ plan: PruningPlan, _ task: FeatureLayer.Task, removed: [String],
    kept: Bool
  ) -> Step {
    let gone = Set(plan.inputs)
    let outputs = network.outputs(for: task.context.validation.inputs)
    let node = network.architecture.index(of: task.node) ?? 0
    let columns = task.context.columns.count { !$0.inputs.allSatisfy(gone.contains) }
    return Step(
      parameters: network.parameterCount + task.backbone.parameters,
      neurons: task.readsFeatures
        ? columns : network.originalIndices[node].count - plan.neurons.count,
      columns: task.readsFeatures ? task.backbone.columns : columns + task.backbone.columns,
      correct: task.context.head == .number
        ? 0
        : zip(task.context.head.answers(from: outputs), task.context.validation.labels).count {
          $0 == $1
        },
      checked: task.context.head == .number ? 0 : task.context.validation.count, removed: removed,
      kept: kept)
  }

  /// Compacts the network and compares it with the masked one.
  ///
  /// `inputs`: the rows of the comparison, `[rows, inputs]`.
  /// - Throws: `PruningError.notTheSame` if the outputs differ.
  public func compacted(checkedOn inputs: Tensor, head: Head) throws -> Compaction {
    try Compaction(of: network, by: plan, on: inputs, head: head)
  }
}
