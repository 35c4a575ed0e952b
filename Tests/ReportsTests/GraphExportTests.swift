import Datasets
import ExplanationSupport
import Explanations
import Foundation
import ONNXSchema
import Reports
import Rules
import SwiftProtobuf
import Testing

/// Exports that other programs evaluate: PMML, DMN and ONNX.
@Suite struct GraphExportTests {
  private static let hasONNX = ExportFolder.has("python3", "-c", "import onnx, onnxruntime")

  /// What the checking script prints about the format, and what it prints if all answers are equal.
  private func check(
    _ format: any RuleExport.Type, _ target: String, _ cases: [ExportCase]
  ) throws -> (found: String?, equal: String) {
    let rows = cases.reduce(0) { $0 + $1.table.count }
    let found = try ExportFolder.with(keptAs: target) { folder in
      for (number, one) in cases.enumerated() {
        let data = try format.init(ExportOptions()).contents(one.program, of: one.explanation)
        try data.write(to: folder.url.appendingPathComponent("\(number).\(target)"))
      }
      return try folder.check(cases, target)
    }
    return (found, "\(target): \(cases.count) rule sets, \(rows) answers, all equal\n")
  }

  /// Numeric columns have markers of their own, in the cases in which they are read; columns of levels
  /// have not.
  @Test func pmmlNamesTheMarkersOfMissingNumbers() throws {
    var explanation = SampleExplanation.mushroom.explanation
    explanation.data.schema.numberMarks = ["-", "n.a."]
    func marks(_ explanation: Explanation) throws -> Set<String> {
      let text = try PMMLExport().export(
        RuleProgram(explanation, for: PMMLExport.self), of: explanation)
      return Set(
        text.matches(of: /<Value value="([^"]*)" property="missing"\/>/).map { String($0.1) })
    }
    #expect(try marks(explanation).isDisjoint(with: ["-", "n.a.", "N.A."]))
    explanation = SampleExplanation.iris.explanation
    explanation.data.schema.numberMarks = ["-", "n.a."]
    #expect(try marks(explanation).isSuperset(of: ["-", "n.a.", "N.A."]))
  }

  @Test func pmmlPredictsAsTheRulesDo() throws {
    let cases = try ExportCase.all.get() + [ExportCase.gelu.get()]
    let (found, equal) = try check(PMMLExport.self, "pmml", cases)
    #expect(found == nil || found == equal)
  }

  @Test func dmnPredictsAsTheRulesDo() throws {
    let (found, equal) = try check(DMNExport.self, "dmn", ExportCase.all.get())
    #expect(found == nil || found == equal)
  }

  /// Needs packages of Python, which continuous integration does not have.
  @Test(.enabled(if: hasONNX)) func onnxPredictsAsTheRulesDo() throws {
    let cases = try ExportCase.all.get() + [ExportCase.gelu.get()]
    let (found, equal) = try check(ONNXExport.self, "onnx", cases)
    #expect(found == equal)
  }

  /// A file that answers otherwise is found.
  @Test func theCheckFindsOtherPredictions() throws {
    var cases = Array(try ExportCase.all.get().prefix(1))
    let program = cases[0].program
    try ExportFolder.with { folder in
      let text = try PMMLExport().export(program, of: cases[0].explanation)
      try folder.write(text.replacing("greaterThan", with: "lessOrEqual"), "0.pmml")
      cases[0].name = "turned"
      guard let found = try folder.check(cases, "pmml") else { return }
      #expect(found.hasPrefix("turned, typed, row "), "\(found)")
    }
  }
}

extension GraphExportTests {
  private func graph(_ one: ExportCase) throws -> Onnx_ModelProto {
    let data = try ONNXExport().contents(one.program, of: one.explanation)
    return try Onnx_ModelProto(serializedBytes: data)
  }

