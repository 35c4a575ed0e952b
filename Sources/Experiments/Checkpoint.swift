import Foundation
import Pruning
import Synchronization

/// The checkpoint folder of a run, from which a killed run is resumed.
///
/// Every file is written atomically. A checkpoint that cannot be used is reported in a note, once
/// per run, and its stage is recomputed.
final class Checkpoint: CheckpointStore {
  private let folder: URL?
  private let format: CheckpointFile
  private let control: RunControl
  private let hasNoted = Mutex(false)

  /// `folder`: `nil` stores no checkpoints.
  /// `experiment`: all settings of the run.
  init(
    folder: URL?, experiment: some Encodable, version: String, data: String, control: RunControl
  ) {
    self.folder = folder
    self.control = control
    format = CheckpointFile(
      fingerprint: sha256(Data((sha256(of: experiment) + version + data).utf8)))
  }

  /// Whether checkpoints are stored.
  var keepsState: Bool { folder != nil }

  private func file(_ stage: String) -> URL? { folder?.appendingPathComponent(stage + ".json") }

  /// The stored state of a stage; `nil` if there is none, or if it is of another run or modified.
  func load<Value: Codable>(_ stage: String, as type: Value.Type) -> Value? {
    guard let url = file(stage), let contents = try? Data(contentsOf: url) else { return nil }
    let value = format.value(in: contents, as: type)
    if value == nil, isFirst() {
      control.report(
        .note(
          "the checkpoint '\(stage)' is ignored: it was modified, or belongs to another command, "
            + "other data or another version"))
    }
    return value
  }

  /// Whether this is the first note.
  private func isFirst() -> Bool {
    hasNoted.withLock { hasNoted in
      defer { hasNoted = true }
      return !hasNoted
    }
  }

  /// Stores the state of a stage. Another run with the same output may remove the folder meanwhile: it is
  /// then made again.
  /// - Throws: the errors of writing.
  func save<Value: Codable>(_ value: Value, for stage: String) throws {
    guard let folder, let file = file(stage) else { return }
    let contents = try format.contents(of: value)
    for attempt in 1...Self.attempts {
      do {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return try contents.write(to: file, options: .atomic)
      } catch  where attempt < Self.attempts && !FileManager.default.fileExists(atPath: folder.path)
      {
        continue
      }
    }
  }

  private static let attempts = 10
}

/// Stores the state of a stage at most once per second and for at most a twentieth of the time, and
/// only if it has changed.
///
/// Storing a large state takes seconds: an interrupted run ends with the last one on disk, also while
/// the next is being stored.
///
/// Computations that check `RunControl` less often (a batch of a large network, its validation
/// rows) therefore start with the state on disk, and the process may be terminated during them.
struct CheckpointSchedule {
  private let checkpoint: Checkpoint
  private let stage: String
  private let control: RunControl
  /// Whether the state has so many parameters that storing it takes long.
  private let isLarge: Bool
  private var last = ContinuousClock.now
  /// The least time between two checkpoints.
  private var interval = Self.least
  private var isCurrent = false

  private static let least = Duration.seconds(1)
  private static let manyParameters = 1_000_000

  /// `parameters`: those of the network of the stage.
  init(_ checkpoint: Checkpoint, stage: String, parameters: Int, control: RunControl) {
    (self.checkpoint, self.stage, self.control) = (checkpoint, stage, control)
    isLarge = parameters > Self.manyParameters
  }

  /// Marks the state as changed since the last checkpoint.
  mutating func changed() {
    guard isCurrent else { return }
    isCurrent = false
    control.report(.checkpoint(isCurrent: false))
  }

  /// Stores the state if it has changed and the last checkpoint is more than a second old.
  ///
  /// `always`: store a changed state regardless of the time.
  /// - Throws: the errors of writing.
  mutating func save(_ state: some Codable, always: Bool = false) throws {
    let begun = ContinuousClock.now
    guard checkpoint.keepsState, !isCurrent, always || last.duration(to: begun) > interval
    else { return }
    if isLarge { control.report(.checkpoint(isCurrent: true)) }
    try checkpoint.save(state, for: stage)
    last = .now
    interval = max(Self.least, begun.duration(to: last) * 20)
    isCurrent = true
    control.report(.checkpoint(isCurrent: true))
  }

  /// Stores the state of an interrupted run, unless that takes long.
  /// - Throws: the errors of writing.
  func saveInterrupted(_ state: some Codable) throws {
    if !isLarge { try checkpoint.save(state, for: stage) }
  }
}
