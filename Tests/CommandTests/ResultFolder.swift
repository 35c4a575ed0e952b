import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Testing

/// A report folder as other programs read it.
struct ResultFolder {
  let url: URL
  /// `explanation.json` as plain JSON.
  let json: [String: Any]

  init(_ url: URL) throws {
    self.url = url
    let data = try Data(contentsOf: url.appendingPathComponent("explanation.json"))
    json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }

  /// The same folder, with another `explanation.json`.
  init(_ url: URL, json: [String: Any]) { (self.url, self.json) = (url, json) }

  func data(_ name: String) throws -> Data {
    try Data(contentsOf: url.appendingPathComponent(name))
  }

  func text(_ name: String) throws -> String {
    try String(contentsOf: url.appendingPathComponent(name), encoding: .utf8)
  }

  /// The object at a path of keys.
  func object(_ keys: String...) throws -> [String: Any] {
    try keys.reduce(json) { try #require($0[$1] as? [String: Any], "\(keys)") }
  }

  func number(_ keys: String...) throws -> Double {
    let parent = try keys.dropLast().reduce(json) { try #require($0[$1] as? [String: Any]) }
    return try #require(keys.last.flatMap { parent[$0] as? NSNumber }).doubleValue
  }

  /// The predicted classes of `model.onnx` for the rows of a table.
  func networkPredictions(_ data: String) throws -> [String] {
    let (model, table) = try modelAndRows(data)
    return model.classify(table).map { model.schema.classes[$0] }
  }

  /// The pruned network and the rows of a source, in the result's own schema.
  func modelAndRows(_ data: String) throws -> (Model, Table) {
    let schema = try explanation.data.schema
    let table = try DataSource.load(data, options: ReadingOptions(schema: schema)).table
    let model = try ModelFile.read(url.appendingPathComponent("model.onnx")).model(for: schema)
    return (model, table)
  }

  var explanation: Explanation {
    get throws { try JSONDecoder().decode(Explanation.self, from: data("explanation.json")) }
  }

  /// The predictions of the rules over inputs, computed from the JSON alone.
  func prediction(_ row: [String: String]) throws -> String {
    let rules = try #require(json["rules"] as? [[String: Any]])
    #expect(json["resolution"] as? String == "first-match")
    for rule in rules {
      let tests = try #require(rule["if"] as? [[String: Any]])
      if try tests.allSatisfy({ try holds($0, in: row) }) {
        return try #require(rule["then"] as? String)
      }
    }
    return try #require(json["defaultClass"] as? String)
  }

  private func holds(_ test: [String: Any], in row: [String: String]) throws -> Bool {
    let cell = try #require((test["feature"] as? String).flatMap { row[$0] })
    if ["", "?"].contains(cell) {
      return test["operator"] as? String == "missing" || test["orMissing"] as? Bool == true
    }
    let value = { (key: String) in (test[key] as? NSNumber)?.doubleValue }
    switch test["operator"] as? String {
    case "in": return try #require(test["values"] as? [String]).contains(cell)
    case ">": return try value("value").map { try #require(Double(cell)) > $0 } ?? true
    case "<=": return try #require(Double(cell)) <= #require(value("value"))
    case "between":
      let bounds = try #require(test["bounds"] as? [NSNumber]).map(\.doubleValue)
      return try bounds[0] < #require(Double(cell)) && #require(Double(cell)) <= bounds[1]
    default: return false
    }
  }

  /// The predictions of an exported Python file.
  static func pythonPredictions(_ file: URL, _ rows: [[String: String]]) throws -> [String] {
    try withTemporaryRows(rows) { place in
      let run = try Program.system(
        "python3", "-B", "-c",
        """
        import json, runpy, sys
        classify = runpy.run_path(sys.argv[1])["classify"]
        rows = json.load(open(sys.argv[2], encoding="utf-8"))
        print(json.dumps([classify(row) for row in rows]))
        """, file.path, place.path)
      #expect(run.errorOutput.isEmpty && run.code == 0)
      return try JSONDecoder().decode([String].self, from: Data(run.output.utf8))
    }
  }

  private static func withTemporaryRows(
    _ rows: [[String: String]], _ body: (URL) throws -> [String]
  ) throws -> [String] {
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-tests-" + UUID().uuidString + ".json")
    defer { try? FileManager.default.removeItem(at: place) }
    try JSONEncoder().encode(rows).write(to: place)
    return try body(place)
  }
}

/// A result over iris with few rules, made once for all tests that only need one.
enum SmallResult {
  static let made: Result<(explanation: Data, model: Data), any Error> = Result {
    var made: (explanation: Data, model: Data)?
    try withFolder { folder in
      try Program(
        "explain", "iris", "-o", "r", "--epochs", "20", "--max-rules", "5", "--quiet", in: folder)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      made = (try result.data("explanation.json"), try result.data("model.onnx"))
    }
    return try #require(made)
  }

  static func write(to folder: URL) throws {
    let (explanation, model) = try made.get()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    try explanation.write(to: folder.appendingPathComponent("explanation.json"))
    try model.write(to: folder.appendingPathComponent("model.onnx"))
  }
}

/// The rows of a plain table without quotes, by column.
func plainRows(_ text: String) -> [[String: String]] {
  let lines = text.split(separator: "\n").map {
    $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
  guard let header = lines.first else { return [] }
  return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
}

/// The rows of a data set that comes with the tool.
func shippedRows(_ name: String) throws -> [[String: String]] {
  plainRows(
    try String(
      contentsOf: Program.home.appendingPathComponent("Datasets/\(name)/data.csv"), encoding: .utf8)
  )
}
