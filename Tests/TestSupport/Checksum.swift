import Datasets
import Foundation

/// The SHA-256 of bytes, in hexadecimal.
public func checksum(_ data: Data) -> String {
  Checksum.hexadecimal(of: data)
}
