import Explanations
import Foundation
import Testing

/// Warnings of the commands besides `explain`, and `--strict`.
@Suite struct StrictTests {
  private struct Warned: Decodable { var warnings: [Warning] }

  private func warnings(_ json: String) throws -> [Warning] {
    try JSONDecoder().decode(Warned.self, from: Data(json.utf8)).warnings
  }

  private let hint =
    "\n hint: all rows were compared; exit code 2 means that a threshold is not met\n"

  @Test func trainingRowsAmongThoseMeasuredAreAWarning() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      let (training, validation) = (explanation.data.training, explanation.data.validation)
      let share = explanation.fidelity.heldOut
      let start =
        "\(training) of the rows are training rows and \(validation) validation rows of the result; "
      let rules =
        start + "on its held-out rows its rules over columns agree with the network on "
        + "\(share.count) of \(share.total) ("
      for arguments in [
        ["fidelity", "r", "r/model.onnx", "iris"], ["predict", "r", "iris", "-o", "p.csv"],
      ] {
        let run = try Program(arguments + ["--json", "--force"], in: folder)
        #expect(run.code == 0)
        let found = try warnings(run.output).filter { $0.code == "training-rows-measured" }
        #expect(found.count == 1)
        #expect(found.first?.text.hasPrefix(rules) == true)
        #expect(found.first?.figure == Double(training))
        #expect(run.errorOutput.contains("warning: " + rules))
        let strict = try Program(arguments + ["--strict", "--force"], in: folder)
        #expect(strict.code == 2)
        #expect(strict.errorOutput.contains("--strict allows no warnings: "))
      }
      let evaluated = try Program("evaluate", "r/model.onnx", "iris", "--strict", in: folder)
      #expect(evaluated.code == 2)
      #expect(
        evaluated.errorOutput.hasSuffix(
          "error: --strict allows no warnings: training-rows-measured" + hint))
    }
  }

  @Test func otherRowsAreNoWarning() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let iris = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8)
      let some = iris.split(separator: "\n").enumerated().filter { $0.offset % 2 == 0 }
      try Data((some.map { String($0.element) }.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appendingPathComponent("some.csv"))
      let run = try Program(
        "fidelity", "r", "r/model.onnx", "some.csv", "--json", "--strict", in: folder)
      #expect(run.code == 0)
      #expect(try warnings(run.output).isEmpty)
      #expect(run.errorOutput.isEmpty)
    }
  }

  /// A network that learns nothing: 38 of 40 rows of each split have the same class.
  @Test func aNetworkThatPredictsOneClassIsAWarningOfTraining() throws {
    try withFolder { folder in
      let rows = (0..<400).map { "\($0 * 7919 % 101),\($0 % 20 == 0 ? "rare" : "usual")\n" }
      try Data(("a,y\n" + rows.joined()).utf8).write(to: folder.appendingPathComponent("d.csv"))
      let run = try Program(
        "train", "d.csv", "--epochs", "20", "-o", "n.onnx", "--json",
        in: folder)
      #expect(run.code == 0)
      let found = try warnings(run.output)
      #expect(found.map(\.code) == ["network-not-better-than-majority", "classes-not-predicted"])
      #expect(
        found.last?.text == "the network predicts 'rare' (20 rows) for none of the 400 rows")
      #expect(found.last?.figure == 1)
      let strict = try Program(
        "train", "d.csv", "--epochs", "20", "-o", "n.onnx", "--force",
        "--strict", in: folder)
      #expect(strict.code == 2)
      #expect(
        strict.errorOutput.hasSuffix(
          """
          error: --strict allows no warnings: network-not-better-than-majority, classes-not-predicted
           hint: the result is written; exit code 2 means that a threshold is not met

          """))
    }
  }

  @Test func theTrainingOfANumberHasItsErrors() throws {
    struct Trained: Decodable {
      var regression: RegressionFigures?
      var summary: [String]
    }
    try withFolder { folder in
      let rows = (0..<200).map { "\($0 * 7919 % 211),\(3 * ($0 * 7919 % 211)).5\n" }
      try Data(("a,y\n" + rows.joined()).utf8).write(to: folder.appendingPathComponent("d.csv"))
      let run = try Program("train", "d.csv", "-o", "n.onnx", "--json", in: folder)
      let found = try JSONDecoder().decode(Trained.self, from: Data(run.output.utf8))
      #expect((found.regression?.rSquared?.value ?? 0) > 0.9)
      #expect(found.summary.contains { $0.hasPrefix("R² 0.9") && $0.contains("root mean squared") })
    }
  }

  @Test func aFolderWithoutTemplatesIsRefused() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let none = try Program(
        "report", "r", "--templates", "absent", "-o", "again", in: folder)
      #expect(none.code == 66)
      #expect(none.errorOutput.hasPrefix("error: there is no folder of templates 'absent'\n"))
      let page = folder.appendingPathComponent("t")
      try FileManager.default.createDirectory(at: page, withIntermediateDirectories: false)
      let empty = try Program("report", "r", "--templates", "t", "-o", "again", in: folder)
      #expect(empty.code == 66)
      #expect(empty.errorOutput.hasPrefix("error: the folder 't' has no template\n"))
      try Data("<html><body>{{title}}</body></html>".utf8)
        .write(to: page.appendingPathComponent("report.html"))
      let bare = try Program("report", "r", "--templates", "t", "-o", "again", in: folder)
      #expect(bare.code == 65)
      #expect(
        bare.errorOutput.hasPrefix(
          "error: the template 'report.html' cannot be used: it has no {{{body}}}, the place of the "
            + "report\n"))
      #expect(!FileManager.default.fileExists(atPath: folder.appendingPathComponent("again").path))
    }
  }

  @Test func aPlanSaysWhatHasNoEffectAndRefusesWhatTheRunRefuses() throws {
    let idle = try Program("explain", "iris", "--scale-inputs", "standard", "--dry-run")
    #expect(idle.code == 0)
    #expect(idle.output.contains("note: --scale-inputs has no effect: it requires --model\n"))
    for command in ["explain", "train"] {
      let shifted = try Program(command, "iris", "--shift", "1", "--dry-run", "-o", "n.onnx")
      #expect(shifted.code == 64)
      #expect(shifted.errorOutput.hasPrefix("error: --shift requires complete images"))
    }
  }

  @Test func aValueThatIsNoLevelIsSaidForARowOfAFile() throws {
    try withFolder { folder in
      let rows = (0..<60).map { "\(["u", "v"][$0 % 2]),\($0 % 7),\(["p", "q"][$0 % 2])\n" }
      let file = folder.appendingPathComponent("d.csv")
      try Data(("c,x,y\n" + rows.joined()).utf8).write(to: file)
      try Program(
        "explain", "d.csv", "--epochs", "5", "--cross-validation", "0", "--quiet", "-o", "r",
        in: folder)
      try Data("c,x,y\nu,1,p\nMars,2,q\n".utf8).write(to: folder.appendingPathComponent("n.csv"))
      let run = try Program("why", "r", "2", "--data", "n.csv", in: folder)
      #expect(run.code == 0)
      #expect(
        run.errorOutput.contains(
          " note: row 2 has a value of c that is none of its levels: 'u', 'v'\n"))
    }
  }
}
