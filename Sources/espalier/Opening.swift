import Foundation
import Reports

/// Opening of a file with the desktop's program for it.
struct Opening {
  private let program: URL

  /// Finds a program, before anything is computed.
  ///
  /// `path`: the file that will be opened.
  /// - Throws: `CommandFailure` with code 69 if there is none.
  init(for path: String) throws(CommandFailure) {
    guard let found = installedProgram("xdg-open", "open") else {
      throw CommandFailure(
        "--open needs xdg-open or open, and neither is in PATH",
        hint: "install xdg-utils, or omit --open and open '\(path)' in a browser", code: 69)
    }
    program = found
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
