import Datasets
import Foundation
import Testing

@Suite struct ByteSourceTests {
  private let plain = table("a,y") { "\($0),\($0 % 2)" }

  /// `a,y` and twenty rows, compressed by Python's gzip.
  private func deflated() throws -> [UInt8] {
    let text =
      "H4sIAAAAAAACAx3LuQGAMBDEwPxqucAynymHMuieFZGS0dNvjR5FUzPd0j090jO90pXeKT9UIkWLGDVy"
      + "9Djg8QFJtf/yXgAAAA=="
    return [UInt8](try #require(Data(base64Encoded: text)))
  }

  @Test func deflatedBytesAreUnpacked() throws {
    let data = try DataSource.load(bytes: deflated(), named: "t.csv.gz")
    #expect(data.table.columns[0].values == (0..<20).map(Double.init))
    #expect(data.name == "t")
  }

  @Test func theChecksumIsThatOfTheFile() throws {
    let data = try read("a,y\n" + (0..<20).map { "\($0),\($0 % 2)\n" }.joined())
    #expect(
      data.sha256 == "6bc19c8ef7ce8e4106f5a3f32dfd4839c99369d9730b0952b7a371a67ffc0c9b")
  }

  @Test func damagedPacksAreErrors() {
    let packed = gzip(Array(plain.utf8))
    let hint = " | copy or download the file again"
    #expect(
      complaint { _ = try DataSource.load(bytes: packed.dropLast(3), named: "t.gz") }
        == "t.gz: the gzip data are damaged: unexpected end of data" + hint)
    var wrong = packed
    wrong[wrong.count - 6] ^= 1
    #expect(
      complaint { _ = try DataSource.load(bytes: wrong, named: "t.gz") }
        == "t.gz: the gzip data are damaged: incorrect data check" + hint)
    #expect(
      complaint { _ = try DataSource.load(bytes: packed + [1, 2, 3, 4, 5], named: "t.gz") }
        == "t.gz: the gzip data are damaged: incorrect header check" + hint)
  }

  @Test func packsMayBePaddedWithZeros() throws {
    let packed = gzip(Array(plain.utf8)) + [0, 0, 0, 0]
    #expect(try DataSource.load(bytes: packed, named: "t.gz").rowsRead == 20)
  }

  @Test func filesThatAreNotThereOrNoFilesAreErrors() throws {
    #expect(
      complaint { _ = try DataSource.load("no/such.csv") }
        == "there is no file 'no/such.csv' | "
        + "check the path, or give the name of a data set")
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/data.csv", withIntermediateDirectories: true)
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "cannot read '\(folder)/data.csv': is a directory | "
          + "check the permissions of the file")
    }
  }
}
