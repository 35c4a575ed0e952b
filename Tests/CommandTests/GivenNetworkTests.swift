import Foundation
import Testing

/// Networks of other programs with tables as their users have them: `Tests/Fixtures/given`.
///
/// The classes are onnxruntime's predictions on the cells as they stand in the file: a network that is
/// read and fed correctly is right on every row.
@Suite struct GivenNetworkTests {
  private static let folder = Program.home.appending(path: "Tests/Fixtures/given")
  /// The first ones read a column of texts that a reader without the network takes for numbers, missing
  /// values or dates, or trims, or leaves out.
  static let texts = [
    "blanks", "decimals", "missing", "months", "names", "percent", "prices", "zeros", "twice",
    "blank", "forms", "spellings",
  ]
  /// Those that are written with their inputs and outputs too.
  static let kept =
    texts + [
      "channels-first", "channels-last", "clipped", "fixed-batch", "one-operand", "repeated",
      "timestamps", "shifted", "normalized-rows", "flat-colours", "rows-of-pixels",
      "lines-of-pixels", "turned-columns", "codes-read", "row-index", "filled", "filled-anew",
      "filled-unknown", "filled-codes", "flattened", "flattened-channel", "grey-pixels",
      "embedded-columns", "embedded-casts", "embedded-inputs", "embedded-one-hot",
      "embedded-shared",
      "embedded-wrapped", "embedded-both", "embedded-compared", "embedded-flat", "embedded-limits",
      "embedded-means", "embedded-offsets", "embedded-split", "embedded-sums", "embedded-towers",
      "embedded-vectors", "embedded-viewed", "embedded-wide", "infrequent", "infrequent-all",
      "gathered", "named-part",
    ]
  static let all =
    kept + [
      "averaged", "booleans", "linear-probability", "mean-of-sigmoids", "filled-nan", "merged-kept",
      "merged-pixels", "both-pools", "bytes",
      "batch-norm", "decimal-classes", "global-max", "hard-sigmoid", "clipped-margin",
      "month-classes", "named-positions",
      "one-vs-rest", "other-columns", "pair", "reduce-max", "rounded", "threshold",
      "turned-channels", "unknown-width", "whole-windows", "from-half",
    ]

  private struct Figures: Decodable {
    struct Share: Decodable {
      var count: Int
      var total: Int
    }
    var accuracy: Share
  }

  private func expectRight(
    _ model: String, _ data: String, in place: URL, _ location: SourceLocation
  ) throws {
    let rows = try String(contentsOfFile: data, encoding: .utf8).split(separator: "\n").count - 1
    let run = try Program("evaluate", model, data, "--json", in: place)
    #expect(run.code == 0, "\(run.errorOutput)", sourceLocation: location)
    let found = try JSONDecoder().decode(Figures.self, from: Data(run.output.utf8)).accuracy
    #expect(found.count == rows && found.total == rows, sourceLocation: location)
  }

  private func file(_ name: String) -> String { Self.folder.appending(path: name).path }

