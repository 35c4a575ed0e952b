import Explanations
import Foundation
import Testing

/// `explain --stability`, and the number of trees beside the rules, from the command line.
@Suite struct StabilityCommandTests {
  @Test(arguments: [["iris"], ["iris", "--rules", "features"], ["heart", "--rules", "described"]])
  func figuresAreInTheResultAndOnTheConsole(arguments: [String]) throws {
    try withFolder { folder in
      let run = try Program(
        ["explain"] + arguments + ["--stability", "2", "--epochs", "20", "-o", "r"], in: folder)
      #expect([0, 2].contains(run.code), "\(run.errorOutput)")
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let explanation = try result.explanation
      let stability = try #require(explanation.stability)
      let rules = explanation.complexity.rules
      #expect(stability.seeds == 2 && stability.bootstraps == 2)
      #expect(stability.rulesRepeated.total == 4 * rules)
      #expect(stability.predictionsAgree.total == 4 * explanation.data.heldOut)
      #expect(stability.rules.count == rules)
      #expect(
        stability.rulesRepeated.count == stability.rules.reduce(0) { $0 + $1.repeated.count })
      #expect(
        stability.predictionsAgree.count
          == stability.ofSeeds.predictionsAgree.count
          + stability.ofBootstraps.predictionsAgree.count)
      #expect(stability.predictionsAgree.value > 0.5)
      let random = try #require(stability.randomization)
      #expect(random.fidelity.total == explanation.data.heldOut)
      #expect(run.output.contains("\nOver 2 other seeds and 2 bootstrap samples, "))
      #expect(run.output.contains(" of a network trained on shuffled labels "))
      #expect(try result.text("report.md").contains("## Stability of the rules"))
      #expect(try result.text("report.html").contains("Stability of the rules"))

      // The report can be made again from the result.
      let again = try Program("report", "r", "--format", "md", "-o", "again", in: folder)
      #expect(again.code == 0)
      let file = folder.appendingPathComponent("again/report.md")
      #expect(try String(contentsOf: file, encoding: .utf8) == result.text("report.md"))
    }
  }

  @Test func withoutTheOptionNothingIsMeasured() throws {
    try withFolder { folder in
      let run = try Program("explain", "iris", "--epochs", "20", "-o", "r", in: folder)
      #expect(run.code == 0)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      #expect(try result.explanation.stability == nil)
      let multiplicity = try #require(try result.explanation.multiplicity)
      #expect(multiplicity.within.map(\.tolerance) == [0.01, 0.02])
      #expect(multiplicity.within.allSatisfy { $0.exact })
      #expect(multiplicity.rows == (try result.explanation.data.training))
      #expect(run.output.contains(" within 2 % of the best one ("))
      #expect(try result.text("rules.txt").contains("within 2 % of the best one"))
      #expect(
        try result.text("report.md").contains("## Near-optimal decision trees"))
    }
  }

  @Test func aGivenNetworkIsNotTrainedAgain() throws {
    try withFolder { folder in
      let train = try Program("train", "iris", "--epochs", "20", "-o", "net.onnx", in: folder)
      #expect(train.code == 0)
      let run = try Program(
        "explain", "iris", "--model", "net.onnx", "--stability", "1", "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let stability = try #require(try result.explanation.stability)
      #expect(stability.seeds == 1)
      #expect(stability.randomization == nil)
    }
  }

  @Test(arguments: ["101", "-1"]) func aNumberOutOfRange(number: String) throws {
    try withFolder { folder in
      let run = try Program("explain", "iris", "--stability=\(number)", in: folder)
      #expect(run.code == 64)
      #expect(
        run.errorOutput.hasPrefix(
          """
          error: --stability cannot be \(number)
           hint: give a whole number from 0 to 100

          """), "\(run.errorOutput)")
    }
  }

  @Test func aSettingsFile() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("s.json")
      try Data(#"{"stability": 200}"#.utf8).write(to: file)
      let run = try Program("explain", "iris", "--config", "s.json", in: folder)
      #expect(run.code == 64 || run.code == 65)
      #expect(
        run.errorOutput.hasPrefix(
          """
          error: s.json: 'stability' cannot be 200
           hint: give a whole number from 0 to 100

          """), "\(run.errorOutput)")
    }
  }
}
