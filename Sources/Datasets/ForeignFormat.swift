import Foundation

/// Unsupported file formats, detected by magic number.
public enum ForeignFormat: Hashable, Sendable, CaseIterable {
  case zip, excel, parquet, arrow, sqlite, hdf5, numpy, bzip2, xz, zstd, pdf, pickle, png, jpeg
  case json, html, arff, gitLFS, markdown

  /// The format with its article: "an Excel workbook".
  var kind: String {
    switch self {
    case .zip: "a zip archive, as Excel and LibreOffice workbooks are"
    case .excel: "an Excel workbook"
    case .parquet: "a Parquet file"
    case .arrow: "an Arrow or Feather file"
    case .sqlite: "an SQLite database"
    case .hdf5: "an HDF5 file"
    case .numpy: "a NumPy array"
    case .bzip2: "a bzip2 file"
    case .xz: "an xz file"
    case .zstd: "a zstd file"
    case .pdf: "a PDF file"
    case .pickle: "a Python pickle"
    case .png: "a PNG image"
    case .jpeg: "a JPEG image"
    case .json: "JSON"
    case .html: "an HTML page"
    case .arff: "an ARFF file"
    case .gitLFS: "a pointer of Git LFS, not the file itself"
    case .markdown: "a Markdown table"
    }
  }

  /// How to convert it to a supported table.
  var advice: String {
    switch self {
    case .zip: "save the sheet as CSV, or unpack the archive"
    case .excel: "save the sheet as CSV"
    case .parquet: Self.pandas("parquet")
    case .arrow: Self.pandas("feather")
    case .sqlite: "export the table as CSV"
    case .hdf5: "write its table as CSV"
    case .numpy: "write it with numpy.savetxt"
    case .bzip2: Self.unpacking("bunzip2")
    case .xz: Self.unpacking("unxz")
    case .zstd: Self.unpacking("unzstd")
    case .pdf: "export its table as CSV"
    case .pickle: Self.pandas("pickle")
    case .png:
      "give the folder of the images, with a folder for each class: FOLDER/cat/1.png, FOLDER/dog/2.png"
    case .jpeg: "convert the images to PNG, and give their folder, with a folder for each class"
    case .json: Self.pandas("json") + "; with lines=True where each line is an object"
    case .html: "write its table as CSV: pandas.read_html(file)[0].to_csv('rows.csv', index=False)"
    case .arff:
      "write it as CSV: pandas.DataFrame(scipy.io.arff.loadarff(file)[0]).to_csv('rows.csv', "
        + "index=False)"
    case .gitLFS: "fetch the file with git lfs pull"
    case .markdown: "remove the line of dashes below the header"
    }
  }

  private static func pandas(_ reader: String) -> String {
    "write it as CSV: pandas.read_\(reader)(file).to_csv('rows.csv', index=False)"
  }

  private static func unpacking(_ program: String) -> String {
    "unpack it with \(program); gzip is read directly"
  }

  /// The number of first bytes used for detection.
  static let lookahead = 16

  private static let byBytes: [(start: [UInt8], format: ForeignFormat)] = [
    ([0x50, 0x4B, 0x03, 0x04], .zip),
    ([0xD0, 0xCF, 0x11, 0xE0], .excel),
    (Array("PAR1".utf8), .parquet),
    (Array("ARROW1".utf8), .arrow),
    (Array("SQLite format 3".utf8), .sqlite),
    ([0x89, 0x48, 0x44, 0x46], .hdf5),
    ([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], .numpy),
    (Array("BZh91AY&SY".utf8), .bzip2),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], .xz),
    ([0x28, 0xB5, 0x2F, 0xFD], .zstd),
    (Array("%PDF-1.".utf8), .pdf),
    ([0x80, 0x02], .pickle), ([0x80, 0x03], .pickle), ([0x80, 0x04], .pickle),
    ([0x80, 0x05], .pickle),
    ([0x89, 0x50, 0x4E, 0x47], .png),
    ([0xFF, 0xD8, 0xFF], .jpeg),
  ]

  /// Beginnings of texts, in lower case.
  private static let byWords: [(start: String, format: ForeignFormat)] = [
    ("<!doctype html", .html), ("<html", .html), ("@relation ", .arff),
    ("version https:", .gitLFS),
  ]

  /// The format of a file with these first bytes; `nil` if it may be delimited text.
  init?(_ start: some Collection<UInt8>) {
    // Magic numbers of letters count only if followed by bytes that are invalid in text.
    let isBinary = start.contains { $0 < 9 || (14..<32).contains($0) || $0 >= 0x80 }
    if let found = Self.byBytes.first(where: {
      start.starts(with: $0.start) && (isBinary || $0.start.count > 6)
    }) {
      self = found.format
      return
    }
    let words = String(decoding: start, as: UTF8.self).lowercased()
      .trimmingCharacters(in: .whitespacesAndNewlines)
    for (beginning, format) in Self.byWords where words.hasPrefix(beginning) {
      self = format
      return
    }
    // JSON: an object or an array with a plausible first element.
    let blanks = Array(" \t\r\n".utf8)
    let text = start.filter { !blanks.contains($0) }.prefix(2)
    guard ["{\"", "[{", "[["].contains(where: { text.elementsEqual($0.utf8) }) else { return nil }
    self = .json
  }
}
