import Datasets
import Networks
import Tensors

/// Every step of a pruning, with what it cost: a checkpoint while it goes on, a record after.
public struct PruningTrace: Hashable, Codable, Sendable {
  /// What is taken away next.
  public enum Phase: String, Codable, Sendable {
    case neurons, lasso, columns, merging, recovery, done
  }

  /// One step, whether it was kept or taken back.
  public struct Step: Hashable, Codable, Sendable {
    /// Parameters left, those of a trunk among them.
    public var parameters: Int
    /// Hidden features left.
    public var neurons: Int
    /// Columns of the data that are still read.
    public var columns: Int
    /// Watched rows answered rightly, of all watched rows.
    public var correct: Int
    /// Watched rows; 0 for a numeric target.
    public var checked: Int
    /// What the step took away, by name.
    public var removed: [String]
    /// Whether the step stayed; it was taken back otherwise.
    public var kept: Bool
  }

  /// Masked, of the original's shape.
  public var network: Network
  /// All that has gone.
  public var plan: PruningPlan
  /// Where the pruning stands.
  public var phase: Phase
  /// The first is the network before anything went.
  public var steps: [Step]
  /// Accuracy (or explained variance) before anything went.
  public var baseline: Double
  /// How many neurons go at once, where fewer than at first must.
  var neuronBatch: Int?
  var columnBatch: Int?
  var columnTrials = 0
  /// Refused removals since the last that was kept.
  var refusals = 0
  /// Single neurons whose removal was refused, by birth.
  var refusedNeurons: [Int] = []
  /// Single columns whose removal was refused, by position.
  var refusedColumns: [Int] = []
  /// Pairs of neurons whose merging was refused, by birth: what would stay, what would go.
  var refusedMerges: [[Int]] = []

  init(start task: FeatureLayer.Task) {
    network = task.network
    plan = PruningPlan()
    phase = task.readsFeatures ? .lasso : .neurons
    baseline = task.quality(of: task.network)
    steps = []
    steps.append(step(task.network, plan, task, removed: [], kept: true))
  }

  /// The record of a pruning that takes nothing away.
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

  /// The pruned network in its small form, checked against the masked one.
  ///
  /// `examples`: the rows of the check.
  /// - Throws: `PruningError.notTheSame` where the check fails.
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
