import Foundation
import Naming

/// The user's folder of downloaded data sets.
public struct DatasetStore: Sendable {
  /// The root folder, with one folder per data set.
  public let root: URL

  /// - Parameter folder: `$XDG_DATA_HOME/espalier/datasets`, or
  ///   `~/.local/share/espalier/datasets`, if `nil`.
  public init(folder: URL? = nil) {
    let environment = ProcessInfo.processInfo.environment
    if let folder {
      root = folder
    } else if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") {
      root = URL(fileURLWithPath: data + "/espalier/datasets")
    } else {
      root = FileManager.default.homeDirectoryForCurrentUser
        .appendingPathComponent(".local/share/espalier/datasets")
    }
  }

  /// The names of the downloadable data sets.
  public static var names: [String] { DatasetCatalog.sets.map(\.name) }

  /// The folder of a downloaded data set, if it exists.
  public func folder(of name: String) -> URL? {
    let folder = root.appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
  }

  /// Installs a data set atomically and verifies the published checksums; returns its folder.
  ///
  /// The origin is a folder or file to copy from, or a URL to download from; by default the
  /// official URL. `progress` is called with sentences about each step.
  /// - Throws: `UnknownName`, or `DatasetError`.
  @discardableResult
  public func fetch(
    _ name: String, from origin: String? = nil,
    progress: @escaping (String) -> Void = { _ in }
  ) throws -> URL {
    guard let set = DatasetCatalog.set(named: name) else {
      throw UnknownName(name, family: "data set to fetch", known: Self.names)
    }
    return try fetch(set, from: origin, progress: progress)
  }

  /// The same for a given description of a data set.
  @discardableResult
  package func fetch(
    _ set: FetchableDataset, from origin: String? = nil,
    progress: @escaping (String) -> Void = { _ in }
  ) throws -> URL {
    let supply = try DatasetSupply(origin, progress: progress)
    let files = try DatasetInstallation(set: set, supply: supply, progress: progress).files()
    return try install(files, as: set.name)
  }

  /// Writes files to a temporary sibling folder, then renames it.
  private func install(_ files: [(name: String, bytes: [UInt8])], as name: String) throws -> URL {
    let manager = FileManager.default
    let place = root.appendingPathComponent(name)
    let process = ProcessInfo.processInfo.processIdentifier
    let beside = root.appendingPathComponent(".\(name).\(process)")
    let replaced = root.appendingPathComponent(".\(name).\(process).old")
    try checkPlace(place, for: files.map(\.name))
    clearLeftovers(of: name)
    defer { for folder in [beside, replaced] { try? manager.removeItem(at: folder) } }
    do {
      try manager.createDirectory(at: beside, withIntermediateDirectories: true)
      for file in files {
        try Data(file.bytes).write(to: beside.appendingPathComponent(file.name))
      }
      let replaces = manager.fileExists(atPath: place.path)
      if replaces { try manager.moveItem(at: place, to: replaced) }
      do {
        try manager.moveItem(at: beside, to: place)
      } catch {
        if replaces { try manager.moveItem(at: replaced, to: place) }
        throw error
      }
    } catch {
      throw DatasetError.cannotWrite(path: place.path, code: Self.code(of: error))
    }
    return place
  }

  /// Deletes temporary folders of processes that were killed while installing a data set:
  /// `.NAME.PROCESS` and `.NAME.PROCESS.old`.
  private func clearLeftovers(of name: String) {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    for entry in entries where entry.hasPrefix(".\(name).") {
      let rest = entry.dropFirst(name.count + 2)
      guard let process = pid_t(rest.hasSuffix(".old") ? rest.dropLast(4) : rest),
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(at: root.appendingPathComponent(entry))
    }
  }

  /// Checks that the folder to replace contains only files of the data set.
  /// - Throws: `DatasetError.otherFile`
  private func checkPlace(_ place: URL, for names: [String]) throws {
    let manager = FileManager.default
    func type(_ path: String) -> FileAttributeType? {
      (try? manager.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
    }
    guard let found = type(place.path) else { return }
    guard found == .typeDirectory else {
      throw DatasetError.otherFile(
        folder: root.path, name: place.lastPathComponent)
    }
    let entries = (try? manager.contentsOfDirectory(atPath: place.path)) ?? []
    // A file may have been installed compressed and is now uncompressed, or the reverse.
    let own = Set(
      names.flatMap { [$0, $0 + ".gz", $0.hasSuffix(".gz") ? String($0.dropLast(3)) : $0] })
    for entry in entries.sorted()
    where !own.contains(entry) || type(place.path + "/" + entry) != .typeRegular {
      throw DatasetError.otherFile(folder: place.path, name: entry)
    }
  }

  /// The `errno` of a failed file operation; `nil` if it is not known.
  private static func code(of error: any Error) -> Int32? {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    if let underlying, underlying.domain == NSPOSIXErrorDomain {
      return Int32(underlying.code)
    }
    return switch (error as? CocoaError)?.code {
    case .fileWriteNoPermission?: EACCES
    case .fileWriteOutOfSpace?: ENOSPC
    case .fileWriteVolumeReadOnly?: EROFS
    default: nil
    }
  }
}

/// The origin of the files of a data set.
struct DatasetSupply {
  private enum Origin {
    case official
    case address(String)
    case folder(String)
    case file(String)
  }

  private let origin: Origin
  private let progress: (String) -> Void

  init(_ text: String?, progress: @escaping (String) -> Void) throws {
    self.progress = progress
    guard let text else {
      origin = .official
      return
    }
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      origin = .address(text)
      return
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: text, isDirectory: &isFolder) else {
      throw DatasetError.missingFile(path: text)
    }
    origin = isFolder.boolValue ? .folder(text) : .file(text)
  }

  /// The folder to copy files from; `nil` for a download.
  var folder: String? { if case .folder(let path) = origin { path } else { nil } }

  /// The bytes of a part, and its path or URL.
  func bytes(of part: FetchableDataset.Part) throws -> (bytes: [UInt8], place: String) {
    switch origin {
    case .official: return (try fetch(part.address), part.address)
    case .address(let address):
      let isFile = ([part.name] + part.published).contains { address.hasSuffix("/" + $0) }
      let base = address.hasSuffix("/") ? address : address + "/"
      let full = isFile ? address : base + part.name
      return (try fetch(full), full)
    case .file(let path): return (try read(path), path)
    case .folder(let folder):
      let names = [part.name] + part.published.flatMap { [$0, $0 + ".gz"] } + [part.name + ".gz"]
      let name = names.first {
        FileManager.default.fileExists(atPath: folder + "/" + $0)
      }
      guard let name else { throw DatasetError.missingPart(folder: folder, name: part.name) }
      return (try read(folder + "/" + name), folder + "/" + name)
    }
  }

  private func fetch(_ address: String) throws -> [UInt8] {
    progress("downloading \(address)")
    return try download(address)
  }

  func read(_ path: String) throws -> [UInt8] {
    progress("reading \(path)")
    do {
      return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw DatasetError.unreadable(path: path, code: EACCES)
    }
  }
}
