import Foundation
import TestSupport
import Testing

/// One result on iris, and the output of every command for it.
@Suite struct StoryTests {
  private static let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("espalier-story-" + UUID().uuidString)

  /// `explain iris --output r`, run once for all tests.
  private static let story: Result<Program, any Error> = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: StoryTests.folder) }
    return try Program("explain", "iris", "--output", "r", in: folder)
  }

  private let folder = StoryTests.folder
  private let explain: Program
  private let result: ResultFolder

  init() throws {
    explain = try Self.story.get()
    result = try ResultFolder(folder.appendingPathComponent("r"))
  }

  @Test func theFolderIsTheOneOfTheContract() throws {
    #expect(explain.code == 0)
    #expect(explain.output.contains("\nThe report: r/report.html\nNext: espalier why r 1, or "))
    #expect(
      try names(in: result.url) == [
        "curve.svg", "explanation.json", "features.svg", "manifest.json", "model.onnx",
        "network.dot", "network.svg", "report.html", "report.md", "rules.svg", "rules.txt",
      ])
  }

  @Test func theExplanationHasTheKeysOfTheContract() throws {
    let proportion = ["count", "total", "value", "low", "high", "method"]
    let size = ["architecture", "parameters", "multiplications", "bytes"]
    let fidelity = ["heldOut", "byClass", "toOriginal", "training", "majorityBaseline"]
    let expected: [(path: [String], keys: [String])] = [
      (
        [],
        [
          "schemaVersion", "data", "network", "pruned", "pruning", "features", "rules",
          "defaultClass", "resolution", "fidelity", "accuracy", "complexity", "curve",
          "disagreements", "certified", "provenance", "featureRules", "featureFidelity",
        ]
      ),
      (
        ["data"],
        [
          "name", "sha256", "rows", "rowsUsed", "rowsDropped", "features", "classes", "training",
          "validation", "heldOut",
        ]
      ),
      (["network"], size + ["accuracy"]),
      (["pruned"], size + ["accuracy", "agreementWithOriginal", "equality"]),
      (["pruned", "equality"], ["rows", "largestAbsolute", "largestRelative", "changedAnswers"]),
      (["pruned", "agreementWithOriginal"], proportion),
      (["pruning"], ["method", "source", "steps"]),
      (["fidelity"], fidelity), (["featureFidelity"], fidelity),
      (["fidelity", "heldOut"], proportion),
      (["fidelity", "byClass"], ["setosa", "versicolor", "virginica"]),
      (["accuracy"], ["rules", "network"]), (["accuracy", "rules"], proportion),
      (["complexity"], ["rules", "literals", "meanLiterals", "inputsUsed", "featuresUsed"]),
      (["featureRules"], ["rules", "defaultClass", "resolution"]),
      (["provenance"], ["version", "seed", "arguments", "startedFrom"]),
    ]
    for (path, keys) in expected {
      let object = try path.reduce(result.json) { try #require($0[$1] as? [String: Any]) }
      #expect(Set(keys).subtracting(object.keys).isEmpty, "\(path)")
    }
    let items: [(list: String, keys: [String])] = [
      ("rules", ["id", "if", "then", "coverage", "confidence", "proved"]),
      ("features", ["neuron", "layer", "drivers", "threshold", "activeShare"]),
      ("curve", ["rules", "literals", "fidelity"]),
    ]
    for (list, keys) in items {
      let first = try #require((result.json[list] as? [[String: Any]])?.first)
      #expect(Set(keys).subtracting(first.keys).isEmpty, "\(list)")
    }
    #expect(result.json["schemaVersion"] as? Int == 1)
    #expect(result.json["certified"] is NSNull)
    #expect(try result.object("provenance")["arguments"] as? [String] == ["explain", "iris"])
  }

  @Test func theManifestHasTheSumsOfAllFiles() throws {
    struct Manifest: Decodable {
      struct File: Decodable {
        var name: String
        var sha256: String
        var bytes: Int?
      }
      var tool: String
      var outputs: [File]
    }
    let manifest = try JSONDecoder().decode(Manifest.self, from: result.data("manifest.json"))
    #expect(manifest.tool == "espalier")
    #expect(
      try manifest.outputs.map(\.name).sorted()
        == names(in: result.url).filter { $0 != "manifest.json" })
    for file in manifest.outputs {
      let sum = try Program.system("sha256sum", file.name, in: result.url)
      #expect(sum.output == "\(file.sha256)  \(file.name)\n")
      #expect(try result.data(file.name).count == file.bytes)
    }
  }

  @Test func thePageLoadsNothing() throws {
    let page = try result.text("report.html")
    #expect(page.utf8.count < 2_000_000)
    // Links are not loaded; every other element with an address is.
    let loads = page.matches(
      of: /<(\w+)[^>]*\b(?:src|href|srcset|poster|action|data)\s*=\s*["']?\s*(?:https?:)?\/\//)
    #expect(loads.allSatisfy { $0.1 == "a" })
    for needle in ["url(http", "url(\"http", "url(//", "@import", "fetch(", "XMLHttpRequest"] {
      #expect(!page.contains(needle))
    }
    for image in ["network.svg", "features.svg", "rules.svg", "curve.svg"] {
      let text = try result.text(image)
      #expect(malformation(of: text) == nil)
      #expect(text.matches(of: /\b(?:href|src)\s*=\s*["'](?:https?:)?\/\//).isEmpty)
    }
  }

  @Test func reportMakesTheSameBytesAgain() throws {
    try withFolder { place in
      let again = place.appendingPathComponent("again")
      let run = try Program("report", "r", "-o", again.path, in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      let made = try names(in: again)
      #expect(
        try made == names(in: result.url).filter { $0 != "model.onnx" })
      for name in made where name != "manifest.json" {
        #expect(try Data(contentsOf: again.appendingPathComponent(name)) == result.data(name))
      }
      let few = place.appendingPathComponent("few")
      try Program("report", "r/explanation.json", "--format", "text", "-o", few.path, in: folder)
      #expect(try names(in: few) == ["manifest.json", "rules.txt"])
    }
  }

  @Test(arguments: [
    (["r"], "svg", "network.svg"), (["r"], "dot", "network.dot"),
    (["r", "--picture", "rules"], "svg", "rules.svg"),
    (["r", "--picture", "features"], "svg", "features.svg"),
  ])
  func drawMakesTheImagesOfTheFolder(
    _ arguments: [String], _ suffix: String, _ same: String
  ) throws {
    try withFolder { place in
      let image = place.appendingPathComponent("picture." + suffix)
      let run = try Program(["draw"] + arguments + ["-o", image.path], in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      #expect(try Data(contentsOf: image) == result.data(same))
    }
  }

  @Test(arguments: [
    ("png", "\u{89}PNG"), ("pdf", "%PDF-"), ("svg", "<?xml"), ("dot", "digraph"),
  ])
  func drawKnowsModels(_ suffix: String, _ start: String) throws {
    try withFolder { place in
      let image = place.appendingPathComponent("picture." + suffix)
      let run = try Program("draw", "r/model.onnx", "-o", image.path, in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      let data = try Data(contentsOf: image)
      #expect(data.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
      if suffix == "svg" { #expect(malformation(of: String(decoding: data, as: UTF8.self)) == nil) }
      let second = try Program("draw", "r/model.onnx", "-o", image.path, in: folder)
      #expect(
        second.errorOutput
          == "error: '\(image.path)' already exists\n hint: --force overwrites it\n")
      #expect(second.code == 73)
    }
  }

  @Test func featuresNamesTheFeaturesOfTheReport() throws {
    struct Entry: Decodable {
      struct Driver: Decodable { var input: String }
      var id: String
      var neuron: String
      var threshold: Double
      var drivers: [Driver]
    }
    let run = try Program("features", "r/model.onnx", "iris", "--json", in: folder)
    #expect(run.code == 0 && run.errorOutput.isEmpty)
    let entries = try JSONDecoder().decode([Entry].self, from: Data(run.output.utf8))
    let features = try #require(result.json["features"] as? [[String: Any]])
    #expect(entries.map(\.id) == features.compactMap { $0["id"] as? String })
    #expect(entries.map(\.neuron) == features.compactMap { $0["neuron"] as? String })
    #expect(entries.map(\.threshold) == features.compactMap { $0["threshold"] as? Double })
    let columns = Set(try #require(shippedRows("iris").first).keys)
    #expect(entries.allSatisfy { !$0.drivers.isEmpty })
    #expect(entries.flatMap(\.drivers).allSatisfy { columns.contains($0.input) })
    let text = try Program("features", "r/model.onnx", "iris", in: folder).output
    #expect(entries.allSatisfy { text.contains($0.id + "  active above 0.500: ") })
  }

  @Test func fidelityCountsTheRowsThatAgree() throws {
    struct Measured: Decodable {
      struct Share: Decodable { var count: Int }
      var rows: Int
      var fidelity: Share
    }
    let run = try Program("fidelity", "r", "r/model.onnx", "iris", "--json", in: folder)
    #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
    let measured = try JSONDecoder().decode(Measured.self, from: Data(run.output.utf8))
    let rows = try shippedRows("iris")
    let network = try result.networkPredictions(Program.home.path + "/Datasets/iris/data.csv")
    let agreeing = try zip(rows, network).count { try result.prediction($0) == $1 }
    #expect(measured.rows == 150)
    #expect(measured.fidelity.count == agreeing)
    #expect(agreeing >= 120)
    let gate = try Program(
      "fidelity", "r", "r/model.onnx", "iris", "--min-fidelity", "1", "--quiet", in: folder)
    #expect(gate.code == (agreeing == 150 ? 0 : 2))
    #expect(gate.output.isEmpty)
  }

  @Test(.enabled(if: Program.hasPython)) func pythonPredictsAsTheRulesDo() throws {
    try withFolder { place in
      let file = place.appendingPathComponent("iris.py")
      let run = try Program("export", "r", "--to", "python", "-o", file.path, in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      let rows = try shippedRows("iris")
      #expect(rows.count == 150)
      #expect(
        try ResultFolder.pythonPredictions(file, rows) == rows.map { try result.prediction($0) })
    }
  }

  @Test func textIsTheRulesFile() throws {
    let run = try Program("export", "r", "--to", "text", "-o", "-", in: folder)
    #expect(run.code == 0 && run.errorOutput.isEmpty)
    #expect(try run.output == result.text("rules.txt"))
  }

  @Test func jsonIsTheFileAlone() throws {
    try withFolder { place in
      let run = try Program(
        "explain", "iris", "-o", "r", "--epochs", "5", "--max-rules", "3", "--json", "--progress",
        "none", in: place)
      #expect(run.code == 0 && run.talkBesideWarnings.isEmpty)
      let made = try ResultFolder(place.appendingPathComponent("r"))
      #expect(try run.output == made.text("explanation.json"))
    }
  }

  @Test func dryRunWritesNothing() throws {
    try withFolder { place in
      let run = try Program("explain", "iris", "-o", "r", "--dry-run", in: place)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      #expect(
        run.output
          == """
          data: iris, 150 rows, 4 columns, target 'species'
          rows: 102 training, 18 validation, 30 held-out (20 % of the rows, stratified by class)
          network: 4 inputs, dense 12, sigmoid, dense 3; weight decay 1 (candidate 1 of 3)
          network: 4 inputs, dense 12, sigmoid, dense 3; weight decay 0.2 (candidate 2 of 3)
          network: 4 inputs, dense 32, relu, dense 12, sigmoid, dense 3; weight decay 0.2 (candidate 3 of 3)
          training: at most 200 epochs, batch size 16, learning rate 0.01, seed 42
          rules: over inputs, features, scores, of the pruned network; first those over inputs
          write the report to 'r'

          """)
      #expect(try names(in: place).isEmpty)
    }
  }

  @Test(arguments: [
    ["--threads", "1"], ["--threads", "2", "--resume", "--progress", "json"],
  ])
  func nothingButTheManifestDependsOnHowItIsRun(_ arguments: [String]) throws {
    try withFolder { place in
      let run = try Program(
        ["explain", "iris", "--output", "r", "--quiet"] + arguments, in: place)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      #expect(try names(in: place) == ["r"])
      let made = place.appendingPathComponent("r")
      #expect(try names(in: made) == names(in: result.url))
      for name in try names(in: made) where name != "manifest.json" {
        #expect(
          try Data(contentsOf: made.appendingPathComponent(name)) == result.data(name), "\(name)")
      }
    }
  }
}
