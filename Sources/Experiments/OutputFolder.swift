import Datasets
import Foundation

/// The file of the network before pruning in a report whose rules approximate it.
public let originalModelName = "original.onnx"

/// The report folder of a run, written atomically: to a temporary sibling folder, then renamed.
public struct OutputFolder: Hashable, Sendable {
  /// The files of a report folder; a folder with any other file is never overwritten.
  public static let names: Set<String> = [
    "explanation.json", "report.html", "report.md", "report.pdf", "model-card.md", "rules.txt",
    "network.dot",
    "network.svg", "features.svg", "rules.svg", "curve.svg", "model.onnx", originalModelName,
    "manifest.json",
    "certificate.json", "compare.json", "compare.html", "compare.md", "compare.svg",
  ]

  let place: OutputPlace

  /// The folder at a path, relative to the working folder.
  public init(_ path: String) { place = OutputPlace(path) }

  /// The path as given by the user.
  public var path: String { place.path }
  /// The location of the folder, with links in the parent folders resolved.
  public var url: URL { place.url }

  /// The checkpoint folder of an unfinished run, a hidden sibling.
  public var checkpoint: URL {
    // A name of the maximum length leaves no room for the suffix: it is shortened, with a checksum.
    var name = place.name
    if name.utf8.count > Self.longestName {
      let kept = String(decoding: name.utf8.prefix(Self.longestName - 17), as: UTF8.self)
        .filter { $0 != "\u{FFFD}" }
      name = kept + "-" + Checksum.hexadecimal(of: Array(name.utf8)).prefix(16)
    }
    return URL(fileURLWithPath: place.parent)
      .appendingPathComponent(".\(name).espalier-run", isDirectory: true)
  }

  /// The length of a name in bytes to which the suffix of checkpoints can be added.
  private static let longestName = 255 - "..espalier-run".utf8.count

  /// Whether there is an unfinished run to resume.
  public var hasCheckpoint: Bool { FileManager.default.fileExists(atPath: checkpoint.path) }

  /// Deletes the checkpoints of an unfinished run.
  public func removeCheckpoint() { try? FileManager.default.removeItem(at: checkpoint) }

  /// Checks, before any computation, whether the folder can be written.
  ///
  /// An empty folder and an unmodified report of the same run may be overwritten; with `force` also
  /// a regular file and any espalier report. Links, devices, folders with other files, the working
  /// and the home folder are never overwritten.
  ///
  /// `run`: the identifier of the new run, compared with that of an existing report; `nil` if it is
  /// not known yet.
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

  /// Checks whether the item at a path may be replaced by the new folder.
  private func mayReplace(_ found: String, force: Bool, run: String?) throws(OutputError) {
    switch OutputPlace.kind(of: found) {
    case .nothing: return
    case .file:
      if !force { throw .exists(path: path) }
    case .other(let kind): throw .notReplaced(path: path, kind)
    case .folder:
      guard let entries = try? FileManager.default.contentsOfDirectory(atPath: found) else {
        throw .cannotCreate(path: path, .unreadableFolder)
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

  /// Checks whether the parent folders can be created, as by `mkdir -p`, and written to.
  private func checkParent() throws(OutputError) {
    var missing: [String] = []
    var folder = URL(fileURLWithPath: place.parent)
    while OutputPlace.kind(of: folder.path) == .nothing, folder.path != "/" {
      missing.append(folder.lastPathComponent)
      folder.deleteLastPathComponent()
    }
    guard OutputPlace.kind(of: folder.path) == .folder else {
      throw .cannotCreate(path: path, .parent(name: folder.lastPathComponent))
    }
    try place.probe(folder.path)
    let longest = Int(NAME_MAX) - ".espalier-new-4194304".utf8.count - 1
    guard (missing + [place.name]).allSatisfy({ $0.utf8.count <= longest })
    else { throw .system(path, code: ENAMETOOLONG) }
  }

  /// Writes all files, or nothing: an existing folder is replaced only after all files are written.
  /// - Throws: `OutputError`; temporary files are deleted.
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

  /// Renames the new folder to its destination. An existing item is renamed first, checked again,
  /// and restored if it must not be overwritten.
  private func replace(with fresh: String, force: Bool, run: String?) throws(OutputError) {
    // Renaming a folder succeeds only over nothing or an empty folder.
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

  /// Deletes a regular file, or the files of a report and the then empty folder.
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

  /// Restores or deletes temporary folders of processes that were killed while writing.
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

/// The manifest of an existing report folder.
struct WrittenManifest {
  var run: String?
  var arguments: [String]
  var outputs: [Manifest.File]

  /// `nil` if the folder has no espalier manifest.
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
