/// What is wrong with gzip data.
public enum GzipProblem: Hashable, Sendable {
  /// The data end inside a member.
  case truncated
  /// zlib reports an error: its status code and its message, if it has one.
  case zlib(status: Int32, message: String?)

  /// The problem as the end of a sentence.
  var text: String {
    switch self {
    case .truncated: "unexpected end of data"
    case .zlib(let status, let message): message ?? "error \(status)"
    }
  }
}

/// What is wrong with a published file of a data set.
public enum SourceProblem: Hashable, Sendable {
  /// The unpacked file has more than `limit` bytes.
  case tooLarge(limit: Int)
  /// The file is not the archive that is published.
  case notATarArchive
  /// A row of a time series without a time; rows count from 1.
  case noTime(row: Int)

  /// The problem as the end of a sentence that begins with the name of the file.
  var text: String {
    switch self {
    case .tooLarge(let limit): "more than \(grouped(limit)) bytes"
    case .notATarArchive: "this is not a tar archive"
    case .noTime(let row): "no time in row \(row), such as '04/01/2016 0:05'"
    }
  }
}

/// Why a download fails.
public enum DownloadProblem: Hashable, Sendable {
  /// The address is not a URL.
  case notAURL
  /// The HTTP status code of a server that does not return the file.
  case status(Int)
  /// The transfer fails: the code of the system's error and its message.
  case transfer(code: Int, message: String)

  /// The problem as the end of a sentence.
  var text: String {
    switch self {
    case .notAURL: "this is not a URL"
    case .status(let status): "the server returned status \(status)"
    case .transfer(_, let message): message
    }
  }
}

/// How the size of an image file differs from the expected one.
public enum SizeProblem: Hashable, Sendable {
  /// A file of `bytes` bytes, which are not whole records.
  case records(bytes: Int, record: Int)
  /// A header that is cut off.
  case header(bytes: Int, expected: Int)
  /// A header whose sizes have no product from 1 to `limit`.
  case sizes([Int], limit: Int)
  /// Other than the bytes that the header's `sizes` require; `bytes` is `nil` if there are more.
  case body(bytes: Int?, sizes: [Int])
  /// Held-out images of another shape than the training images.
  case heldOutShape(ImageShape, training: ImageShape)

  /// The problem as the end of a sentence that begins with the name of the file.
  var text: String {
    switch self {
    case .records(let bytes, let record):
      Self.text("\(grouped(bytes)) bytes", "records of \(grouped(record)) bytes")
    case .header(let bytes, let expected):
      Self.text("a header of \(counted(bytes, "byte"))", "\(expected) bytes")
    case .sizes(let sizes, let limit):
      Self.text("a header of \(Self.product(sizes)) bytes", "1 to \(grouped(limit)) bytes")
    case .body(let bytes, let sizes):
      Self.text(
        bytes.map { "\(grouped($0)) bytes" } ?? "more than \(Self.total(sizes)) bytes",
        Self.product(sizes) + (sizes.count > 1 ? " = \(Self.total(sizes))" : "") + " bytes")
    case .heldOutShape(let found, let training):
      Self.text(
        "images of \(found.height) x \(found.width)",
        "\(training.height) x \(training.width) pixels")
    }
  }

  private static func text(_ found: String, _ expected: String) -> String {
    "\(found) where \(expected) are expected"
  }

  private static func product(_ sizes: [Int]) -> String {
    sizes.map { grouped($0) }.joined(separator: " x ")
  }

  private static func total(_ sizes: [Int]) -> String { grouped(sizes.reduce(1, &*)) }
}
