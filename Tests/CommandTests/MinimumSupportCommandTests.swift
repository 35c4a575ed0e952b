import Explanations
import Foundation
import Rules
import Testing

/// The minimum support of rules over inputs, and where it is given up.
@Suite struct MinimumSupportCommandTests {
  private func explanation(_ data: String) throws -> Explanation {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("espalier-support-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(
      try Program("explain", data, "--rules", "inputs", "--output", "r", in: folder).code == 0)
    return try ResultFolder(folder.appendingPathComponent("r")).explanation
  }

  /// Two of six columns have their first level: no few rows of one rule describe that.
  @Test func smallRulesAreKeptWhereTheSupportCostsTooMuch() throws {
    let explanation = try explanation("monks-2")
    let note = explanation.extractor.notes.first { $0.hasPrefix("rules have no minimum support: ") }
    #expect(note != nil)
    #expect(explanation.rules.contains { $0.coverage.count < 5 })
    #expect(explanation.fidelity.heldOut.value > 0.85)
  }

  @Test(arguments: ["iris", "heart"]) func rulesHaveTheSupportElsewhere(data: String) throws {
    let explanation = try explanation(data)
    #expect(!explanation.extractor.notes.contains { $0.contains("no minimum support") })
    #expect(explanation.rules.allSatisfy { $0.coverage.count >= 5 })
  }
}
