import Datasets
import Explanations
import Foundation
import Reports
import RuleSupport
import Rules
import Tensors
import Testing

/// Exports in C and Swift, compiled and run on rows of texts.
@Suite struct CompiledExportTests {
  private static let hasC = ExportFolder.has("cc", "--version")
  private static let hasSwift = ExportFolder.has("swiftc", "--version")

  /// Rules with rows of texts under the names of columns, and what they must answer.
  private struct Trial {
    var name: String
    var program: RuleProgram
    var explanation: Explanation
    var rows: [[String?]]
    var expected: [[String?]]

    /// `names`: the names in the first row of a file.
    init(
      _ name: String, _ program: RuleProgram, _ explanation: Explanation, names: [String],
      rows: [[String?]], expected: [[String?]]
    ) {
      (self.name, self.program, self.explanation) = (name, program, explanation)
      self.rows = [names] + rows
      self.expected = expected
    }

    init(_ one: ExportCase) throws {
      self.init(
        one.name, one.program, one.explanation,
        names: one.table.schema.features.map(\.id.rawValue), rows: one.texts,
        expected: try one.expected)
    }

    /// Cells and rows between control characters; a missing text is one, too.
    var input: String {
      rows.map { $0.map { $0 ?? "\u{1}" }.joined(separator: "\u{1F}") }
        .joined(separator: "\u{1E}")
    }

    var output: String {
      expected.map { $0.map { $0 ?? "\u{1}" }.joined(separator: "\u{1F}") + "\u{1E}" }.joined()
    }
  }

  private static let mainC = #"""
    #include <stdio.h>
    #include CASE

    int main(int argc, char **argv)
    {
        static char text[1 << 22], *rows[2048], *names[256];
        FILE *file = fopen(argv[argc - 1], "rb");
        if (file == NULL) return 2;
        text[fread(text, 1, sizeof text - 1, file)] = 0;
        fclose(file);
        size_t count = 0, columns = 0;
        for (char *one = strtok(text, "\036"); one != NULL; one = strtok(NULL, "\036"))
            rows[count++] = one;
        for (size_t at = 0; at < count; at++) {
            char *cells[256], *one = rows[at];
            size_t used = 0;
            for (;;) {
                char *end = strchr(one, '\037');
                cells[used++] = *one == 1 ? NULL : one;
                if (end == NULL) break;
                *end = 0;
                one = end + 1;
            }
            if (at == 0) {
                columns = used;
                memcpy(names, cells, used * sizeof *cells);
                continue;
            }
            struct row row;
            const char *rule, *wrong = read_row(&row, columns, (const char *const *)names,
                                                (const char *const *)cells);
            if (wrong != NULL) {
                printf("error\037%s\036", wrong);
                continue;
            }
            const int answer = classify(&row, &rule);
            if (answer != classify(&row, NULL)) return 3;
            printf("%s\037%s\036", class_names[answer], rule == NULL ? "\001" : rule);
        }
        return 0;
    }
    """#

  private static func mainSwift(_ count: Int) -> String {
    let list = (0..<count).map { "Rules\($0).explain" }.joined(separator: ", ")
    return #"""
      import Foundation

