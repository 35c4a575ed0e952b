import ExplanationSupport
import Explanations
import Foundation
import Naming
import Reports
import Testing

/// What each member of `exportFormats` does.
@Suite struct ExportContractTests {
  private static let names = exportFormats.names

  private func format(_ name: String) throws -> any RuleExport.Type {
    try exportFormats.type(named: name)
  }

  @Test func extensionsDiffer() {
    #expect(Set(exportFormats.types.map { $0.fileExtension }).count == Self.names.count)
  }

  @Test(arguments: names) func equalRulesGiveEqualBytes(_ name: String) throws {
    let format = try format(name)
    for one in try ExportCase.all.get() {
      let made = try (0..<2).map { _ in
        try format.init(ExportOptions()).contents(one.program, of: one.explanation)
      }
      #expect(made[0] == made[1])
    }
  }

  @Test(arguments: names) func everyRuleIsNamed(_ name: String) throws {
    let format = try format(name)
    for one in try ExportCase.all.get() where name != "text" {
      let data = try format.init(ExportOptions()).contents(one.program, of: one.explanation)
      let text = String(decoding: data, as: UTF8.self)
      for rule in one.program.rules {
        #expect(["\"", "'", "&quot;"].contains { text.contains($0 + rule.id + $0) }, "\(one.name)")
      }
    }
  }

  @Test(arguments: names) func samplesAreWritten(_ name: String) throws {
    let format = try format(name)
    for sample in SampleExplanation.allCases where sample != .withoutRules {
      var explanation = sample.explanation
      explanation.level = .inputs
      let program = try RuleProgram(explanation, for: format)
      let isXML = ["pmml", "dmn"].contains(name)
      if sample == .hostile, isXML {
        // XML does not have the control characters of its names.
        #expect(throws: ReportError.self) {
          try format.init(ExportOptions()).contents(program, of: explanation)
        }
        continue
      }
      #expect(try !format.init(ExportOptions()).contents(program, of: explanation).isEmpty)
    }
  }

  @Test(arguments: names) func hiddenFeaturesNeedTheirLayers(_ name: String) throws {
    let format = try format(name)
    var explanation = SampleExplanation.iris.explanation
    explanation.level = .features
    guard format.evaluatesRules else {
      let program = try RuleProgram(explanation, for: format)
      #expect(try !format.init(ExportOptions()).contents(program, of: explanation).isEmpty)
      return
    }
    #expect(throws: ReportError.featuresNeeded(example: "F1")) {
      try RuleProgram(explanation, for: format)
    }
  }
}