  /// Without onnxruntime: every value is defined once and before its use, and all operators are
  /// standard ones.
  @Test func graphsAreComplete() throws {
    for one in try ExportCase.all.get() {
      let model = try graph(one)
      #expect(model.opsetImport.map(\.domain) == ["", "ai.onnx.ml"])
      #expect(model.opsetImport.map(\.version) == [17, 2])
      let ids = one.program.rules.map(\.id)
      let rules = try #require(model.metadataProps.first { $0.key == "rules" })
      #expect(try JSONDecoder().decode([String].self, from: Data(rules.value.utf8)) == ids)
      #expect(
        model.graph.input.map(\.name)
          == one.columns.filter { $0.isRead }.map(\.name))
      var known = Set(model.graph.input.map(\.name) + model.graph.initializer.map(\.name))
      #expect(known.count == model.graph.input.count + model.graph.initializer.count)
      for node in model.graph.node {
        for input in node.input { #expect(known.contains(input), "\(one.name): \(input)") }
        for output in node.output { #expect(known.insert(output).inserted, "\(output)") }
        #expect(node.domain == (node.opType == "LabelEncoder" ? "ai.onnx.ml" : ""))
      }
      #expect(model.graph.output.map(\.name) == ["label", "rule"])
      #expect(model.graph.output.allSatisfy { known.contains($0.name) })
    }
  }

  /// A rule list without rules, over no column.
  private func constant() throws -> ExportCase {
    let table = try #require(try ExportCase.all.get().first).table
    let program = try RuleProgram(
      [], default: 1, resolution: .firstMatch, schema: table.schema)
    return ExportCase(name: "constant", table: table, program: program)
  }

  @Test func aDefaultAloneIsWritten() throws {
    let one = try constant()
    #expect(try one.expected.allSatisfy { $0 == ["versicolor", nil] })
    #expect(try graph(one).graph.input.map(\.name) == ["sepal_length"])
    #expect(
      try PMMLExport().export(one.program, of: one.explanation).contains(
        """
            <RuleSet defaultScore="versicolor" defaultConfidence="0">
              <RuleSelectionMethod criterion="firstHit"/>
            </RuleSet>
        """))
    #expect(
      try DMNExport().export(one.program, of: one.explanation).contains(
        "<outputEntry>\n          <text>\"versicolor\"</text>".replacing("\"", with: "&quot;")))
  }

  @Test(arguments: [
    ("PMML", PMMLExport.self as any RuleExport.Type), ("DMN", DMNExport.self),
  ])
  func charactersThatXMLDoesNotHaveAreErrors(
    _ title: String, _ format: any RuleExport.Type
  ) throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .classes(names: ["no", "a\u{1}b"])))
    let program = try RuleProgram([], default: 0, resolution: .firstMatch, schema: schema)
    let error = #expect(throws: ReportError.self) {
      try format.init(ExportOptions()).contents(program, of: ExportCase.plainExplanation)
    }
    #expect(
      error
        == .unsupportedCharacter(name: "a\\u{1}b", format: title))
    #expect(
      error?.errorDescription
        == "the name 'a\\u{1}b' has a character that \(title) cannot write")
  }

  @Test func whatADecisionTableSays() throws {
    let schema = Schema(
      features: [Feature("age at \"t\""), Feature("odor", .categorical(levels: ["a", "b"]))],
      target: Target("y", .classes(names: ["no", "yes"])))
    let program = try RuleProgram(
      [
        .init(
          id: "R1",
          if: [
            .number(.score(0), .between(-1.5, 1e-7), orMissing: false),
            .level(column: 1, among: [0, 1], orMissing: true),
          ], then: 1, support: Support(covered: 4, agreeing: 3))
      ], default: 0, resolution: .firstMatch, schema: schema,
      scores: [
        .init(
          "S1",
          [
            .init(.integer(-2), .value(.column(0), ifMissing: 31.5), step: 10),
            .init(.integer(3), .indicator(.level(column: 1, among: [1], orMissing: true))),
          ])
      ])
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    let text = try DMNExport().export(program, of: explanation)
    for line in [
      #"<inputData id="input_0" name="age_at_t" label="age at &quot;t&quot;">"#,
      "<text>-2 * ((if age_at_t = null then 31.5 else age_at_t) / 10) + "
        + "(if (odor = null or odor = &quot;b&quot;) then 3 else 0)</text>",
      "<text>(-1.5..0.0000001]</text>", "<text>null, &quot;a&quot;, &quot;b&quot;</text>",
      "<text>&quot;R1&quot;</text>", #"<informationRequirement>"#,
      ##"<requiredDecision href="#score_0"/>"##,
    ] {
      #expect(text.contains(line), "\(line)")
    }
  }
}
