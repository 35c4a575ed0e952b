import Explanations
import Foundation
import Rules
import Testing

/// The causal check of a whole run.
@Suite struct CausalCommandTests {
  private func explained(
    _ arguments: [String], _ body: (Program, ResultFolder) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("espalier-causal-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try Program(["explain"] + arguments + ["--output", "r"], in: folder)
    #expect(run.code == 0)
    try body(run, try ResultFolder(folder.appendingPathComponent("r")))
  }

  /// Where the rules name every hidden feature, nothing is replaced in one case and everything in the
  /// other, and the report says so.
  @Test func allFeaturesHoldByConstruction() throws {
    try explained(["iris"]) { run, result in
      let explanation = try result.explanation
      let causal = try #require(explanation.causal)
      let rows = explanation.data.heldOut
      try #require(causal.features.count == explanation.features.count)
      #expect(causal.features == explanation.features.indices.map { "F\($0 + 1)" })
      #expect(causal.keptAlone == Proportion(rows, of: rows))
      #expect(causal.removed.total == rows && causal.removed.count <= causal.trivial.count)
      let sentence = "The rules name all hidden features, so this holds by construction."
      #expect(run.output.contains(sentence))
      #expect(try result.text("report.html").contains(sentence))
      #expect(explanation.features.allSatisfy { $0.causal?.keptAlone.total == rows })
      // A rule is checked on the rows on which it holds.
      for rule in try #require(explanation.featureRules).rules {
        #expect(rule.causal.map { $0.keptAlone.total <= rows } ?? true)
      }
    }
  }

  /// Without pruning the rules name few of the features, and a figure beyond its limit is a warning.
  @Test func someFeaturesGiveTheirWarnings() throws {
    try explained(["breast-cancer", "--no-pruning", "--epochs", "20"]) { run, result in
      let explanation = try result.explanation
      let causal = try #require(explanation.causal)
      try #require(causal.features.count < explanation.features.count)
      #expect(!run.output.contains("by construction"))
      let expected =
        (100 * causal.keptAlone.count < 99 * causal.keptAlone.total
          ? ["features-not-sufficient"] : [])
        + (20 * (causal.removed.count - causal.trivial.count) > causal.removed.total
          ? ["features-not-necessary"] : [])
      let found = (explanation.warnings ?? []).map(\.code).filter { $0.hasPrefix("features-not") }
      #expect(found == expected && !expected.isEmpty)
      for code in found {
        let warning = try #require(explanation.warnings?.first { $0.code == code })
        #expect(run.errorOutput.contains(warning.text))
      }
    }
  }
}
