import Foundation

/// An output path: links in its parent folders are resolved, its last component is not.
struct OutputPlace: Hashable, Sendable {
  /// The kind of item at a path.
  enum Kind: Hashable, Sendable {
    case nothing, file, folder
    /// An item that is never overwritten.
    case other(SpecialFile)
  }

  /// The path as given by the user.
  let path: String
  /// The parent folder.
  let parent: String
  /// The last path component.
  let name: String

  /// `path`: relative to the working folder or absolute; it need not exist.
  ///
  /// If the working folder was deleted, nothing can be created at a relative path.
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

  /// The absolute path, with links in the parent folders resolved.
  var resolvedPath: String {
    if name == "/" { return "/" }
    return parent == "/" ? "/" + name : parent + "/" + name
  }

  var url: URL { URL(fileURLWithPath: resolvedPath) }

  /// The kind of the existing item; links are not followed.
  var kind: Kind { Self.kind(of: resolvedPath) }

  /// The kind of the item at a path; links are not followed.
  static func kind(of path: String) -> Kind {
    var found = stat()
    guard lstat(path, &found) == 0 else { return .nothing }
    switch found.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFLNK: return .other(.symbolicLink)
    case S_IFIFO: return .other(.pipe)
    case S_IFSOCK: return .other(.socket)
    default: return .other(.device)
    }
  }

  /// Whether two paths name the same file, including hard links.
  func isSame(as other: OutputPlace) -> Bool {
    if resolvedPath == other.resolvedPath { return true }
    guard let own = Self.identity(of: resolvedPath) else { return false }
    return own == Self.identity(of: other.resolvedPath)
  }

  /// Whether the working folder exists.
  private static var hasWorkingFolder: Bool {
    guard let folder = getcwd(nil, 0) else { return false }
    free(folder)
    return true
  }

  /// Device and inode number of the item at a path; links are followed.
  private static func identity(of path: String) -> [UInt64]? {
    var found = stat()
    guard stat(path, &found) == 0 else { return nil }
    return [UInt64(found.st_dev), UInt64(found.st_ino)]
  }

  /// An absolute path with all links resolved, as far as it exists.
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

  /// Checks whether a file can be created in the folder, by creating one.
  /// - Throws: `OutputError`
  func probe(_ folder: String) throws(OutputError) {
    guard parent != "." else {
      throw .cannotCreate(path: path, .noWorkingFolder)
    }
    guard name.utf8.count <= Int(NAME_MAX) else {
      errno = ENAMETOOLONG
      throw .system(path)
    }
    var isFolder: ObjCBool = true
    if FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), !isFolder.boolValue {
      throw .cannotCreate(path: path, .parent(name: (folder as NSString).lastPathComponent))
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw .system(path) }
    #if os(Linux)
      // An unnamed file (O_TMPFILE) leaves nothing behind if the process is killed here.
      let unnamed: Int32 = 0o20_000_000 | O_DIRECTORY
      let file = open(folder, unnamed | O_WRONLY | O_CLOEXEC, 0o600)
      if file >= 0 {
        close(file)
        return
      }
      // Errors of file systems and kernels without O_TMPFILE.
      guard [EOPNOTSUPP, EISDIR, EINVAL, ENOENT].contains(errno) else { throw .system(path) }
    #endif
    let trial = folder + "/.espalier-try-\(getpid())"
    guard mkdir(trial, 0o700) == 0 || errno == EEXIST else { throw .system(path) }
    rmdir(trial)
  }
}

/// Writes a new file and synchronises it to disk; errors contain `name`.
///
/// An existing item at the path, including a link, is an error and is not modified.
func writeNew(_ data: Data, to path: String, named name: String) throws(OutputError) {
  let file = try NewFile(path, named: name)
  do {
    try file.append(data)
  } catch {
    close(file.descriptor)
    throw error
  }
  try file.finish()
}

/// A file that did not exist, open for writing.
struct NewFile {
  let descriptor: Int32
  private let name: String

  /// Creates the file; errors contain `name`.
  init(_ path: String, named name: String) throws(OutputError) {
    self.name = name
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .system(name) }
  }

  func append(_ data: Data) throws(OutputError) {
    let code = data.withUnsafeBytes { bytes -> Int32 in
      var rest = bytes[...]
      while !rest.isEmpty {
        let part = UnsafeRawBufferPointer(rebasing: rest)
        let written = write(descriptor, part.baseAddress, part.count)
        if written < 0 {
          if errno == EINTR { continue }
          return errno
        }
        rest = rest.dropFirst(written)
      }
      return 0
    }
    if code != 0 { throw .cannotWrite(path: name, code: code) }
  }

  /// Synchronises the file to disk and closes it.
  func finish() throws(OutputError) {
    let code = fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno
    let closed = close(descriptor) == 0 ? 0 : errno
    if code != 0 { throw .cannotWrite(path: name, code: code) }
    if closed != 0 { throw .cannotWrite(path: name, code: closed) }
  }
}

/// Synchronises a folder's entries to disk.
func synchronize(_ folder: String) throws(OutputError) {
  let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard file >= 0 else { throw .system(folder) }
  defer { close(file) }
  guard fsync(file) == 0 || errno == EINVAL else { throw .system(folder) }
}
