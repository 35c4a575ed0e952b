import Foundation
import Testing

/// What given networks predict and how they are trained on, beside the classes of `GivenNetworkTests`.
@Suite struct GivenOutputTests {
  private func file(_ name: String) -> String {
    Program.home.appending(path: "Tests/Fixtures/given").appending(path: name).path
  }

  private func lines(_ path: String) throws -> [[String]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// `[p, 1 - p]`, `[1 - p, p]` behind a Concat of one operand, and sigmoids divided by their sum.
  @Test(arguments: [
    ("pair", ["no", "yes"]), ("one-operand", ["no", "yes"]),
    ("one-vs-rest", ["oak", "pine", "None"]),
  ])
  func probabilitiesAreThoseOfTheFile(_ name: String, _ classes: [String]) throws {
    try withFolder { place in
      let run = try Program(
        "predict", file(name + ".onnx"), file(name + ".csv"), "-o", "out.csv", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let found = try lines(place.appending(path: "out.csv").path)
      let wanted = try lines(file(name + ".outputs.csv"))
      #expect(found.count == wanted.count + 1)
      for (index, label) in classes.enumerated() {
        let column = try #require(found[0].firstIndex(of: "probability_" + label))
        for (row, numbers) in zip(found.dropFirst(), wanted) {
          let (share, own) = (
            try #require(Double(row[column])), try #require(Double(numbers[index]))
          )
          #expect(abs(share - own) < 1e-5)
        }
      }
    }
  }

  /// A mean of sigmoids is no logit.
  @Test func meansOfSigmoidsHaveNoProbabilities() throws {
    try withFolder { place in
      let run = try Program(
        "predict", file("averaged.onnx"), file("averaged.csv"), "-o", "out.csv", in: place)
      #expect(
        run.errorOutput.contains(
          "the outputs of averaged.onnx are made of sigmoids and are no logits: predictions have no "
            + "probabilities"), "\(run.errorOutput)")
      #expect(try lines(place.appending(path: "out.csv").path)[0] == ["row", "network"])
    }
  }

  /// Other runtimes compute sigmoids in single precision and predict the first of those that are 1.
  @Test func saturatedSigmoidsAreSaid() throws {
    try withFolder { place in
      let run = try Program("evaluate", file("saturated.onnx"), file("saturated.csv"), in: place)
      #expect(run.code == 0)
      #expect(
        run.errorOutput.contains(
          "rows: the class with the largest score is predicted, where other runtimes predict the first of "
            + "these classes"), "\(run.errorOutput)")
    }
  }

  /// The network may predict a class that no row has.
  @Test func aClassWithoutRowsIsExplained() throws {
    try withFolder { place in
      let rows = try String(contentsOfFile: file("one-vs-rest.csv"), encoding: .utf8)
        .split(separator: "\n").filter { !$0.hasSuffix(",pine") }
      try Data((rows.joined(separator: "\n") + "\n").utf8).write(
        to: place.appending(path: "rows.csv"))
      let run = try Program(
        "explain", "rows.csv", "--model", file("one-vs-rest.onnx"), "--no-pruning", "--output",
        "report", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let written = try Program("evaluate", "report/model.onnx", "rows.csv", in: place)
      #expect(written.code == 0, "\(written.errorOutput)")
    }
  }

  /// Constant scalings within the graph are no batch normalizations: training leaves them as they are.
  @Test func scalingsStayConstantInTraining() throws {
    try withFolder { place in
      let run = try Program(
        "train", file("clipped.csv"), "--model", file("clipped.onnx"), "--epochs", "2",
        "--learning-rate", "1e-9", "-o", "trained.onnx", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let trained = try Program("evaluate", "trained.onnx", file("clipped.csv"), in: place)
      #expect(trained.output.contains("24 of 24 rows correctly"), "\(trained.output)")
    }
  }

  /// A Scaler does not name the columns.
  @Test func theOrderOfTheColumnsIsSaid() throws {
    try withFolder { place in
      let run = try Program("evaluate", file("timestamps.onnx"), file("timestamps.csv"), in: place)
      #expect(
        run.errorOutput.contains("reads the columns in the order of the table: c0, c1, c2, c3"),
        "\(run.errorOutput)")
    }
  }

  /// A bytes input does not have 300.
  @Test func numbersThatATypeDoesNotHaveAreRefused() throws {
    try withFolder { place in
      var rows = try String(contentsOfFile: file("bytes.csv"), encoding: .utf8)
        .split(separator: "\n").map(String.init)
      rows[3] = "300" + rows[3].drop { $0 != "," }
      try Data((rows.joined(separator: "\n") + "\n").utf8).write(
        to: place.appending(path: "rows.csv"))
      let run = try Program("evaluate", file("bytes.onnx"), "rows.csv", in: place)
      #expect(run.code == 65)
      #expect(
        run.errorOutput
          == "error: the input takes whole numbers from 0 to 255, c0 has 300 in line 4\n"
          + " hint: give the column as it was in training, or export the network with an input of floats\n",
        "\(run.errorOutput)")
    }
  }

  /// A target of few whole numbers is a number where the network has one output.
  @Test func gradesAreNumbersForOneOutput() throws {
    try withFolder { place in
      let rows = try lines(file("grades.csv")).dropFirst()
      let outputs = try lines(file("grades.outputs.csv"))
      let graded = try zip(rows, outputs).map { row, output in
        let grade = Int((2 * (try #require(Double(output[0])))).rounded())
        return (row.dropLast() + ["\(grade)"]).joined(separator: ",")
      }
      try Data((["c0,c1,c2,c3,grade"] + graded).joined(separator: "\n").utf8).write(
        to: place.appending(path: "rows.csv"))
      let run = try Program("evaluate", file("grades.onnx"), "rows.csv", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.errorOutput.contains("of the variance of the target"), "\(run.errorOutput)")
    }
  }

  /// Labels that are another spelling of the classes of the file are those classes.
  @Test func labelsAreComparedAsNumbersToo() throws {
    try withFolder { place in
      let rows = try String(contentsOfFile: file("decimal-classes.csv"), encoding: .utf8)
        .replacing(",0.5\n", with: ",0.50\n").replacing(",1.5\n", with: ",1.50\n")
      try Data(rows.utf8).write(to: place.appending(path: "rows.csv"))
      let run = try Program("evaluate", file("decimal-classes.onnx"), "rows.csv", in: place)
      #expect(run.output.contains("48 of 48 rows correctly"), "\(run.output)\(run.errorOutput)")
    }
  }

  @Test func levelsInAnotherUnicodeFormAreSaid() throws {
    try withFolder { place in
      let run = try Program("evaluate", file("forms.onnx"), file("forms.csv"), in: place)
      #expect(
        run.errorOutput.contains(
          "'kind' has levels known to the network in another Unicode form, which are not read as those "
            + "levels: 'cafe\u{301}'"), "\(run.errorOutput)")
    }
  }
}
