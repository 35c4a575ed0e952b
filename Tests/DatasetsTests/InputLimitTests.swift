import Datasets
import Testing

/// Readers stop at the maximum size and report it.
@Suite struct InputLimitTests {
  private let hint = " | a higher limit allows more, up to the machine's memory"

  private func options(_ bytes: Int) -> ReadingOptions { ReadingOptions(maxInputBytes: bytes) }

  @Test func tablesStopAtTheLimitOfTheirBytes() throws {
    let text = table("a,b,y", rows: 1000) { "\($0).000000,1,\($0 % 2)" }
    let count = text.utf8.count
    #expect(try read(text, options: options(count)).rowsRead == 1000)
    #expect(
      complaint { _ = try read(text, options: options(9000)) }
        == "t.csv: more than 9,000 bytes, the maximum" + hint)
    let packed = gzip(Array(text.utf8))
    #expect(
      complaint {
        _ = try DataSource.load(bytes: packed, named: "t.csv.gz", options: options(9000))
      } == "t.csv.gz: more than 9,000 bytes when unpacked, the maximum" + hint)
  }

  @Test func tablesStopAtTheLimitOfTheirMemory() {
    let text = table("a,b,y", rows: 9000) { "\($0 % 3),\($0 % 4),\($0 % 2)" }
    #expect(
      complaint { _ = try read(text, options: options(60_000)) }
        == "t.csv: the rows up to 8,191, of 3 columns, take more than 60,000 bytes of memory, the "
        + "maximum" + hint)
  }

  private func header(_ count: Int) -> [UInt8] {
    [0, 0, 8, 3] + bigEndian(count) + bigEndian(2) + bigEndian(3)
  }

  @Test func imagesStopBeforeTheyAreRead() throws {
    try withFolder { folder in
      let path = folder + "/train-images-idx3-ubyte"
      try write(header(1000), path)
      try write([0, 0, 8, 1] + bigEndian(1000), folder + "/train-labels-idx1-ubyte")
      #expect(
        complaint { _ = try DataSource.load(folder, options: options(10_000)) }
          == "\(path): the images take 12,000 bytes of memory where 10,000 are allowed" + hint)
    }
    try withFolder { folder in
      let path = folder + "/train.bin"
      try write([UInt8](repeating: 0, count: 3073 * 20), path)
      #expect(
        complaint { _ = try DataSource.load(folder, options: options(100_000)) }
          == "\(path): the images take 122,920 bytes of memory where 100,000 are allowed" + hint)
    }
  }

  @Test func whatIsPackedTwiceIsNamed() throws {
    let text = table("a,y") { "\($0),\($0 % 2)" }
    let hint = ": the file is gzip inside gzip | unpack it once with gunzip"
    #expect(
      complaint {
        _ = try DataSource.load(bytes: gzip(gzip(Array(text.utf8))), named: "t.csv.gz")
      } == "t.csv.gz" + hint)
    try withFolder { folder in
      let path = folder + "/train-images-idx3-ubyte.gz"
      try write(gzip(gzip(header(1) + [UInt8](repeating: 0, count: 6))), path)
      try write([0, 0, 8, 1] + bigEndian(1) + [0], folder + "/train-labels-idx1-ubyte")
      #expect(complaint { _ = try DataSource.load(folder) } == path + hint)
    }
  }

  @Test func classesWithoutAnImageAreSaid() throws {
    try withFolder { folder in
      try write(
        header(20) + [UInt8](repeating: 7, count: 120), folder + "/train-images-idx3-ubyte")
      func notes(_ labels: [UInt8]) throws -> [String] {
        try write([0, 0, 8, 1] + bigEndian(20) + labels, folder + "/train-labels-idx1-ubyte")
        return try DataSource.load(folder).notes
      }
      #expect(try notes((0..<20).map { $0 % 3 }) == [])
      #expect(
        try notes((0..<20).map { $0 % 3 == 1 ? 3 : $0 % 3 })
          == ["the class '1' of 4 has no training image"])
      #expect(
        try notes((0..<20).map { $0 == 7 ? 255 : $0 % 3 })
          == ["252 of 256 classes have no training image: '3', '4', '5' and 249 more"])
    }
  }
}
