import Foundation

/// The folder that a run leaves behind: written beside its place, moved there when it is whole.
public struct OutputFolder: Hashable, Sendable {
  /// What a report folder may hold; a folder with anything else in it is somebody's own.
  public static let names: Set<String> = [
    "explanation.json", "report.html", "report.md", "report.pdf", "rules.txt", "network.dot",
    "network.svg", "features.svg", "rules.svg", "curve.svg", "model.onnx", "manifest.json",
    "certificate.json", "compare.json", "compare.md", "compare.svg",
  ]

  /// Where the folder will be, through links.
  public let url: URL
  /// The folder as the user names it.
  public let path: String

  /// The folder at a path, relative to the working folder.
  public init(_ path: String) {
    self.path = path
    let named = URL(fileURLWithPath: path).standardizedFileURL
    // A link is followed to what it names, so that the link itself stays.
    url = named.resolvingSymlinksInPath()
  }

  private var parent: URL { url.deletingLastPathComponent() }
  private var name: String { url.lastPathComponent }

  /// The hidden sibling that keeps the state of an unfinished run.
  public var checkpoint: URL {
    parent.appendingPathComponent(".\(name).espalier-run", isDirectory: true)
  }

  /// Whether there is an unfinished run to go on with.
  public var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint.path) }

  /// Forgets the unfinished run.
  public func removeCheckpoint() { try? FileManager.default.removeItem(at: checkpoint) }

  /// Finds out, before anything is computed, whether the folder can be written.
  ///
  /// Nothing there, an empty folder, or a report of ours may be replaced; anything else with `force`
  /// alone, and a folder that holds the working or the home folder never.
  /// - Throws: `OutputError`
  public func check(force: Bool) throws(OutputError) {
    let files = FileManager.default
    for place in [files.currentDirectoryPath, NSHomeDirectory(), "/"] {
      let place = URL(fileURLWithPath: place).resolvingSymlinksInPath().path
      if place == url.path || place.hasPrefix(url.path == "/" ? "/" : url.path + "/") {
        throw .tooMuch(folder: path)
      }
    }
    var isFolder: ObjCBool = false
    if files.fileExists(atPath: url.path, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        if force { return try checkParent() }
        throw .exists(path: path)
      }
      guard let found = try? files.contentsOfDirectory(atPath: url.path) else {
        throw .cannotCreate(path: path, reason: "what is there cannot be read")
      }
      if !force, let foreign = foreignName(among: found) {
        throw .foreign(folder: path, holds: foreign)
      }
    }
    try checkParent()
  }

  /// The first entry that says the folder is not a report of ours.
  private func foreignName(among found: [String]) -> String? {
    if let other = found.filter({ !Self.names.contains($0) }).min() { return other }
    if found.isEmpty || isReport { return nil }
    return found.min()
  }

  private struct Manifest: Decodable { var tool: String }

  private var isReport: Bool {
    let manifest = url.appendingPathComponent("manifest.json")
    guard let data = try? Data(contentsOf: manifest),
      let read = try? JSONDecoder().decode(Manifest.self, from: data)
    else { return false }
    return read.tool == "espalier"
  }

  /// Makes the folders above, as `mkdir -p` does, and tries whether they can be written to.
  private func checkParent() throws(OutputError) {
    var missing: [URL] = []
    var place = parent
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" {
      missing.append(place)
      place.deleteLastPathComponent()
    }
    var isFolder: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder)
    guard isFolder.boolValue else {
      throw .cannotCreate(path: path, reason: "'\(place.lastPathComponent)' is not a folder")
    }
    try probe(place, for: path)
    let longest = Int(NAME_MAX) - ".espalier-new-4194304".utf8.count - 1
    guard (missing.map(\.lastPathComponent) + [name]).allSatisfy({ $0.utf8.count <= longest })
    else { throw .system(path, code: ENAMETOOLONG) }
  }

  /// Writes all files, or nothing: what was there before stays until the new folder is whole.
  /// - Throws: `OutputError`; what was begun is cleared away.
  public func write(_ files: [(name: String, data: Data)], force: Bool) throws {
    try check(force: force)
    clearLeftovers()
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    } catch {
      throw OutputError.system(path)
    }
    let fresh = sibling("new")
    guard mkdir(fresh.path, 0o777) == 0 else { throw OutputError.system(path) }
    do {
      for file in files {
        try durablyWrite(
          file.data, to: fresh.appendingPathComponent(file.name), named: path + "/" + file.name)
      }
      try synchronize(fresh)
      try replace(with: fresh)
    } catch {
      try? FileManager.default.removeItem(at: fresh)
      throw error
    }
    try? synchronize(parent)
  }

  private func sibling(_ kind: String) -> URL {
    parent.appendingPathComponent(".\(name).espalier-\(kind)-\(getpid())", isDirectory: true)
  }

  private func replace(with fresh: URL) throws {
    if rename(fresh.path, url.path) == 0 { return }
    let old = sibling("old")
    guard rename(url.path, old.path) == 0 else { throw OutputError.system(path) }
    guard rename(fresh.path, url.path) == 0 else {
      let code = errno
      _ = rename(old.path, url.path)
      throw OutputError.system(path, code: code)
    }
    try? FileManager.default.removeItem(at: old)
  }

  /// Puts back or clears away what runs that were killed while writing have left.
  private func clearLeftovers() {
    let files = FileManager.default
    let found = ((try? files.contentsOfDirectory(atPath: parent.path)) ?? []).sorted()
    for kind in ["old", "new"] {
      let prefix = ".\(name).espalier-\(kind)-"
      for entry in found where entry.hasPrefix(prefix) {
        guard let process = pid_t(entry.dropFirst(prefix.count)), process != getpid(),
          kill(process, 0) != 0, errno == ESRCH
        else { continue }
        let left = parent.appendingPathComponent(entry)
        if kind == "old", !files.fileExists(atPath: url.path) {
          _ = rename(left.path, url.path)
        } else {
          try? files.removeItem(at: left)
        }
      }
    }
  }
}

