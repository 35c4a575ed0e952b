import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Testing

/// The effect of options of `explain` on the result.
@Suite struct OptionsTests {
  /// Runs `explain` into the folder `r`, with few epochs and few rules.
  private func explain(
    _ arguments: [String], of data: String = "iris", in folder: URL
  ) throws -> (run: Program, result: ResultFolder) {
    let run = try Program(
      [
        "explain", data, "--output", "r", "--no-readable", "--epochs", "5", "--rules", "inputs",
        "--extractor",
        "surrogate-tree", "--max-rules", "3",
      ] + arguments, in: folder)
    return (run, try ResultFolder(folder.appendingPathComponent("r")))
  }

  private func settings(_ result: ResultFolder) throws -> [String: Any] {
    let all = try JSONSerialization.jsonObject(with: result.data("manifest.json"))
    let experiment = try #require((all as? [String: Any])?["experiment"] as? [String: Any])
    return try #require(experiment["network"] as? [String: Any])
  }

  @Test(arguments: Activation.Function.allCases)
  func everyActivationIsTrained(_ function: Activation.Function) throws {
    try withFolder { folder in
      let (run, result) = try explain(
        ["--activation", function.rawValue, "--hidden", "8,6"], in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let layers = try #require(result.object("network")["architecture"] as? [String])
      #expect(
        layers == [
          "4 inputs", "dense 8", function.rawValue, "dense 6", function.rawValue, "dense 12",
          "sigmoid", "dense 3",
        ])
    }
  }

