import Datasets
import Explanations
import Foundation
import Naming
import Networks
import Reports
import Rules
import Tensors
import TestSupport
import Testing

@Suite struct PythonExportTests {
  /// Rules over numeric and categorical columns, with missing values and unknown levels.
  private struct Case {
    var table: Table
    var rules: RuleSet
    var explanation: Explanation

    init(_ generator: inout SeededGenerator) {
      let levels = ["foul", "a \"b\"", "line\nbreak", "7", "\u{202E}x\\"]
      let schema = Schema(
        features: [
          Feature("x", .numeric(unit: "cm")), Feature("y\"\\\n", .numeric(unit: nil)),
          Feature("c", .categorical(levels: levels)),
          Feature("d", .categorical(levels: ["0", "1"])),
        ], target: Target("k", .classes(names: ["a'", "b\\", "c\n"])))
      let rows = 60
      let columns = schema.features.map { feature in
        Column.doubles(
          (0..<rows).map { _ in
            let chance = generator.uniform()
            if chance < 0.15 { return .nan }
            guard let levels = feature.levels else {
              return (generator.normal() * 10).roundedTo(digits: 2)
            }
            return chance < 0.25
              ? Table.unknownLevel : Double(Int(generator.uniform() * Double(levels.count)))
          })
      }
      table = Table(schema: schema, columns: columns, labels: .init(repeating: 0, count: rows))
      var list: [Rule] = []
      for _ in 0..<Int(generator.uniform() * 8) {
        let literals = schema.features.compactMap { feature -> Literal? in
          guard generator.uniform() < 0.5 else { return nil }
          return Literal(feature.id, Self.condition(on: feature, &generator))
        }
        guard let premise = Conjunction(literals) else { continue }
        let covered = Int(generator.uniform() * 6)
        list.append(
          Rule(
            if: premise, then: Int(generator.uniform() * 3),
            support: Support(
              covered: covered, agreeing: Int(generator.uniform() * Double(covered + 1)))))
      }
      rules = RuleSet(
        list, default: Int(generator.uniform() * 3),
        resolution: generator.uniform() < 0.5 ? .firstMatch : .vote)
      explanation = SampleExplanation.iris.explanation
      explanation.data.schema = schema
      explanation.data.classes = schema.classes
      explanation.rules = PythonExportTests.entries(rules, schema)
      explanation.defaultClass = schema.classes[rules.defaultClass]
      explanation.resolution = rules.resolution
    }

    static func condition(on feature: Feature, _ generator: inout SeededGenerator) -> Condition {
      let missing = generator.uniform() < 0.3
      let bound = (generator.normal() * 10).roundedTo(digits: 2)
      if generator.uniform() < 0.1 { return .onlyMissing }
      if let levels = feature.levels {
        let among = Set(levels.indices.filter { _ in generator.uniform() < 0.5 })
        return .levels(among: among.isEmpty ? [0] : among, orMissing: missing)
      }
      return switch Int(generator.uniform() * 4) {
      case 0: .interval(lower: bound, upper: nil, orMissing: missing)
      case 1: .interval(lower: nil, upper: bound, orMissing: missing)
      case 2: .interval(lower: bound, upper: bound + 8, orMissing: missing)
      default: .interval(lower: nil, upper: nil, orMissing: false)
      }
    }
  }

  static func entries(_ rules: RuleSet, _ schema: Schema) -> [RuleEntry] {
    rules.rules.enumerated().map { index, rule in
      RuleEntry(
        id: "R\(index + 1)",
        if: rule.premise.literals.map { RuleEntry.Test($0, schema: schema) },
        then: schema.classes[rule.conclusion],
        coverage: Proportion(rule.support.covered, of: 100),
        confidence: Proportion(rule.support.agreeing, of: rule.support.covered),
        heldOutCoverage: Proportion(0, of: 0), heldOutConfidence: Proportion(0, of: 0))
    }
  }

  /// The cells of a row as in a file; missing values are written with every marker.
  private func cells(_ table: Table, _ row: Int) -> [String: Any] {
    var all: [String: Any] = [:]
    for (index, feature) in table.schema.features.enumerated() {
      let value = table.columns[index][row]
      let name = feature.id.rawValue
      if value.isNaN {
        switch row % 4 {
        case 0: all[name] = ""
        case 1: all[name] = " ? "
        case 2: all[name] = NSNull()
        default: all[name] = "NaN"
        }
      } else if let levels = feature.levels {
        all[name] = value < 0 ? "unheard of" : levels[Int(value)]
      } else if row % 2 == 0 {
        all[name] = shortest(value)
      } else {
        all[name] = value
      }
    }
    return all
  }

