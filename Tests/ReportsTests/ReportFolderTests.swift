import ExplanationSupport
import Explanations
import Foundation
import Reports
import TestSupport
import Testing

@Suite struct ReportFolderTests {
  @Test func everyFileIsThere() throws {
    let names = try ReportFolder.files(for: SampleExplanation.iris.explanation).map(\.name)
    #expect(
      names == [
        "explanation.json", "report.html", "report.md", "rules.txt", "network.dot", "curve.svg",
        "features.svg", "network.svg", "rules.svg",
      ])
    let few = try ReportFolder.files(
      for: SampleExplanation.iris.explanation, formats: [.json, .text])
    #expect(few.map(\.name) == ["explanation.json", "rules.txt"])
  }

  @Test(arguments: SampleExplanation.allCases)
  func theReportIsRebuiltFromItsJSON(sample: SampleExplanation) throws {
    let json = try ReportFolder.json(sample.explanation)
    let again = try ReportFolder.explanation(from: json)
    #expect(try ReportFolder.json(again) == json)
    #expect(try ReportFolder.files(for: again) == ReportFolder.files(for: sample.explanation))
  }

  @Test func numbersThatJSONLacksAreRefused() {
    var explanation = SampleExplanation.iris.explanation
    explanation.features[1].threshold = .nan
    let error = #expect(throws: ReportError.self) { try ReportFolder.json(explanation) }
    #expect(
      error?.errorDescription
        == "the explanation has a number that is not finite at 'features.1.threshold'")
    #expect(
      error?.recoverySuggestion
        == "this is a bug in the explanation; JSON has no NaN and no infinity")
  }

  @Test(arguments: SampleExplanation.allCases)
  func rulesAreAsRecorded(sample: SampleExplanation) throws {
    let program = try RuleProgram(sample.explanation, for: TextExport.self)
    let text = TextExport().export(program, of: sample.explanation)
    try expectSnapshot(text, named: "\(sample.rawValue)-rules.txt")
    let controls = text.unicodeScalars.filter { $0.value < 0x20 && $0 != "\n" }
    #expect(controls.isEmpty)
  }
}