  @Test(arguments: ["softmax", "one-vs-rest"])
  func bothHeadsAreTrainedAndReadAgain(_ head: String) throws {
    try withFolder { folder in
      let (run, result) = try explain(["--head", head], in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let (model, _) = try result.modelAndRows("\(Program.home.path)/Datasets/iris/data.csv")
      #expect(model.head == (head == "softmax" ? .softmax : .oneVersusRest))
      #expect(try Program("fidelity", "r", "r/model.onnx", "iris", in: folder).code == 0)
    }
  }

  @Test func classWeightsMakeRareClassesCount() throws {
    // Nine in ten rows are common, and the classes overlap.
    var text = "x,y,kind\n"
    for row in 0..<200 {
      let isRare = row % 10 == 0
      text += "\(Double((row * 37) % 100) / 100 + (isRare ? 0.5 : 0)),\(row % 7),"
      text += isRare ? "rare\n" : "common\n"
    }
    try withFolder { folder in
      try Data(text.utf8).write(to: folder.appendingPathComponent("rare.csv"))
      func rare(_ arguments: [String]) throws -> Int {
        let (run, result) = try explain(
          arguments + ["--quiet", "--force"], of: "rare.csv", in: folder)
        #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
        #expect(try settings(result)["classWeights"] as? Bool == !arguments.isEmpty)
        return try result.networkPredictions(folder.path + "/rare.csv").count { $0 == "rare" }
      }
      #expect(try rare(["--class-weights"]) > rare([]))
    }
  }

  @Test func limitsAreKept() throws {
    try withFolder { folder in
      let (run, result) = try explain(
        ["--max-rules", "2", "--max-neurons", "2", "--max-inputs", "1"], in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      #expect(try result.number("complexity", "rules") <= 2)
      #expect(try result.number("pruned", "neurons") <= 2)
      #expect(try result.number("pruned", "inputs") == 1)
    }
  }

  @Test func aFailedGateIsCodeTwoWithTheReportWritten() throws {
    try withFolder { folder in
      let (run, result) = try explain(
        ["--max-rules", "1", "--min-fidelity", "1", "--epochs", "40"], in: folder)
      let value = try result.number("fidelity", "heldOut", "value")
      #expect(value < 1)
      #expect(
        run.talkBesideWarnings
          == "error: fidelity \(String(format: "%.4f", value)) is below the minimum of 1\n"
          + " hint: the result is written; exit code 2 means that a threshold is not met\n")
      #expect(run.code == 2)
      #expect(run.output.contains("The report: r/report.html\nNext: "))
      #expect(try names(in: folder) == ["r"])
    }
  }

  @Test func optionsWinOverTheFileOfSettings() throws {
    try withFolder { folder in
      let file =
        #"{"seed": 7, "maxRules": 3, "target": "species", "output": "named","#
        + #" "heldOut": 0.4, "network": {"hidden": [5], "epochs": 9}}"#
      try Data(file.utf8).write(to: folder.appendingPathComponent("run.json"))
      let run = try Program(
        "explain", "iris", "--config", "run.json", "--seed", "8", "--epochs", "4", in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let result = try ResultFolder(folder.appendingPathComponent("named"))
      #expect(try result.number("provenance", "seed") == 8)
      #expect(try result.number("data", "heldOut") == 60)
      #expect(try settings(result)["epochs"] as? Int == 4)
      let layers = try #require(result.object("network")["architecture"] as? [String])
      #expect(layers.prefix(2) == ["4 inputs", "dense 5"])
      let sum = try Program.system("sha256sum", "run.json", in: folder).output.prefix(64)
      #expect(try result.text("manifest.json").contains(#""sha256" : "\#(sum)""#))
    }
  }

  /// An imported network reads columns that are constant in the data.
  @Test func aNetworkReadsColumnsThatNeverVary() throws {
    try withFolder { folder in
      let lines =
        ["a,b,c,d,kind"]
        + (0..<60).map { "\($0 % 7),\(3 - $0 % 5),1,\($0 % 11),\(["p", "q", "r"][$0 % 3])" }
      try Data((lines.joined(separator: "\n") + "\n").utf8)
        .write(to: folder.appendingPathComponent("rows.csv"))
      let network = Program.home.appendingPathComponent("Tests/Fixtures/models/good/relu.onnx")
      let run = try Program(
        "explain", "rows.csv", "--model", network.path, "-o", "r", "--quiet", in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      #expect(try result.number("network", "inputs") == 4)
    }
  }

  /// Training starts from the weights of a given network.
  @Test func aTrainedNetworkIsTrainedOn() throws {
    try withFolder { folder in
      func accuracy(_ arguments: String...) throws -> Double {
        let run = try Program(["train", "iris", "--json", "--quiet"] + arguments, in: folder)
        #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
        let result = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let accuracy = (result as? [String: Any])?["accuracy"] as? [String: Any]
        return try #require(accuracy?["value"] as? Double)
      }
      let first = try accuracy("-o", "first.onnx", "--epochs", "1")
      let second = try accuracy("-o", "second.onnx", "--model", "first.onnx", "--epochs", "60")
      #expect(second > first)
      let data = try ["first", "second"].map {
        try Data(contentsOf: folder.appendingPathComponent("\($0).onnx"))
      }
      #expect(data[0] != data[1])
    }
  }

  @Test func onlyImagesCanMove() throws {
    try withFolder { folder in
      let table = try Program("train", "iris", "--shift", "1", "-o", "net.onnx", in: folder)
      #expect(
        table.errorOutput.contains(
          """
          error: --shift requires complete images as network inputs
           hint: omit --shift

          """) && table.code == 64)
      let none = try Program("train", "digits", "--shift", "0", "-o", "net.onnx", in: folder)
      #expect(none.errorOutput.hasPrefix("error: --shift cannot be 0") && none.code == 64)
    }
  }

  @Test func pixelsAreScaledForANetworkFromElsewhere() throws {
    try withFolder { folder in
      let network = Program.home.appendingPathComponent("Tests/Fixtures/models/good/relu.onnx").path
      let table = try Program(
        "explain", "iris", "--model", network, "--pixel-mean", "0.5", "-o", "r", in: folder)
      #expect(
        table.errorOutput.contains(
          """
          error: pixel options require images, and the data are not images
           hint: omit --pixel-mean, --pixel-deviation and --pixel-layout

          """) && table.code == 64)
      let zero = try Program(
        "explain", "iris", "--model", network, "--pixel-deviation", "0.2,0", in: folder)
      #expect(zero.errorOutput.hasPrefix("error: --pixel-deviation cannot be 0\n"))
      #expect(zero.code == 64)
      let words = try Program(
        "explain", "iris", "--model", network, "--pixel-mean", "0.2,x", in: folder)
      #expect(
        words.errorOutput.hasPrefix("error: --pixel-mean cannot be '0.2,x'") && words.code == 64)
    }
  }

