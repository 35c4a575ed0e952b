import Foundation

/// The folder that a run leaves behind: written beside its place, moved there when it is whole.
public struct OutputFolder: Hashable, Sendable {
  /// The files that a report folder may hold. A folder with anything else in it is never replaced.
  public static let names: Set<String> = [
    "explanation.json", "report.html", "report.md", "report.pdf", "rules.txt", "network.dot",
    "network.svg", "features.svg", "rules.svg", "curve.svg", "model.onnx", "manifest.json",
    "certificate.json", "compare.json", "compare.md", "compare.svg",
  ]

  let place: OutputPlace

  /// The folder at a path, relative to the working folder.
  public init(_ path: String) { place = OutputPlace(path) }

  /// The folder as the user names it.
  public var path: String { place.path }
  /// Where the folder will be, with links in the folders above resolved.
  public var url: URL { place.url }

  /// The hidden sibling that keeps the state of an unfinished run.
  public var checkpoint: URL {
    URL(fileURLWithPath: place.parent)
      .appendingPathComponent(".\(place.name).espalier-run", isDirectory: true)
  }

  /// Whether there is an unfinished run to go on with.
  public var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint.path) }

  /// Removes the state of an unfinished run.
  public func removeCheckpoint() { try? FileManager.default.removeItem(at: checkpoint) }

  /// Finds out, before anything is computed, whether the folder can be written.
  ///
  /// Nothing there, an empty folder, or an unchanged report of the same run may be replaced; with
  /// `force` also a regular file, and any report of ours. Everything else stays: links, devices,
  /// folders that hold a file of somebody's, the working and the home folder.
  ///
  /// `run`: what identifies the run that is to be written, compared with that of a report that is
  /// there; `nil` while it is not known.
  /// - Throws: `OutputError`
  public func check(force: Bool, run: String? = nil) throws(OutputError) {
    for other in [FileManager.default.currentDirectoryPath, NSHomeDirectory(), "/"] {
      let other = URL(fileURLWithPath: other).resolvingSymlinksInPath().path
      let own = url.resolvingSymlinksInPath().path
      if other == own || other.hasPrefix(own == "/" ? "/" : own + "/") {
        throw .tooMuch(folder: path)
      }
    }
    try mayReplace(place.resolvedPath, force: force, run: run)
    try checkParent()
  }

  /// Whether what is at a path may be replaced by the new folder.
  private func mayReplace(_ found: String, force: Bool, run: String?) throws(OutputError) {
    switch OutputPlace.kind(of: found) {
    case .nothing: return
    case .file:
      if !force { throw .exists(path: path) }
    case .other(let kind): throw .notReplaced(path: path, kind: kind)
    case .folder:
      guard let entries = try? FileManager.default.contentsOfDirectory(atPath: found) else {
        throw .cannotCreate(path: path, reason: "what is there cannot be read")
      }
      if entries.isEmpty { return }
      try mayReplaceReport(found, entries.sorted(), force: force, run: run)
    }
  }

  private func mayReplaceReport(
    _ found: String, _ entries: [String], force: Bool, run: String?
  ) throws(OutputError) {
    for entry in entries
    where !Self.names.contains(entry) || OutputPlace.kind(of: found + "/" + entry) != .file {
      throw .foreign(folder: path, holds: entry)
    }
    guard let manifest = WrittenManifest(in: found) else { throw .noReport(folder: path) }
    let sums = Dictionary(
      manifest.outputs.map { ($0.name, $0.sha256) }, uniquingKeysWith: { first, _ in first })
    for entry in entries where !["manifest.json", "certificate.json"].contains(entry) {
      guard let sum = sums[entry] else { throw .foreign(folder: path, holds: entry) }
      if !force, FileManager.default.contents(atPath: found + "/" + entry).map(sha256) != sum {
        throw .changed(folder: path, file: entry)
      }
    }
    if !force, let run, run != manifest.run {
      throw .otherRun(folder: path, command: manifest.arguments.joined(separator: " "))
    }
  }

  /// Tests whether the folders above can be made, as `mkdir -p` does, and written to.
  private func checkParent() throws(OutputError) {
    var missing: [String] = []
    var folder = URL(fileURLWithPath: place.parent)
    while OutputPlace.kind(of: folder.path) == .nothing, folder.path != "/" {
      missing.append(folder.lastPathComponent)
      folder.deleteLastPathComponent()
    }
    guard OutputPlace.kind(of: folder.path) == .folder else {
      throw .cannotCreate(path: path, reason: "'\(folder.lastPathComponent)' is not a folder")
    }
    try place.probe(folder.path)
    let longest = Int(NAME_MAX) - ".espalier-new-4194304".utf8.count - 1
    guard (missing + [place.name]).allSatisfy({ $0.utf8.count <= longest })
    else { throw .system(path, code: ENAMETOOLONG) }
  }

  /// Writes all files, or nothing: what was there before stays until the new folder is whole.
  /// - Throws: `OutputError`; what was begun is cleared away.
  public func write(
    _ files: [(name: String, data: Data)], force: Bool, run: String? = nil
  ) throws {
    try check(force: force, run: run)
    clearLeftovers()
    do {
      try FileManager.default.createDirectory(
        atPath: place.parent, withIntermediateDirectories: true)
    } catch {
      throw OutputError.system(path)
    }
    let fresh = sibling("new")
    guard mkdir(fresh, 0o777) == 0 else { throw OutputError.system(path) }
    do {
      for file in files {
        try writeNew(file.data, to: fresh + "/" + file.name, named: path + "/" + file.name)
      }
      try synchronize(fresh)
      try replace(with: fresh, force: force, run: run)
    } catch {
      removeReport(fresh)
      throw error
    }
    try? synchronize(place.parent)
  }

  private func sibling(_ kind: String) -> String {
    place.parent + "/.\(place.name).espalier-\(kind)-\(getpid())"
  }

  /// Moves the new folder to its place. What has come there since it was checked is looked at again
  /// once it is out of everybody's way, and put back where it must stay.
  private func replace(with fresh: String, force: Bool, run: String?) throws(OutputError) {
    // A folder takes the place of nothing and of an empty folder alone.
    if rename(fresh, place.resolvedPath) == 0 { return }
    guard [ENOTEMPTY, EEXIST, ENOTDIR].contains(errno) else { throw .system(path) }
    let old = sibling("old")
    guard rename(place.resolvedPath, old) == 0 else { throw .system(path) }
    do {
      try mayReplace(old, force: force, run: run)
    } catch {
      rename(old, place.resolvedPath)
      throw error
    }
    guard rename(fresh, place.resolvedPath) == 0 else {
      let code = errno
      rename(old, place.resolvedPath)
      throw .system(path, code: code)
    }
    removeReport(old)
  }

  /// Removes a regular file, or the files of a report and the folder that they leave empty.
  private func removeReport(_ path: String) {
    guard OutputPlace.kind(of: path) == .folder else {
      if OutputPlace.kind(of: path) == .file { unlink(path) }
      return
    }
    for name in Self.names where OutputPlace.kind(of: path + "/" + name) == .file {
      unlink(path + "/" + name)
    }
    rmdir(path)
  }

  /// Puts back or clears away what runs that were killed while writing have left.
  private func clearLeftovers() {
    let found = ((try? FileManager.default.contentsOfDirectory(atPath: place.parent)) ?? [])
      .sorted()
    for kind in ["old", "new"] {
      let prefix = ".\(place.name).espalier-\(kind)-"
      for entry in found where entry.hasPrefix(prefix) {
        guard let process = pid_t(entry.dropFirst(prefix.count)), process != getpid(),
          kill(process, 0) != 0, errno == ESRCH
        else { continue }
        let left = place.parent + "/" + entry
        if kind == "old", place.kind == .nothing {
          rename(left, place.resolvedPath)
        } else {
          removeReport(left)
        }
      }
    }
  }
}

/// What a report folder says of itself.
struct WrittenManifest {
  var run: String?
  var arguments: [String]
  var outputs: [Manifest.File]

  /// `nil` where the folder has no manifest of ours.
  init?(in folder: String) {
    guard let data = FileManager.default.contents(atPath: folder + "/manifest.json"),
      let read = try? JSONDecoder().decode(Form.self, from: data), read.tool == "espalier"
    else { return nil }
    run = read.run
    arguments = read.arguments ?? []
    outputs = read.outputs ?? []
  }

  private struct Form: Decodable {
    var tool: String
    var run: String?
    var arguments: [String]?
    var outputs: [Manifest.File]?
  }
}
