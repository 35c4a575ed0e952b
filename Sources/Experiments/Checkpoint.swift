import Crypto
import Foundation
import Pruning

/// The folder that a run leaves its state in, so that it can go on after it was killed.
///
/// Every file is written whole and renamed, and carries the fingerprint of the run: state of another
/// command, other data or another version is never used.
struct Checkpoint: MilestoneStore {
  let folder: URL?
  let fingerprint: String

  /// `folder`: `nil` keeps no state.
  /// `experiment`: everything that decides the run.
  init(folder: URL?, experiment: some Encodable, version: String, data: String) {
    self.folder = folder
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let description = (try? encoder.encode(experiment)) ?? Data()
    fingerprint = sha256(description + Data((version + data).utf8))
  }

  private struct Envelope<Value: Codable>: Codable {
    var fingerprint: String
    var value: Value
  }

  /// The stored state of a stage, where there is one of this very run.
  func load<Value: Codable>(_ stage: String, as type: Value.Type) -> Value? {
    guard let url = folder?.appendingPathComponent(stage + ".json"),
      let data = try? Data(contentsOf: url),
      let envelope = try? JSONDecoder().decode(Envelope<Value>.self, from: data),
      envelope.fingerprint == fingerprint
    else { return nil }
    return envelope.value
  }

  /// Stores the state of a stage.
  /// - Throws: what writing throws.
  func save<Value: Codable>(_ value: Value, for stage: String) throws {
    guard let folder else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let data = try JSONEncoder().encode(Envelope(fingerprint: fingerprint, value: value))
    try data.write(to: folder.appendingPathComponent(stage + ".json"), options: .atomic)
  }
}

/// The SHA-256 of bytes, in hexadecimal.
func sha256(_ data: Data) -> String {
  SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
}