  /// Networks of images, whose hidden features are pooled channels or a flattened image.
  @Test(arguments: [("keras-depthwise-15", 2), ("keras-convolution-17", 16)])
  func networksWithConvolutionsAreExplained(_ name: String, _ features: Int) throws {
    try withFolder { folder in
      try writeRowsByChance(72, classes: 3, seed: 5, to: folder)
      let network = Program.home.appendingPathComponent(
        "Tests/Fixtures/models/exported/\(name).onnx")
      let run = try Program(
        "explain", "rows.csv", "--model", network.path, "-o", "r", in: folder)
      #expect(run.code == 0)
      #expect(!run.errorOutput.contains("nothing is pruned"))
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let left = Int(try result.number("pruned", "neurons"))
      #expect(left >= 1 && left <= features)
      #expect(try result.number("network", "neurons") == Double(features))
      #expect(try result.number("pruned", "equality", "changedAnswers") == 0)
      let explanation = try result.explanation
      #expect(explanation.featureRules != nil && explanation.features.count == left)
      #expect(explanation.features.contains { !$0.drivers.isEmpty })
      #expect(try #require(explanation.featureFidelity).heldOut.value > 0.5)
    }
  }

  @Test func heldOutRowsMayHaveAFileOfTheirOwn() throws {
    try withFolder { folder in
      let text = try String(
        contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8)
      let lines = text.split(separator: "\n")
      let later = [lines[0]] + lines.dropFirst().enumerated().filter { $0.offset % 5 == 0 }.map(\.1)
      let file = folder.appendingPathComponent("later.csv")
      try Data((later.joined(separator: "\n") + "\n").utf8).write(to: file)
      let (run, result) = try explain(["--held-out", "later.csv"], in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      #expect(try result.number("data", "heldOut") == 30)
      #expect(try result.number("data", "training") + result.number("data", "validation") == 150)
      #expect(try result.object("data")["heldOutFrom"] as? String == "all rows of later")
      let sum = try Program.system("sha256sum", "later.csv", in: folder).output.prefix(64)
      #expect(try result.text("manifest.json").contains(#""sha256" : "\#(sum)""#))
      let missing = try Program("explain", "iris", "--held-out", "none.csv", in: folder)
      #expect(missing.errorOutput.hasPrefix("error: there is no file 'none.csv'\n"))
      #expect(missing.code == 66)
    }
  }

  /// Rules over hidden features: measured, exported with the network that computes them.
  @Test(.enabled(if: Program.hasPython), arguments: zip(["oas", "cred"], ["iris", "zoo"]))
  func rulesOverFeaturesRunAnywhere(_ extractor: String, _ data: String) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", data, "--extractor", extractor, "--rules", "features", "--epochs", "20",
        "--seed",
        "7", "-o", "r", in: folder)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      #expect(result.json["level"] as? String == "features")
      #expect(try result.number("fidelity", "heldOut", "value") > 0.5)
      let explanation = try result.explanation
      #expect(explanation.featureFidelity == explanation.fidelity)
      #expect(explanation.featureRules?.extractor.name == extractor)

      let file = folder.appendingPathComponent("rules.py")
      #expect(try Program("export", "r", "--to", "python", "-o", file.path, in: folder).code == 0)
      let source = "\(Program.home.path)/Datasets/\(data)/data.csv"
      let found = try ResultFolder.pythonPredictions(file, shippedRows(data))
      let (model, table) = try result.modelAndRows(source)
      let features = try #require(HiddenFeatures(of: model, over: table))
      let values = features.activationTable(in: model, over: table)
      let rules = try #require(try explanation.ruleSet(.features))
      let expected = rules.classify(values).map { model.schema.classes[$0] }
      #expect(found == expected)
      #expect(Set(expected).count > 1)

      guard data == "iris" else { return }
      try SmallResult.write(to: folder.appendingPathComponent("other"))
      let other = try Program("fidelity", "r", "other/model.onnx", "iris", in: folder)
      #expect(
        other.talkBesideWarnings
          == """
          error: the model's hidden features are not those of the rules
           hint: give the model.onnx of the result's own folder

          """)
      #expect(other.code == 65)
    }
  }
}
