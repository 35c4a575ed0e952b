import Foundation

/// Pages of HTML as PDF, by WeasyPrint (weasyprint.org), a program of its own.
public struct PDFPrinter: Sendable {
  private let program: URL

  /// Finds the program in the folders of PATH.
  /// - Throws: `PDFError.notInstalled`
  public init() throws(PDFError) {
    guard let found = installedProgram("weasyprint") else { throw .notInstalled }
    program = found
  }

  /// A page as a file of PDF; equal pages give equal bytes with the same version of the program and the
  /// same fonts.
  /// - Throws: `PDFError`
  public func pdf(of page: String) throws(PDFError) -> Data {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-pdf-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let (input, output) = (
      folder.appendingPathComponent("report.html"), folder.appendingPathComponent("report.pdf")
    )
    let messages = folder.appendingPathComponent("messages")
    let process = Process()
    process.executableURL = program
    process.arguments = ["-q", input.path, output.path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    // The date of the file, which would differ from run to run.
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SOURCE_DATE_EPOCH": "0"]) { $1 }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(page.utf8).write(to: input)
      try Data().write(to: messages)
      process.standardError = try FileHandle(forWritingTo: messages)
      try process.run()
    } catch {
      throw .failed(reason: "it cannot be started")
    }
    process.waitUntilExit()
    let words = (try? String(contentsOf: messages, encoding: .utf8))?
      .split(separator: "\n").last.map(String.init)
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .failed(reason: words ?? "exit code \(process.terminationStatus)")
    }
    guard let data = try? Data(contentsOf: output), data.starts(with: Data("%PDF-".utf8)) else {
      throw .failed(reason: "it wrote no PDF")
    }
    return data
  }
}

/// Why a page is not written as PDF.
public enum PDFError: LocalizedError, Hashable, Sendable {
  /// The program is not installed.
  case notInstalled
  /// The program ends with an error; `reason` is its last line.
  case failed(reason: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .notInstalled: "PDF is written by weasyprint, which is not in PATH"
    case .failed(let reason): "weasyprint does not write the report as PDF: \(reason)"
    }
  }

  /// What to do.
  public var recoverySuggestion: String? {
    switch self {
    case .notInstalled:
      "install it (apt-get install weasyprint, or pip install weasyprint), or print report.html from a "
        + "browser"
    case .failed: "print report.html from a browser"
    }
  }
}
