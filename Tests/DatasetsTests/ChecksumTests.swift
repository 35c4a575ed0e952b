import Datasets
import Foundation
import Tensors
import Testing

/// Examples of FIPS 180-4 (NIST, "SHA-256 examples"), and checksums by parts.
@Suite struct ChecksumTests {
  @Test(
    "Published examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func example(_ text: String, _ expected: String) {
    #expect(Checksum.hexadecimal(of: Array(text.utf8)) == expected)
  }

  @Test("A million times 'a'")
  func million() {
    var checksum = Checksum()
    for _ in 0..<1000 { checksum.update([UInt8](repeating: 0x61, count: 1000)) }
    #expect(
      checksum.hexadecimal == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test(
    "Parts of any length give the checksum of the whole; a copy is independent", arguments: 0..<10)
  func parts(seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let bytes = (0..<Int.random(in: 0..<700, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    var checksum = Checksum()
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = rest.prefix(Int.random(in: 0..<130, using: &generator))
      checksum.update(Array(part))
      rest = rest.dropFirst(part.count)
    }
    var copy = checksum
    copy.update([0])
    #expect(checksum.hexadecimal == Checksum.hexadecimal(of: bytes))
    #expect(copy.hexadecimal == Checksum.hexadecimal(of: bytes + [0]))
  }
}
