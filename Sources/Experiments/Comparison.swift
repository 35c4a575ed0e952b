import Datasets
import Dispatch
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Synchronization
import Tensors

/// A benchmark of pruning methods: a grid of methods, operating points and seeds on one data set.
public struct Comparison: Hashable, Codable, Sendable {
  /// The quantity of which a share is kept.
  public enum Measure: String, Codable, Sendable, CaseIterable {
    /// The number of learned parameters.
    case parameters
    /// The number of multiply-accumulate operations (MACs) per sample.
    case macs = "multiplications"
  }

  /// The data and the network: `base.model`, or, if it is `nil`, a network trained for each seed.
  public var base: Experiment
  /// Pruning methods; the random-pruning baseline is always included.
  public var methods: [String]
  /// The quantity of which `points` are shares.
  public var measure: Measure
  /// The shares kept, descending, each above 0 and at most 1.
  public var points: [Double]
  /// Random seeds of training (if no network is given) and of pruning.
  public var seeds: [UInt64]
  /// The hyperparameters of every pruning; those that a method does not have are ignored.
  public var options: PruningOptions

  /// - Throws: `UnknownName` for an unknown method.
  public init(
    _ base: Experiment, methods: [String], measure: Measure, points: [Double], seeds: [UInt64],
    options: PruningOptions = PruningOptions()
  ) throws(UnknownName) {
    self.base = base
    self.methods = methods.contains(RandomChoice.name) ? methods : [RandomChoice.name] + methods
    self.measure = measure
    self.points = points.sorted(by: >)
    self.seeds = seeds
    self.options = options
    for name in self.methods { _ = try pruningCatalog.type(named: name) }
  }

  /// One cell of the grid: one method at one operating point with one seed.
  public struct Cell: Hashable, Codable, Sendable {
    /// The method's name in `pruningCatalog`.
    public var method: String
    /// The share to keep.
    public var point: Double
    /// One of `Comparison.seeds`.
    public var seed: UInt64
    /// The result; `nil` if the pruning failed.
    public var figures: Figures?
    /// The error of a failed pruning.
    public var failure: String?

    /// Whether it holds the result of the other cell.
    func isFor(_ other: Cell) -> Bool {
      figures != nil && method == other.method && point == other.point && seed == other.seed
    }
  }

  /// The result of one pruning.
  public struct Figures: Hashable, Codable, Sendable {
    /// Remaining learned parameters, without those set to zero by a mask.
    public var parameters: Int
    /// Multiply-accumulate operations (MACs) per sample; masked weights are not counted.
    public var macs: Int
    /// Remaining hidden neurons.
    public var neurons: Int
    /// Size of the ONNX file in bytes.
    public var fileBytes: Int
    /// Accuracy on the held-out set.
    public var accuracy: Proportion
    /// Held-out rows with the same prediction as before pruning.
    public var agreement: Proportion
    /// Validation accuracy (R² for a numeric target) after the last removal, before recovery.
    public var accuracyCut: Double
    /// Largest relative difference between outputs of the masked and the compacted network.
    public var largestDifference: Double
    /// Rows for which the predictions of masked and compacted network differ.
    public var changedByCompaction: Int

    private enum CodingKeys: String, CodingKey {
      case parameters, macs = "multiplications", neurons, fileBytes, accuracy, agreement
      case accuracyCut, largestDifference, changedByCompaction
    }
  }

  /// A network before it was pruned.
  public struct Parent: Hashable, Codable, Sendable {
    /// The random seed of training, or of pruning if the network is given.
    public var seed: UInt64
    /// Learned parameters.
    public var parameters: Int
    /// Multiply-accumulate operations (MACs) per sample.
    public var macs: Int
    /// Size of the ONNX file in bytes.
    public var fileBytes: Int
    /// Accuracy on the held-out set.
    public var accuracy: Proportion

    private enum CodingKeys: String, CodingKey {
      case seed, parameters, macs = "multiplications", fileBytes, accuracy
    }
  }

  /// All cells, in the order of methods, points and seeds.
  public struct Result: Codable, Sendable {
    /// The settings of the comparison.
    public var comparison: Comparison
    /// SHA-256 of version, data and given model.
    public var fingerprint: String?
    /// The networks before pruning, one for each seed.
    public var parents: [Parent]
    /// One cell for each method, point and seed.
    public var cells: [Cell]
  }

