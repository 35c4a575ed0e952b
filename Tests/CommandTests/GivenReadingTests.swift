import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Testing

/// A result about a network of another program, whose rows need settings that its file does not state:
/// later commands read the file as `explain` did.
@Suite struct GivenReadingTests {
  /// relu.onnx over iris, which the file does not scale.
  private static let network = Program.home.appendingPathComponent(
    "Tests/Fixtures/models/good/relu.onnx")

  private func explain(_ arguments: String..., in folder: URL) throws -> Explanation {
    let run = try Program(
      [
        "explain", "iris", "--model", Self.network.path, "--no-pruning", "--rules", "inputs",
        "--cross-validation", "0", "--quiet", "-o", "r",
      ] + arguments, in: folder)
    #expect(run.code == 0, "\(run.errorOutput)")
    return try ResultFolder(folder.appendingPathComponent("r")).explanation
  }

  private struct Measured: Decodable { var fidelity: Proportion }

  /// The rows of iris, with other rows before and after them.
  private func write(_ rows: Range<Int>, to name: String, in folder: URL) throws {
    let lines = try String(
      contentsOf: Program.home.appendingPathComponent("Datasets/iris/data.csv"), encoding: .utf8
    ).split(separator: "\n")
    try Data("\(lines[0])\n\(lines[rows].joined(separator: "\n"))\n".utf8)
      .write(to: folder.appendingPathComponent(name))
  }

  @Test(arguments: ["standard", "minmax"]) func theScalingIsThatOfTheTrainingRows(_ scaling: String)
    throws
  {
    try withFolder { folder in
      let explanation = try explain("--scale-inputs", scaling, in: folder)
      let reading = try #require(explanation.givenNetwork)
      #expect(reading.scaleInputs == scaling && reading.scaling?.count == 4)
      let data = try DataSource.load("iris").table
      let whole = try Program(
        "predict", "r", "iris", "--model", Self.network.path, in: folder)
      #expect(whole.code == 0, "\(whole.errorOutput)")
      #expect(
        whole.errorOutput.contains(
          "relu.onnx is read as for the result: --scale-inputs \(scaling), over the training rows of "
            + "the result"))
      let predictions = plainRows(whole.output).compactMap { $0["network"] }
      // The same numbers by hand.
      var model = try ModelFile.read(Self.network).model(for: data.schema)
      model.encoding = Encoding(
        inputs: try #require(reading.scaling).enumerated().map { position, column in
          .init(feature: position, kind: .scaled(mean: column.mean, scale: column.scale))
        })
      #expect(predictions == model.classify(data).map { data.schema.classes[$0] })
      // A row is predicted alike beside others and alone, whether or not the option is repeated.
      try write(71..<74, to: "three.csv", in: folder)
      for more in [[], ["--scale-inputs", scaling]] {
        let few = try Program(
          ["predict", "r", "three.csv", "--model", Self.network.path] + more, in: folder)
        #expect(few.code == 0, "\(few.errorOutput)")
        #expect(plainRows(few.output).compactMap { $0["network"] } == Array(predictions[70..<73]))
      }
      let why = try Program("why", "r", "72", "--model", Self.network.path, "--json", in: folder)
      let found = try JSONDecoder().decode(RowExplanation.self, from: Data(why.output.utf8))
      #expect(found.network?.prediction == predictions[71])
      // Measured on the rows of the network's predictions, the fidelity is that of the rules' predictions.
      let run = try Program("fidelity", "r", Self.network.path, "iris", "--json", in: folder)
      let measured = try JSONDecoder().decode(Measured.self, from: Data(run.output.utf8))
      let rules = plainRows(whole.output).compactMap { $0["rules"] }
      #expect(measured.fidelity == Proportion(zip(rules, predictions).count { $0 == $1 }, of: 150))
    }
  }

  @Test func anotherScalingNeedsRows() throws {
    try withFolder { folder in
      _ = try explain("--scale-inputs", "standard", in: folder)
      try write(71..<74, to: "three.csv", in: folder)
      let run = try Program(
        "predict", "r", "three.csv", "--model", Self.network.path, "--scale-inputs", "minmax",
        in: folder)
      #expect(run.code == 65 && run.output.isEmpty)
      #expect(
        run.errorOutput.contains(
          "error: --scale-inputs minmax scales the columns over the rows of the data, which have 3 rows "
            + "where 10 are needed\n"), "\(run.errorOutput)")
      let all = try Program(
        "fidelity", "r", Self.network.path, "iris", "--scale-inputs", "minmax", in: folder)
      #expect(all.code == 0)
      #expect(
        all.errorOutput.contains(
          "--scale-inputs minmax scales the columns over these 150 rows: predictions of a row depend on "
            + "the others"), "\(all.errorOutput)")
    }
  }

  /// A stored scaling that does not fit is not used: the columns are scaled over the rows, with a note.
  @Test(arguments: [
    (#""scale":"#, #""scale":0,"other":"#), (#""scaling":["#, #""scaling":[],"other":["#),
  ])
  func aScalingThatDoesNotFitIsNotUsed(_ part: String, _ other: String) throws {
    try withFolder { folder in
      _ = try explain("--scale-inputs", "standard", in: folder)
      let file = folder.appendingPathComponent("r/explanation.json")
      let text = try String(contentsOf: file, encoding: .utf8)
        .replacingOccurrences(of: "\" : ", with: "\":").replacingOccurrences(
          of: "\": ", with: "\":")
      #expect(text.contains(part))
      try Data(text.replacingOccurrences(of: part, with: other).utf8).write(to: file)
      let run = try Program("fidelity", "r", Self.network.path, "iris", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.errorOutput.contains("scales the columns over these 150 rows"))
    }
  }

  @Test func theOrderOfClassesIsKept() throws {
    try withFolder { folder in
      let explanation = try explain(
        "--class-order", "virginica,setosa,versicolor", in: folder)
      #expect(explanation.givenNetwork?.classOrder == ["virginica", "setosa", "versicolor"])
      let run = try Program("fidelity", "r", Self.network.path, "iris", in: folder)
      #expect(run.code == 0)
      #expect(
        run.errorOutput.contains(
          "relu.onnx is read as for the result: --class-order virginica,setosa,versicolor\n"))
      let written = try Program("fidelity", "r", "r/model.onnx", "iris", in: folder)
      #expect(run.output == written.output)
    }
  }

  @Test func withoutSettingsThereIsNoReading() throws {
    try withFolder { folder in
      let explanation = try explain(in: folder)
      #expect(explanation.givenNetwork == nil)
    }
  }
}
