import Crypto
import Foundation

/// The SHA-256 of bytes, in hexadecimal.
public func checksum(_ data: Data) -> String {
  SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
}
