import Datasets
import ExplanationSupport
import Explanations
import Foundation
import Naming
import Networks
import Reports
import RuleSupport
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

  /// The Python file of an explanation.
  static func python(_ explanation: Explanation, model: Model? = nil) throws -> String {
    let program = try RuleProgram(explanation, for: PythonExport.self) { model }
    return PythonExport().export(program, of: explanation)
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
  private func predictions(_ programs: [(code: String, rows: [[String: Any]])]) throws
    -> [[String]]?
  {
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

  @Test func pythonPredictsAsTheRulesDo() throws {
    var cases: [Case] = []
    withEverySeed(40) { cases.append(Case(&$0)) }
    let programs = try cases.map { one in
      (
        code: try Self.python(one.explanation),
        rows: (0..<one.table.count).map { cells(one.table, $0) }
      )
    }
    guard let found = try predictions(programs) else { return }
    #expect(found.count == cases.count)
    for (seed, (one, predictions)) in zip(cases, found).enumerated() {
      let expected = one.rules.classify(one.table).map { one.table.schema.classes[$0] }
      #expect(predictions == expected, "seed \(seed)")
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
      one.explanation.features = network.neurons(of: node).enumerated().map { position, neuron in
        FeatureSummary(
          id: "F\(position)", neuron: neuron, layer: node.rawValue, drivers: [],
          threshold: 0, activeShare: 0, effects: [], image: nil)
      }
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
      programs.append(
        (
          code: try Self.python(one.explanation, model: model),
          rows: (0..<table.count).map { cells(table, $0) }
        ))
      expected.append(
        (0..<table.count).map { row in
          let rule = rules.deciding { Double(values[row, Int($0.rawValue.dropFirst()) ?? 0]) }
          return table.schema.classes[rule.map { rules.rules[$0].conclusion } ?? 0]
        })
    }
    guard let found = try predictions(programs) else { return }
    #expect(found == expected)
  }

  @Test func pythonPredictsAsProgramsOverScores() throws {
    var cases: [(table: Table, program: RuleProgram)] = []
    try withEverySeed(40) { generator in
      let one = Case(&generator)
      let schema = one.table.schema
      let scores = generator.scores(over: schema, count: 3)
      let rules = (0..<6).map { number in
        let bound = (generator.normal() * 4).roundedTo(digits: 2)
        let premise: [RuleProgram.Condition] = [
          .number(
            .score(number % 3), number % 2 == 0 ? .above(bound) : .between(bound - 3, bound),
            orMissing: false),
          number < 3 ? .known(.quantity(.column(0))) : .missing(.level(column: 2)),
        ]
        let support = Support(covered: 9, agreeing: generator.index(below: 10))
        return RuleProgram.Rule(
          id: "R\(number + 1)", if: premise, then: generator.index(below: 3), support: support)
      }
      let program = try RuleProgram(
        rules, default: 0, resolution: generator.index(below: 2) == 0 ? .firstMatch : .vote,
        schema: schema, scores: scores)
      cases.append((one.table, program))
    }
    let explanation = SampleExplanation.iris.explanation
    let programs = cases.map { table, program in
      (
        code: PythonExport().export(program, of: explanation),
        rows: (0..<table.count).map { cells(table, $0) }
      )
    }
    guard let found = try predictions(programs) else { return }
    #expect(found.count == cases.count)
    for (seed, ((table, program), predictions)) in zip(cases, found).enumerated() {
      #expect(
        try predictions == program.classify(table).map { program.predictions[$0].name },
        "seed \(seed)")
    }
    #expect(found.count { Set($0).count > 1 } > 20)
  }

  /// A program with a score over numbers, levels and another score.
  private func scoreCard() throws -> RuleProgram {
    let schema = Schema(
      features: [
        Feature("age", .numeric(unit: "years")), Feature("odor", .categorical(levels: ["a", "b"])),
      ], target: Target("kind", .classes(names: ["no", "yes"])))
    let support = Support(covered: 4, agreeing: 3)
    return try RuleProgram(
      [
        .init(
          id: "R1", if: [.number(.score(1), .above(2.5), orMissing: false)], then: 1,
          support: support),
        .init(
          id: "R2",
          if: [.number(.score(0), .between(-1, 0), orMissing: false), .known(.level(column: 1))],
          then: 0, support: support),
      ], default: 0, resolution: .firstMatch, schema: schema,
      scores: [
        .init(
          "S1",
          [
            .init(.real(0.25), .value(.column(0), ifMissing: 31.5)),
            .init(.integer(-3), .indicator(.level(column: 1, among: [1], orMissing: true))),
          ]),
        .init(
          "S2",
          [
            .init(.integer(2), .value(.score(0), ifMissing: 0)),
            .init(.integer(1), .indicator(.number(.column(0), .atMost(18), orMissing: false))),
          ]), .init("S3", []),
      ])
  }

  /// An explanation of the data of the score card.
  private func scored() throws -> Explanation {
    var explanation = SampleExplanation.iris.explanation
    explanation.data.schema = try scoreCard().schema
    return explanation
  }

  @Test func scoresAreExpressions() throws {
    let code = try PythonExport().export(scoreCard(), of: scored())
    let lines = code.split(separator: "\n").map(String.init)
    let start = lines.firstIndex { $0 == "    cells = cells_of(row)" } ?? 0
    #expect(
      lines[start...].prefix(14).joined(separator: "\n") == """
            cells = cells_of(row)
            c0 = number(cells, "age")
            c1 = level(cells, "odor")
            # S1 = 0.25 × age (31.5 if missing) \u{2212} 3 × [odor is b or missing]
            s0 = 0.25 * (31.5 if c0 is None else c0) + -3 * ((c1 is None or c1 in {"b"}))
            # S2 = 2 × S1 + [age ≤ 18 years]
            s1 = 2 * s0 + 1 * ((c0 is not None and c0 <= 18.0))
            # S3 = 0
            s2 = 0
            if s1 > 2.5:
                return "yes", "R1", "if S2 > 2.5 then kind is yes"
            if -1.0 < s0 <= 0.0 and c1 is not None:
                return "no", "R2", "if S1 > \\u22121 and \\u2264 0 and odor is known then kind is no"
            return "no", None, "no rule holds"
        """)
  }

  @Test func scoresAreDefinedInTexts() throws {
    let text = try TextExport().export(scoreCard(), of: scored())
    #expect(
      text.contains(
        """

        S1 = 0.25 × age (31.5 if missing) \u{2212} 3 × [odor is b or missing]
        S2 = 2 × S1 + [age ≤ 18 years]
        S3 = 0

        Ordered list: the first rule that holds gives the predicted class.
        A condition on a missing value does not hold, unless it ends in “missing”. A level that its
        column does not have in the training rows meets no condition, not even “is not …”.

        R1  if S2 > 2.5 then kind is yes

        """))
  }

  @Test func hostileNamesAreHarmless() throws {
    let code = try Self.python(SampleExplanation.hostile.explanation)
    #expect(code.utf8.count > 0)
    let names = SampleExplanation.hostile.explanation.data.schema.features.map(\.id.rawValue)
    let row = Dictionary(names.map { ($0, "") }, uniquingKeysWith: { first, _ in first })
    guard let found = try predictions([(code, [row])]) else { return }
    #expect(found.first?.count == 1)
  }

  @Test func featuresNeedTheirNetwork() {
    var explanation = SampleExplanation.iris.explanation
    explanation.level = .features
    let error = #expect(throws: ReportError.self) { try Self.python(explanation) }
    #expect(
      error?.errorDescription
        == "the rules use the hidden feature 'F1', which only the network computes")
    #expect(
      error?.recoverySuggestion
        == "keep model.onnx beside it; if layers are not dense, extract rules over inputs")
    explanation.featureRules = nil
    #expect(throws: ReportError.noFeatureRules) { try Self.python(explanation) }
  }

  @Test func formatsAreFoundByName() throws {
    #expect(exportFormats.names == ["python", "sql", "c", "swift", "pmml", "onnx", "dmn", "text"])
  }
}
