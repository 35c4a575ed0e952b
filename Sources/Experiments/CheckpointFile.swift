import Datasets
import Foundation

/// The format of a checkpoint file: a value with the fingerprint of its run.
///
/// `{"fingerprint": …, "sha256": …, "value": …}`. The fingerprint is the SHA-256 of settings, data
/// and version of the run; `sha256` is that of the bytes of the value. State of another command,
/// other data or another version, and modified state, is never used.
public struct CheckpointFile: Hashable, Sendable {
  /// The SHA-256 of settings, data and version of the run, in hexadecimal.
  public var fingerprint: String

  /// The format for one run; `fingerprint`: SHA-256 in 64 hexadecimal digits.
  public init(fingerprint: String) {
    self.fingerprint = fingerprint
  }

  /// The checkpoint file of a value.
  /// - Throws: `EncodingError`
  public func contents(of value: some Encodable) throws -> Data {
    contents(encoded: try JSONEncoder().encode(value))
  }

  /// The checkpoint file of a value that is already encoded as JSON.
  public func contents(encoded value: Data) -> Data {
    start(sha256(value)) + value + Data("}".utf8)
  }

  /// The value of a checkpoint file; `nil` if it is of another run or was modified.
  public func value<Value: Decodable>(in contents: Data, as type: Value.Type) -> Value? {
    let length = start(sha256(Data())).count
    guard contents.count > length, contents.last == UInt8(ascii: "}") else { return nil }
    let value = contents.dropFirst(length).dropLast()
    guard contents.prefix(length) == start(sha256(value)) else { return nil }
    return try? JSONDecoder().decode(type, from: value)
  }

  /// The bytes before the value.
  private func start(_ sum: String) -> Data {
    Data(#"{"fingerprint":"\#(fingerprint)","sha256":"\#(sum)","value":"#.utf8)
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
  Checksum.hexadecimal(of: data)
}
