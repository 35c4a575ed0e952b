import Foundation
import Pruning
import Synchronization

/// The folder that a run leaves its state in, so that it can go on after it was killed.
///
/// Every file is written whole and renamed. One that cannot be used is named in a note, once for a run,
/// and its stage is computed again.
final class Checkpoint: CheckpointStore {
  private let folder: URL?
  private let format: CheckpointFile
  private let control: RunControl
  private let hasNoted = Mutex(false)

  /// `folder`: `nil` keeps no state.
  /// `experiment`: everything that decides the run.
  init(
    folder: URL?, experiment: some Encodable, version: String, data: String, control: RunControl
  ) {
    self.folder = folder
    self.control = control
    format = CheckpointFile(
      fingerprint: sha256(Data((sha256(of: experiment) + version + data).utf8)))
  }

  /// Whether there is a folder.
  var keepsState: Bool { folder != nil }

  private func file(_ stage: String) -> URL? { folder?.appendingPathComponent(stage + ".json") }

  /// The stored state of a stage, where there is one of this very run that nobody has changed.
  func load<Value: Codable>(_ stage: String, as type: Value.Type) -> Value? {
    guard let url = file(stage), let contents = try? Data(contentsOf: url) else { return nil }
    let value = format.value(in: contents, as: type)
    if value == nil, isFirst() {
      control.report(
        .note(
          "the stored state '\(stage)' is not used: it was changed, or is of another command, "
            + "other data or another version"))
    }
    return value
  }

  /// Whether nothing was noted before.
  private func isFirst() -> Bool {
    hasNoted.withLock { hasNoted in
      defer { hasNoted = true }
      return !hasNoted
    }
  }

  /// Stores the state of a stage.
  /// - Throws: what writing throws.
  func save<Value: Codable>(_ value: Value, for stage: String) throws {
    guard let folder, let file = file(stage) else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try format.contents(of: value).write(to: file, options: .atomic)
  }
}

/// When the state of a stage is stored: a second after the last time, where it has changed.
///
/// What takes longer between two looks at `RunControl`, a batch of a large network or its validation
/// rows, is then done with the state on the disk, and the process may be ended at once.
struct CheckpointSchedule {
  private let checkpoint: Checkpoint
  private let stage: String
  private let control: RunControl
  private var last = ContinuousClock.now
  private var isCurrent = false

  init(_ checkpoint: Checkpoint, stage: String, control: RunControl) {
    (self.checkpoint, self.stage, self.control) = (checkpoint, stage, control)
  }

  /// There is a state that is not stored yet.
  mutating func changed() {
    guard isCurrent else { return }
    isCurrent = false
    control.report(.checkpoint(isCurrent: false))
  }

  /// Stores the state if it is time to.
  ///
  /// `always`: whether it is time whatever the clock says.
  /// - Throws: what writing throws.
  mutating func save(_ state: some Codable, always: Bool = false) throws {
    guard checkpoint.keepsState, !isCurrent, always || last.duration(to: .now) > .seconds(1)
    else { return }
    try checkpoint.save(state, for: stage)
    last = .now
    isCurrent = true
    control.report(.checkpoint(isCurrent: true))
  }
}
