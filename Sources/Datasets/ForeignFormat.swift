/// Unsupported file formats, detected by magic number.
struct ForeignFormat {
  /// The format: "an Excel workbook".
  let kind: String
  /// How to convert it to a supported table.
  let advice: String

  /// The number of first bytes used for detection.
  static let reach = 16

  private static let byBytes: [(start: [UInt8], kind: String, advice: String)] = [
    (
      [0x50, 0x4B, 0x03, 0x04], "a zip archive, as Excel and LibreOffice workbooks are",
      "save the sheet as CSV, or unpack the archive"
    ),
    ([0xD0, 0xCF, 0x11, 0xE0], "an Excel workbook", "save the sheet as CSV"),
    (
      Array("PAR1".utf8), "a Parquet file",
      "write it as CSV: pandas.read_parquet(file).to_csv('rows.csv', index=False)"
    ),
    (
      Array("ARROW1".utf8), "an Arrow or Feather file",
      "write it as CSV: pandas.read_feather(file).to_csv('rows.csv', index=False)"
    ),
    (Array("SQLite format 3".utf8), "an SQLite database", "export the table as CSV"),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", "write its table as CSV"),
    (
      [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a NumPy array", "write it with numpy.savetxt"
    ),
    (
      Array("BZh91AY&SY".utf8), "a bzip2 file",
      "unpack it with bunzip2; gzip is read directly"
    ),
    (
      [0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz file",
      "unpack it with unxz; gzip is read directly"
    ),
    (
      [0x28, 0xB5, 0x2F, 0xFD], "a zstd file", "unpack it with unzstd; gzip is read directly"
    ),
    (Array("%PDF-1.".utf8), "a PDF file", "export its table as CSV"),
    ([0x80, 0x02], "a Python pickle", pickle), ([0x80, 0x03], "a Python pickle", pickle),
    ([0x80, 0x04], "a Python pickle", pickle), ([0x80, 0x05], "a Python pickle", pickle),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG image", images),
    ([0xFF, 0xD8, 0xFF], "a JPEG image", images),
  ]

  private static let pickle =
    "write it as CSV: pandas.read_pickle(file).to_csv('rows.csv', index=False)"
  private static let images = "images are read from folders of IDX or CIFAR binary files"
  private static let json =
    "write it as CSV: pandas.read_json(file).to_csv('rows.csv', index=False)"

  /// The format of a file with these first bytes; `nil` if it may be delimited text.
  init?(_ start: some Collection<UInt8>) {
    // Magic numbers of letters count only if followed by bytes that are invalid in text.
    let isBinary = start.contains { $0 < 9 || (14..<32).contains($0) || $0 >= 0x80 }
    if let found = Self.byBytes.first(where: {
      start.starts(with: $0.start) && (isBinary || $0.start.count > 6)
    }) {
      (kind, advice) = (found.kind, found.advice)
      return
    }
    // JSON: an object or an array with a plausible first element.
    let blanks = Array(" \t\r\n".utf8)
    let text = start.filter { !blanks.contains($0) }.prefix(2)
    guard ["{\"", "[{", "[["].contains(where: { text.elementsEqual($0.utf8) }) else { return nil }
    (kind, advice) = ("JSON", Self.json)
  }
}
