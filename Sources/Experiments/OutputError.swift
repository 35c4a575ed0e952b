import Foundation

/// Why something could not be written.
public enum OutputError: LocalizedError, Hashable, Sendable {
  /// There is something in the folder that is no part of a report.
  case foreign(folder: String, holds: String)
  /// The folder has no manifest that says that it is a report.
  case noReport(folder: String)
  /// A file of the report in the folder was changed after it was written.
  case changed(folder: String, file: String)
  /// The report in the folder is of another command or of other data.
  case otherRun(folder: String, command: String)
  /// A regular file is in the place of the folder or file to be written.
  case exists(path: String)
  /// A link, a device, a pipe or a socket is in the place.
  case notReplaced(path: String, kind: String)
  /// Replacing the folder would take away more than a report.
  case tooMuch(folder: String)
  /// Two options name one file to be written.
  case sameOutput(path: String, options: [String])
  /// What is to be written is what is read.
  case isInput(path: String, option: String, input: String)
  case cannotCreate(path: String, reason: String)
  /// The system refuses with an error number.
  case cannotWrite(path: String, code: Int32)

  /// The exit code of a process that ends with this error.
  public var exitCode: Int32 {
    switch self {
    case .foreign, .noReport, .changed, .otherRun, .exists, .notReplaced, .tooMuch,
      .cannotCreate:
      73
    case .sameOutput, .isInput: 64
    case .cannotWrite: 74
    }
  }

  public var errorDescription: String? {
    switch self {
    case .foreign(let folder, let name):
      "the folder '\(folder)' holds '\(name)', which is no part of a report"
    case .noReport(let folder):
      "the folder '\(folder)' is no report of espalier: it has no manifest.json that says so"
    case .changed(let folder, let file):
      "'\(file)' in the folder '\(folder)' was changed after it was written"
    case .otherRun(let folder, let command):
      "the folder '\(folder)' holds the report of another run: espalier \(command)"
    case .exists(let path): "'\(path)' exists already"
    case .notReplaced(let path, let kind): "'\(path)' is \(kind), which is never replaced"
    case .tooMuch(let folder): "the folder '\(folder)' holds more than a report"
    case .sameOutput(let path, let options):
      "\(options.joined(separator: " and ")) both name '\(path)'"
    case .isInput(let path, let option, let input):
      "\(option) names '\(path)', which is read as \(input)"
    case .cannotCreate(let path, let reason): "'\(path)' cannot be created: \(reason)"
    case .cannotWrite(let path, let code): "'\(path)' cannot be written: \(Self.words(code))"
    }
  }

  /// Whether there is no room on the disk.
  public var isFullDisk: Bool {
    if case .cannotWrite(_, let code) = self { [ENOSPC, EDQUOT].contains(code) } else { false }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .exists: "--force replaces it"
    case .changed, .otherRun:
      "--force replaces the report; another folder with --output keeps it"
    case .foreign: "move it out of the folder, or name another folder with --output"
    case .noReport: "name another folder with --output, or remove this one first"
    case .notReplaced: "--force replaces regular files and reports of espalier; name another path"
    case .tooMuch: "name a folder of its own, for example 'report'"
    case .sameOutput: "give each a file of its own"
    case .isInput: "write to another path"
    case .cannotCreate: "choose a folder that exists and that you may write to"
    case .cannotWrite:
      isFullDisk
        ? "free some space or choose another place, then run the command again"
        : "choose another place, then run the command again"
    }
  }

  /// The error that a failed system call left in `errno`.
  static func system(_ path: String, code: Int32 = errno) -> OutputError {
    switch code {
    case EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR, EEXIST, ENAMETOOLONG, ELOOP, EINVAL:
      return .cannotCreate(path: path, reason: words(code))
    default:
      return .cannotWrite(path: path, code: code)
    }
  }

  private static func words(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
