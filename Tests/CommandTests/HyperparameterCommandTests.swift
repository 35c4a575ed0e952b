import Explanations
import Foundation
import Testing

/// Hidden layers and weight decay that are not given are chosen by cross-validation of the training rows.
@Suite struct HyperparameterCommandTests {
  private func explanation(_ arguments: String..., in folder: URL) throws -> Explanation {
    let run = try Program(
      ["explain"] + arguments + ["-o", "r", "--cross-validation", "0", "--rules", "inputs"],
      in: folder)
    #expect(run.code == 0, "\(run.errorOutput)")
    return try ResultFolder(folder.appendingPathComponent("r")).explanation
  }

  /// The classes of wine are separated by planes, those of balance by products of columns.
  @Test(arguments: [("wine", []), ("balance", [32])])
  func aHiddenLayerIsAddedWhereColumnsInteract(data: String, hidden: [Int]) throws {
    try withFolder { folder in
      let explanation = try explanation(data, in: folder)
      let found = try #require(explanation.network.selection)
      #expect(found.folds == 5 && found.rows == explanation.data.training)
      #expect(found.candidates.map(\.hidden) == [[], [], [32]])
      #expect(found.candidates.map(\.weightDecay) == [1, 0.2, 0.2])
      #expect(found.candidates.allSatisfy { $0.losses.count == 5 })
      #expect(found.choice.hidden == hidden)
      // The choice follows from the losses, and the network has it.
      #expect(HyperparameterSelection(rows: found.rows, candidates: found.candidates) == found)
      #expect(
        explanation.network.architecture.filter { $0.hasPrefix("dense") }.count
          == hidden.count + 2)
      #expect(explanation.pruned.selection == nil)
      let report = try ResultFolder(folder.appendingPathComponent("r")).text("report.md")
      #expect(report.contains("Chosen before the training: \(found.sentence)."))
    }
  }

  @Test func whatIsGivenIsNotChosen() throws {
    try withFolder { folder in
      let first = try explanation("wine", "--hidden", "none", "--weight-decay", "0.5", in: folder)
      #expect(first.network.selection == nil)
      #expect(first.network.architecture.filter { $0.hasPrefix("dense") }.count == 2)
    }
    try withFolder { folder in
      let second = try explanation("wine", "--weight-decay", "0.5", in: folder)
      #expect(second.network.selection?.candidates.map(\.hidden) == [[], [32]])
      #expect(second.network.selection?.candidates.map(\.weightDecay) == [0.5, 0.5])
    }
    try withFolder { folder in
      let third = try explanation("wine", "--hidden", "16", in: folder)
      #expect(third.network.selection?.candidates.map(\.hidden) == [[16], [16]])
      #expect(third.network.selection?.candidates.map(\.weightDecay) == [1, 0.2])
    }
    try withFolder { folder in
      let fourth = try explanation("wine", "--activation", "tanh", in: folder)
      #expect(fourth.network.selection?.candidates.map(\.hidden) == [[32], [32]])
    }
  }

  @Test func trainingSaysTheChoiceAndADryRunTheCandidates() throws {
    try withFolder { folder in
      let run = try Program("train", "wine", "-o", "wine.onnx", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(
        run.output.contains("chosen: no hidden layer before the features, weight decay"),
        "\(run.output)")
      let plan = try Program("train", "wine", "-o", "x.onnx", "--dry-run", in: folder)
      let lines = plan.output.split(separator: "\n").filter { $0.hasPrefix("network") }
      #expect(!plan.output.contains("rules:"))
      #expect(
        lines == [
          "network: 13 inputs, dense 12, sigmoid, dense 3; weight decay 1 (candidate 1 of 3)",
          "network: 13 inputs, dense 12, sigmoid, dense 3; weight decay 0.2 (candidate 2 of 3)",
          "network: 13 inputs, dense 32, relu, dense 12, sigmoid, dense 3; weight decay 0.2 "
            + "(candidate 3 of 3)",
        ])
    }
  }

  /// With a learning rate of 3, a weight decay of 1 lets weights grow without bound.
  @Test func aCandidateThatDivergesIsLeftOut() throws {
    try withFolder { folder in
      let found = try explanation("wine", "--learning-rate", "3", "--hidden", "8", in: folder)
      #expect(found.network.selection?.candidates.map(\.weightDecay) == [0.2])
    }
  }

  @Test func aWeightDecayOutOfRangeIsAUsageError() throws {
    let run = try Program("explain", "iris", "--weight-decay", "-1")
    #expect(run.code == 64)
    #expect(
      run.errorOutput
        == "error: --weight-decay cannot be -1\n hint: give a number from 0 to 100\n")
  }
}
