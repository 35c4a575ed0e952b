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

/// Pruning methods side by side: methods times operating points times seeds on one data set.
public struct Comparison: Hashable, Codable, Sendable {
  /// What an operating point is a share of.
  public enum Measure: String, Codable, Sendable, CaseIterable {
    case parameters, multiplications
  }

  /// The data and the network; `base.model` is pruned where it is given, else one trained for each
  /// seed.
  public var base: Experiment
  /// Always with the random line.
  public var methods: [String]
  /// What the points are shares of.
  public var measure: Measure
  /// The shares that stay, falling, each above 0 and at most 1.
  public var points: [Double]
  /// Each gives a network of its own, where none is given, and chance of its own to each pruning.
  public var seeds: [UInt64]
  /// How removals are spread over rounds; each method's own where `nil`.
  public var schedule: Schedule.Course?
  /// Rounds of removal; each method's own where `nil`.
  public var rounds: Int?
  /// What makes up for neurons that go; each method's own where `nil`.
  public var compensation: Compensation?
  /// What follows each round, by its name in `PruningExperiment.recoveries`; each method's own where
  /// `nil`.
  public var recovery: String?
  /// Passes over the training rows in each recovery; each method's own where `nil`.
  public var epochs: Int?
  /// The share of the loss, 0 to 1, that is the answers of the network before pruning; labels alone
  /// where `nil`.
  public var distillation: Double?
  /// Rows that scores look at; each method's own number, of an expensive network fewer, where `nil`.
  public var scoreRows: Int?

  /// - Throws: `UnknownName` where a method or recovery is none.
  public init(
    _ base: Experiment, methods: [String], measure: Measure, points: [Double], seeds: [UInt64]
  ) throws(UnknownName) {
    self.base = base
    self.methods = methods.contains(RandomChoice.name) ? methods : [RandomChoice.name] + methods
    self.measure = measure
    self.points = points.sorted(by: >)
    self.seeds = seeds
    for name in self.methods { _ = try pruningCatalog.type(named: name) }
  }

  /// One method at one point with one seed.
  public struct Cell: Hashable, Codable, Sendable {
    /// The method's name in `pruningCatalog`.
    public var method: String
    /// The share that was to stay.
    public var point: Double
    /// One of `Comparison.seeds`.
    public var seed: UInt64
    /// What it came to; `nil` where it failed.
    public var figures: Figures?
    /// Why there are no figures.
    public var failure: String?

    /// Whether it has what another asks for.
    func isFor(_ other: Cell) -> Bool {
      figures != nil && method == other.method && point == other.point && seed == other.seed
    }
  }

  /// What one pruning came to.
  public struct Figures: Hashable, Codable, Sendable {
    /// Numbers that are learned and left; zeros of a mask are not counted.
    public var parameters: Int
    /// For one row, masks counted.
    public var multiplications: Int
    /// Hidden neurons that are left.
    public var neurons: Int
    /// Of the ONNX file.
    public var fileBytes: Int
    /// On held-out rows, against the labels.
    public var accuracy: Proportion
    /// On held-out rows, with the network before pruning.
    public var agreement: Proportion
    /// On validation rows after the last removal, before anything was learned again.
    public var accuracyCut: Double
    /// The masked network beside its compaction.
    public var largestDifference: Double
    /// Rows that the two answer otherwise.
    public var changedByCompaction: Int
  }

  /// A network before it was pruned.
  public struct Parent: Hashable, Codable, Sendable {
    /// The seed it was trained with, or by which a given one is pruned.
    public var seed: UInt64
    /// Numbers that are learned.
    public var parameters: Int
    /// For one row.
    public var multiplications: Int
    /// Of the ONNX file.
    public var fileBytes: Int
    /// On held-out rows, against the labels.
    public var accuracy: Proportion
  }

  /// All cells, in the order of methods, points and seeds.
  public struct Result: Codable, Sendable {
    /// What was compared.
    public var comparison: Comparison
    /// Of the program, the data and the model that was given.
    public var fingerprint: String?
    /// The networks before pruning, one for each seed.
    public var parents: [Parent]
    /// One for each method, point and seed.
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
    var experiment = PruningExperiment(
      own, method: cell.method,
      goal: measure == .parameters ? .keep(cell.point) : .multiplications(cell.point))
    experiment.schedule = schedule
    experiment.rounds = rounds
    experiment.compensation = compensation
    experiment.recovery = recovery
    experiment.epochs = epochs
    experiment.distillation = distillation
    experiment.scoreRows = scoreRows
    return experiment
  }

  /// Prunes every cell, two at a time where there are two cores; a result is stored as soon as it is
  /// there, so that a run that was stopped goes on where it was.
  ///
  /// `known`: earlier comparisons, whose cells are taken over where they are the same prunings.
  /// `checkpoint`: the folder for that; `nil` stores nothing.
  /// `onRead`: called when the data are read, with their SHA-256; what it throws ends the comparison.
  /// - Throws: the errors of reading and training; `ComparisonError.differs` where a known comparison
  ///   is of other prunings; `Interrupted` where `control` says so. What stops a single pruning is its
  ///   cell's failure.
  public func run(
    known: [Result] = [], control: RunControl = RunControl(), checkpoint folder: URL? = nil,
    onRead: (_ data: String) throws -> Void = { _ in }
  ) throws -> Result {
    let baselines = try baselines(control, folder, onRead)
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
          cell.failure = (error as? any LocalizedError)?.errorDescription ?? "\(error)"
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

  /// Whether a pruning of this comparison that the other has too is the same there.
  private func isLike(_ other: Comparison) -> Bool {
    var copy = other
    (copy.methods, copy.points, copy.seeds) = (methods, points, seeds)
    copy.base.seed = base.seed
    return copy == self
  }

  private func fingerprint(_ baselines: [UInt64: PruningBaseline]) throws -> String {
    guard let baseline = baselines[seeds[0]] else { return "" }
    // A network that is trained here follows from the data.
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

  private func figures(
    _ experiment: PruningExperiment, on baseline: PruningBaseline, control: RunControl
  ) throws -> Figures {
    let quiet = RunControl(report: { _ in }, shouldStop: control.shouldStop)
    let result = try experiment.run(on: baseline, measuresLatency: false, control: quiet).result
    return Figures(
      parameters: result.after.parameters, multiplications: result.after.multiplications,
      neurons: result.after.neurons, fileBytes: result.after.fileBytes,
      accuracy: result.after.accuracy, agreement: result.agreement,
      accuracyCut: result.rounds.last?.accuracyCut ?? result.after.accuracy.value,
      largestDifference: result.equality.largestRelative,
      changedByCompaction: result.equality.changedAnswers)
  }

  private func parents(_ baselines: [UInt64: PruningBaseline]) -> [Parent] {
    seeds.compactMap { seed in
      guard let baseline = baselines[seed], let data = try? ModelFile.data(for: baseline.original)
      else {
        return nil
      }
      let network = baseline.original.network
      return Parent(
        seed: seed, parameters: network.parameterCount, multiplications: network.multiplications,
        fileBytes: data.count,
        accuracy: Proportion(agreementOf: baseline.answers, and: baseline.rows.heldOut.labels))
    }
  }
}

/// Why a comparison was not made.
public enum ComparisonError: Error, Hashable, LocalizedError {
  /// The known comparison at this position is of other data, networks or recoveries.
  case differs(Int)

  /// What does not fit.
  public var errorDescription: String? {
    "a known comparison has other data, networks or recoveries"
  }
  /// What may differ and what may not.
  public var recoverySuggestion: String? {
    "methods, points and seeds may differ; all else must be what it was there"
  }
}
