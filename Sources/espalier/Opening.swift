import Foundation

/// Opening of a file with the desktop's program for it.
struct Opening {
  /// The programs, in the order of preference.
  private static let names = ["xdg-open", "open"]

  private let program: URL

  /// Finds a program, before anything is computed.
  ///
  /// `path`: the file that will be opened.
  /// - Throws: `CommandFailure` with code 69 if there is none.
  init(for path: String) throws(CommandFailure) {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    let found = Self.names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    guard let found else {
      throw CommandFailure(
        "--open needs xdg-open or open, and neither is in PATH",
        hint: "install xdg-utils, or omit --open and open '\(path)' in a browser", code: 69)
    }
    program = URL(fileURLWithPath: found)
  }

  /// Opens a file.
  /// - Throws: `CommandFailure` with code 69 if the program fails.
  func open(_ path: String) throws(CommandFailure) {
    let process = Process()
    process.executableURL = program
    process.arguments = [path]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do {
      try process.run()
    } catch {
      throw Self.failure(program, path, "it cannot be started")
    }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Self.failure(program, path, "exit code \(process.terminationStatus)")
    }
  }

  private static func failure(
    _ program: URL, _ path: String, _ reason: String
  ) -> CommandFailure {
    CommandFailure(
      "\(program.lastPathComponent) does not open '\(path)': \(reason)",
      hint: "the report is written; open it in a browser", code: 69)
  }
}
