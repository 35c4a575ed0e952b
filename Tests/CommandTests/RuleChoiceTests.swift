import Explanations
import Foundation
import Testing

/// `--rules` of the commands that read a result.
@Suite struct RuleChoiceTests {
  private struct Measured: Decodable { var fidelity: Proportion }

  /// On the held-out rows of the result, the fidelity of each level is the one that `explain` measured, whatever
  /// the level of the result.
  @Test(arguments: ["inputs", "described"])
  func eachLevelHasItsOwnFidelity(level: String) throws {
    try withFolder { folder in
      // A separate held-out file, so that the same rows can be given again.
      let rows = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8
      ).split(separator: "\n").map(String.init)
      let (held, other) = (
        rows.dropFirst().enumerated().filter { $0.offset % 3 == 0 }.map(\.element),
        rows.dropFirst().enumerated().filter { $0.offset % 3 != 0 }.map(\.element)
      )
      for (name, part) in [("held.csv", held), ("rows.csv", other)] {
        try Data(([rows[0]] + part).joined(separator: "\n").utf8)
          .write(to: folder.appendingPathComponent(name))
      }
      let run = try Program(
        "explain", "rows.csv", "--held-out", "held.csv", "--rules", level, "--no-readable",
        "--cross-validation", "0", "-o", "r", "--quiet", in: folder)
      #expect([0, 2].contains(run.code), "\(run.errorOutput)")
      let explanation = try ResultFolder(folder.appendingPathComponent("r")).explanation
      #expect((explanation.inputFidelity == nil) == (level == "inputs"))
      for choice in [RuleLevel.inputs, .features, .described] {
        guard explanation.entry(choice) != nil else { continue }
        let expected = try #require(explanation.fidelity(of: choice)).heldOut
        let measured = try Program(
          "fidelity", "r", "r/model.onnx", "held.csv", "--rules", choice.rawValue, "--json",
          in: folder)
        #expect(measured.code == 0, "\(measured.errorOutput)")
        let found = try JSONDecoder().decode(Measured.self, from: Data(measured.output.utf8))
        #expect(found.fidelity == expected, "\(choice) of a result of \(level)")
        let text = try Program(
          "export", "r", "--to", "text", "--rules", choice.rawValue, "-o", "-", in: folder)
        #expect(text.code == 0, "\(text.errorOutput)")
        #expect(text.output.contains("\(expected.count) of \(expected.total)"))
        let picture = try Program(
          "draw", "r", "--picture", "rules", "--rules", choice.rawValue, "-o", "p.dot", "--force",
          in: folder)
        #expect(picture.code == 0, "\(picture.errorOutput)")
      }
    }
  }

  @Test func aLevelThatIsNotThereIsAnError() throws {
    try withFolder { folder in
      let run = try Program(
        "explain", "iris", "--rules", "inputs", "--epochs", "2", "-o", "r", "--quiet", in: folder)
      #expect([0, 2].contains(run.code))
      for command in [
        ["export", "r", "--to", "text", "-o", "-"], ["fidelity", "r", "r/model.onnx", "iris"],
        ["draw", "r", "--picture", "rules", "-o", "p.dot"],
      ] {
        let chosen = try Program(command + ["--rules", "described"], in: folder)
        #expect(chosen.code == 64)
        #expect(
          chosen.errorOutput == """
            error: the result has no rules over described
             hint: explain the data again with --rules described

            """)
      }
    }
  }
}
