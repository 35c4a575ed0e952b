import Foundation
import Testing

/// Existing files at an output path that are not replaced.
@Suite struct OutputSafetyTests {
  private static let canMakeDevices = Program.works(
    "sh", "-c", "d=$(mktemp -d) && mknod $d/d c 1 3 && rm -r $d")

  private static let commands: [[String]] = [
    ["explain", "iris", "--epochs", "1"], ["train", "iris", "--epochs", "1"],
    ["prune", "r/model.onnx", "iris"], ["compare", "iris", "--epochs", "1"],
    ["draw", "r"], ["report", "r"], ["export", "r", "--to", "text"],
  ]

  /// The extension of a diagram states its format.
  private func output(_ command: [String], _ kind: String) -> String {
    command[0] == "draw" ? kind + ".svg" : kind
  }

  private func make(_ kind: String, at path: String) throws {
    let code: Int32 =
      switch kind {
      case "pipe": mkfifo(path, 0o600)
      case "device": mknod(path, S_IFCHR | 0o600, 0x103)
      case "dangling": symlink("nowhere", path)
      default: symlink((path as NSString).lastPathComponent, path)
      }
    try #require(code == 0)
  }

  @Test(arguments: commands, ["pipe", "dangling", "loop"])
  func linksAndPipesStay(_ command: [String], _ kind: String) throws {
    try staysAsItIs(command, kind, kind == "pipe" ? "a pipe" : "a symbolic link")
  }

  @Test(.enabled(if: canMakeDevices), arguments: commands)
  func devicesStay(_ command: [String]) throws { try staysAsItIs(command, "device", "a device") }

