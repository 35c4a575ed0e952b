import Foundation
import Testing

/// Invalid input: the documented exit code, one error, one hint, and no output files.
@Suite struct ErrorTests {
  private func explain(_ arguments: String..., in folder: URL) throws -> Program {
    try Program(["explain"] + arguments, in: folder)
  }

  @Test func aForeignFolderIsLeftAlone() throws {
    try withFolder { folder in
      let mine = folder.appendingPathComponent("mine")
      try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: false)
      try Data("dear diary".utf8).write(to: mine.appendingPathComponent("diary.txt"))
      let run = try explain("iris", "--output", "mine", in: folder)
      #expect(
        run.errorOutput
          == """
          error: the folder 'mine' contains 'diary.txt', which is not part of a report
           hint: move it out of the folder, or name another folder with --output

          """)
      #expect(run.code == 73)
      #expect(
        try explain("iris", "--output", "mine", "--force", in: folder).errorOutput
          == run.errorOutput)
      #expect(try names(in: mine) == ["diary.txt"])
    }
  }

  @Test func theWorkingFolderIsNeverReplaced() throws {
    try withFolder { folder in
      let run = try explain("iris", "--output", ".", "--force", in: folder)
      #expect(
        run.errorOutput
          == """
          error: the folder '.' contains more than a report
           hint: name a separate folder, for example 'report'

          """)
      #expect(run.code == 73)
    }
  }

  @Test func aFileIsNoParentFolder() throws {
    try withFolder { folder in
      try Data().write(to: folder.appendingPathComponent("file"))
      let run = try explain("iris", "--output", "file/report", in: folder)
      #expect(
        run.errorOutput
          == """
          error: 'file/report' cannot be created: 'file' is not a folder
           hint: choose a folder that exists and that you may write to

          """)
      #expect(run.code == 73)
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func anUnknownSettingGetsTheNearestName() throws {
    try withFolder { folder in
      try Data(#"{"maxRule": 4}"#.utf8).write(to: folder.appendingPathComponent("run.json"))
      let run = try explain("iris", "--config", "run.json", in: folder)
      #expect(
        run.errorOutput
          == """
          error: there is no setting named 'maxRule'
           hint: did you mean 'maxRules'?

          """)
      #expect(run.code == 64)
    }
  }

  @Test func aSettingOfTheWrongKindIsNamed() throws {
    try withFolder { folder in
      try Data(#"{"network": {"epochs": "many"}}"#.utf8)
        .write(to: folder.appendingPathComponent("run.json"))
      let run = try explain("iris", "--config", "run.json", in: folder)
      #expect(
        run.errorOutput
          == """
          error: run.json: 'network.epochs' has a value of the wrong type
           hint: 'espalier explain --help' describes the option of that name

          """)
      #expect(run.code == 65)
    }
  }

  @Test(arguments: [
    (["draw", "none", "-o", "a.svg"], "error: there is no result 'none'\n"),
    (["report", "none", "-o", "a"], "error: there is no result 'none'\n"),
    (["export", "none", "--to", "python", "-o", "a.py"], "error: there is no result 'none'\n"),
    (["fidelity", "none", "a.onnx", "iris"], "error: there is no result 'none'\n"),
  ])
  func aMissingResultIsMissingInput(_ arguments: [String], _ start: String) throws {
    try withFolder { folder in
      let run = try Program(arguments, in: folder)
      #expect(run.errorOutput.hasPrefix(start))
      #expect(run.code == 66)
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test func anotherFileIsNoResult() throws {
    try withFolder { folder in
      try Data("{}".utf8).write(to: folder.appendingPathComponent("explanation.json"))
      let run = try Program("draw", ".", "-o", "a.svg", in: folder)
      #expect(
        run.errorOutput
          == """
          error: ./explanation.json: not an explanation: 'schemaVersion' is missing
           hint: give an explanation.json as 'espalier explain' writes it

          """)
      #expect(run.code == 65)
    }
  }

  @Test func anUnknownImageFormatIsAUsageError() throws {
    let run = try Program("draw", "x.onnx", "-o", "x.svgg")
    #expect(
      run.errorOutput
        == """
        error: there is no image format named 'svgg'
         hint: did you mean 'svg'?

        """)
    #expect(run.code == 64)
  }

  @Test func aFullDiskBelowStandardOutputIsAnError() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "'\(Program.url.path)' list layers >/dev/full 2>&1"]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 74)
  }

  @Test func coloursComeOnRequestAlone() throws {
    let plain = try Program("explain", "iris", "--nonesuch")
    #expect(!plain.errorOutput.contains("\u{1B}"))
    let painted = try Program("explain", "iris", "--nonesuch", "--color", "always")
    #expect(painted.errorOutput.hasPrefix("\u{1B}[31merror:\u{1B}[0m "))
    let forced = try Program("explain", "iris", "--nonesuch", environment: ["FORCE_COLOR": "1"])
    #expect(forced.errorOutput == painted.errorOutput)
    let both = ["FORCE_COLOR": "1", "NO_COLOR": "1"]
    #expect(
      try Program("explain", "iris", "--nonesuch", environment: both).errorOutput
        == plain.errorOutput)
  }
}
