import Foundation
import Naming

/// A data set folder: `data.csv`, `schema.json`, optionally `test.csv` and `README.md`, or images: IDX, CIFAR
/// binary or PNG files.
struct DatasetFolder {
  let path: String
  private let files: [String]

  init(_ path: String) throws {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    do {
      files = try FileManager.default.contentsOfDirectory(atPath: path)
    } catch {
      throw DatasetError.unreadable(path: path, code: errno == 0 ? EACCES : errno)
    }
  }

  private func file(_ name: String) -> String { path + "/" + name }

  private func first(_ names: String...) -> String? { names.first { files.contains($0) } }

  /// The first heading of the README.
  var title: String? {
    guard files.contains("README.md"),
      let text = try? String(contentsOfFile: file("README.md"), encoding: .utf8)
    else { return nil }
    let heading = text.split(separator: "\n").first { $0.hasPrefix("# ") }
    return heading.map { $0.dropFirst(2).trimmingCharacters(in: .whitespaces) }
  }

  /// The number of rows of the table, counted as lines.
  var rows: Int? {
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: file("data.csv"))) else {
      return nil
    }
    return max(0, bytes.reduce(0) { $0 + ($1 == UInt8(ascii: "\n") ? 1 : 0) } - 1)
  }

  /// The contents of `schema.json`, if it exists.
  func schema() throws -> Schema? {
    guard files.contains("schema.json") else { return nil }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: file("schema.json")))
    } catch {
      throw DatasetError.unreadable(path: file("schema.json"), code: EACCES)
    }
    do {
      let schema = try Schema(json: data)
      if let problem = schema.duplicateName ?? schema.emptyLevel {
        throw DatasetError.malformedSchema(source: file("schema.json"), problem)
      }
      return schema
    } catch let error as DecodingError {
      throw DatasetError.malformedSchema(
        source: file("schema.json"), SchemaProblem(error, in: data))
    } catch let problem as SchemaProblem {
      throw DatasetError.malformedSchema(source: file("schema.json"), problem)
    }
  }

  /// The table of the folder and its published test rows.
  func load(_ options: ReadingOptions) throws -> LoadedData {
    guard let name = first("data.csv", "data.csv.gz", "data.tsv", "data.tsv.gz") else {
      let images = ImageFolder(
        path, files: files, limit: options.maxInputBytes ?? InputLimit.standard)
      if !images.isPresent, !files.contains("explanation.json"), PNGFolder.holdsImages(path) {
        let images = PNGFolder(
          path, files: files, limit: options.maxInputBytes ?? InputLimit.standard,
          shape: options.schema?.image)
        return try images.load(labels: options.labels).matching(options, source: path)
      }
      guard images.isPresent else { throw DatasetError.noData(path: path) }
      return try images.load(labels: options.labels).matching(options, source: path)
    }
    let schemaSource: ReadingPlan.SchemaSource =
      if let schema = options.schema {
        .exact(schema)
      } else if let schema = try schema() {
        .declared(schema)
      } else {
        .cells
      }
    let plan = ReadingPlan(
      schemaSource: schemaSource, target: options.target, ignore: options.ignore,
      keepsConstants: options.keepsConstants, readColumns: options.readColumns.byIdentifier,
      readCount: options.readCount, targetKind: options.targetKind, labels: options.labels,
      format: options.format,
      maxInputBytes: options.maxInputBytes)
    var source = try ByteSource.opening(file(name))
    let assembled = try AssembledTable(CSVReader(plan).read(&source), plan: plan)
    var checksum = source.checksum
    var heldOut: Table?
    if let test = first("test.csv", "test.csv.gz", "test.tsv", "test.tsv.gz") {
      let plan = ReadingPlan(
        schemaSource: .exact(assembled.table.schema), target: nil, ignore: [],
        format: options.format,
        maxInputBytes: options.maxInputBytes)
      var source = try ByteSource.opening(file(test), checksum: checksum)
      heldOut = try AssembledTable(CSVReader(plan).read(&source), plan: plan).table
      checksum = source.checksum
    }
    return LoadedData(
      name: "", title: title ?? "", sha256: checksum.hexadecimal,
      table: assembled.table, heldOut: heldOut, rowsRead: assembled.rowsRead,
      dropped: assembled.dropped, altered: assembled.altered, notes: assembled.notes)
  }
}

