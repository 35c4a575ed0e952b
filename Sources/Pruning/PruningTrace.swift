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
    baseline = task.quality(of: task.network)
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
    let outputs = network.outputs(for: task.checked.inputs)
    let node = network.architecture.index(of: task.node) ?? 0
    let columns = task.columns.count { !$0.inputs.allSatisfy(gone.contains) }
    return Step(
      parameters: network.parameterCount + task.backbone.parameters,
      neurons: task.readsFeatures
        ? columns : network.originalIndices[node].count - plan.neurons.count,
      columns: task.readsFeatures ? task.backbone.columns : columns + task.backbone.columns,
      correct: task.head == .number
        ? 0 : zip(task.head.answers(from: outputs), task.checked.labels).count { $0 == $1 },
      checked: task.head == .number ? 0 : task.checked.count, removed: removed, kept: kept)
  }

  /// Returns the compacted network, compared with the masked one.
  ///
  /// `examples`: the inputs of the comparison.
  /// - Throws: `PruningError.notTheSame` if the outputs differ.
  public func compacted(
    checkedOn examples: Tensor, head: Head
  ) throws -> (network: Network, check: EqualityCheck) {
    let compacted = try network.compacted(by: plan)
    let check = EqualityCheck(
      of: compacted, with: network, inputs: examples, removed: plan.inputs, head: head)
    guard check.holds else { throw PruningError.notTheSame(check) }
    return (compacted, check)
  }
}