  private func staysAsItIs(_ command: [String], _ kind: String, _ words: String) throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let name = output(command, kind)
      try make(kind, at: folder.path + "/" + name)
      var before = stat()
      try #require(lstat(folder.path + "/" + name, &before) == 0)
      for force in [[], ["--force"]] {
        let run = try Program(command + ["-o", name] + force, in: folder)
        #expect(
          run.errorOutput
            == """
            error: '\(name)' is \(words), which is never overwritten
             hint: --force overwrites only regular files and espalier reports; name another path

            """)
        #expect(run.code == 73)
      }
      var after = stat()
      try #require(lstat(folder.path + "/" + name, &after) == 0)
      #expect(before.st_ino == after.st_ino && before.st_mode == after.st_mode)
      #expect(try names(in: folder) == [name, "r"].sorted())
    }
  }

  @Test(arguments: ["--plan", "--coded", "--sensitivity"])
  func everyOutputOfAPruningIsChecked(_ option: String) throws {
    try withFolder { folder in
      try make("pipe", at: folder.path + "/pipe")
      let run = try Program(
        "prune", "net.onnx", "iris", "-o", "small.onnx", option, "pipe", "--force", in: folder)
      #expect(run.errorOutput.hasPrefix("error: 'pipe' is a pipe, which is never overwritten\n"))
      #expect(run.code == 73)
      let both = try Program(
        "prune", "net.onnx", "iris", "-o", "small.onnx", option, "./small.onnx", in: folder)
      #expect(
        both.errorOutput
          == """
          error: \(option) and --output both name 'small.onnx'
           hint: give each option a different file

          """)
      #expect(both.code == 64)
      #expect(try names(in: folder) == ["pipe"])
    }
  }

  @Test(arguments: [
    (["train", "rows.csv", "-o", "rows.csv"], "rows.csv", "the data"),
    (["explain", "rows.csv", "-o", "rows.csv"], "rows.csv", "the data"),
    (
      ["train", "iris", "--held-out", "rows.csv", "-o", "./rows.csv"], "./rows.csv",
      "the held-out rows"
    ),
    (["explain", "iris", "--config", "set.json", "-o", "set.json"], "set.json", "the settings"),
    (["train", "iris", "--model", "net.onnx", "-o", "net.onnx"], "net.onnx", "the model"),
    (["prune", "net.onnx", "iris", "-o", "net.onnx"], "net.onnx", "the model"),
    (["draw", "net.onnx", "-o", "./link.svg"], "./link.svg", "the source"),
    (["draw", "r", "-o", "r/report.svg"], "r/report.svg", "the source"),
    (
      ["export", "r/explanation.json", "--to", "text", "-o", "r/explanation.json"],
      "r/explanation.json", "the result"
    ),
    (["report", "r", "-o", "r"], "r", "the result"),
    (["explain", "iris", "--model", "r/explanation.json", "-o", "r"], "r", "the model"),
  ])
  func whatIsReadIsNotReplaced(
    _ arguments: [String], _ path: String, _ input: String
  ) throws {
    try withFolder { folder in
      for name in ["rows.csv", "net.onnx"] {
        try Data("mine".utf8).write(to: folder.appendingPathComponent(name))
      }
      try Data("{}".utf8).write(to: folder.appendingPathComponent("set.json"))
      #expect(link(folder.path + "/net.onnx", folder.path + "/link.svg") == 0)
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      try Data().write(to: folder.appendingPathComponent("r/report.svg"))
      let before = try names(in: folder)
      let run = try Program(arguments + ["--force"], in: folder)
      #expect(
        run.errorOutput
          == """
          error: --output names '\(path)', which is read as \(input)
           hint: write to another path

          """)
      #expect(run.code == 64)
      #expect(try names(in: folder) == before)
      #expect(
        try String(contentsOf: folder.appendingPathComponent("rows.csv"), encoding: .utf8) == "mine"
      )
    }
  }

  /// The weights of an ONNX file may be in another file.
  @Test func weightsBesideAModelAreAnInput() throws {
    try withFolder { place in
      let fixtures = Program.home.appending(path: "Tests/Fixtures/models/good")
      for name in ["external.onnx", "external.weights"] {
        try FileManager.default.copyItem(
          at: fixtures.appending(path: name), to: place.appending(path: name))
      }
      let weights = try Data(contentsOf: place.appending(path: "external.weights"))
      try Data("a,b,c,d,y\n1,2,3,4,0\n2,3,4,5,1\n".utf8).write(
        to: place.appending(path: "rows.csv"))
      for command in [
        ["predict", "external.onnx", "rows.csv"],
        ["prune", "external.onnx", "rows.csv", "--keep", "0.5"],
        ["train", "rows.csv", "--model", "external.onnx"],
        ["explain", "rows.csv", "--model", "external.onnx"],
      ] {
        let run = try Program(command + ["--output", "external.weights", "--force"], in: place)
        #expect(run.code == 64, "\(command[0])")
        #expect(
          run.errorOutput.hasPrefix(
            "error: --output names 'external.weights', which is read as the weights of the model\n"),
          "\(run.errorOutput)")
      }
      #expect(try Data(contentsOf: place.appending(path: "external.weights")) == weights)
    }
  }

  @Test func aReportIsReplacedByTheSameRunAlone() throws {
    try withFolder { folder in
      let few = ["--epochs", "2", "--rules", "inputs", "--max-rules", "3", "--quiet"]
      let data = Program.home.path + "/Datasets/iris/data.csv"
      func explain(_ arguments: [String]) throws -> Program {
        try Program(["explain"] + arguments + few, in: folder)
      }
      #expect(try explain([data, "-o", "r"]).code == 0)
      #expect(try explain([data, "-o", "r"]).code == 0)
      // The same rows under another path are the same data.
      try FileManager.default.copyItem(atPath: data, toPath: folder.path + "/data.csv")
      let first = try Data(contentsOf: folder.appendingPathComponent("r/explanation.json"))
      #expect(try explain(["data.csv", "-o", "r"]).code == 0)
      #expect(
        try Data(contentsOf: folder.appendingPathComponent("r/explanation.json")) == first)
      let another = try explain(["data.csv", "--seed", "7", "-o", "r"])
      #expect(
        another.errorOutput
          == """
          error: the folder 'r' contains the report of another run: espalier explain data.csv \
          --epochs 2 --rules inputs --max-rules 3
           hint: --force overwrites the report; --output with another folder keeps it

          """)
      #expect(another.code == 73)
      var text = try String(contentsOf: folder.appendingPathComponent("data.csv"), encoding: .utf8)
      text += "5.0,3.0,1.5,0.2,setosa\n"
      try Data(text.utf8).write(to: folder.appendingPathComponent("data.csv"))
      #expect(try explain(["data.csv", "-o", "r"]).code == 73)
      #expect(try explain(["data.csv", "-o", "r", "--force"]).code == 0)
      try Data("mine".utf8).write(to: folder.appendingPathComponent("r/rules.txt"))
      let changed = try explain(["data.csv", "-o", "r"])
      #expect(
        changed.errorOutput
          == """
          error: 'rules.txt' in the folder 'r' was changed after it was written
           hint: --force overwrites the report; --output with another folder keeps it

          """)
      #expect(changed.code == 73)
      #expect(try names(in: folder) == ["data.csv", "r"])
    }
  }

  /// A pruning that was killed between its output files resumes to the same bytes.
  @Test func aPruningKilledBetweenItsFilesIsResumed() throws {
    try withFolder { folder in
      try Program("train", "iris", "--epochs", "5", "-o", "net.onnx", "--quiet", in: folder)
      let prune = [
        "prune", "net.onnx", "iris", "-o", "small.onnx", "--plan", "plan.json", "--coded",
        "small.espalier", "--quiet",
      ]
      // A file at the last output path stops the run after the other files were moved to theirs:
      // the checkpoint is left as by a kill.
      #expect(try Program(prune, in: folder).code == 0)
      let whole = try ["small.onnx", "plan.json", "small.espalier"].map {
        try Data(contentsOf: folder.appendingPathComponent($0))
      }
      let run = folder.appendingPathComponent(".small.onnx.espalier-run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: false)
      let sums = try ["plan.json", "small.espalier", "small.onnx"].map { name in
        let sum = try Program.system("sha256sum", name, in: folder).output.prefix(64)
        return #""\#(folder.path)/\#(name)":"\#(sum)""#
      }
      try Data("{\(sums.joined(separator: ","))}".utf8)
        .write(to: run.appendingPathComponent("outputs.json"))
      try FileManager.default.removeItem(at: folder.appendingPathComponent("small.onnx"))
      let again = try Program(prune + ["--resume"], in: folder)
      #expect(again.code == 0 && again.errorOutput.isEmpty, "\(again.errorOutput)")
      #expect(
        try ["small.onnx", "plan.json", "small.espalier"].map {
          try Data(contentsOf: folder.appendingPathComponent($0))
        } == whole)
      #expect(
        try names(in: folder) == ["net.onnx", "plan.json", "small.espalier", "small.onnx"])
    }
  }
}
