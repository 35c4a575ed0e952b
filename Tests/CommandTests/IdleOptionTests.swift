import Foundation
import Testing

/// Options that do not apply, and rows for which a command has nothing to measure.
@Suite struct IdleOptionTests {
  /// Rows of iris as a table; `label` changes the text of each class.
  private func write(
    _ rows: ArraySlice<[String: String]>, to folder: URL, _ name: String,
    label: (String) -> String = { $0 }
  ) throws {
    let names = ["sepal_length", "sepal_width", "petal_length", "petal_width", "species"]
    let lines = rows.map { row in
      names.map { name in
        let cell = row[name] ?? ""
        return name == "species" ? label(cell) : cell
      }.joined(separator: ",")
    }
    let text = ([names.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
    try Data(text.utf8).write(to: folder.appendingPathComponent(name))
  }

  @Test(arguments: [
    (["--ignore", "petal_width"], "--ignore"), (["--target", "species"], "--target"),
    (["--no-target"], "--no-target"),
  ])
  func aResultStatesItsColumns(_ options: [String], _ name: String) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(["predict", "r", "iris"] + options, in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: \(name) does not apply to a result, which states its columns\n hint: omit \(name)\n"
      )
    }
  }

  @Test func aModelFileOfItsOwnStatesItsColumns() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program(
        "evaluate", "r/model.onnx", "iris", "--ignore", "petal_width", in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: --ignore does not apply: the model file states the columns that it reads\n"
          + " hint: omit --ignore\n")
    }
  }

  @Test func aRowByItsValuesHasNoTable() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("why", "r", "petal_width=1.4", "--decimal", "comma", in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: the options of a table do not apply to a row that is given by its values\n"
          + " hint: omit them, and write numbers as 1234.5\n")
    }
  }

  @Test func rowsOfOtherClassesCannotBeEvaluated() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      try write(shippedRows("iris")[...], to: folder, "new.csv") { $0.uppercased() }
      let run = try Program("evaluate", "r/model.onnx", "new.csv", in: folder)
      #expect(run.code == 65 && run.output.isEmpty)
      #expect(
        run.errorOutput.hasSuffix(
          "error: none of the 150 rows has a class of the network: 'setosa', 'versicolor', 'virginica'\n"
            + " hint: write the labels as the network does, or name the column with --target\n"))
    }
  }

  @Test func flagsThatContradictEachOtherAreRefused() throws {
    let run = try Program("explain", "iris", "--header", "--no-header", "--dry-run")
    #expect(run.code == 64)
    let extractor = try Program("explain", "iris", "--extractor", "bogus", "--dry-run")
    #expect(extractor.code == 64)
    #expect(extractor.errorOutput.hasPrefix("error: there is no extractor named 'bogus'\n"))
  }

  @Test(arguments: [
    (#"{"seed": "a"}"#, "'seed' has a value of the wrong type"),
    (#"{"maxRules": 1.5}"#, "'maxRules' cannot be 1.5"),
    (#"{"epochs": 5}"#, "'epochs' is a setting of 'network'"),
  ])
  func settingsAreNamed(_ text: String, _ words: String) throws {
    try withFolder { folder in
      try Data(text.utf8).write(to: folder.appendingPathComponent("c.json"))
      let run = try Program("explain", "iris", "--config", "c.json", "--dry-run", in: folder)
      #expect(run.code == 64 || run.code == 65)
      #expect(run.errorOutput.hasPrefix("error: c.json: \(words)\n"))
    }
  }

  @Test func trainingRowsAmongThoseHeldOutAreAWarning() throws {
    try withFolder { folder in
      let rows = try shippedRows("iris")
      try write(rows[...], to: folder, "all.csv")
      try write(rows[40..<110], to: folder, "some.csv")
      let fast = ["--epochs", "3", "--no-pruning", "--cross-validation", "0", "--rules", "inputs"]
      let run = try Program(
        ["explain", "all.csv", "--held-out", "some.csv", "-o", "r"] + fast, in: folder)
      #expect(run.code == 0)
      #expect(
        run.errorOutput.contains(
          "warning: 70 of 70 held-out rows equal a training row: accuracy and fidelity on them are not "
            + "those on unseen rows\n"))
    }
  }
}
