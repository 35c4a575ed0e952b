import Foundation

/// A single file that a command leaves behind: written beside its place, moved there when whole.
public struct OutputFile: Hashable, Sendable {
  let place: OutputPlace

  /// `path`: as the user gives it, relative to the working folder or absolute; it need not be there.
  public init(_ path: String) { place = OutputPlace(path) }

  /// The file as the user names it.
  public var path: String { place.path }
  /// Where the file will be, with links in the folders above resolved.
  public var url: URL { place.url }

  /// Finds out, before anything is computed, whether the file can be written.
  ///
  /// `force`: whether a regular file may be replaced. Nothing else ever is.
  /// `known`: the SHA-256 of a file that an interrupted run of the same command has left here.
  /// - Throws: `OutputError`
  public func check(force: Bool, known: String? = nil) throws(OutputError) {
    switch place.kind {
    case .nothing: break
    case .file:
      if !force, known == nil || FileManager.default.contents(atPath: url.path).map(sha256) != known
      {
        throw .exists(path: path)
      }
    case .folder: throw .cannotCreate(path: path, reason: "it is a folder")
    case .other(let kind): throw .notReplaced(path: path, kind: kind)
    }
    try place.probe(place.parent)
  }

  /// Writes the whole file, or nothing.
  /// - Throws: `OutputError`
  public func write(_ data: Data, force: Bool) throws(OutputError) {
    try OutputFiles([self]).write([data], force: force)
  }

  /// What is written beside the place: its name, or a digest of a long one, and the process.
  private var prefix: String {
    let name =
      place.name.utf8.count <= 200 ? place.name : String(sha256(Data(place.name.utf8)).prefix(32))
    return ".\(name).espalier-new-"
  }

  fileprivate var fresh: String { place.parent + "/" + prefix + "\(getpid())" }

  /// Removes what runs that were killed while writing have left beside the place.
  fileprivate func clearLeftovers() {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: place.parent)) ?? []
    for entry in found where entry.hasPrefix(prefix) {
      let left = place.parent + "/" + entry
      guard let process = pid_t(entry.dropFirst(prefix.count)), OutputPlace.kind(of: left) == .file,
        process == getpid() || kill(process, 0) != 0 && errno == ESRCH
      else { continue }
      unlink(left)
    }
  }

  /// Moves the file from beside its place to it.
  fileprivate func settle(force: Bool, known: String?) throws(OutputError) {
    try check(force: force, known: known)
    if place.kind == .nothing {
      // Unlike a renaming, a link never replaces what has come since the look.
      if link(fresh, place.resolvedPath) == 0 {
        unlink(fresh)
        return
      }
      if errno == EEXIST { return try settle(force: force, known: known) }
    }
    guard rename(fresh, place.resolvedPath) == 0 else { throw .system(path) }
  }
}

/// The files that one command leaves behind: all are written before the first is moved to its place.
public struct OutputFiles: Sendable {
  let files: [OutputFile]
  private let record: URL?

  /// `checkpoint`: where a run that is killed between two files notes what it has put in place, so
  /// that it can be resumed; `nil` notes nothing.
  public init(_ files: [OutputFile], checkpoint: URL? = nil) {
    self.files = files
    record = checkpoint?.appendingPathComponent("outputs.json")
  }

  /// Finds out, before anything is computed, whether all files can be written.
  ///
  /// `resume`: whether files that an interrupted run has left may be replaced.
  /// - Throws: `OutputError`
  public func check(force: Bool, resume: Bool = false) throws(OutputError) {
    let known = resume ? noted : [:]
    for file in files { try file.check(force: force, known: known[file.url.path]) }
  }

  /// Writes all files whole, or those that are not in place yet not at all.
  /// - Throws: `OutputError`
  public func write(_ contents: [Data], force: Bool, resume: Bool = false) throws(OutputError) {
    let known = resume ? noted : [:]
    try check(force: force, resume: resume)
    defer { for file in files { unlink(file.fresh) } }
    for (file, data) in zip(files, contents) {
      file.clearLeftovers()
      try writeNew(data, to: file.fresh, named: file.path)
    }
    if let record, files.count > 1 {
      let sums = zip(files, contents).map { ($0.url.path, sha256($1)) }
      let data = try? JSONEncoder().encode(Dictionary(sums, uniquingKeysWith: { $1 }))
      let folder = record.deletingLastPathComponent()
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try? data?.write(to: record, options: .atomic)
    }
    for file in files { try file.settle(force: force, known: known[file.url.path]) }
    for folder in Set(files.map(\.place.parent)) { try? synchronize(folder) }
  }

  /// The SHA-256 of each file that an interrupted run was about to put in place, by its path.
  private var noted: [String: String] {
    guard let record, let data = FileManager.default.contents(atPath: record.path) else {
      return [:]
    }
    return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
  }
}