  private func cell(_ index: Int) -> Cell {
    let perMethod = points.count * seeds.count
    return Cell(
      method: methods[index / perMethod], point: points[index % perMethod / seeds.count],
      seed: seeds[index % seeds.count])
  }

  private func pruning(_ cell: Cell) -> PruningExperiment {
    var own = base
    own.seed = cell.seed
    return PruningExperiment(
      own, method: cell.method,
      goal: measure == .parameters ? .keep(cell.point) : .macs(cell.point),
      options: options)
  }

  /// Prunes every cell, in parallel on the available threads; each result is stored at once, so
  /// that an interrupted run can be resumed.
  ///
  /// `known`: earlier comparisons; their cells are reused for the same method, point and seed.
  /// `checkpoint`: the checkpoint folder; `nil` stores nothing.
  /// `message`: the text of a pruning's error for the result; by default its own.
  /// `onRead`: called after the data are read, with their SHA-256; an error it throws is rethrown.
  /// - Throws: the errors of reading and training; `ComparisonError.differs` if a known comparison
  ///   has other data, networks or recoveries; `Interrupted` if `control` requests it. The error of
  ///   a single pruning is stored as its cell's `failure`.
  public func run(
    known: [Result] = [], control: RunControl = RunControl(), checkpoint folder: URL? = nil,
    message: @escaping @Sendable (any Error) -> String = {
      ($0 as? any LocalizedError)?.errorDescription ?? "\($0)"
    },
    onRead: (_ data: String) throws -> Void = { _ in }
  ) throws -> Result {
    let baselines = try baselines(control, folder, onRead)
    try idleSettings(baselines.values.first?.rows.training.schema).forEach {
      control.report(.idle($0))
    }
    let fingerprint = try fingerprint(baselines)
    for (index, other) in known.enumerated() {
      guard isLike(other.comparison), other.fingerprint == fingerprint else {
        throw ComparisonError.differs(index)
      }
    }
    let store = Checkpoint(
      folder: folder, experiment: self, version: espalierVersion, data: "", control: control)
    let count = methods.count * points.count * seeds.count
    let cells = Mutex([Cell?](repeating: nil, count: count))
    let done = Mutex(0)
    control.report(.stage(name: "comparing", detail: "\(count) prunings"))
    // Each pruning is stored as soon as it is done.
    if folder != nil { control.report(.checkpoint(isCurrent: true)) }
    @Sendable func work(_ index: Int) {
      var cell = cell(index)
      if let stored = store.load("cell-\(index)", as: Cell.self) {
        cell = stored
      } else if let earlier = known.lazy.flatMap(\.cells).first(where: { $0.isFor(cell) }) {
        cell = earlier
      } else {
        guard !control.shouldStop(), let baseline = baselines[cell.seed] else { return }
        do {
          cell.figures = try figures(pruning(cell), on: baseline, control: control)
        } catch is Interrupted {
          return
        } catch {
          cell.failure = message(error)
        }
        try? store.save(cell, for: "cell-\(index)")
      }
      cells.withLock { $0[index] = cell }
      let finished = done.withLock { count -> Int in
        count += 1
        return count
      }
      control.report(
        .progress(
          fraction: Double(finished) / Double(count), figures: [("prunings", Double(finished))]))
    }
    let threads = min(Workers.threads, count)
    let next = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        work(index)
      }
    }
    let finished = cells.withLock { $0.compactMap(\.self) }
    guard finished.count == count else { throw Interrupted() }
    return Result(
      comparison: self, fingerprint: fingerprint, parents: parents(baselines), cells: finished)
  }

  /// Whether the two differ only in methods, points and seeds.
  private func isLike(_ other: Comparison) -> Bool {
    var copy = other
    (copy.methods, copy.points, copy.seeds) = (methods, points, seeds)
    copy.base.seed = base.seed
    return copy == self
  }

  private func fingerprint(_ baselines: [UInt64: PruningBaseline]) throws -> String {
    guard let baseline = baselines[seeds[0]] else { return "" }
    // A network trained by the run is determined by the data.
    let model = base.model == nil ? "" : sha256(try ModelFile.data(for: baseline.original))
    return sha256(Data((espalierVersion + baseline.rows.loaded.sha256 + model).utf8))
  }

  private func baselines(
    _ control: RunControl, _ folder: URL?, _ onRead: (String) throws -> Void
  ) throws -> [UInt64: PruningBaseline] {
    var baselines: [UInt64: PruningBaseline] = [:]
    for seed in seeds {
      var own = base
      own.seed = seed
      baselines[seed] = try PruningBaseline(
        own, control: control,
        checkpoint: folder?.appendingPathComponent("network-\(seed)", isDirectory: true),
        onRead: onRead)
      baselines[seed]?.context.cache = PruningCache()
    }
    return baselines
  }

  /// The given settings that have no effect on any of the prunings, the random-pruning baseline aside.
  ///
  /// `schema`: that of the data; `nil` leaves out the settings of the network.
  package func idleSettings(_ schema: Schema?) throws -> [IdleSetting] {
    var found = schema.map { base.idleSettings(of: $0, tunes: true) } ?? []
    if base.model != nil, base.network.epochs != nil {
      found.append(IdleSetting(.epochs, .trainedNetwork))
    }
    let compared = methods.filter { $0 != RandomChoice.name }
    let idle = try (compared.isEmpty ? methods : compared).map { method in
      try PruningExperiment(base, method: method, goal: .keep(points.first ?? 1), options: options)
        .idleSettings()
    }
    return found
      + (idle.first ?? []).filter { setting in
        idle.allSatisfy { $0.contains { $0.setting == setting.setting } }
      }
  }

  private func figures(
    _ experiment: PruningExperiment, on baseline: PruningBaseline, control: RunControl
  ) throws -> Figures {
    let quiet = RunControl(report: { _ in }, shouldStop: control.shouldStop)
    let result = try experiment.run(on: baseline, measuresLatency: false, control: quiet).result
    return Figures(
      parameters: result.after.parameters, macs: result.after.macs,
      neurons: result.after.neurons, fileBytes: result.after.fileBytes,
      accuracy: result.after.accuracy, agreement: result.agreement,
      accuracyCut: result.rounds.last?.accuracyCut ?? result.after.accuracy.value,
      largestDifference: result.equality.largestRelative,
      changedByCompaction: result.equality.changedPredictions)
  }

  private func parents(_ baselines: [UInt64: PruningBaseline]) -> [Parent] {
    seeds.compactMap { seed in
      guard let baseline = baselines[seed], let data = try? ModelFile.data(for: baseline.original)
      else {
        return nil
      }
      let network = baseline.original.network
      return Parent(
        seed: seed, parameters: network.parameterCount, macs: network.macs,
        fileBytes: data.count,
        accuracy: Proportion(agreementOf: baseline.predictions, and: baseline.rows.heldOut.labels))
    }
  }
}

extension Comparison {
  private enum CodingKeys: String, CodingKey { case base, methods, measure, points, seeds }

  /// The options are keys of the same object.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    base = try container.decode(Experiment.self, forKey: .base)
    methods = try container.decode([String].self, forKey: .methods)
    measure = try container.decode(Measure.self, forKey: .measure)
    points = try container.decode([Double].self, forKey: .points)
    seeds = try container.decode([UInt64].self, forKey: .seeds)
    options = try PruningOptions(from: decoder)
  }

  /// Encodes the fields of the value.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(base, forKey: .base)
    try container.encode(methods, forKey: .methods)
    try container.encode(measure, forKey: .measure)
    try container.encode(points, forKey: .points)
    try container.encode(seeds, forKey: .seeds)
    try options.encode(to: encoder)
  }
}

/// An error of a comparison.
public enum ComparisonError: Error, Hashable, LocalizedError {
  /// The known comparison at this index has other data, networks or recoveries.
  case differs(Int)

  /// The mismatch.
  public var errorDescription: String? {
    "a known comparison has other data, networks or recoveries"
  }
  /// The settings that may differ.
  public var recoverySuggestion: String? {
    "methods, points and seeds may differ; all other settings must be equal"
  }
}