  @Test(arguments: all) func everyRowIsPredictedAsInAnotherRuntime(_ name: String) throws {
    try withFolder { place in
      try expectRight(
        file(name + ".onnx"), file(name + ".csv"), in: place, #_sourceLocation)
    }
  }

  /// A row alone is read as among others: its columns are neither constant nor unique texts.
  @Test(arguments: texts) func aRowAloneIsPredictedAlike(_ name: String) throws {
    try withFolder { place in
      let lines = try String(contentsOfFile: file(name + ".csv"), encoding: .utf8)
        .split(separator: "\n")
      let header = lines[0].split(separator: ",").dropLast().joined(separator: ",")
      for row in [1, 7] {
        let cells = lines[row].split(separator: ",", omittingEmptySubsequences: false)
        try Data("\(header)\n\(cells.dropLast().joined(separator: ","))\n".utf8)
          .write(to: place.appending(path: "one.csv"))
        let run = try Program(
          "predict", file(name + ".onnx"), "one.csv", "--no-target", "--class-order", "no,yes",
          "-o",
          "out.csv", "--force", in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        let out = try String(contentsOf: place.appending(path: "out.csv"), encoding: .utf8)
        #expect(out.split(separator: "\n")[1].split(separator: ",")[1] == cells[cells.count - 1])
      }
    }
  }

  /// Pruned by nothing, with the inputs and outputs of the given file, they are the same networks.
  @Test(arguments: kept) func theyAreWrittenAsTheyWere(_ name: String) throws {
    try withFolder { place in
      let run = try Program(
        "prune", file(name + ".onnx"), file(name + ".csv"), "--keep", "1", "--epochs", "0", "-o",
        "kept.onnx", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.output.contains("with the inputs and outputs of"), "\(run.errorOutput)")
      try expectRight("kept.onnx", file(name + ".csv"), in: place, #_sourceLocation)
    }
  }

  /// Masks of pruned weights are those of the weights as the file has them.
  @Test(arguments: ["repeated", "turned-columns", "one-operand"])
  func prunedWeightsAreReadInAnotherOrderOfClasses(_ name: String) throws {
    try withFolder { place in
      for keep in ["0.8", "0.6", "0.4"] {
        let run = try Program(
          "prune", file(name + ".onnx"), file(name + ".csv"), "--method", "weight-magnitude",
          "--keep", keep,
          "--epochs", "0", "--scale-inputs", "standard", "--class-order", "yes,no", "-o",
          "kept.onnx",
          "--force", in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        #expect(
          run.output.contains("with the inputs and outputs of"), "\(keep): \(run.errorOutput)")
      }
    }
  }

  @Test(arguments: all) func theyAreWrittenForRawRows(_ name: String) throws {
    try withFolder { place in
      let run = try Program(
        "prune", file(name + ".onnx"), file(name + ".csv"), "--keep", "1", "--epochs", "0",
        "--raw-rows", "-o", "raw.onnx", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      try expectRight("raw.onnx", file(name + ".csv"), in: place, #_sourceLocation)
    }
  }

  @Test func whatTheNetworkDoesNotKnowIsSaid() throws {
    try withFolder { place in
      let rows = try String(contentsOfFile: file("zeros.csv"), encoding: .utf8)
        .replacing("01,", with: "1,")
      try Data(rows.utf8).write(to: place.appending(path: "rows.csv"))
      let run = try Program("evaluate", file("zeros.onnx"), "rows.csv", in: place)
      #expect(
        run.errorOutput.contains("'kind' has 1 string that is not known to the network: '1'"),
        "\(run.errorOutput)")
    }
  }

  @Test func missingNumbersThatNoOneImputesAreSaid() throws {
    try withFolder { place in
      var lines = try String(contentsOfFile: file("zeros.csv"), encoding: .utf8)
        .split(separator: "\n").map(String.init)
      for row in [3, 5] {
        lines[row] = "," + lines[row].split(separator: ",").dropFirst().joined(separator: ",")
      }
      try Data((lines.joined(separator: "\n") + "\n").utf8).write(
        to: place.appending(path: "rows.csv"))
      let run = try Program("evaluate", file("zeros.onnx"), "rows.csv", in: place)
      #expect(
        run.errorOutput.contains(
          "zeros.onnx does not impute missing numbers: 2 rows with one are computed with the number that "
            + "scaling makes 0, where other runtimes give no prediction"), "\(run.errorOutput)")
    }
  }

  /// Indices that an embedding does not have, in place of the 0 of the first row.
  @Test(arguments: [
    ("5", "error: the input takes whole numbers from 0 to 4, zone has 5 in line 2"),
    ("-1", "error: the input takes whole numbers from 0 to 4, zone has -1 in line 2"),
    ("1.5", "error: the input takes whole numbers, zone has 1.5 in line 2"),
    ("", "error: the input takes whole numbers, zone has no value in line 2"),
    ("north", "error: the column 'zone' holds levels where the model reads numbers"),
  ])
  func indicesOfNoEmbeddingAreRefused(_ cell: String, _ message: String) throws {
    try withFolder { place in
      for name in [
        "columns", "wrapped", "inputs", "casts", "one-hot", "shared", "both", "compared", "flat",
        "limits", "means", "offsets", "split", "sums", "towers", "vectors", "viewed", "wide",
      ].map({ "embedded-" + $0 }) {
        var lines = try String(contentsOfFile: file(name + ".csv"), encoding: .utf8)
          .split(separator: "\n").map(String.init)
        for row in cell == "north" ? Array(lines.indices.dropFirst()) : [1] {
          lines[row] = cell + lines[row].drop { $0 != "," }
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(
          to: place.appending(path: "rows.csv"))
        let run = try Program("evaluate", file(name + ".onnx"), "rows.csv", in: place)
        #expect(run.code == 65, "\(name)")
        #expect(run.errorOutput.contains(message), "\(name): \(run.errorOutput)")
      }
    }
  }

  @Test func scalingOverOneRowIsRefused() throws {
    try withFolder { place in
      try Data("c0,c1\n1,2\n".utf8).write(to: place.appending(path: "one.csv"))
      let run = try Program(
        "predict", file("fixed-batch.onnx"), "one.csv", "--no-target", "--class-order", "no,yes",
        "--scale-inputs", "standard", "-o", "out.csv", in: place)
      #expect(run.code == 65)
      #expect(
        run.errorOutput
          == "error: --scale-inputs standard scales the columns over the rows of the data, which have 1 "
          + "row where 10 are needed\n hint: give all rows at once, or a model that contains its scaling, "
          + "such as the model.onnx of a report\n", "\(run.errorOutput)")
    }
  }

  /// `70.-` and `70.–` are prices without cents, not negative numbers.
  @Test(arguments: [
    (["70.-", "85.-", "1200.-"], "-"), (["70,-", "85,-", "99,-"], "-"),
    (["US$70.50", "US$85.00", "US$9.10"], "US$"), (["70 kr", "85 kr", "9 kr"], "kr"),
    (["Fr. 70", "Fr. 85", "Fr. 9"], "Fr."),
  ])
  func pricesThatAreNoNumbersAreSaid(_ prices: [String], _ mark: String) throws {
    try withFolder { place in
      var rows = "price,other,answer\n"
      for row in 0..<40 {
        rows += "\"\(prices[row % 3])\",\(row * 7 % 11),\(row % 2 == 0 ? "yes" : "no")\n"
      }
      try Data(rows.utf8).write(to: place.appending(path: "rows.csv"))
      let run = try Program("train", "rows.csv", "-o", "net.onnx", "--epochs", "1", in: place)
      #expect(run.code == 0)
      #expect(
        run.errorOutput.contains(
          "numbers with '\(mark)', that are read as levels without an order: remove '\(mark)' if they "
            + "are numbers"), "\(run.errorOutput)")
    }
  }
}
