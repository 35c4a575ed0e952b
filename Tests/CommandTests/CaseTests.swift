import Foundation
import Testing

/// Inputs of public bug reports in `Tests/Fixtures/cases`, each with its exact result.
///
/// The labels of a model are onnxruntime's predictions: a correctly imported network has an
/// accuracy of 1.
@Suite struct CaseTests {
  private static let folder = Program.home.appending(path: "Tests/Fixtures/cases")

  /// The expected reading of a table.
  struct Reading: CustomTestStringConvertible, Sendable {
    var name: String
    /// The notes, or the error with its hint.
    var said: [String]
    /// Names of the numeric columns; `nil` for a rejected table.
    var numeric: [String]?
    var levels: [String] = []
    /// The number of missing cells.
    var missing = 0
    var testDescription: String { name }
  }

  static let missing = " is read as a missing value in 18 cells of 'alpha'"
  static let trailing = "lines end in an empty field without a name, which is left out"
  static let readings: [Reading] = [
    Reading(
      name: "backslash",
      said: [
        "error: backslash.csv:2:6: 'p' after a closing quote, where the field must end",
        " hint: a backslash does not escape a quote: write a quote inside a quoted field twice",
      ]),
    Reading(
      name: "boolmixed",
      said: [
        "'flag' has levels that differ only in case or blanks and are kept separate: "
          + "'FALSE', 'False', 'false'; 'TRUE', 'True', 'true'"
      ], numeric: ["beta"], levels: ["flag"]),
    Reading(
      name: "comment", said: ["the line above the table that begins with '#' is left out"],
      numeric: ["alpha", "beta"]),
    Reading(
      name: "currency",
      said: [
        "'income' has thousands separators in 111 cells: '$6,230' is read as 6230",
        "'rate' has a percent sign in 120 cells: '2.4%' is read as 2.4",
        "'income' has a currency sign in 120 cells: '$6,230' is read as 6230",
      ], numeric: ["income", "rate"]),
    Reading(
      name: "dates",
      said: ["'when' holds dates or times such as '2019-01-01' and is left out"],
      numeric: ["beta"]),
    Reading(
      name: "decimalcomma-few",
      said: ["'alpha' and 'beta' have a decimal comma in 240 cells: '6,0' is read as 6"],
      numeric: ["alpha", "beta"], levels: ["colour"]),
    Reading(
      name: "decimalcomma",
      said: ["'alpha' and 'beta' have a decimal comma in 240 cells: '6,23' is read as 6.23"],
      numeric: ["alpha", "beta"], levels: ["colour"]),
    Reading(
      name: "labels",
      said: [
        "blanks around 60 fields are trimmed",
        "'y' has levels that differ only in case or blanks and are kept separate: 'NO', 'no'; 'YES', 'yes'",
      ], numeric: ["alpha", "beta"]),
    Reading(
      name: "miss-dash", said: ["'-'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-dot", said: ["'.'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-hashna", said: ["'#N/A'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-na2", said: ["'n/a'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-nanu", said: ["'<NA>'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-none", said: ["'None'" + missing], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "miss-neg",
      said: [
        "'alpha' has '-999' in 18 cells, far from all other numbers: read as a missing value"
      ], numeric: ["alpha", "beta"], missing: 18),
    Reading(
      name: "nohead",
      said: [
        "error: nohead.csv:1:1: the first line looks like a row, not a header: it has '6.23'",
        " hint: --no-header reads it as a row, --names A,B,… names the columns, "
          + "--header takes it for names",
      ]),
    Reading(name: "pipe", said: ["fields are separated by '|'"], numeric: ["alpha", "beta"]),
    Reading(
      name: "rownames",
      said: [
        "error: rownames.csv:2:1: 5 fields where the header names 4",
        " hint: the header has one name too few: name the first column too",
      ]),
    Reading(name: "space", said: ["fields are separated by blanks"], numeric: ["alpha", "beta"]),
    Reading(
      name: "thousands-mixed",
      said: ["'income' has thousands separators in 65 cells: '2,418' is read as 2418"],
      numeric: ["income", "beta"]),
    Reading(
      name: "thousands",
      said: ["'income' has thousands separators in 111 cells: '6,230' is read as 6230"],
      numeric: ["income", "beta"]),
    Reading(
      name: "total",
      said: [
        "error: total.csv:123:1: 1 field where the header names 3",
        " hint: remove titles, totals and notes above and below the table from the file",
      ]),
    Reading(
      name: "trailing-rows", said: [trailing], numeric: ["alpha", "beta"], levels: ["colour"]),
    Reading(
      name: "trailing", said: [trailing], numeric: ["alpha", "beta"], levels: ["colour"]),
    Reading(
      name: "uminus",
      said: ["'beta' has a Unicode minus sign in 67 cells: '−0.34' is read as -0.34"],
      numeric: ["alpha", "beta"]),
    Reading(name: "utf16", said: [], numeric: ["alpha", "beta"]),
  ]

  @Test(arguments: readings) func aTableIsReadSensiblyOrRefused(_ reading: Reading) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", reading.name + ".csv", "--epochs", "1", "--rules", "inputs", "--extractor",
        "surrogate-tree", "--progress", "plain", "-o",
        folder.appending(path: "r").path, in: Self.folder)
      let said = run.errorOutput.split(separator: "\n").filter {
        [" note: ", "error: ", " hint: "].contains(where: $0.hasPrefix)
      }
      guard let numeric = reading.numeric else {
        #expect(said.map(String.init) == reading.said)
        #expect(run.code == 65)
        return
      }
      #expect(said.map { String($0.dropFirst(" note: ".count)) } == reading.said)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try JSONDecoder().decode(
        Result.self, from: Data(contentsOf: folder.appending(path: "r/explanation.json")))
      let features = result.data.schema.features
      #expect(features.filter { $0.kind == "numeric" }.map(\.name) == numeric)
      #expect(features.filter { $0.kind != "numeric" }.map(\.name) == reading.levels)
      #expect(result.data.rows == 120 && result.data.rowsUsed == 120)
      #expect(result.data.rowsAltered.reduce(0) { $0 + $1.count } == reading.missing)
    }
  }

  @Test(arguments: [
    "bin-flip", "bin-reshape", "bin-squeeze", "f16", "f16-stored-cast", "localfunc", "max-relu",
    "neg-temp", "prelu", "qdq-weights", "relu6", "silu", "sk-logreg", "sk-names-spaces",
    "sk-onehot-int", "sk-three-zipcols",
  ])
  func everyPredictionOfAModelIsRight(_ name: String) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", name + ".csv", "--model", name + ".onnx", "--no-pruning", "--rules", "inputs",
        "--extractor", "surrogate-tree", "-o", folder.appending(path: "r").path, "--quiet",
        in: Self.folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let result = try JSONDecoder().decode(
        Result.self, from: Data(contentsOf: folder.appending(path: "r/explanation.json")))
      #expect(result.network.accuracy.count == result.network.accuracy.total)
      #expect(result.network.accuracy.total >= 60)
      let agreement = result.pruned.agreementWithOriginal
      #expect(agreement.map { $0.count == $0.total } == true)
    }
  }

  @Test(arguments: [
    (
      "int-input",
      """
      error: the input takes whole numbers, x1 has 7.041 in line 2
       hint: export the network with an input of floats, or round the column as it was in training

      """
    ),
    (
      "pwit-rf",
      """
      error: pwit-rf.onnx: node 'TreeEnsembleClassifier' (TreeEnsembleClassifier): the file holds an \
      ensemble of decision trees, not a neural network
       hint: give a neural network, such as scikit-learn's MLPClassifier; or explain the data without \
      --model

      """
    ),
    (
      "sk-multilabel",
      """
      error: sk-multilabel.onnx: node 'N10' (Binarizer): the file holds a multilabel network, which \
      gives each row several labels at once
       hint: give a network with one class per row: export one network for each label

      """
    ),
  ])
  func aModelThatIsNoneOfOursIsRefused(_ name: String, _ words: String) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", name + ".csv", "--model", name + ".onnx", "--no-pruning", "-o",
        folder.appending(path: "r").path, "--quiet", in: Self.folder)
      #expect(run.errorOutput == words)
      #expect(run.code == 65)
      #expect(try names(in: folder).isEmpty)
    }
  }

  @Test func classesWithoutAnImageAreNoted() throws {
    try withFolder { folder in
      let run = try Program(
        "train", "lab300", "--epochs", "1", "-o", folder.appending(path: "net.onnx").path,
        "--progress", "plain", in: Self.folder)
      #expect(
        run.errorOutput.contains(
          " note: 253 of 256 classes have no training image: '0', '3', '4' and 250 more\n"))
      #expect(run.code == 0, "\(run.errorOutput)")
    }
  }

  @Test func gzipInsideGzipIsSaid() throws {
    try withFolder { folder in
      let run = try Program(
        "train", "doublegz", "-o", folder.appending(path: "net.onnx").path, in: Self.folder)
      #expect(
        run.errorOutput == """
          error: doublegz/train-images-idx3-ubyte.gz: the file is gzip inside gzip
           hint: unpack it once with gunzip

          """)
      #expect(run.code == 65)
    }
  }

  @Test func rowsWithoutALabelAreSaid() throws {
    try withFolder { folder in
      var text = "length,kind\n"
      for row in 0..<60 { text += "\(row % 7).5,\(row % 20 == 3 ? "" : row % 7 > 3 ? "b" : "a")\n" }
      try Data(text.utf8).write(to: folder.appending(path: "rows.csv"))
      let run = try Program(
        "train", "rows.csv", "--epochs", "1", "-o", "net.onnx", "--progress", "plain", in: folder)
      #expect(
        run.errorOutput.contains(" note: 3 rows left out: no value for the target 'kind'\n"),
        "\(run.errorOutput)"
      )
      #expect(run.code == 0)
    }
  }

  // The decoded part of a result.
  private struct Result: Decodable {
    struct Count: Decodable {
      var count: Int
      var total = 0
      private enum CodingKeys: CodingKey { case count, total }
      init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        count = try values.decode(Int.self, forKey: .count)
        total = try values.decodeIfPresent(Int.self, forKey: .total) ?? 0
      }
    }
    struct Feature: Decodable { var name, kind: String }
    struct Schema: Decodable { var features: [Feature] }
    struct Rows: Decodable {
      var rows, rowsUsed: Int
      var rowsAltered: [Count]
      var schema: Schema
    }
    struct Network: Decodable {
      var accuracy: Count
      var agreementWithOriginal: Count?
    }
    var data: Rows
    var network, pruned: Network
  }
}
