import Datasets
import Testing

@Suite struct TarArchiveTests {
  private func entry(_ name: String, _ content: String) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at place: Int) {
      header.replaceSubrange(place..<place + text.utf8.count, with: text.utf8)
    }
    put(name, at: 0)
    put(String(content.utf8.count, radix: 8), at: 124)
    put("0", at: 156)
    put("ustar", at: 257)
    let padding = (512 - content.utf8.count % 512) % 512
    return header + content.utf8 + [UInt8](repeating: 0, count: padding)
  }

  @Test func filesComeOutAsTheyWentIn() throws {
    let end = [UInt8](repeating: 0, count: 1024)
    let archive = try #require(TarArchive(entry("a/b.txt", "hello") + entry("c", "") + end))
    #expect(archive.files.map(\.name) == ["b.txt", "c"])
    #expect(archive.files.map { Array($0.bytes) } == [Array("hello".utf8), []])
  }

  @Test func otherBytesAreNoArchive() {
    #expect(TarArchive(Array("no archive".utf8)) == nil)
    #expect(TarArchive([UInt8](repeating: 65, count: 2000)) == nil)
    #expect(
      TarArchive(Array(entry("a", String(repeating: "x", count: 2000)).dropLast(1024))) == nil)
  }
}
