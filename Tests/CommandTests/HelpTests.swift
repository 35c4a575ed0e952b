import Foundation
import Testing

/// Help, completions, the manual page, and what `explain` says at its end.
@Suite struct HelpTests {
  @Test(arguments: ["explain", "predict", "evaluate", "why", "fidelity", "diff", "inspect"])
  func sharedOptionsAreFolded(_ command: String) throws {
    let short = try Program(command, "--help")
    let whole = try Program(command, "--help-all")
    #expect(short.code == 0 && whole.code == 0 && short.errorOutput.isEmpty)
    #expect(try Program("help", command).output == short.output)
    #expect(!short.output.contains("CONSOLE OUTPUT:") && whole.output.contains("CONSOLE OUTPUT:"))
    #expect(short.output.contains("\nSHARED OPTIONS:\n"))
    #expect(short.output.hasSuffix("  'espalier \(command) --help-all' explains them.\n"))
    // Every option of the whole help is named in the short one.
    for line in whole.output.split(separator: "\n") where line.hasPrefix("  --") {
      let name = line.dropFirst(2).prefix { $0 != " " && $0 != "/" }
      #expect(short.output.contains(name), "\(name)")
    }
    let examples = short.output.split(separator: "\n").prefix(8).count {
      $0.hasPrefix("  espalier \(command) ")
    }
    #expect(examples >= 2)
    #expect(short.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
  }

  @Test func helpOfTheToolIsNotFolded() throws {
    #expect(try Program("--help").output == Program([]).output)
    #expect(try Program("datasets", "fetch", "--help").output.contains("USAGE: espalier datasets"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func shellsCompleteCommandsAndOptions(_ shell: String) throws {
    let run = try Program("--generate-completion-script", shell)
    #expect(run.code == 0 && run.errorOutput.isEmpty)
    for word in ["predict", "evaluate", "why", "min-class-fidelity"] {
      #expect(run.output.contains(word), "\(word)")
    }
    guard shell == "bash", Program.works("bash", "-c", "true") else { return }
    try withFolder { folder in
      try Data(run.output.utf8).write(to: folder.appendingPathComponent("e.bash"))
      let words = try Program.system(
        "bash", "-c",
        """
        source e.bash
        COMP_WORDS=(espalier pred) COMP_CWORD=1 COMP_LINE='espalier pred' COMP_POINT=13
        _espalier 2>/dev/null
        echo "${COMPREPLY[@]}"
        """, in: folder)
      #expect(words.output.contains("predict"))
    }
  }

  @Test func theManualHasEveryCommand() throws {
    let run = try Program("--generate-manual")
    #expect(run.code == 0 && run.errorOutput.isEmpty)
    #expect(run.output.hasPrefix(".TH ESPALIER 1 "))
    for command in ["explain", "predict", "datasets fetch"] {
      #expect(run.output.contains("\n.SH ESPALIER \(command.uppercased())\n"))
    }
    #expect(run.output.contains("\\-\\-min\\-class\\-fidelity"))
    #expect(
      run.output.split(separator: "\n").filter { $0.hasPrefix(".") }.allSatisfy { line in
        [".TH", ".SH", ".nf", ".fi", ".B "].contains { line.hasPrefix($0) }
      })
  }

  @Test func explainSaysWhatComesNextAndOpensTheReport() throws {
    try withFolder { folder in
      let tools = folder.appendingPathComponent("bin")
      try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: false)
      let opener = tools.appendingPathComponent("xdg-open")
      try Data("#!/bin/sh\nprintf %s \"$1\" > opened\n".utf8).write(to: opener)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: opener.path)
      let arguments = [
        "explain", "iris", "-o", "a report", "--epochs", "5", "--max-rules", "3", "--open",
      ]
      let path = ["PATH": tools.path + ":/usr/bin:/bin"]
      let run = try Program(arguments, in: folder, environment: path)
      #expect(run.code == 0)
      #expect(
        run.output.hasSuffix(
          "The report: a report/report.html\n"
            + "Next: espalier why 'a report' 1, or espalier predict 'a report' DATA\n"))
      let opened = try String(contentsOf: folder.appendingPathComponent("opened"), encoding: .utf8)
      #expect(opened == "a report/report.html")
      // --open is no part of the run: the same report may be replaced.
      let again = try Program(
        arguments.dropLast() + ["--quiet"], in: folder, environment: path)
      #expect(again.code == 0 && again.output.isEmpty)
      let other = try Program(
        arguments.dropLast() + ["--seed", "7"], in: folder, environment: path)
      #expect(other.code == 73)
      #expect(
        other.errorOutput.hasPrefix(
          "error: the folder 'a report' contains the report of another run: espalier explain iris"))
      let report = try Program(
        "report", "a report", "-o", "again", "--open", in: folder, environment: path)
      #expect(report.code == 0)
      #expect(
        try String(contentsOf: folder.appendingPathComponent("opened"), encoding: .utf8)
          == "again/report.html")
    }
  }

  /// The suggested command runs as it is printed.
  @Test func theNextStepNamesTheDataOfAFile() throws {
    try withFolder { folder in
      try writeRowsByChance(3, classes: 2, seed: 3, to: folder)
      let run = try Program("explain", "rows.csv", "-o", "r", "--epochs", "5", in: folder)
      #expect(run.code == 0)
      #expect(
        run.output.hasSuffix(
          "\nNext: espalier why r 1 --data rows.csv, or espalier predict r DATA\n"))
      let why = try Program("why", "r", "1", "--data", "rows.csv", in: folder)
      #expect(why.code == 0 && why.output.hasPrefix("Row 1: the rules over "))
      let unnamed = try Program("why", "r", "1", in: folder)
      #expect(unnamed.code == 64)
      #expect(
        unnamed.errorOutput
          == "error: row numbers need the data, and the result does not say where they are\n"
          + " hint: name the data with --data\n")
    }
  }

  @Test func withoutAProgramNothingIsOpened() throws {
    try withFolder { folder in
      let run = try Program(
        "explain", "iris", "-o", "r", "--open", in: folder, environment: ["PATH": folder.path])
      #expect(run.code == 69 && run.output.isEmpty)
      #expect(
        run.errorOutput
          == "error: --open needs xdg-open or open, and neither is in PATH\n hint: install "
          + "xdg-utils, or omit --open and open 'r/report.html' in a browser\n")
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test(arguments: [
    (["explain", "iris", "--sed", "3"], "did you mean '--seed'?"),
    (["explain", "iris", "--max-roules", "3"], "did you mean '--max-rules'?"),
    (["explain", "iris", "--zzz"], "see 'espalier explain --help'"),
    (["explain", "iris", "--colour-choice", "3"], "see 'espalier explain --help'"),
    (["prune", "n.onnx", "iris", "-o", "m.onnx", "--keep", "50"], "50 % is 0.5"),
    (["why", "r", "1", "--rule", "inputs"], "did you mean '--rules'?"),
    (["help", "explian"], "did you mean 'explain'?"),
  ])
  func hintsAreNearOrNone(_ arguments: [String], _ hint: String) throws {
    let run = try Program(arguments)
    #expect(run.code == 64)
    #expect(run.errorOutput.contains(hint), "\(run.errorOutput)")
  }
}