  /// The predictions of Python, or `nil` if Python is not installed.
  private func answers(_ programs: [(code: String, rows: [[String: Any]])]) throws -> [[String]]? {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-python-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, program) in programs.enumerated() {
      try Data(program.code.utf8).write(to: folder.appendingPathComponent("rules\(index).py"))
      try JSONSerialization.data(withJSONObject: program.rows)
        .write(to: folder.appendingPathComponent("rows\(index).json"))
    }
    let driver = """
      import importlib, json, sys
      sys.path.insert(0, sys.argv[1])
      sys.dont_write_bytecode = True
      answers = []
      for index in range(int(sys.argv[2])):
          rows = json.load(open("%s/rows%d.json" % (sys.argv[1], index), encoding="utf-8"))
          classify = importlib.import_module("rules%d" % index).classify
          answers.append([classify(row) for row in rows])
      print(json.dumps(answers))
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", driver, folder.path, "\(programs.count)"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    #expect(process.terminationStatus == 0)
    return try JSONDecoder().decode([[String]].self, from: data)
  }

  @Test func pythonAnswersAsTheRulesDo() throws {
    var cases: [Case] = []
    withEverySeed(40) { cases.append(Case(&$0)) }
    let programs = try cases.map { one in
      (
        code: try PythonExport().export(one.explanation),
        rows: (0..<one.table.count).map { cells(one.table, $0) }
      )
    }
    guard let found = try answers(programs) else { return }
    #expect(found.count == cases.count)
    for (seed, (one, answers)) in zip(cases, found).enumerated() {
      let expected = one.rules.classify(one.table).map { one.table.schema.classes[$0] }
      #expect(answers == expected, "seed \(seed)")
    }
  }

  @Test func rulesOverHiddenFeaturesRunTheNetwork() throws {
    var programs: [(code: String, rows: [[String: Any]])] = []
    var expected: [[String]] = []
    let functions = Activation.Function.allCases
    try withEverySeed(5) { generator in
      var one = Case(&generator)
      let table = one.table
      let seed = UInt64(programs.count)
      let network = try Network(
        Architecture(input: [Encoding(fitting: table).width]) {
          Dense(6)
          Activation(functions[Int(seed)])
          Dense(4)
          Activation(.tanh)
          Dense(3)
        }, seed: seed)
      let model = try Model(
        schema: table.schema, encoding: Encoding(fitting: table), network: network, head: .softmax)
      let node = try #require(model.featureNode)
      let values = network.activations(of: node, for: model.encoding.encode(table).inputs)
      let ids = Dictionary(
        uniqueKeysWithValues: network.neurons(of: node).enumerated().map {
          ($1.description, "F\($0)")
        })
      let rules = RuleSet(
        [
          Rule(
            if: try #require(
              Conjunction([
                Literal("F1", .interval(lower: 0.0137, upper: nil, orMissing: false)),
                Literal("F3", .interval(lower: nil, upper: 0.211, orMissing: false)),
              ])), then: 1),
          Rule(
            if: try #require(
              Conjunction([Literal("F0", .interval(lower: -0.1234, upper: nil, orMissing: false))])),
            then: 2),
        ], default: 0, resolution: .firstMatch)
      one.explanation.level = .features
      one.explanation.featureRules = RuleSetEntry(
        rules: Self.entries(rules, table.schema), defaultClass: table.schema.classes[0],
        resolution: .firstMatch, extractor: one.explanation.extractor,
        complexity: one.explanation.complexity)
      let program = try #require(FeatureProgram(model, ids: ids))
      programs.append(
        (
          code: try PythonExport(program: program).export(one.explanation),
          rows: (0..<table.count).map { cells(table, $0) }
        ))
      expected.append(
        (0..<table.count).map { row in
          let rule = rules.deciding { Double(values[row, Int($0.rawValue.dropFirst()) ?? 0]) }
          return table.schema.classes[rule.map { rules.rules[$0].conclusion } ?? 0]
        })
    }
    guard let found = try answers(programs) else { return }
    #expect(found == expected)
  }

  @Test func hostileNamesAreHarmless() throws {
    let code = try PythonExport().export(SampleExplanation.hostile.explanation)
    #expect(code.utf8.count > 0)
    let names = SampleExplanation.hostile.explanation.data.schema.features.map(\.id.rawValue)
    let row = Dictionary(names.map { ($0, "") }, uniquingKeysWith: { first, _ in first })
    guard let found = try answers([(code, [row])]) else { return }
    #expect(found.first?.count == 1)
  }

  @Test func featuresNeedTheirNetwork() {
    var explanation = SampleExplanation.iris.explanation
    explanation.level = .features
    let error = #expect(throws: ReportError.self) { try PythonExport().export(explanation) }
    #expect(
      error?.errorDescription
        == "the rules use the hidden feature 'F1', which only the network computes")
    #expect(
      error?.recoverySuggestion
        == "keep model.onnx beside it; if layers are not dense, extract rules over inputs")
    explanation.featureRules = nil
    #expect(throws: ReportError.noFeatureRules) { try PythonExport().export(explanation) }
  }

  @Test func formatsAreFoundByName() throws {
    #expect(exportFormats.names == ["python", "text"])
    #expect(reportFormats.names == ["html", "md"])
  }
}