extension LoadedData {
  /// Images in the given schema; throws if their shape or pixels differ.
  func matching(_ options: ReadingOptions, source: String) throws -> LoadedData {
    guard let schema = options.schema else { return try choosing(options, source: source) }
    var result = self
    let shape = schema.image.map { [$0.height, $0.width, $0.channels] } ?? []
    if let colours = table.greyscale(as: shape) {
      result.table = colours
      result.heldOut = heldOut.map { $0.greyscale(as: shape) ?? $0 }
      result.notes.append(Table.repeatedChannelsNote)
    }
    result.table = try result.table.relabelled(as: schema, labels: options.labels, source: source)
    result.heldOut = try result.heldOut?.relabelled(
      as: schema, labels: options.labels, source: source)
    if table.count > result.table.count {
      result.dropped.append(
        RowCount(
          "a class of '\(schema.target.name)' that is not in the schema",
          table.count - result.table.count))
    }
    return result
  }

  private func choosing(_ options: ReadingOptions, source: String) throws -> LoadedData {
    let names = table.schema.features.map(\.id.rawValue) + [table.schema.target.name]
    if let target = options.target, target != table.schema.target.name {
      throw UnknownName(target, family: "target", known: [table.schema.target.name])
    }
    for name in options.ignore where !names.contains(name) {
      throw UnknownName(name, family: "column", known: names)
    }
    if options.ignore.contains(table.schema.target.name) {
      throw DatasetError.ignoredTarget(name: table.schema.target.name)
    }
    var result = self
    if options.labels == .absent { result.table = table.withoutLabels }
    if options.ignore.isEmpty { return result }
    result.table = try result.table.leavingOut(options.ignore, source: source)
    result.heldOut = try heldOut?.leavingOut(options.ignore, source: source)
    return result
  }
}

extension Table {
  fileprivate func leavingOut(_ names: [String], source: String) throws -> Table {
    let kept = schema.features.indices.filter {
      !names.contains(schema.features[$0].id.rawValue)
    }
    if kept.isEmpty { throw DatasetError.noFeatures(source: source) }
    var smaller = schema
    smaller.features = kept.map { schema.features[$0] }
    smaller.image = nil
    return Table(
      schema: smaller, columns: kept.map { columns[$0] }, labels: labels, numbers: numbers,
      rowNumbers: rowNumbers, firstLine: firstLine)
  }

  /// The same rows without labels and classes.
  fileprivate var withoutLabels: Table {
    var copy = self
    copy.schema.target.kind = .classes(names: [])
    copy.labels = Array(repeating: Table.unlabelled, count: count)
    return copy
  }

  /// The rows with the columns and classes of a schema. Rows of other classes are left out, or have no label
  /// where labels are not required.
  fileprivate func relabelled(
    as wanted: Schema, labels reading: LabelReading, source: String
  ) throws -> Table {
    let indices = schema.indices
    let positions = wanted.features.compactMap { indices[$0.id] }
    guard positions.count == wanted.features.count else {
      throw DatasetError.differentFeatures(
        source: source, pixels: schema.features.count,
        expected: wanted.features.first?.id.rawValue ?? "")
    }
    let classes = schema.classes.map { wanted.classes.firstIndex(of: $0) }
    let known = labels.map { $0 < 0 ? nil : classes[$0] }
    let kept = labels.indices.filter { reading != .required || known[$0] != nil }
    return Table(
      schema: wanted, columns: positions.map { columns[$0].selecting(kept) },
      labels: kept.map { known[$0] ?? Table.unlabelled }, rowNumbers: kept.map { rowNumbers[$0] })
  }
}
