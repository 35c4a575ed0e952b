import Crypto
import Foundation
import Pruning

/// The folder that a run leaves its state in, so that it can go on after it was killed.
///
/// Every file is written whole and renamed, and carries the fingerprint of the run and the SHA-256 of
/// its contents: state of another command, other data or another version, and state that was changed
/// since, is never used.
struct Checkpoint: MilestoneStore {
  let folder: URL?
  let fingerprint: String

  /// `folder`: `nil` keeps no state.
  /// `experiment`: everything that decides the run.
  init(folder: URL?, experiment: some Encodable, version: String, data: String) {
    self.folder = folder
    fingerprint = sha256(Data((sha256(of: experiment) + version + data).utf8))
  }

  /// `{"fingerprint": …, "sha256": …, "value": …}`, the sum being of the value's bytes.
  private func start(_ sum: String) -> Data {
    Data(#"{"fingerprint":"\#(fingerprint)","sha256":"\#(sum)","value":"#.utf8)
  }

  private func file(_ stage: String) -> URL? { folder?.appendingPathComponent(stage + ".json") }

  /// The stored state of a stage, where there is one of this very run that nobody has changed.
  func load<Value: Codable>(_ stage: String, as type: Value.Type) -> Value? {
    let length = start(sha256(Data())).count
    guard let url = file(stage), let data = try? Data(contentsOf: url), data.count > length else {
      return nil
    }
    let value = data.dropFirst(length).dropLast()
    guard data.prefix(length) == start(sha256(value)), data.last == UInt8(ascii: "}") else {
      return nil
    }
    return try? JSONDecoder().decode(type, from: value)
  }

  /// Stores the state of a stage.
  /// - Throws: what writing throws.
  func save<Value: Codable>(_ value: Value, for stage: String) throws {
    guard let folder, let file = file(stage) else { return }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let data = try JSONEncoder().encode(value)
    try (start(sha256(data)) + data + Data("}".utf8)).write(to: file, options: .atomic)
  }
}

/// The SHA-256 of a value as JSON with sorted keys.
func sha256(of value: some Encodable) -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return sha256((try? encoder.encode(value)) ?? Data())
}

/// The SHA-256 of bytes, in hexadecimal.
func sha256(_ data: Data) -> String {
  SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
}
