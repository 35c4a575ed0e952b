import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Rules
import Tensors
import TestSupport
import Testing

/// `explain --readable`: a network whose hidden features are scores.
@Suite struct ReadableCommandTests {
  private func explain(
    _ data: String, _ arguments: [String], in folder: URL
  ) throws -> (run: Program, result: ResultFolder) {
    let run = try Program(
      ["explain", data, "-o", "r", "--cross-validation", "0"] + arguments, in: folder)
    return (run, try ResultFolder(folder.appendingPathComponent("r")))
  }

  private func words(_ explanation: Explanation) -> String {
    let price = explanation.pruned.readable
    return "validation \(price?.before.count ?? 0) of \(price?.before.total ?? 0) before, "
      + "\(price?.after.count ?? 0) of \(price?.after.total ?? 0) after, "
      + "\(price?.crossValidated == true ? "in folds" : "once"); held-out "
      + "\(explanation.network.accuracy.count) before, \(explanation.pruned.accuracy.count) after\n"
  }

  /// Numbers, levels and missing values: the description of each feature is its activity, on every row,
  /// and the described rules answer as the rules over features.
  @Test(arguments: ["wine", "heart", "house-votes", "german-credit"])
  func descriptionsAreTheActivity(data: String) throws {
    try withFolder { folder in
      let (run, result) = try explain(data, ["--readable"], in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let explanation = try result.explanation
      let price = try #require(explanation.pruned.readable)
      #expect(price.before.total == price.after.total && price.after.value > 0.6)
      try expectSnapshot(words(explanation), named: "readable-\(data).txt")
      let (model, rows) = try result.modelAndRows(
        "\(Program.home.path)/Datasets/\(data)/data.csv")
      let hidden = try #require(HiddenFeatures(of: model, over: rows))
      #expect(hidden.count == explanation.features.count)
      let values = hidden.values(in: model, for: rows)
      for (index, feature) in explanation.features.enumerated() {
        let description = try #require(feature.description)
        #expect(description.agreement.count == description.agreement.total)
        #expect(description.terms.count <= 5)
        #expect(description.terms.allSatisfy { (1...5).contains(abs($0.weight)) })
        let entry = ScoreEntry(id: "S", terms: description.terms)
        let sums = try entry.score(over: rows.schema).values(in: rows)
        for row in 0..<rows.count {
          #expect(
            (sums[row] > description.threshold) == (Double(values[row, index]) > 0.5),
            "\(data), row \(row), \(feature.id)")
        }
      }
      let described = try #require(explanation.describedFidelity)
      let features = try #require(explanation.featureFidelity)
      #expect(described.heldOut.count >= features.heldOut.count)
      #expect(try result.text("report.md").contains("Hidden features as sums of few columns"))
    }
  }

  @Test func theOptionDecides() throws {
    try withFolder { folder in
      // No sum of columns is an exclusive or: accuracy is lost, and the network stays as it is.
      let (_, usual) = try explain("monks-2", [], in: folder)
      #expect(try usual.explanation.pruned.readable == nil)
      #expect(try usual.explanation.pruned.accuracy.value > 0.95)
      let (run, wanted) = try explain("monks-2", ["--readable", "--force"], in: folder)
      #expect([0, 2].contains(run.code))
      let price = try #require(try wanted.explanation.pruned.readable)
      #expect(price.after.count < price.before.count)
      try expectSnapshot(words(try wanted.explanation), named: "readable-monks-2.txt")
      #expect(run.output.contains("The hidden features of this network are scores "))
      let (_, iris) = try explain("iris", ["--force"], in: folder)
      #expect(try iris.explanation.pruned.readable?.crossValidated == true)
      try expectSnapshot(words(try iris.explanation), named: "readable-iris.txt")
      let (_, plain) = try explain("iris", ["--no-readable", "--force"], in: folder)
      #expect(try plain.explanation.pruned.readable == nil)
    }
  }

  @Test func otherNetworksStayAsTheyAre() throws {
    try withFolder { folder in
      var text = "x,y,size\n"
      for row in 0..<120 {
        text += "\(row % 11),\(row % 7),\(2 * (row % 11) - row % 7)\n"
      }
      try Data(text.utf8).write(to: folder.appendingPathComponent("sizes.csv"))
      let (run, result) = try explain("sizes.csv", ["--readable", "--epochs", "5"], in: folder)
      #expect([0, 2].contains(run.code))
      #expect(try result.explanation.pruned.readable == nil)
      #expect(
        run.errorOutput.contains(
          "note: the network is not made readable: scores describe sigmoid features of tables "
            + "with classes only"), "\(run.errorOutput)")
    }
  }
}
