/// Why an output file or folder cannot be created.
public enum CreationProblem: Hashable, Sendable {
  /// There is a folder at the path of a file.
  case isFolder
  /// The entries of the existing folder cannot be listed.
  case unreadableFolder
  /// A parent of the folder exists and is not a folder.
  case parent(name: String)
  /// The working folder, to which the path is relative, was deleted.
  case noWorkingFolder
  /// A system call fails with an error number.
  case system(code: Int32)

  /// The problem as the end of a sentence.
  var text: String {
    switch self {
    case .isFolder: "it is a folder"
    case .unreadableFolder: "the existing folder cannot be read"
    case .parent(let name): "'\(name)' is not a folder"
    case .noWorkingFolder: "the working folder was deleted"
    case .system(let code): OutputError.words(code)
    }
  }
}

/// An item that is never overwritten, with its name in messages.
public enum SpecialFile: String, Hashable, Sendable, CaseIterable {
  case symbolicLink = "a symbolic link"
  case pipe = "a pipe"
  case socket = "a socket"
  case device = "a device"
}
