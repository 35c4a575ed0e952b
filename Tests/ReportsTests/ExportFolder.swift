import Datasets
import Explanations
import Foundation
import Reports
import Testing

/// Exported rules in a folder with their rows, and the programs that run them.
struct ExportFolder {
  let url: URL

  /// A new folder; it is removed afterwards, unless it has a name and `ESPALIER_EXPORTS` names the
  /// folder in which to keep it.
  static func with<Result>(
    keptAs name: String? = nil, _ body: (ExportFolder) throws -> Result
  ) throws -> Result {
    let keeper = ProcessInfo.processInfo.environment["ESPALIER_EXPORTS"]
    let kept = name.flatMap { name in
      keeper.map { URL(fileURLWithPath: $0).appendingPathComponent(name) }
    }
    let url =
      kept
      ?? FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-exports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    defer { if kept == nil { try? FileManager.default.removeItem(at: url) } }
    return try body(ExportFolder(url: url))
  }

  func write(_ text: String, _ name: String) throws {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
  }

  /// Runs a program of the system; `nil` if it is not installed.
  func run(_ arguments: String...) throws -> (code: Int32, output: String)? {
    try run(arguments)
  }

  func run(_ arguments: [String]) throws -> (code: Int32, output: String)? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = url
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  /// Whether a program of the system runs.
  static func has(_ arguments: String...) -> Bool {
    let run = try? ExportFolder(url: FileManager.default.temporaryDirectory).run(arguments)
    return run?.code == 0
  }

  /// What the checking script prints about the files of the cases for a target.
  func check(_ cases: [ExportCase], _ target: String) throws -> String? {
    let all = try cases.enumerated().map { number, one in
      Row(
        name: one.name, number: number, columns: one.columns, rows: one.cells, texts: one.texts,
        expected: try one.expected)
    }
    let encoder = JSONEncoder()
    try encoder.encode(all).write(to: url.appendingPathComponent("cases.json"))
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures/exports/check.py").path
    return try run("python3", "-B", script, url.path, target)?.output
  }

  private struct Row: Encodable {
    var name: String
    var number: Int
    var columns: [ExportCase.Column]
    var rows: [[ExportCase.Cell]]
    var texts: [[String?]]
    var expected: [[String?]]
  }
}

extension ExportCase {
  struct Column: Encodable {
    var name: String
    var kind: String
    var isRead: Bool
  }

  /// A cell of a typed table.
  enum Cell: Encodable {
    case missing
    case number(Double)
    case text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .missing: try container.encodeNil()
      case .number(let value): try container.encode(value)
      case .text(let text): try container.encode(text)
      }
    }
  }

  var columns: [Column] {
    let read = Set(program.columnsRead)
    return table.schema.features.enumerated().map { position, feature in
      Column(
        name: feature.id.rawValue, kind: feature.levels == nil ? "number" : "level",
        isRead: read.contains(position))
    }
  }

  /// The cells of the rows of a table with types.
  var cells: [[Cell]] {
    (0..<table.count).map { row in
      zip(table.schema.features, table.row(row)).map { feature, value in
        if value.isNaN { return .missing }
        guard let levels = feature.levels else { return .number(value) }
        return .text(value < 0 ? "unheard of" : levels[Int(value)])
      }
    }
  }

  /// The cells as in a file: missing values with every mark, and blanks around cells.
  var texts: [[String?]] {
    let marks = ["", nil, "NaN"] + table.schema.missingMarks.map { " \($0) " }
    return (0..<table.count).map { row in
      zip(table.schema.features, table.row(row)).map { feature, value in
        if value.isNaN { return marks[row % marks.count] }
        let text =
          feature.levels.map { value < 0 ? "unheard of" : $0[Int(value)] } ?? shortest(value)
        return row % 3 == 0 ? " \(text)\t" : text
      }
    }
  }
}
