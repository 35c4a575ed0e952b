import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// `prune` and `compare`, as a user runs them.
@Suite struct PruneTests {
  /// A network for the digits, trained once.
  private static let trained = Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-prune-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Program("train", "iris", "--epochs", "10", "-o", "net.onnx", "--quiet", in: folder)
    return folder
  }

  private var folder: URL { get throws { try Self.trained.get() } }

  private struct Pruned: Decodable {
    struct Side: Decodable {
      var parameters: Int
      var widths: [Int?]
      var fileBytes: Int
    }
    struct Equality: Decodable {
      var rows: Int
      var changedAnswers: Int
      var largestRelative: Double
    }
    struct Latency: Decodable {
      var runs: Int
      var ratio: Double
    }
    var before: Side
    var after: Side
    var ratios: [String: Double]
    var equality: Equality
    var latency: Latency?
  }

  private struct Interface: Decodable {
    struct Value: Decodable, Equatable {
      var name: String
      var type: String
      var shape: [String]
    }
    var inputs: [Value]
    var outputs: [Value]
  }

  private func interface(_ file: String, in place: URL) throws -> Interface {
    let run = try Program("inspect", file, "--json", in: place)
    return try JSONDecoder().decode(Interface.self, from: Data(run.output.utf8))
  }

  /// A pruned network replaces the file it was given: also with scaling outside of it, fewer inputs, and
  /// a pipeline that reads columns.
  @Test(arguments: [
    ["breast-cancer-dynamo", "breast-cancer", "--keep", "0.5"],
    ["breast-cancer-dynamo", "breast-cancer", "--inputs", "5"],
    [
      "breast-cancer-one-output", "breast-cancer", "--keep", "0.5", "--class-order",
      "benign,malignant",
    ],
    ["breast-cancer-unscaled", "breast-cancer", "--keep", "0.5", "--scale-inputs", "standard"],
    ["breast-cancer-unscaled", "breast-cancer", "--inputs", "6", "--scale-inputs", "standard"],
    ["breast-cancer-unscaled", "breast-cancer", "--inputs", "6", "--scale-inputs", "minmax"],
    ["digits-convolution", "digits-images", "--method", "l1-filter", "--pixel-mean", "0.5"],
  ])
  func theInterfaceOfTheGivenFileStays(_ arguments: [String]) throws {
    let networks = Program.home.appendingPathComponent("Documentation/networks")
    let given = networks.appendingPathComponent(arguments[0] + ".onnx").path
    let data =
      arguments[1] == "digits-images"
      ? networks.appendingPathComponent(arguments[1]).path : arguments[1]
    try withFolder { place in
      let options = Array(arguments.dropFirst(2))
      let run = try Program(
        ["prune", given, data, "--epochs", "1", "-o", "small.onnx"] + options, in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.output.hasSuffix("small.onnx, with the inputs and outputs of \(given)\n"))
      let (before, after) = (
        try interface(given, in: place), try interface("small.onnx", in: place)
      )
      #expect(before.inputs == after.inputs && before.outputs == after.outputs)
      // It is read as the given file is, with the same options, and predicts as was measured.
      let places = options.indices.filter { options[$0].hasPrefix("--") }
      let reading = places.flatMap { place in
        let keeps = ["--class-order", "--scale-inputs", "--pixel-mean"].contains(options[place])
        return keeps ? [options[place], options[place + 1]] : []
      }
      let measured = try Program(
        ["evaluate", "small.onnx", data, "--json"] + reading, in: place)
      #expect(measured.code == 0, "\(measured.errorOutput)")

      let raw = try Program(
        ["prune", given, data, "--epochs", "1", "--raw-rows", "-o", "raw.onnx", "--quiet"]
          + options,
        in: place)
      #expect(raw.code == 0, "\(raw.errorOutput)")
      #expect(try interface("raw.onnx", in: place).outputs.map(\.name) == ["label", "logits"])
      let its = try Program("evaluate", "raw.onnx", data, "--json", in: place)
      struct Accuracy: Decodable { struct Share: Decodable { var count: Int }; var accuracy: Share }
      let counts = try [measured, its].map {
        try JSONDecoder().decode(Accuracy.self, from: Data($0.output.utf8)).accuracy.count
      }
      // The scaling outside of the file is that of all rows here, and that of the training rows there.
      let isScaled = options.contains("--scale-inputs")
      #expect(abs(counts[0] - counts[1]) <= (isScaled ? 3 : 0))
    }
  }

  @Test(arguments: [
    "random", "neuron-magnitude", "l1-filter", "taylor", "pls-vip", "weak-subnetwork",
    "orthogonal", "task-guided", "weight-magnitude", "from-scratch", "grow-and-prune",
  ])
  func everyMethodWritesASmallerNetworkThatIsReadAgain(_ method: String) throws {
    let net = try folder.appendingPathComponent("net.onnx").path
    try withFolder { place in
      let run = try Program(
        "prune", net, "iris", "--method", method, "--keep", "0.5", "--epochs", "2", "-o",
        "small.onnx",
        "--plan", "plan.json", "--json", "--quiet", in: place)
      #expect(run.code == 0 && run.errorOutput.isEmpty, "\(run.errorOutput)")
      let pruned = try JSONDecoder().decode(Pruned.self, from: Data(run.output.utf8))
      #expect(2 * pruned.after.parameters <= pruned.before.parameters)
      // Zero weights are stored too.
      if method != "weight-magnitude" {
        #expect(pruned.after.fileBytes < pruned.before.fileBytes)
      }
      let file = place.appendingPathComponent("small.onnx")
      #expect(try Data(contentsOf: file).count == pruned.after.fileBytes)
      // The file has the reported sizes.
      let read = try ModelFile.read(file).network
      let weights = read.parameters.compactMap { own in own.first { $0.role == .weight }?.value }
      #expect(weights.map { $0.shape.dimensions.last } == pruned.after.widths)
      #expect(
        pruned.ratios["parameters"]
          == Double(pruned.before.parameters) / Double(pruned.after.parameters))
      #expect(pruned.equality.rows > 0 && pruned.equality.changedAnswers == 0)
      #expect(pruned.equality.largestRelative < 1e-4)
      #expect((pruned.latency?.runs ?? 0) >= 30)
      let again = try Program(
        "prune", "small.onnx", "iris", "--keep", "0.9", "--epochs", "0", "-o", "smaller.onnx",
        "--quiet", in: place)
      #expect(again.code == 0, "\(again.errorOutput)")
      let features = try Program("features", "small.onnx", "iris", "--quiet", in: place)
      #expect(features.code == 0, "\(features.errorOutput)")
    }
  }

  @Test(arguments: [
    (
      ["--method", "taylr"], 64,
      "error: there is no pruning method named 'taylr'\n hint: did you mean 'taylor'?\n"
    ),
    (
      ["--keep", "2"], 64,
      "error: --keep cannot be 2\n hint: give a number above 0 and at most 1; 2 % is 0.02\n"
    ),
    (
      ["--recovery", "rest"], 64,
      "error: --recovery cannot be 'rest'\n hint: known: none, fine-tune, fine-tune-budget, splice, rewind, scratch, scratch-budget, while-training\n"
    ),
    (
      ["--keep", "0.5", "--neurons", "3"], 64,
      "error: only one pruning goal can be given\n hint: give one of --keep, --accuracy-drop and so on\n"
    ),
    (
      ["--widths", "dense-1=0"], 64,
      "error: --widths cannot read 'dense-1=0'\n hint: give a layer and the number of neurons to keep, at least 1: dense-1=25\n"
    ),
    (
      ["--widths", "dense-1=4,dense-1=5"], 64,
      "error: --widths names 'dense-1' twice\n hint: give each layer one width\n"
    ),
    (
      ["--widths", "dense-1=4", "--multiple", "2"], 64,
      "error: --widths already sets the width of each layer\n hint: leave out --widths or --multiple\n"
    ),
    (
      ["--widths", "dense-9=4"], 65,
      "error: the network has no layer 'dense-9' with prunable neurons\n hint: layers with prunable neurons: dense-1 (32), dense-2 (12)\n"
    ),
    (
      ["--widths", "dense-1=4", "--method", "weight-magnitude"], 65,
      "error: 'weight pruning' needs a goal in parameters: --keep\n hint: give --keep, --parameters or --accuracy-drop, or another --method\n"
    ),
    (
      ["--inputs", "2", "--distill", "0.5"], 64,
      "error: --distill needs both networks to have the same inputs\n hint: leave out --inputs or --distill\n"
    ),
    (
      ["--method", "block-then-channel"], 65,
      "error: 'block-then-channel' needs a network with residual blocks\n hint: give another --method; 'espalier list methods' describes them\n"
    ),
    (
      ["--gate-price", "0.2"], 64,
      "error: --gate-price applies to one method only\n hint: add --method block-then-channel\n"
    ),
    (
      ["--gate-price", "-1"], 64,
      "error: --gate-price cannot be -1\n hint: give a number from 0 to 1,000,000\n"
    ),
    (
      ["--hyperparameter", "denseBits=4"], 64,
      "error: denseBits is no hyperparameter of 'neuron-magnitude'\n hint: give --method deep-compression\n"
    ),
    (
      ["--hyperparameter", "denseBit=4"], 64,
      "error: there is no hyperparameter named 'denseBit'\n hint: did you mean 'denseBits'?\n"
    ),
    (
      ["--hyperparameter", "denseBits"], 64,
      "error: --hyperparameter cannot be 'denseBits'\n hint: give name=value, such as denseBits=4\n"
    ),
    (
      ["--method", "deep-compression", "--hyperparameter", "denseBits=4.5"], 64,
      "error: --hyperparameter cannot be denseBits=4.5\n hint: give a whole number from 1 to 8\n"
    ),
    (
      [
        "--method", "deep-compression", "--hyperparameter", "denseBits=4", "--hyperparameter",
        "denseBits=5",
      ], 64, "error: denseBits is given twice\n hint: omit one of the two\n"
    ),
    (
      ["--score-rows", "0"], 64,
      "error: --score-rows cannot be 0\n hint: give a whole number from 1 to 1,000,000,000\n"
    ),
    (
      ["--parameters", "1"], 2,
      "error: the goal cannot be met: 1 parameters by pruning neurons, with at least one per layer\n hint: the nearest achievable value: "
    ),
  ])
  func whatCannotBeIsSaid(_ arguments: [String], _ code: Int32, _ errorOutput: String) throws {
    let net = try folder.appendingPathComponent("net.onnx").path
    try withFolder { place in
      let run = try Program(
        ["prune", net, "iris", "-o", "small.onnx", "--progress", "none"] + arguments, in: place)
      #expect(run.code == code && run.output.isEmpty)
      #expect(run.errorOutput.hasPrefix(errorOutput), "\(run.errorOutput)")
      #expect(try names(in: place).isEmpty)
    }
  }

  /// With few rows a score uses all of them; fewer rows change the plan, except for a score that
  /// uses none.
  @Test(arguments: [("taylor", true), ("neuron-magnitude", false)])
  func scoresUseTheGivenNumberOfRows(_ method: String, _ looks: Bool) throws {
    let net = try folder.appendingPathComponent("net.onnx").path
    try withFolder { place in
      struct Result: Decodable { var recipe: [String: String] }
      var plans: [String] = []
      for rows in [nil, "1000000", "3"] {
        let run = try Program(
          [
            "prune", net, "iris", "--method", method, "--recovery", "none", "-o", "small.onnx",
            "--plan", "plan.json", "--json", "--quiet", "--force",
          ] + (rows.map { ["--score-rows", $0] } ?? []), in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
        #expect(result.recipe["scoreRows"] == rows)
        plans.append(
          try String(contentsOf: place.appendingPathComponent("plan.json"), encoding: .utf8))
      }
      #expect(plans[0] == plans[1])
      #expect((plans[0] != plans[2]) == looks)
    }
  }

  /// A block with a high gate penalty is pruned, one without is kept, and the result states the
  /// penalty.
  @Test(arguments: [("0", false), ("5", true)])
  func blocksHaveAGatePenalty(_ price: String, _ goes: Bool) throws {
    try withFolder { place in
      try writeRowsByChance(168, classes: 4, seed: 6, to: place)
      let network = Program.home.appendingPathComponent(
        "Tests/Fixtures/models/good/residual.onnx")
      let run = try Program(
        "prune", network.path, "rows.csv", "--method", "block-then-channel",
        price == "0" ? "--gate-price" : "--hyperparameter",
        price == "0" ? price : "gatePrice=\(price)",
        "--parameters", "100", "-o", "small.onnx", "--plan", "plan.json", "--json", "--quiet",
        in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      struct Result: Decodable { var recipe: [String: String] }
      let result = try JSONDecoder().decode(Result.self, from: Data(run.output.utf8))
      #expect(result.recipe["gatePrice"] == price)
      let plan = try String(
        contentsOf: place.appendingPathComponent("plan.json"), encoding: .utf8)
      #expect(plan.contains("branch") == goes)
    }
  }

  @Test func theSensitivityIsWrittenAndWidthsAreMultiples() throws {
    let net = try folder.appendingPathComponent("net.onnx").path
    try withFolder { place in
      let run = try Program(
        "prune", net, "iris", "--multiple", "4", "--distill", "0.5", "--epochs", "2", "-o",
        "small.onnx", "--sensitivity", "layers.md", "--quiet", in: place)
      #expect(run.code == 0 && run.errorOutput.isEmpty, "\(run.errorOutput)")
      let table = try String(
        contentsOf: place.appendingPathComponent("layers.md"), encoding: .utf8)
      #expect(table.contains("| (the whole network) | | 0 | 0 |"))
      #expect(table.split(separator: "\n").count { $0.hasPrefix("| dense-") } >= 3, "\(table)")
      try Program(
        "prune", net, "iris", "--recovery", "none", "-o", "page.onnx", "--sensitivity",
        "layers.html", "--quiet", in: place)
      let page = try String(
        contentsOf: place.appendingPathComponent("layers.html"), encoding: .utf8)
      #expect(page.hasPrefix("<!doctype html>") && page.contains("<h1>Layer sensitivity of "))
      #expect(page.contains(">(the whole network)</th>"))
      #expect(
        page.matches(of: /<tr><th scope="row"><bdi>dense-/).count
          == table.split(separator: "\n").count { $0.hasPrefix("| dense-") })
      struct Layers: Decodable {
        struct Line: Decodable {
          var layers: [String]
          var accuracy: Double
        }
        var lines: [Line]
      }
      try Program(
        "prune", net, "iris", "--recovery", "none", "-o", "again.onnx", "--sensitivity",
        "layers.json", "--quiet", in: place)
      let read = try JSONDecoder().decode(
        Layers.self, from: Data(contentsOf: place.appendingPathComponent("layers.json")))
      #expect(read.lines.allSatisfy { (0...1).contains($0.accuracy) && !$0.layers.isEmpty })
    }
  }

  /// A comparison that is extended by methods, points and seeds has the bytes of one made in a
  /// single run.
  @Test func aComparisonGrows() throws {
    let common = ["compare", "iris", "--epochs", "5", "--recovery-epochs", "1", "--quiet"]
    let whole = ["--methods", "taylor,l1-filter", "--keep", "0.6,0.3", "--seeds", "2"]
    try withFolder { place in
      func run(_ arguments: [String]) throws -> Program {
        try Program(common + arguments, in: place)
      }
      #expect(
        try run(["--methods", "taylor", "--keep", "0.6", "--seeds", "1", "-o", "a"]).code == 0)
      #expect(try run(whole + ["-o", "b", "--known", "a"]).code == 0)
      #expect(try run(whole + ["-o", "c"]).code == 0)
      for name in ["compare.json", "compare.html", "compare.md", "compare.svg"] {
        let files = try ["b", "c"].map {
          try Data(contentsOf: place.appendingPathComponent($0 + "/" + name))
        }
        #expect(files[0] == files[1], "\(name)")
      }
      let other = try run(whole + ["-o", "d", "--known", "a", "--rounds", "2"])
      #expect(other.code == 65)
      #expect(
        other.errorOutput.hasPrefix(
          "error: 'a': a known comparison has other data, networks or recoveries\n hint: "))
      let none = try run(whole + ["-o", "d", "--known", "e"])
      #expect(
        none.code == 66 && none.errorOutput.hasPrefix("error: there is no comparison in 'e'\n"))
      #expect(try names(in: place) == ["a", "b", "c"])
    }
  }

  @Test func whatAComparisonCannotDoIsSaidOnce() throws {
    try withFolder { place in
      let run = try Program(
        "compare", "iris", "--epochs", "2", "--methods", "block-then-channel", "--keep", "0.5,0.3",
        "--seeds", "2", "--recovery-epochs", "1", "-o", "c", "--quiet", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let text = try String(
        contentsOf: place.appendingPathComponent("c/compare.md"), encoding: .utf8)
      #expect(
        text.hasSuffix(
          """
          Failed:

          - block-then-channel at 50 %, 30 %, seeds 42, 43: 'block-then-channel' needs a network \
          with residual blocks

          """), "\(text)")
    }
  }

  @Test func aComparisonIsTheSameWithAnyThreadsAndHasTheRandomBaseline() throws {
    try withFolder { place in
      for threads in ["1", "2"] {
        let run = try Program(
          "compare", "iris", "--epochs", "5", "--methods", "taylor,l1-filter", "--keep", "0.6,0.3",
          "--seeds", "2", "--recovery-epochs", "1", "--threads", threads, "-o", "c" + threads,
          "--quiet", in: place)
        #expect(run.code == 0 && run.errorOutput.isEmpty, "\(run.errorOutput)")
      }
      #expect(try names(in: place) == ["c1", "c2"])
      for name in ["compare.json", "compare.html", "compare.md", "compare.svg"] {
        let files = try ["c1", "c2"].map {
          try Data(contentsOf: place.appendingPathComponent($0 + "/" + name))
        }
        #expect(files[0] == files[1], "\(name)")
      }
      let text = try String(
        contentsOf: place.appendingPathComponent("c1/compare.md"), encoding: .utf8)
      #expect(text.contains("| random |") && text.contains("| taylor |"))
      #expect(text.contains("espalier compare iris --epochs 5"))
    }
  }

  @Test func compareNamesTheOptionOfItsMethods() throws {
    try withFolder { place in
      let run = try Program(
        "compare", "iris", "--methods", "taylor", "--gate-price", "0.2", in: place)
      #expect(run.code == 64)
      #expect(
        run.errorOutput
          == "error: --gate-price applies to one method only\n"
          + " hint: add --methods block-then-channel\n")
    }
  }
}
