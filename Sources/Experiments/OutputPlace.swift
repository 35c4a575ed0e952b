import Foundation

/// A path to be written: the folders above resolved through links, its own name as it stands.
struct OutputPlace: Hashable, Sendable {
  /// What a path can name.
  enum Kind: Hashable, Sendable {
    case nothing, file, folder
    /// What is never replaced: "a symbolic link", "a device", "a pipe", "a socket".
    case other(String)
  }

  /// The path as the user gives it.
  let path: String
  /// The folder that holds it.
  let parent: String
  /// Its name in that folder.
  let name: String

  /// `path`: relative to the working folder or absolute; it need not exist.
  ///
  /// Where the working folder was removed, nothing can be created at a relative path.
  init(_ path: String) {
    self.path = path
    if !path.hasPrefix("/"), !Self.hasWorkingFolder {
      name = path
      parent = "."
      return
    }
    let all = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    var parts = all.split(separator: "/").filter { $0 != "." }.map(String.init)
    if parts.last == ".." {
      parts = Self.resolved(parts).split(separator: "/").map(String.init)
    }
    name = parts.last ?? "/"
    parent = Self.resolved(parts.dropLast())
  }

  /// The whole path, with links in the folders above resolved.
  var resolvedPath: String {
    if name == "/" { return "/" }
    return parent == "/" ? "/" + name : parent + "/" + name
  }

  var url: URL { URL(fileURLWithPath: resolvedPath) }

  /// What is there now. A link is never followed.
  var kind: Kind { Self.kind(of: resolvedPath) }

  /// What a path names. A link is never followed.
  static func kind(of path: String) -> Kind {
    var found = stat()
    guard lstat(path, &found) == 0 else { return .nothing }
    switch found.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .other("a symbolic link")
    case S_IFIFO: return .other("a pipe")
    case S_IFSOCK: return .other("a socket")
    default: return .other("a device")
    }
  }

  /// Whether two paths name one file, by hard links too.
  func isSame(as other: OutputPlace) -> Bool {
    if resolvedPath == other.resolvedPath { return true }
    guard let own = Self.identity(of: resolvedPath) else { return false }
    return own == Self.identity(of: other.resolvedPath)
  }

  /// Whether the working folder is still there.
  private static var hasWorkingFolder: Bool {
    guard let folder = getcwd(nil, 0) else { return false }
    free(folder)
    return true
  }

  /// Device and number of what a path names, through links.
  private static func identity(of path: String) -> [UInt64]? {
    var found = stat()
    guard stat(path, &found) == 0 else { return nil }
    return [UInt64(found.st_dev), UInt64(found.st_ino)]
  }

  /// A path from the root with every link in it followed, as far as it exists.
  private static func resolved(_ parts: some Sequence<String>) -> String {
    var current = "/"
    for part in parts {
      if part == ".." {
        current = (current as NSString).deletingLastPathComponent
        continue
      }
      let next = current == "/" ? "/" + part : current + "/" + part
      current = next
      if let real = realpath(next, nil) {
        current = String(cString: real)
        free(real)
      }
    }
    return current
  }

  /// Tests whether anything can be created in the folder: permissions alone do not tell.
  /// - Throws: `OutputError`
  func probe(_ folder: String) throws(OutputError) {
    guard parent != "." else {
      throw .cannotCreate(path: path, reason: "the working folder was removed")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw .system(path) }
    #if os(Linux)
      // A file without a name leaves nothing behind where the process is killed here.
      let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
      let file = open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o600)
      if file >= 0 {
        close(file)
        return
      }
      // File systems without such files, and kernels that take the flag for that of a folder.
      guard [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(errno) else { throw .system(path) }
    #endif
    let trial = folder + "/.espalier-try-\(getpid())"
    guard mkdir(trial, 0o700) == 0 || errno == EEXIST else { throw .system(path) }
    rmdir(trial)
  }
}

/// Writes a new file and waits until it is on the disk; errors call it by `name`.
///
/// What has the path already, a link too, is an error and stays.
func writeNew(_ data: Data, to path: String, named name: String) throws(OutputError) {
  let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
  let file = open(path, flags, 0o666)
  guard file >= 0 else { throw .system(name) }
  let code = data.withUnsafeBytes { bytes -> Int32 in
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let written = write(file, part.baseAddress, part.count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return fsync(file) == 0 || errno == EINVAL ? 0 : errno
  }
  let closed = close(file) == 0 ? 0 : errno
  if code != 0 { throw .cannotWrite(path: name, code: code) }
  if closed != 0 { throw .cannotWrite(path: name, code: closed) }
}

/// Waits until a folder's entries are on the disk.
func synchronize(_ folder: String) throws(OutputError) {
  let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard file >= 0 else { throw .system(folder) }
  defer { close(file) }
  guard fsync(file) == 0 || errno == EINVAL else { throw .system(folder) }
}
