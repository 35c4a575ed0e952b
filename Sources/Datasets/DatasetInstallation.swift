import Foundation

/// Converts the published files of a data set to the installed format.
struct DatasetInstallation {
  let set: FetchableDataset
  let supply: DatasetSupply
  let progress: (String) -> Void

  typealias File = (name: String, bytes: [UInt8])

  private static let mostBytes = 1 << 30

  /// All files to write.
  /// - Throws: `DatasetError`, such as `wrongChecksum`.
  func files() throws -> [File] {
    var files: [File]
    switch set.form {
    case .images:
      files = try set.parts.map { part in
        let (packed, place) = try supply.bytes(of: part)
        let plain = try unpacked(packed, place)
        try check(plain, part, place)
        let name = packed.count == plain.count ? String(part.name.dropLast(3)) : part.name
        return (name, packed)
      }
    case .cifar: files = try cifar()
    case .table:
      let tables = try set.parts.map(table)
      files = try withSchema(tables)
    case .split(let test):
      files = try withSchema(set.parts.map(table).flatMap { split($0, last: test) })
    case .series:
      let tables = try set.parts.map {
        try LaggedSeries.table(table($0), named: $0.name)
      }
      files = try withSchema(tables)
    }
    let readme = "# \(set.title)\n\nOrigin and licence: \(set.origin)\n"
    return files + [("README.md", Array(readme.utf8))]
  }

  private func unpacked(_ bytes: [UInt8], _ place: String) throws -> [UInt8] {
    var source = ByteSource(bytes, named: place)
    guard let all = try source.readAll(limit: Self.mostBytes) else {
      throw DatasetError.malformedSource(source: place, .tooLarge(limit: Self.mostBytes))
    }
    return all
  }

  private func check(_ bytes: [UInt8], _ part: FetchableDataset.Part, _ place: String) throws {
    let found = Checksum.hexadecimal(of: bytes)
    guard found == part.sha256 else {
      throw DatasetError.wrongChecksum(source: place, found: found, expected: part.sha256)
    }
    progress("\(place) has the published checksum")
  }

  // MARK: - Tables

  /// A part in the installed format, from either format.
  private func table(_ part: FetchableDataset.Part) throws -> [UInt8] {
    let (packed, place) = try supply.bytes(of: part)
    var bytes = try unpacked(packed, place)
    if let archive = TarArchive(bytes),
      let file = archive.files.first(where: { part.published.contains($0.name) })
    {
      bytes = Array(file.bytes)
    }
    if Checksum.hexadecimal(of: bytes) != part.sha256, let reform = part.reform {
      let reformed = reform(bytes)
      if Checksum.hexadecimal(of: reformed) == part.sha256 { bytes = reformed }
    }
    try check(bytes, part, place)
    return bytes
  }

  /// The training rows and the last `test` rows, each with the header.
  private func split(_ table: [UInt8], last: Int) -> [[UInt8]] {
    var lines = table.split(separator: UInt8(ascii: "\n"))
    let header = lines.removeFirst()
    return [lines.dropLast(last), lines.suffix(last)].map { part in
      Array(([header] + part).joined(separator: [UInt8(ascii: "\n")])) + [UInt8(ascii: "\n")]
    }
  }

  private func withSchema(_ tables: [[UInt8]]) throws -> [File] {
    var files: [File] = zip(["data.csv", "test.csv"], tables).map { ($0, $1) }
    let plan = ReadingPlan(schemaSource: .cells, target: nil, ignore: [])
    var source = ByteSource(tables[0], named: "data.csv")
    var schema = try AssembledTable(CSVReader(plan).read(&source), plan: plan).table.schema
    for index in schema.features.indices where schema.features[index].levels == nil {
      let name = schema.features[index].id.rawValue
      schema.features[index].kind = .numeric(unit: unit(of: name))
    }
    if case .numeric(_, let cuts) = schema.target.kind {
      schema.target.kind = .numeric(unit: unit(of: schema.target.name), cuts: cuts)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      files.append(("schema.json", [UInt8](try encoder.encode(schema))))
    } catch {
      throw DatasetError.malformedSchema(source: "schema.json", .unwritable)
    }
    return files
  }

  private func unit(of column: String) -> String? {
    if case .series = set.form { return LaggedSeries.unit }
    return set.units[column]
  }

  // MARK: - CIFAR

  /// The batches of the published archive, or any well-formed files of a folder.
  private func cifar() throws -> [File] {
    let names =
      (1...5).map { "data_batch_\($0).bin" } + ["test_batch.bin", "batches.meta.txt"]
    if let folder = supply.folder {
      let archive = folder + "/" + set.parts[0].name
      if !FileManager.default.fileExists(atPath: archive) {
        return try cifarFiles(in: folder, names + ["train.bin", "test.bin"])
      }
    }
    let (packed, place) = try supply.bytes(of: set.parts[0])
    try check(packed, set.parts[0], place)
    guard let archive = TarArchive(try unpacked(packed, place)) else {
      throw DatasetError.malformedSource(source: place, .notATarArchive)
    }
    return archive.files.filter { names.contains($0.name) }.map { ($0.name, Array($0.bytes)) }
  }

  private func cifarFiles(in folder: String, _ names: [String]) throws -> [File] {
    let present = names.filter { FileManager.default.fileExists(atPath: folder + "/" + $0) }
    let images = ImageFolder(folder, files: present)
    guard images.isPresent else {
      throw DatasetError.missingPart(folder: folder, name: "data_batch_1.bin")
    }
    let loaded = try images.load()
    progress(
      "\(folder) has \(grouped(loaded.rowsRead)) well-formed training images; no checksum is "
        + "published for such files, so their authenticity is not verified")
    return try present.map { ($0, try supply.read(folder + "/" + $0)) }
  }
}
