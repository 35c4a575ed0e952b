import Foundation
import Naming

/// A data source: a data set's name, a file, a folder, or stdin.
public enum DataSource {
  /// Loads data from a source.
  ///
  /// The source is a data set's name, a `.csv` or `.tsv` file (also gzip), `-` for stdin, a folder
  /// with `data.csv` and `schema.json`, or a folder of IDX, CIFAR binary or PNG files.
  /// - Throws: `DatasetError`, or `UnknownName` for unknown data sets and columns.
  public static func load(
    _ text: String, options: ReadingOptions = ReadingOptions()
  ) throws -> LoadedData {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: text, isDirectory: &isFolder)
    // A bare name is that of a data set, even if there is a folder of that name.
    if !text.contains("/"), let folder = try knownFolder(named: text) {
      var data = try load(folder: folder, named: text, options: options)
      if exists, !isFolder.boolValue || holdsData(text) {
        data.sourceNotes.append(
          "'\(excerpt(text))' is the data set of that name; the \(isFolder.boolValue ? "folder" : "file") in the "
            + "working folder is ./\(excerpt(text))")
      }
      return data
    }
    if text == "-" || exists && !isFolder.boolValue {
      return try load(file: text, options: options)
    }
    if exists {
      let name = URL(fileURLWithPath: text).standardizedFileURL.lastPathComponent
      return try load(folder: text, named: name, options: options)
    }
    if text.contains("/") || text.contains(".") || text.isEmpty {
      throw DatasetError.missingFile(path: text)
    }
    if DatasetCatalog.set(named: text) != nil { throw DatasetError.notFetched(name: text) }
    throw UnknownName(text, family: "data set", known: names().map(\.name))
  }

  /// All named data sets, bundled ones first.
  public static func names() -> [DatasetListing] {
    let store = DatasetStore()
    var listings: [DatasetListing] = []
    if let home = ShippedDatasets.folder {
      for name in ShippedDatasets.names(in: home) {
        let folder = try? DatasetFolder(home + "/" + name)
        listings.append(
          DatasetListing(
            name: name, title: folder?.title ?? name, rows: folder?.rows, origin: .shipped))
      }
    }
    for set in DatasetCatalog.sets where !listings.contains(where: { $0.name == set.name }) {
      listings.append(
        DatasetListing(
          name: set.name, title: set.title, rows: set.rows,
          origin: store.folder(of: set.name) == nil ? .toBeFetched : .fetched))
    }
    return listings
  }

  /// Reads a table from bytes in memory; error messages contain the given name.
  public static func load(
    bytes: [UInt8], named name: String, options: ReadingOptions = ReadingOptions()
  ) throws -> LoadedData {
    try load(ByteSource(bytes, named: name), name: name, options: options)
  }

  /// The same with a given chunk size.
  package static func load(
    bytes: [UInt8], named name: String, options: ReadingOptions = ReadingOptions(),
    chunkSize: Int
  ) throws -> LoadedData {
    try load(
      ByteSource(bytes, named: name), name: name, options: options, chunkSize: chunkSize)
  }

  /// Whether a folder has a table or images, unlike a report.
  private static func holdsData(_ folder: String) -> Bool {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.contains { name in
      ["data.csv", "data.tsv"].contains(where: name.hasPrefix) || name.contains("-ubyte")
        || name.hasSuffix(".bin")
    } || PNGFolder.holdsImages(folder)
  }

  private static func knownFolder(named name: String) throws -> String? {
    if let home = ShippedDatasets.folder, ShippedDatasets.names(in: home).contains(name) {
      return home + "/" + name
    }
    return DatasetCatalog.set(named: name) == nil ? nil : DatasetStore().folder(of: name)?.path
  }

  private static func load(
    folder: String, named name: String, options: ReadingOptions
  ) throws -> LoadedData {
    var data = try DatasetFolder(folder).load(options)
    data.name = name
    if data.title.isEmpty { data.title = DatasetCatalog.set(named: name)?.title ?? name }
    return data
  }

  private static func load(file: String, options: ReadingOptions) throws -> LoadedData {
    let source = try ByteSource.opening(file)
    let name = file == "-" ? "stdin" : URL(fileURLWithPath: file).lastPathComponent
    return try load(source, name: name, options: options)
  }

  private static func load(
    _ source: consuming ByteSource, name: String, options: ReadingOptions,
    chunkSize: Int = CSVReader.usualChunk
  ) throws -> LoadedData {
    var plain = name
    for suffix in [".gz", ".csv", ".tsv", ".txt", ".data"]
    where plain.lowercased().hasSuffix(suffix) {
      plain = String(plain.dropLast(suffix.count))
    }
    let isTabbed = name.lowercased().contains(".tsv")
    let plan = ReadingPlan(
      schemaSource: options.schema.map { .exact($0) } ?? .cells, target: options.target,
      ignore: options.ignore, keepsConstants: options.keepsConstants,
      readColumns: options.readColumns.byIdentifier, readCount: options.readCount,
      targetKind: options.targetKind, labels: options.labels, format: options.format,
      maxInputBytes: options.maxInputBytes)
    var reader = CSVReader(plan, delimiter: isTabbed ? UInt8(ascii: "\t") : nil)
    reader.chunkSize = chunkSize
    let assembled = try AssembledTable(reader.read(&source), plan: plan)
    return LoadedData(
      name: plain.isEmpty ? name : plain, title: plain.isEmpty ? name : plain,
      sha256: source.checksum.hexadecimal, table: assembled.table,
      rowsRead: assembled.rowsRead, dropped: assembled.dropped, altered: assembled.altered,
      notes: assembled.notes)
  }
}

/// One line of `espalier list datasets`.
public struct DatasetListing: Hashable, Codable, Sendable {
  /// The location of a data set.
  public enum Origin: String, Hashable, Codable, Sendable {
    /// Bundled with the tool.
    case shipped
    /// Downloaded to this machine.
    case fetched
    /// Available for download.
    case toBeFetched = "to be fetched"
  }

  /// The name on the command line: "iris".
  public var name: String
  /// The title: "Iris".
  public var title: String
  /// The number of rows, if it is known without reading the data.
  public var rows: Int?
  /// Whether it is installed.
  public var origin: Origin

  /// `rows`: the number of rows; `nil` if it is not known without reading the data.
  public init(name: String, title: String, rows: Int?, origin: Origin) {
    self.name = name
    self.title = title
    self.rows = rows
    self.origin = origin
  }
}

/// The data sets bundled with the tool.
enum ShippedDatasets {
  /// The folder `Datasets` of the tool: in `ESPALIER_HOME`, or in a parent folder of the executable
  /// or of the working folder.
  static var folder: String? {
    var starts: [String] = []
    if let home = ProcessInfo.processInfo.environment["ESPALIER_HOME"], !home.isEmpty {
      starts.append(home)
    }
    if let program = Bundle.main.executableURL {
      starts.append(program.resolvingSymlinksInPath().deletingLastPathComponent().path)
    }
    starts.append(FileManager.default.currentDirectoryPath)
    for start in starts {
      var place = URL(fileURLWithPath: start).standardizedFileURL
      while true {
        let candidate = place.appendingPathComponent("Datasets").path
        if FileManager.default.fileExists(atPath: candidate + "/iris/data.csv") {
          return candidate
        }
        if place.path == "/" || place.path.isEmpty { break }
        place.deleteLastPathComponent()
      }
    }
    return nil
  }

  static func names(in folder: String) -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return all.filter {
      FileManager.default.fileExists(atPath: folder + "/" + $0 + "/data.csv")
    }.sorted()
  }
}
