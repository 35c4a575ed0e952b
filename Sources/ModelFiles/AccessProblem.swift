import Foundation

/// Why a model file cannot be read or written.
public enum AccessProblem: Hashable, Sendable {
  /// There is no file at the path.
  case noFile
  /// The item at the path is a folder, a device or another special file.
  case notRegular
  /// The file in which a model stores the values of an initializer is missing or not readable.
  case externalData(initializer: String, model: String)
  /// The file ends before its size.
  case truncated
  case noPermission
  /// The folder of the file does not exist.
  case noFolder
  case fullDisk
  /// Another error of the system, with its domain and code.
  case system(domain: String, code: Int)

  /// The problem as the end of a sentence.
  var text: String {
    switch self {
    case .noFile: "there is no such file"
    case .notRegular: "it is not a regular file"
    case .externalData(let initializer, let model):
      "it should hold the values of '\(initializer)' in \(model)"
    case .truncated: "unexpected end of file"
    case .noPermission: "permission denied"
    case .noFolder: "there is no such folder"
    case .fullDisk: "no space left on device"
    case .system: "the system reports an error"
    }
  }

  /// The problem of a failed file operation.
  init(_ error: any Error) {
    self =
      switch (error as? CocoaError)?.code {
      case .fileReadNoPermission, .fileWriteNoPermission: .noPermission
      case .fileNoSuchFile, .fileReadNoSuchFile: .noFolder
      case .fileWriteOutOfSpace: .fullDisk
      default: .system(domain: (error as NSError).domain, code: (error as NSError).code)
      }
  }
}
