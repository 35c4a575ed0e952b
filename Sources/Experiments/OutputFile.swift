import Foundation

/// A single output file, written atomically: to a temporary file in the same folder, then renamed.
public struct OutputFile: Hashable, Sendable {
  let place: OutputPlace

  /// `path`: as given by the user, relative to the working folder or absolute; it need not exist.
  public init(_ path: String) { place = OutputPlace(path) }

  /// The path as given by the user.
  public var path: String { place.path }
  /// The location of the file, with links in the parent folders resolved.
  public var url: URL { place.url }

  /// Checks, before any computation, whether the file can be written.
  ///
  /// `force`: whether a regular file may be overwritten. Nothing else is ever overwritten.
  /// `known`: the SHA-256 of the file written by an interrupted run of the same command.
  /// - Throws: `OutputError`
  public func check(force: Bool, known: String? = nil) throws(OutputError) {
    switch place.kind {
    case .nothing: break
    case .file:
      if !force, known == nil || FileManager.default.contents(atPath: url.path).map(sha256) != known
      {
        throw .exists(path: path)
      }
    case .folder: throw .cannotCreate(path: path, .isFolder)
    case .other(let kind): throw .notReplaced(path: path, kind)
    }
    try place.probe(place.parent)
  }

  /// Writes the complete file, or nothing.
  /// - Throws: `OutputError`
  public func write(_ data: Data, force: Bool) throws(OutputError) {
    try OutputFiles([self]).write([data], force: force)
  }

  /// Writes the complete file in parts, or nothing.
  ///
  /// `body` appends the parts; an error thrown by it deletes the temporary file.
  /// - Throws: `OutputError`, or the error of `body`
  public func write(
    force: Bool, parts body: (_ append: (Data) throws -> Void) throws -> Void
  ) throws {
    try check(force: force)
    clearLeftovers()
    defer { unlink(fresh) }
    let file = try NewFile(fresh, named: path)
    do {
      try body { try file.append($0) }
    } catch {
      close(file.descriptor)
      throw error
    }
    try file.finish()
    try settle(force: force, known: nil)
    try? synchronize(place.parent)
  }

  /// The prefix of the temporary file: the file's name, or the digest of a long name.
  private var prefix: String {
    let name =
      place.name.utf8.count <= 200 ? place.name : String(sha256(Data(place.name.utf8)).prefix(32))
    return ".\(name).espalier-new-"
  }

  fileprivate var fresh: String { place.parent + "/" + prefix + "\(getpid())" }

  /// Removes temporary files of processes that were killed while writing.
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

  /// Renames the temporary file to its destination.
  fileprivate func settle(force: Bool, known: String?) throws(OutputError) {
    try check(force: force, known: known)
    if place.kind == .nothing {
      // Unlike rename, link never overwrites a file created since the check.
      if link(fresh, place.resolvedPath) == 0 {
        unlink(fresh)
        return
      }
      if errno == EEXIST { return try settle(force: force, known: known) }
    }
    guard rename(fresh, place.resolvedPath) == 0 else { throw .system(path) }
  }
}

/// The output files of one command: all temporary files are written before the first is renamed.
public struct OutputFiles: Sendable {
  let files: [OutputFile]
  private let record: URL?

  /// `checkpoint`: the folder in which the SHA-256 of each output is recorded, so that a run killed
  /// between two files can be resumed; `nil` records nothing.
  public init(_ files: [OutputFile], checkpoint: URL? = nil) {
    self.files = files
    record = checkpoint?.appendingPathComponent("outputs.json")
  }

  /// Checks, before any computation, whether all files can be written.
  ///
  /// `resume`: whether files written by an interrupted run may be overwritten.
  /// - Throws: `OutputError`
  public func check(force: Bool, resume: Bool = false) throws(OutputError) {
    let known = resume ? noted : [:]
    for file in files { try file.check(force: force, known: known[file.url.path]) }
  }

  /// Writes all files; each is either complete or absent.
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

  /// The SHA-256 of each output of an interrupted run, by path.
  private var noted: [String: String] {
    guard let record, let data = FileManager.default.contents(atPath: record.path) else {
      return [:]
    }
    return (try? JSONDecoder().decode([String: String].self, from: data)) ?? [:]
  }
}
