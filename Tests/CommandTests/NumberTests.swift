import Foundation
import Testing

/// Numbers from settings files, schemas and checkpoints are checked as options are.
@Suite struct NumberTests {
  @Test(arguments: [
    (
      #"{"heldOut": 1e308}"#, "'heldOut' cannot be 1e+308",
      "a fraction between 0 and 1, or a source of rows"
    ),
    (
      #"{"heldOut": -0.5}"#, "'heldOut' cannot be -0.5",
      "a fraction between 0 and 1, or a source of rows"
    ),
    (
      #"{"heldOut": 1.5}"#, "'heldOut' cannot be 1.5",
      "a fraction between 0 and 1, or a source of rows"
    ),
    (
      #"{"heldOut": "0"}"#, "'heldOut' cannot be 0",
      "a fraction between 0 and 1, or a source of rows"
    ),
    (
      #"{"network": {"batch": 0}}"#, "'network.batch' cannot be 0",
      "a whole number from 1 to 1,000,000,000"
    ),
    (
      #"{"network": {"batch": -1}}"#, "'network.batch' cannot be -1",
      "a whole number from 1 to 1,000,000,000"
    ),
    (
      #"{"network": {"hidden": [-1]}}"#, "'network.hidden' cannot be -1",
      "a whole number from 1 to 65,536"
    ),
    (
      #"{"network": {"hidden": [0]}}"#, "'network.hidden' cannot be 0",
      "a whole number from 1 to 65,536"
    ),
    (
      #"{"network": {"hidden": [4000000000]}}"#, "'network.hidden' cannot be 4000000000",
      "a whole number from 1 to 65,536"
    ),
    (
      #"{"network": {"features": -1}}"#, "'network.features' cannot be -1",
      "a whole number from 1 to 65,536"
    ),
    (
      #"{"network": {"epochs": 0}}"#, "'network.epochs' cannot be 0",
      "a whole number from 1 to 1,000,000"
    ),
    (
      #"{"network": {"epochs": -5}}"#, "'network.epochs' cannot be -5",
      "a whole number from 1 to 1,000,000"
    ),
    (
      #"{"network": {"learningRate": 0}}"#, "'network.learningRate' cannot be 0",
      "a number from 1e-12 to 1,000"
    ),
    (
      #"{"network": {"accuracyDrop": -1}}"#, "'network.accuracyDrop' cannot be -1",
      "a number from 0 to 1"
    ),
    (
      #"{"network": {"shift": 100000}}"#, "'network.shift' cannot be 100000",
      "a whole number from 1 to 1,024"
    ),
    (
      #"{"network": {"pixelDeviation": [0]}}"#, "'network.pixelDeviation' cannot be 0",
      "numbers from 1e-06 to 1,000,000"
    ),
    (
      #"{"network": {"batch": 1.5}}"#, "'network.batch' cannot be 1.5",
      "a whole number from 1 to 1,000,000,000"
    ),
    (
      #"{"network": {"epochs": 9223372036854775808}}"#,
      "'network.epochs' cannot be 9223372036854775808", "a whole number from 1 to 1,000,000"
    ),
    (
      #"{"seed": -1}"#, "'seed' cannot be -1",
      "a whole number from 0 to 18,446,744,073,709,551,615"
    ),
    (
      #"{"seed": 18446744073709551616}"#, "'seed' cannot be 18446744073709551616",
      "a whole number from 0 to 18,446,744,073,709,551,615"
    ),
    (#"{"maxRules": 2.5}"#, "'maxRules' cannot be 2.5", "a whole number from 1 to 1,000,000"),
    (#"{"threads": -4}"#, "'threads' cannot be -4", "a whole number from 1 to 1,024"),
    (#"{"maxRules": 0}"#, "'maxRules' cannot be 0", "a whole number from 1 to 1,000,000"),
    (#"{"minFidelity": 95}"#, "'minFidelity' cannot be 95", "a number from 0 to 1; 95 % is 0.95"),
  ])
  func aSettingOutOfRangeIsRefused(_ settings: String, _ message: String, _ allowed: String) throws
  {
    try withFolder { folder in
      try Data(settings.utf8).write(to: folder.appendingPathComponent("run.json"))
      let run = try Program("explain", "iris", "--config", "run.json", in: folder)
      #expect(run.errorOutput == "error: run.json: \(message)\n hint: give \(allowed)\n")
      #expect(run.code == 65)
      #expect(try names(in: folder) == ["run.json"])
    }
  }

  @Test(arguments: [
    (
      #"{"seed": 7, "seed": 8}"#, "'seed' is given twice", "remove one of the two"
    ),
    (
      #"{"network": {"batch": 8, "batch": 4}}"#, "'network.batch' is given twice",
      "remove one of the two"
    ),
    (
      #"{"network": {"learningRate": 1e999}}"#, "the number 1e999 is out of range",
      "write a number that double precision can represent"
    ),
    (
      #"{"heldOut": true}"#, "'heldOut' has a value of the wrong type",
      "'espalier explain --help' describes the option of that name"
    ),
    (#"{"threads": true}"#, "'threads' has a value of the wrong type", "write an integer"),
    (
      #"{"network": {"batch": "8"}}"#, "'network.batch' has a value of the wrong type",
      "'espalier explain --help' describes the option of that name"
    ),
    (
      #"{"network": 7}"#, "'network' has a value of the wrong type",
      "'espalier explain --help' describes the option of that name"
    ),
  ])
  func aSettingsFileThatIsWrongIsRefused(_ settings: String, _ message: String, _ hint: String)
    throws
  {
    try withFolder { folder in
      try Data(settings.utf8).write(to: folder.appendingPathComponent("run.json"))
      let run = try Program("explain", "iris", "--config", "run.json", in: folder)
      #expect(run.errorOutput == "error: run.json: \(message)\n hint: \(hint)\n")
      #expect(run.code == 65)
      #expect(try names(in: folder) == ["run.json"])
    }
  }

  private static let rows =
    (["a,b,c,d,kind"]
    + (0..<40).map { "\($0 % 7),\($0 % 5),\($0 % 3),\($0 % 11),\($0 % 7 > 3 ? "p" : "q")" })
    .joined(separator: "\n") + "\n"

  private func schema(_ image: String) -> String {
    let names = ["a", "b", "c", "d"].map { #"{"name": "\#($0)"}"# }.joined(separator: ", ")
    return #"{"features": [\#(names)], "target": {"name": "kind", "classes": ["p", "q"]}, "#
      + #""image": \#(image)}"#
  }

  private static let side = "where a whole number from 1 to 65,536 is needed"

  @Test(arguments: [
    (
      #"{"height": 9223372036854775807, "width": 2, "channels": 1, "maximum": 255}"#,
      "9223372036854775807 \(side) in 'image.height'"
    ),
    (
      #"{"height": -2, "width": -2, "channels": 1, "maximum": 255}"#, "-2 \(side) in 'image.height'"
    ),
    (#"{"height": 2, "width": 0, "channels": 1, "maximum": 255}"#, "0 \(side) in 'image.width'"),
    (
      #"{"height": 2, "width": 2, "channels": 1, "maximum": 0}"#,
      "0 where the value of a white pixel is needed, a number above 0 in 'image.maximum'"
    ),
    (
      #"{"height": 2, "width": 2, "channels": 1, "maximum": -1}"#,
      "-1 where the value of a white pixel is needed, a number above 0 in 'image.maximum'"
    ),
    (
      #"{"height": 3, "width": 2, "channels": 1, "maximum": 255}"#,
      "an image of 3 x 2 x 1 has 6 values, and there are 4 features in 'image'"
    ),
  ])
  func aImageThatDoesNotFitIsRefused(_ image: String, _ reason: String) throws {
    try withFolder { folder in
      let data = folder.appendingPathComponent("set")
      try FileManager.default.createDirectory(at: data, withIntermediateDirectories: false)
      try Data(Self.rows.utf8).write(to: data.appendingPathComponent("data.csv"))
      try Data(schema(image).utf8).write(to: data.appendingPathComponent("schema.json"))
      let run = try Program("explain", "set", in: folder)
      #expect(
        run.errorOutput
          == """
          error: set/schema.json: \(reason)
           hint: see the schema.json of a data set that comes with the tool

          """)
      #expect(run.code == 65)
    }
  }

  /// A modified checkpoint is not used: training starts again and gives the same bytes.
  @Test(arguments: ["training", "trained", "pruning"])
  func changedStateIsNotUsed(_ stage: String) throws {
    try withFolder { folder in
      let arguments = [
        "explain", "iris", "--epochs", "5", "--rules", "inputs", "--extractor", "surrogate-tree",
        "--max-rules", "3", "--quiet", "--progress", "none",
      ]
      try Program(arguments + ["-o", "whole"], in: folder)
      // The checkpoint is kept when the report cannot be written.
      let run = folder.appendingPathComponent(".r.espalier-run")
      try FileManager.default.createDirectory(at: run, withIntermediateDirectories: false)
      let fingerprint = String(repeating: "0", count: 64)
      try Data(
        #"{"fingerprint":"\#(fingerprint)","sha256":"\#(fingerprint)","value":{"epochs":-1}}"#.utf8
      ).write(to: run.appendingPathComponent(stage + ".json"))
      let resumed = try Program(
        arguments.filter { $0 != "none" && $0 != "--progress" && $0 != "--quiet" }
          + ["-o", "r", "--resume", "--progress", "plain"], in: folder)
      #expect(resumed.code == 0)
      let note =
        " note: the checkpoint '\(stage)' is ignored: it was modified, or belongs to another command, "
        + "other data or another version\n"
      #expect(resumed.errorOutput.ranges(of: note).count == 1, "\(resumed.errorOutput)")
      let files = try ["whole", "r"].map {
        try Data(contentsOf: folder.appendingPathComponent($0 + "/explanation.json"))
      }
      #expect(files[0] == files[1])
    }
  }

  @Test(arguments: [
    (
      ["explain", "iris", "--architecture", "lenet-300-100", "--hidden", "8", "--epochs", "1"],
      "--hidden has no effect: --architecture defines the layers"
    ),
    (
      ["train", "iris", "--pixel-mean", "0.5", "--epochs", "1"],
      "--pixel-mean has no effect: it requires --model"
    ),
    (
      ["train", "iris", "--class-order", "setosa,versicolor,virginica", "--epochs", "1"],
      "--class-order has no effect: it requires --model"
    ),
    (
      ["train", "iris", "--scale-inputs", "standard", "--epochs", "1"],
      "--scale-inputs has no effect: it requires --model"
    ),
    (
      [
        "explain", "iris", "--accuracy-drop", "0.2", "--no-pruning", "--epochs", "1",
        "--cross-validation", "0",
      ], "--accuracy-drop has no effect: --no-pruning leaves the network as it is"
    ),
    (
      ["train", "iris", "--activation", "tanh", "--hidden", "", "--epochs", "1"],
      "--activation has no effect: --hidden gives no hidden layers"
    ),
  ])
  func anOptionWithoutEffectIsNoted(_ arguments: [String], _ note: String) throws {
    try withFolder { folder in
      let output = arguments[0] == "train" ? "net.onnx" : "r"
      let run = try Program(arguments + ["-o", output, "--progress", "plain"], in: folder)
      #expect(run.code == 0)
      #expect(run.errorOutput.contains(" note: \(note)\n"), "\(run.errorOutput)")
    }
  }

  @Test(arguments: [
    (
      ["--method", "weight-magnitude", "--compensation", "least-squares"], "--compensation",
      "'weight-magnitude' prunes single weights"
    ),
    (
      ["--method", "weight-magnitude", "--multiple", "4"], "--multiple",
      "'weight-magnitude' prunes single weights"
    ),
    (
      ["--inputs", "2", "--rounds", "3"], "--rounds",
      "--inputs prunes columns by their weights, in one round"
    ),
    (["--recovery", "none", "--epochs", "4"], "--epochs", "--recovery none does not fine-tune"),
    (
      ["--score-rows", "50"], "--score-rows",
      "the scores of 'neuron-magnitude' do not use a sample of training rows"
    ),
  ])
  func aPruningOptionWithoutEffectIsNoted(
    _ arguments: [String], _ option: String, _ reason: String
  ) throws {
    try withFolder { folder in
      try Program("train", "iris", "--epochs", "5", "-o", "net.onnx", "--quiet", in: folder)
      let run = try Program(
        ["prune", "net.onnx", "iris", "-o", "small.onnx"] + arguments, in: folder)
      #expect(run.code == 0)
      #expect(run.talkBesideWarnings == " note: \(option) has no effect: \(reason)\n")
    }
  }
}
