import Explanations
import Foundation
import TestSupport
import Testing

/// The cross-validation of `explain`.
@Suite struct CrossValidationCommandTests {
  private func figures(_ found: CrossValidation) -> String {
    let spreads = [
      ("network", found.network), ("pruned", found.pruned), ("majority", found.majority),
      ("fidelity", found.fidelity), ("fidelity majority", found.fidelityMajority),
    ]
    let lines = spreads.map { name, spread in
      "\(name): "
        + (spread.map {
          "mean \($0.mean), deviation \($0.standardDeviation), \($0.minimum) to \($0.maximum)"
        } ?? "none")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// A fold of iris has ten rows of each of the three classes.
  @Test func theNetworkOfASmallTableIsCrossValidated() throws {
    try withFolder { folder in
      let run = try Program("explain", "iris", "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let found = try #require(try result.explanation.crossValidation)
      #expect(found.folds == 5 && found.repeats == 2 && found.rows == 150)
      let majority = try #require(found.majority)
      #expect(majority.mean == 0.333333 && majority.standardDeviation == 0)
      let network = try #require(found.network)
      #expect(network.mean > 0.9 && network.minimum > 0.7 && network.maximum <= 1)
      #expect(network.standardDeviation > 0 && network.standardDeviation < 0.15)
      let pruned = try #require(found.pruned)
      #expect(abs(pruned.mean - network.mean) < 0.05)
      #expect(found.fidelity == nil)
      try expectSnapshot(figures(found), named: "cross-validation-iris.txt")
      #expect(
        run.output.contains(
          "\nIn 5-fold cross-validation with 2 repeats, the accuracy of the explained network is "))
      #expect(try result.text("report.md").contains("### Cross-validation"))
      #expect(try result.text("report.html").contains("Figures over 10 folds"))
    }
  }

  @Test func withTheOptionTheRulesAreCrossValidatedToo() throws {
    try withFolder { folder in
      let arguments = ["explain", "wine", "--rules", "features", "--cross-validation", "1"]
      let run = try Program(arguments + ["-o", "r"], in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let found = try #require(try result.explanation.crossValidation)
      #expect(found.repeats == 1 && found.rows == 178)
      let (fidelity, majority) = try (
        #require(found.fidelity), #require(found.fidelityMajority)
      )
      #expect(fidelity.mean > 0.9 && majority.mean > 0.2 && majority.mean < 0.6)
      #expect(run.output.contains("; the fidelity of the rules is "))
      try expectSnapshot(figures(found), named: "cross-validation-wine.txt")
      let again = try Program(arguments + ["-o", "again", "--quiet"], in: folder)
      #expect(again.code == 0)
      let other = try ResultFolder(folder.appendingPathComponent("again"))
      #expect(try other.explanation.crossValidation == found)
    }
  }

  /// Only the rules over a given network are made again.
  @Test func aGivenNetworkIsNotTrainedAgain() throws {
    try withFolder { folder in
      let train = try Program("train", "iris", "--epochs", "20", "-o", "net.onnx", in: folder)
      #expect(train.code == 0)
      let plain = try Program("explain", "iris", "--model", "net.onnx", "-o", "p", in: folder)
      #expect(plain.code == 0)
      #expect(
        try ResultFolder(folder.appendingPathComponent("p")).explanation.crossValidation == nil)
      let run = try Program(
        "explain", "iris", "--model", "net.onnx", "--cross-validation", "1", "-o", "r", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let found = try #require(try result.explanation.crossValidation)
      #expect(found.network == nil && found.pruned == nil && found.majority == nil)
      // Held-out rows of a fold: 30 of 150.
      let fidelity = try #require(found.fidelity)
      #expect(fidelity.mean > 0.8 && fidelity.mean < 1)
      for share in [fidelity.minimum, fidelity.maximum] {
        #expect(abs(30 * share - (30 * share).rounded()) < 1e-4)
      }
      try expectSnapshot(figures(found), named: "cross-validation-iris-given.txt")
    }
  }

  @Test func noneIsMadeOfLargeTablesOrOnRequest() throws {
    try withFolder { folder in
      let large = try Program(
        "explain", "monks-1", "--held-out", "0.3", "--epochs", "2", "--cross-validation", "0",
        "-o", "r", in: folder)
      #expect([0, 2].contains(large.code))
      #expect(
        try ResultFolder(folder.appendingPathComponent("r")).explanation.crossValidation == nil)
      let car = try Program("explain", "car", "--epochs", "2", "-o", "c", in: folder)
      #expect([0, 2].contains(car.code))
      #expect(
        try ResultFolder(folder.appendingPathComponent("c")).explanation.crossValidation == nil)
      let wrong = try Program("explain", "iris", "--cross-validation", "-1", in: folder)
      #expect(wrong.code == 64)
      #expect(
        wrong.errorOutput == """
          error: --cross-validation cannot be -1
           hint: give a whole number from 0 to 100

          """)
    }
  }
}
