import Experiments
import Explanations
import Foundation
import Naming
import Reports

/// `RESULT` on the command line: an `explanation.json` or the folder that contains it.
struct ResultFile {
  let explanation: Explanation
  /// The folder of the file.
  let folder: URL

  /// - Throws: `CommandFailure` with code 66 when the file is missing, 65 when it is not an
  ///   explanation.
  init(_ path: String) throws {
    var file = path
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(
        "there is no result '\(path)'",
        hint: "give a report folder or its explanation.json, as 'espalier explain' writes it",
        code: 66)
    }
    if isFolder.boolValue { file = path + (path.hasSuffix("/") ? "" : "/") + "explanation.json" }
    folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure(
        "'\(file)' cannot be read", hint: "check the path and its permissions",
        code: 66)
    }
    if let version = (try? JSONDecoder().decode(Version.self, from: data))?.schemaVersion,
      version > 1
    {
      throw CommandFailure(
        "\(file): schema version \(version) where version 1 is read",
        hint: "use the version of espalier that wrote it", code: 65)
    }
    do {
      explanation = try ReportFolder.explanation(from: data)
    } catch let error as DecodingError {
      throw CommandFailure(
        "\(file): not an explanation: \(ErrorText.place(of: error))",
        hint: "give an explanation.json as 'espalier explain' writes it", code: 65)
    }
    try RepeatedKey.check(data, named: file)
    do {
      try explanation.checkRules()
    } catch {
      throw CommandFailure(
        "\(file): \(error.errorDescription ?? "")", hint: error.recoverySuggestion, code: 65)
    }
  }

  /// The result with the rules of a level; of its own level if none is given.
  /// - Throws: `CommandFailure` if it has no rules of that level.
  func explanation(_ rules: RuleLevel?) throws -> Explanation {
    guard let rules else { return explanation }
    guard let chosen = explanation.choosing(rules) else {
      let other = explanation.entry(rules) == nil ? "has no rules" : "has no fidelity of the rules"
      throw CommandFailure(
        "the result \(other) over \(rules.rawValue)",
        hint: "explain the data again with --rules \(rules.rawValue)")
    }
    return chosen
  }

  /// The model.onnx beside the result; `nil` if there is none.
  var modelFile: URL? {
    let file = folder.appendingPathComponent("model.onnx")
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }

  /// The network before pruning, original.onnx beside the result; `nil` if there is none.
  var originalModelFile: URL? {
    let file = folder.appendingPathComponent(originalModelName)
    return FileManager.default.fileExists(atPath: file.path) ? file : nil
  }

  private struct Version: Decodable { var schemaVersion: Int }
}

extension URL {
  /// Whether two paths lead to the same place, symbolic links followed.
  func isSameFile(as other: URL) -> Bool {
    standardizedFileURL.resolvingSymlinksInPath()
      == other.standardizedFileURL.resolvingSymlinksInPath()
  }
}