      let all: [([String: String]) throws -> (prediction: String, rule: String?, text: String)] =
        [\#(list)]
      for (number, explain) in all.enumerated() {
        let data = FileManager.default.contents(atPath: "\(number).rows") ?? Data()
        let text = String(decoding: data, as: UTF8.self)
        var names: [String] = []
        var output = ""
        for line in text.unicodeScalars.split(separator: "\u{1E}") {
          let parts = line.split(separator: "\u{1F}", omittingEmptySubsequences: false)
          let cells = parts.map(String.init)
          if names.isEmpty {
            names = cells
            continue
          }
          var row: [String: String] = [:]
          for (name, cell) in zip(names, cells) { row[name] = cell == "\u{1}" ? "" : cell }
          do {
            let found = try explain(row)
            output += "\(found.prediction)\u{1F}\(found.rule ?? "\u{1}")\u{1E}"
          } catch {
            output += "error\u{1F}\(error)\u{1E}"
          }
        }
        try Data(output.utf8).write(to: URL(fileURLWithPath: "\(number).out"))
      }
      """#
  }

  /// Writes, compiles and runs the trials; the outputs.
  private static func outputsOfC(_ trials: [Trial]) throws -> [String] {
    try ExportFolder.with { folder in
      try folder.write(mainC, "main.c")
      for (number, trial) in trials.enumerated() {
        try folder.write(
          CExport().export(trial.program, of: trial.explanation), "rules\(number).c")
        try folder.write(trial.input, "\(number).rows")
      }
      let run = try folder.run(
        "sh", "-ec",
        """
        for one in \((0..<trials.count).map(String.init).joined(separator: " ")); do
          cc -std=c99 -pedantic -Wall -Wextra -Werror -DCASE="\\"rules$one.c\\"" main.c -o one -lm
          ./one $one.rows > $one.out
        done
        """)
      #expect(run?.output == "" && run?.code == 0)
      return try outputs(trials, in: folder)
    }
  }

  private static func outputsOfSwift(_ trials: [Trial]) throws -> [String] {
    try ExportFolder.with { folder in
      var files = ["main.swift"]
      try folder.write(mainSwift(trials.count), "main.swift")
      for (number, trial) in trials.enumerated() {
        let code = SwiftExport().export(trial.program, of: trial.explanation)
        files.append("rules\(number).swift")
        try folder.write(
          code.replacing("public enum Rules {", with: "public enum Rules\(number) {"),
          "rules\(number).swift")
        try folder.write(trial.input, "\(number).rows")
      }
      let run = try folder.run(
        "sh", "-ec",
        """
        swiftc -swift-version 6 -warnings-as-errors -Onone -wmo -o all \(files.joined(separator: " "))
        ./all
        """)
      #expect(run?.output == "" && run?.code == 0)
      return try outputs(trials, in: folder)
    }
  }

  private static func outputs(_ trials: [Trial], in folder: ExportFolder) throws -> [String] {
    try trials.indices.map {
      try String(contentsOf: folder.url.appendingPathComponent("\($0).out"), encoding: .utf8)
    }
  }

  private func compare(_ found: [String], _ trials: [Trial]) {
    #expect(found.count == trials.count)
    for (output, trial) in zip(found, trials) where output != trial.output {
      let pairs = zip(
        output.split(separator: "\u{1E}", omittingEmptySubsequences: false),
        trial.output.split(separator: "\u{1E}", omittingEmptySubsequences: false)
      ).enumerated()
      guard let (row, (one, other)) = pairs.first(where: { $0.1.0 != $0.1.1 }) else {
        Issue.record("\(trial.name): other answers")
        continue
      }
      let cells = row + 1 < trial.rows.count ? trial.rows[row + 1] : []
      Issue.record("\(trial.name): \(one) instead of \(other) in \(cells)")
    }
  }

  /// Rules over the files in common notations, and the rows of the files as texts.
  private static func notations() throws -> [Trial] {
    try ExportFolder.with { folder in
      var trials: [Trial] = []
      for (index, one) in PythonOnFilesTests.awkward.enumerated() {
        let text = ([one.header] + (0..<300).map(one.row)).joined(separator: "\n") + "\n"
        let file = folder.url.appendingPathComponent("\(index).csv")
        try Data(text.utf8).write(to: file)
        let parsed = try folder.run(
          "python3", "-c",
          """
          import csv, json, sys
          rows = csv.reader(open(sys.argv[1], encoding="utf-8", newline=""), delimiter=sys.argv[2])
          print(json.dumps(list(rows)))
          """, file.path, one.separator)
        guard let parsed else { return [] }
        let rows = try JSONDecoder().decode([[String]].self, from: Data(parsed.output.utf8))
        let table = try DataSource.load(file.path).table
        var generator = SeededGenerator(seed: UInt64(index))
        let set = generator.ruleSet(onRowsOf: table, rules: 40, resolution: .firstMatch)
        let program = try RuleProgram(
          set, ids: set.rules.indices.map { "R\($0 + 1)" }, schema: table.schema)
        let made = ExportCase(name: "notation \(index)", table: table, program: program)
        trials.append(
          Trial(
            made.name, program, made.explanation, names: rows[0],
            rows: table.rowNumbers.map { rows[$0] }, expected: try made.expected))
      }
      return trials
    }
  }

  /// Rows that the tool refuses, and what is said about them.
  private static func refused(_ sentences: [String]) throws -> Trial {
    let schema = Schema(
      features: [
        Feature("x"), Feature("share", notation: NumberNotation(isPercent: true)),
        Feature("c", .categorical(levels: ["a", "b"])),
      ], target: Target("y", .classes(names: ["no", "yes"])), numberMarks: ["-"])
    let program = try RuleProgram(
      [
        .init(
          id: "R1",
          if: [
            .number(.column(0), .above(1), orMissing: false),
            .number(.column(1), .atMost(50), orMissing: true),
            .level(column: 2, among: [0], orMissing: false),
          ], then: 1, support: Support(covered: 1, agreeing: 1))
      ], default: 0, resolution: .firstMatch, schema: schema)
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    let rows = [
      ["two", "5%", "a"], ["1,5", "5%", "a"], ["2", "0.05", "a"], ["inf", "5%", "a"],
      ["1_0", "5%", "a"], ["0x10", "5%", "a"], ["1e999", "5%", "a"], ["\u{FF12}", "5%", "a"],
      ["2", "-", "a"], ["2", "5%", "z"], ["2e0", " 5 %", " a"], ["1.", "5%", "a"],
      ["+ 1.5", "5%", "a"],
    ]
    let predictions = zip(rows.indices.dropLast(5), sentences).map { ["error", $1] }
    return Trial(
      "refused", program, explanation, names: ["x", " share", "\u{FEFF}c"], rows: rows,
      expected: predictions + [
        ["yes", "R1"], ["no", nil], ["yes", "R1"], ["no", nil], ["yes", "R1"],
      ])
  }

  /// The same rules without a column.
  private static func absent(_ sentence: String) throws -> Trial {
    var trial = try refused([])
    trial.name = "absent"
    trial.rows = [["x", "C", "share"], ["2", "a", "5%"]]
    trial.expected = [["error", sentence]]
    return trial
  }

  @Test(.enabled(if: hasC)) func cPredictsAsTheRulesDo() throws {
    let wrong = { (name: String) in
      "the cell of column '\(name)' is not a number in the notation of the training rows"
    }
    let names = ["x", "x", "share", "x", "x", "x", "x", "x"]
    let trials =
      try (ExportCase.all.get() + [ExportCase.gelu.get()]).map { try Trial($0) }
      + Self.notations() + [
        Self.refused(names.map(wrong)), Self.absent("the row has no column 'c'"),
      ]
    #expect(trials.count >= 19)
    compare(try Self.outputsOfC(trials), trials)
  }

  @Test(.enabled(if: hasSwift)) func swiftPredictsAsTheRulesDo() throws {
    let cells = [
      ("two", "x"), ("1,5", "x"), ("0.05", "share"), ("inf", "x"), ("1_0", "x"), ("0x10", "x"),
      ("1e999", "x"), ("\u{FF12}", "x"),
    ]
    let trials =
      try (ExportCase.all.get() + [ExportCase.gelu.get()]).map { try Trial($0) }
      + Self.notations() + [
        Self.refused(
          cells.map { "'\($0)' in column '\($1)' is not a number as the training rows have it" }),
        Self.absent("the row has no column 'c'"),
      ]
    compare(try Self.outputsOfSwift(trials), trials)
  }

  @Test func namesOfFieldsAreIdentifiers() throws {
    let schema = Schema(
      features: ["int", "a b", "a_b", "7up", "\u{E9}", "x\u{E9}y", "_", "x*/"].map {
        Feature(Feature.ID($0))
      }, target: Target("y", .classes(names: ["no"])))
    let program = try RuleProgram(
      schema.features.indices.map {
        .init(
          id: "R\($0)", if: [.known(.quantity(.column($0)))], then: 0,
          support: Support(covered: 1, agreeing: 1))
      }, default: 0, resolution: .firstMatch, schema: schema)
    var explanation = ExportCase.plainExplanation
    explanation.data.schema = schema
    let code = try CExport().export(program, of: explanation)
    #expect(
      code.contains(
        """
        struct row {
            double int_2; /* "int" */
            double a_b; /* "a b" */
            double a_b_2; /* "a_b" */
            double column_7up; /* "7up" */
            double column; /* "\u{E9}" */
            double x_y; /* "x\u{E9}y" */
            double column_2; /* "_" */
            double x; /* "x* /" */
        };
        """))
  }

  @Test func aNullCharacterCannotBeWrittenInC() throws {
    let schema = Schema(
      features: [Feature("x", .categorical(levels: ["a\0b"]))],
      target: Target("y", .classes(names: ["no"])))
    let program = try RuleProgram(
      [
        .init(
          id: "R1", if: [.level(column: 0, among: [0], orMissing: false)], then: 0,
          support: Support(covered: 1, agreeing: 1))
      ], default: 0, resolution: .firstMatch, schema: schema)
    let error = #expect(throws: ReportError.self) {
      try CExport().export(program, of: ExportCase.plainExplanation)
    }
    #expect(
      error?.errorDescription
        == "the name 'a\\u{0}b' has a character that C cannot write")
  }
}
