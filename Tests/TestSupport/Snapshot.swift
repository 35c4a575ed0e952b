import Foundation
import Testing

/// Compares a string with a recorded file in `Snapshots` in the test's folder.
///
/// If the file is missing, or with `ESPALIER_RECORD=1`, the string is recorded and the test fails.
public func expectSnapshot(
  _ text: String, named name: String, file: String = #filePath,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    .appendingPathComponent("Snapshots")
  let place = folder.appendingPathComponent(name)
  let recorded = try? String(contentsOf: place, encoding: .utf8)
  let records = ProcessInfo.processInfo.environment["ESPALIER_RECORD"] == "1"
  guard let recorded, !records else {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: place)
    Issue.record("recorded \(name): look at it and run again", sourceLocation: sourceLocation)
    return
  }
  guard recorded != text else { return }
  let old = recorded.split(separator: "\n", omittingEmptySubsequences: false)
  let new = text.split(separator: "\n", omittingEmptySubsequences: false)
  let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
  let before = old.indices.contains(line) ? String(old[line].prefix(300)) : "(end)"
  let after = new.indices.contains(line) ? String(new[line].prefix(300)) : "(end)"
  Issue.record(
    "\(name):\(line + 1) was\n\(before)\nand is\n\(after)", sourceLocation: sourceLocation)
}
