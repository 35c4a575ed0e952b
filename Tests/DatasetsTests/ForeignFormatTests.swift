import Datasets
import Foundation
import Testing

/// Unsupported file formats are named in the error.
@Suite struct ForeignFormatTests {
  @Test(
    arguments: [
      ([0x50, 0x4B, 0x03, 0x04, 0x14, 0], "a zip archive, as Excel and LibreOffice workbooks are"),
      ([0xD0, 0xCF, 0x11, 0xE0, 0xA1], "an Excel workbook"),
      (Array("PAR1\u{15}\u{04}".utf8), "a Parquet file"),
      (Array("BZh91AY&SY".utf8), "a bzip2 file"),
      ([0x28, 0xB5, 0x2F, 0xFD, 0x04], "a zstd file"),
      (Array("SQLite format 3\0".utf8), "an SQLite database"),
      ([0x80, 0x04, 0x95, 0x10], "a Python pickle"),
      (Array("[\n  {\"a\": 1, \"y\": \"p\"}]".utf8), "JSON"),
      (Array("{\"a\": [1, 2], \"y\": [0, 1]}".utf8), "JSON"),
      (Array("<!DOCTYPE html>\n<html><body>".utf8), "an HTML page"),
      (Array("\n<HTML lang=\"de\">".utf8), "an HTML page"),
      (Array("@RELATION iris\n@ATTRIBUTE x NUMERIC\n".utf8), "an ARFF file"),
      (
        Array("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a".utf8),
        "a pointer of Git LFS, not the file itself"
      ),
    ] as [([UInt8], String)])
  func theFormatIsNamed(_ bytes: [UInt8], _ kind: String) {
    let error = #expect(throws: DatasetError.self) {
      try DataSource.load(bytes: bytes, named: "rows")
    }
    #expect(
      error?.errorDescription
        == "rows: the file is \(kind), not a delimited text table")
    #expect(error?.recoverySuggestion?.isEmpty == false)
  }

  @Test(arguments: ["PAR1,y\n", "[a],y\n", "{a},y\n", "BZh9,y\n", "ORCA,y\n"])
  func headersThatBeginAlikeAreText(_ header: String) throws {
    let rows = (0..<40).map { "\($0 % 9),\($0 % 9 > 4 ? "p" : "q")\n" }.joined()
    let data = try DataSource.load(bytes: Array((header + rows).utf8), named: "rows")
    #expect(data.table.count == 40)
  }
}
