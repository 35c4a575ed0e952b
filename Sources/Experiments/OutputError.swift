import Foundation

/// Why an output could not be written.
public enum OutputError: LocalizedError, Hashable, Sendable {
  /// The folder contains a file that is not part of a report.
  case foreign(folder: String, holds: String)
  /// The folder has no manifest of a report.
  case noReport(folder: String)
  /// A file of the report in the folder was changed after it was written.
  case changed(folder: String, file: String)
  /// The report in the folder was written by another command or from other data.
  case otherRun(folder: String, command: String)
  /// A regular file exists at the path of the output.
  case exists(path: String)
  /// A link, a device, a pipe or a socket exists at the path of the output.
  case notReplaced(path: String, SpecialFile)
  /// Overwriting the folder would delete more than a report.
  case tooMuch(folder: String)
  /// Two options name the same output file.
  case sameOutput(path: String, options: [String])
  /// `-` for an output that does not go to standard output.
  case standardOutput(option: String)
  /// An output path is also an input.
  case isInput(path: String, option: String, input: String)
  /// An output path is empty.
  case emptyPath(option: String)
  /// The file or folder cannot be created.
  case cannotCreate(path: String, CreationProblem)
  /// A system call fails with an error number.
  case cannotWrite(path: String, code: Int32)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .foreign(let folder, let name):
      "the folder '\(folder)' contains '\(name)', which is not part of a report"
    case .noReport(let folder):
      "the folder '\(folder)' is not an espalier report: it has no espalier manifest.json"
    case .changed(let folder, let file):
      "'\(file)' in the folder '\(folder)' was changed after it was written"
    case .otherRun(let folder, let command):
      "the folder '\(folder)' contains the report of another run: espalier \(command)"
    case .exists(let path): "'\(path)' already exists"
    case .notReplaced(let path, let kind):
      "'\(path)' is \(kind.rawValue), which is never overwritten"
    case .tooMuch(let folder): "the folder '\(folder)' contains more than a report"
    case .sameOutput(let path, let options):
      "\(options.joined(separator: " and ")) both name '\(path)'"
    case .standardOutput(let option):
      "\(option): '-' is no file; predict and export alone write to standard output"
    case .isInput(let path, let option, let input):
      "\(option) names '\(path)', which is read as \(input)"
    case .emptyPath(let option): "\(option) names an empty path"
    case .cannotCreate(let path, let problem): "'\(path)' cannot be created: \(problem.text)"
    case .cannotWrite(let path, let code): "'\(path)' cannot be written: \(Self.words(code))"
    }
  }

  /// Whether the disk or the quota is full.
  public var isFullDisk: Bool {
    if case .cannotWrite(_, let code) = self { [ENOSPC, EDQUOT].contains(code) } else { false }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .exists: "allow it to be overwritten, or name another path"
    case .changed, .otherRun: "allow the report to be overwritten, or name another folder"
    case .foreign: "move it out of the folder, or name another folder"
    case .noReport: "name another folder, or remove this one first"
    case .notReplaced: "only regular files and reports are overwritten; name another path"
    case .tooMuch: "name a separate folder, for example 'report'"
    case .sameOutput: "give each output a different file"
    case .emptyPath: "give a file name"
    case .standardOutput: "give a file name; './-' names a file '-'"
    case .isInput: "write to another path"
    case .cannotCreate(_, .system(code: ENAMETOOLONG)): "choose a shorter name"
    case .cannotCreate: "choose a folder that exists and that you may write to"
    case .cannotWrite:
      isFullDisk
        ? "free some space or choose another place" : "choose another place"
    }
  }

  /// The error for the `errno` of a failed system call.
  static func system(_ path: String, code: Int32 = errno) -> OutputError {
    switch code {
    case EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR, EEXIST, ENAMETOOLONG, ELOOP, EINVAL:
      return .cannotCreate(path: path, .system(code: code))
    default:
      return .cannotWrite(path: path, code: code)
    }
  }

  static func words(_ code: Int32) -> String {
    String(cString: strerror(code)).lowercased()
  }
}
