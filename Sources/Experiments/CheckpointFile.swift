import Crypto
import Foundation

/// The format of a checkpoint: a stored value with what it belongs to.
///
/// `{"fingerprint": …, "sha256": …, "value": …}`. The fingerprint is the SHA-256 of everything that
/// decides the run, the other one that of the bytes of the value. State of another command, other data
/// or another version, and state that was changed since, is never used.
public struct CheckpointFile: Hashable, Sendable {
  /// The SHA-256 of everything that decides the run, in hexadecimal.
  public var fingerprint: String

  /// The format of the files of one run; `fingerprint`: the SHA-256 of what decides it, 64 digits.
  public init(fingerprint: String) {
    self.fingerprint = fingerprint
  }

  /// The bytes of a file that holds a value.
  /// - Throws: `EncodingError`
  public func contents(of value: some Encodable) throws -> Data {
    contents(encoded: try JSONEncoder().encode(value))
  }

  /// The bytes of a file that holds a value, given the value as JSON.
  public func contents(encoded value: Data) -> Data {
    start(sha256(value)) + value + Data("}".utf8)
  }

  /// The value in the bytes of a file; `nil` where they are of another run, or were changed.
  public func value<Value: Decodable>(in contents: Data, as type: Value.Type) -> Value? {
    let length = start(sha256(Data())).count
    guard contents.count > length, contents.last == UInt8(ascii: "}") else { return nil }
    let value = contents.dropFirst(length).dropLast()
    guard contents.prefix(length) == start(sha256(value)) else { return nil }
    return try? JSONDecoder().decode(type, from: value)
  }

  /// What stands before the value.
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
  SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
}
