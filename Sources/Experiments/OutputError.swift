import Foundation

/// Why something could not be written.
public enum OutputError: LocalizedError, Hashable, Sendable {
  /// There is something in the folder that is no part of a report.
  case foreign(folder: String, holds: String)
  /// A file is in the place of the folder or file to be written.
  case exists(path: String)
  /// Replacing the folder would take away more than a report.
  case tooMuch(folder: String)
  case cannotCreate(path: String, reason: String)
  case cannotWrite(path: String, reason: String)

  /// The exit code of a process that ends with this error.
  public var exitCode: Int32 {
    switch self {
    case .foreign, .exists, .tooMuch, .cannotCreate: 73
    case .cannotWrite: 74
    }
  }

  public var errorDescription: String? {
    switch self {
    case .foreign(let folder, let name):
      "the folder '\(folder)' holds '\(name)', which is no part of a report"
    case .exists(let path): "'\(path)' exists already"
    case .tooMuch(let folder): "the folder '\(folder)' holds more than a report"
    case .cannotCreate(let path, let reason): "'\(path)' cannot be created: \(reason)"
    case .cannotWrite(let path, let reason): "'\(path)' cannot be written: \(reason)"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .foreign, .exists: "--force replaces it"
    case .tooMuch: "name a folder of its own, for example 'report'"
    case .cannotCreate: "choose a folder that exists and that you may write to"
    case .cannotWrite: "free some space or choose another place, then run the command again"
    }
  }

  /// The error that a failed system call left in `errno`.
  static func system(_ path: String, code: Int32 = errno) -> OutputError {
    let reason = String(cString: strerror(code)).lowercased()
    switch code {
    case EACCES, EPERM, EROFS, ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG, ELOOP, EINVAL:
      return .cannotCreate(path: path, reason: reason)
    default:
      return .cannotWrite(path: path, reason: reason)
    }
  }
}
