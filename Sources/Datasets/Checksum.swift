import CCrypto
import Foundation

/// The SHA-256 of a stream of bytes (FIPS 180-4), computed by OpenSSL.
public struct Checksum {
  private var context = SHA256_CTX()

  /// The checksum of no bytes.
  public init() { SHA256_Init(&context) }

  /// The SHA-256 of bytes: 64 hexadecimal digits in lower case.
  public static func hexadecimal(of bytes: some ContiguousBytes) -> String {
    var checksum = Checksum()
    checksum.update(bytes)
    return checksum.hexadecimal
  }

  /// Adds bytes after those added before.
  public mutating func update(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes { _ = SHA256_Update(&context, $0.baseAddress, $0.count) }
  }

  /// The SHA-256 of the bytes added so far: 64 hexadecimal digits in lower case.
  public var hexadecimal: String {
    var last = context
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    SHA256_Final(&digest, &last)
    return Datasets.hexadecimal(digest)
  }
}
