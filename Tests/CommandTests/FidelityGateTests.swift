import Foundation
import Testing

/// `fidelity` on rows without labels, its baselines and its thresholds.
@Suite struct FidelityGateTests {
  private func withResult(_ body: (URL) throws -> Void) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      try body(folder)
    }
  }

  private func measured(_ arguments: [String], in folder: URL) throws -> [String: Any] {
    let run = try Program(["fidelity", "r", "r/model.onnx"] + arguments + ["--json"], in: folder)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func rowsNeedNoLabels() throws {
    try withResult { folder in
      let columns = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
      let rows = try shippedRows("iris")
      let lines = rows.map { row in columns.map { row[$0] ?? "" }.joined(separator: ",") }
      try Data(([columns.joined(separator: ",")] + lines).joined(separator: "\n").utf8)
        .write(to: folder.appendingPathComponent("new.csv"))
      let known = try measured(["iris"], in: folder)
      let unknown = try measured(["new.csv"], in: folder)
      #expect(unknown["accuracy"] == nil && known["accuracy"] != nil)
      for key in ["fidelity", "byClass", "majorityBaseline", "answered"] {
        #expect(known[key] as? NSDictionary == unknown[key] as? NSDictionary)
      }
      // Half of the rows with a class: accuracy counts these alone.
      let some = rows.enumerated().map { index, row in
        (columns.map { row[$0] ?? "" } + [index % 2 == 0 ? row["species"] ?? "" : ""])
          .joined(separator: ",")
      }
      try Data(
        ([(columns + ["species"]).joined(separator: ",")] + some).joined(separator: "\n").utf8
      ).write(to: folder.appendingPathComponent("half.csv"))
      let half = try measured(["half.csv"], in: folder)
      let accuracy = try #require(half["accuracy"] as? [String: [String: Any]])
      #expect(accuracy["network"]?["total"] as? Int == 75 && half["rows"] as? Int == 150)
    }
  }

  @Test func aBaselineFailsWhereTheFidelityFell() throws {
    try withResult { folder in
      let first = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--write-baseline", "b.json", in: folder)
      #expect(first.code == 0 && first.output.hasSuffix("The baseline: b.json\n"))
      let same = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--baseline", "b.json", in: folder)
      #expect(same.code == 0 && same.output.contains("; the difference is 0.0 points, 95 %"))
      // Rows on which rules and network disagree, and too few that agree.
      let predicted = plainRows(try Program("predict", "r", "iris", in: folder).output)
      let rows = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8
      ).split(separator: "\n").map(String.init)
      let wrong = predicted.indices.filter { predicted[$0]["agrees"] == "no" }
      let one = try #require(wrong.first)
      let text = [rows[0]] + Array(repeating: rows[one + 1], count: 40)
      try Data((text.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appendingPathComponent("bad.csv"))
      let fell = try Program(
        "fidelity", "r", "r/model.onnx", "bad.csv", "--baseline", "b.json", in: folder)
      #expect(fell.code == 2)
      #expect(fell.errorOutput.hasPrefix("error: the fidelity fell from "))
      #expect(
        fell.errorOutput.hasSuffix(
          " hint: all rows were compared; exit code 2 means that a threshold is not met\n"))
      let unwritten = try Program(
        "fidelity", "r", "r/model.onnx", "bad.csv", "--baseline", "b.json", "--write-baseline",
        "c.json", in: folder)
      #expect(unwritten.code == 2)
      #expect(
        unwritten.output.hasSuffix(
          "The baseline is not written to c.json: a threshold is not met.\n"))
      #expect(
        !FileManager.default.fileExists(atPath: folder.appendingPathComponent("c.json").path))
      let again = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--write-baseline", "b.json", in: folder)
      #expect(again.code == 73)
      #expect(again.errorOutput == "error: 'b.json' already exists\n hint: --force overwrites it\n")
    }
  }

  @Test func aBaselineOfOtherClassesIsRefused() throws {
    try withResult { folder in
      let text = #"""
        {"rows":2,"fidelity":{"count":1,"total":2,"value":0.5,"low":0.1,"high":0.9,"method":"wilson-95"},
        "byClass":{"no":{"count":1,"total":2,"value":0.5,"low":0.1,"high":0.9,"method":"wilson-95"}},
        "majorityBaseline":{"count":1,"total":2,"value":0.5,"low":0.1,"high":0.9,"method":"wilson-95"},
        "answered":{"count":1,"total":2,"value":0.5,"low":0.1,"high":0.9,"method":"wilson-95"}}
        """#
      try Data(text.utf8).write(to: folder.appendingPathComponent("other.json"))
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--baseline", "other.json", in: folder)
      #expect(run.code == 65)
      #expect(
        run.errorOutput == """
          error: other.json: the baseline has the classes 'no', and these rows have 'setosa', \
          'versicolor', 'virginica'
           hint: give the baseline of the same network, or write one with --write-baseline

          """)
    }
  }

  @Test func aBaselineOfOtherRulesIsRefused() throws {
    try withResult { folder in
      let first = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--rules", "features", "--write-baseline",
        "b.json",
        in: folder)
      #expect(first.code == 0, "\(first.errorOutput)")
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--rules", "inputs", "--baseline", "b.json",
        in: folder
      )
      #expect(run.code == 65)
      #expect(
        run.errorOutput.hasSuffix(
          """
          error: b.json: the baseline is of the rules over hidden features, and the rules over columns are \
          measured
           hint: give --rules features, or write a baseline with --write-baseline

          """), "\(run.errorOutput)")
    }
  }

  @Test func aClassOnNoRowIsSaidToBeUnchecked() throws {
    try withResult { folder in
      let rows = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8
      ).split(separator: "\n").prefix(41).joined(separator: "\n")
      try Data(rows.utf8).write(to: folder.appendingPathComponent("one.csv"))
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "one.csv", "--min-class-fidelity", "0.5", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.output.contains("where the network predicts 'virginica': no row\n"))
      #expect(
        run.errorOutput.contains(
          "note: --min-class-fidelity is not checked for classes that the network predicts on no "
            + "row: versicolor, virginica"))
    }
  }

  @Test func eachClassHasItsThreshold() throws {
    try withResult { folder in
      let found = try measured(["iris"], in: folder)
      let classes = try #require(found["byClass"] as? [String: [String: Any]])
      let lowest = try #require(
        classes.min { ($0.value["value"] as? Double ?? 0) < ($1.value["value"] as? Double ?? 0) })
      let value = try #require(lowest.value["value"] as? Double)
      #expect(value > 0 && value < 1)
      let gate = String(format: "%.6f", value + 1e-5)
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--min-class-fidelity", gate, "--quiet", in: folder
      )
      #expect(run.code == 2)
      #expect(
        run.errorOutput.hasPrefix(
          "error: the fidelity where the network predicts '\(lowest.key)', "
            + "\(String(format: "%.4f", value)), is below the required "))
      let met = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--min-class-fidelity",
        String(format: "%.6f", value - 1e-5), "--quiet", in: folder)
      #expect(met.code == 0)
    }
  }

  /// Figures are counted anew from counts and totals; the numbers of rows must agree.
  @Test(arguments: [
    (#""rows" : 150"#, #""rows" : -1"#), (#""total" : 50,"#, #""total" : 51,"#),
    (#""total" : 50,"#, #""total" : 2147483647,"#),
  ])
  func aBaselineThatContradictsItselfIsRefused(_ old: String, _ new: String) throws {
    try withResult { folder in
      let written = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--write-baseline", "b.json", "--quiet", in: folder
      )
      #expect(written.code == 0)
      let file = folder.appendingPathComponent("b.json")
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(text.contains(old))
      try Data(text.replacingOccurrences(of: old, with: new).utf8).write(to: file)
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "iris", "--baseline", "b.json", "--quiet", in: folder)
      #expect(run.code == 65 && run.output.isEmpty)
      #expect(
        run.errorOutput.hasPrefix(
          "error: b.json: the numbers of rows of the baseline contradict each other: "),
        "\(run.errorOutput)")
      #expect(run.errorOutput.hasSuffix(" hint: give a file that --write-baseline wrote\n"))
    }
  }

  @Test(
    arguments: [
      (
        ["--baseline", "none.json"],
        "error: the baseline 'none.json' cannot be read\n hint: write it with --write-baseline\n",
        66
      ),
      (
        ["--baseline", "r/explanation.json"],
        "error: r/explanation.json: not a baseline\n hint: give a file that --write-baseline wrote\n",
        65
      ),
      (
        ["--min-class-fidelity", "95"],
        "error: --min-class-fidelity cannot be 95\n hint: give a number from 0 to 1; 95 % is 0.95\n",
        64
      ),
      (
        ["--write-baseline", "r/explanation.json", "--force"],
        "error: --write-baseline names 'r/explanation.json', which is read as the result\n"
          + " hint: write to another path\n", 64
      ),
    ] as [([String], String, Int32)])
  func mistakesAreNamed(_ arguments: [String], _ text: String, _ code: Int32) throws {
    try withResult { folder in
      let run = try Program(["fidelity", "r", "r/model.onnx", "iris"] + arguments, in: folder)
      #expect(run.errorOutput == text && run.code == code && run.output.isEmpty)
    }
  }
}