/// A single file that a command leaves behind: written beside its place, moved there when whole.
public struct OutputFile: Hashable, Sendable {
  /// Where the file will be, through links.
  public let url: URL
  /// The file as the user names it.
  public let path: String

  /// `path`: as the user gives it, relative to the working folder or absolute; it need not be there.
  public init(_ path: String) {
    self.path = path
    url = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath()
  }

  /// Finds out, before anything is computed, whether the file can be written.
  /// - Throws: `OutputError`
  public func check(force: Bool) throws(OutputError) {
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) {
      if isFolder.boolValue { throw .cannotCreate(path: path, reason: "it is a folder") }
      if !force { throw .exists(path: path) }
    }
    try probe(url.deletingLastPathComponent(), for: path)
  }

  /// Writes the whole file, or nothing.
  /// - Throws: `OutputError`
  public func write(_ data: Data, force: Bool) throws(OutputError) {
    try check(force: force)
    let fresh = url.deletingLastPathComponent()
      .appendingPathComponent(".\(url.lastPathComponent.prefix(200)).espalier-new-\(getpid())")
    do throws(OutputError) {
      try durablyWrite(data, to: fresh, named: path)
      guard rename(fresh.path, url.path) == 0 else { throw OutputError.system(path) }
    } catch {
      unlink(fresh.path)
      throw error
    }
  }
}

/// Tries whether anything can be made in a folder: what permissions say is not always true.
private func probe(_ folder: URL, for path: String) throws(OutputError) {
  guard access(folder.path, W_OK | X_OK) == 0 else { throw .system(path) }
  let trial = folder.appendingPathComponent(".espalier-try-\(getpid())", isDirectory: true).path
  guard mkdir(trial, 0o700) == 0 || errno == EEXIST else { throw .system(path) }
  rmdir(trial)
}

/// Writes bytes and waits until they are on the disk; errors call the file by `name`.
private func durablyWrite(_ data: Data, to url: URL, named name: String) throws(OutputError) {
  let file = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
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
  if code != 0 { throw .cannotWrite(path: name, reason: reason(code)) }
  if closed != 0 { throw .cannotWrite(path: name, reason: reason(closed)) }
}

private func reason(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }

/// Waits until a folder's entries are on the disk.
private func synchronize(_ folder: URL) throws(OutputError) {
  let file = open(folder.path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw .system(folder.path) }
  defer { close(file) }
  guard fsync(file) == 0 || errno == EINVAL else { throw .system(folder.path) }
}
