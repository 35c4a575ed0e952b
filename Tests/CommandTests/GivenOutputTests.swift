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
    ("pair", ["no", "yes"]), ("one-operand", ["no", "yes"]), ("linear-probability", ["no", "yes"]),
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

  /// One output with a hard sigmoid, or a mean of sigmoids, is the probability of the second class; 0 and 1 are
  /// some of the former.
  @Test(arguments: ["hard-sigmoid", "clipped-margin", "mean-of-sigmoids"])
  func aHardSigmoidIsAProbability(_ name: String) throws {
    try withFolder { place in
      let run = try Program(
        "predict", file(name + ".onnx"), file(name + ".csv"), "-o", "out.csv", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let found = try lines(place.appending(path: "out.csv").path)
      let wanted = try lines(file(name + ".outputs.csv"))
      #expect(found[0] == ["row", "network", "probability_no", "probability_yes"])
      for (row, numbers) in zip(found.dropFirst(), wanted) {
        let (no, yes) = (try #require(Double(row[2])), try #require(Double(row[3])))
        #expect(abs(yes - (try #require(Double(numbers[0])))) < 1e-5 && abs(no + yes - 1) < 1e-5)
      }
      #expect(
        found.dropFirst().contains { $0[3] == "1" || $0[3] == "0" } == (name != "mean-of-sigmoids"))
      // The written network has the head too.
      let trained = try Program(
        "explain", file(name + ".csv"), "--model", file(name + ".onnx"), "--no-pruning", "--rules",
        "inputs", "--extractor", "surrogate-tree", "--output", "report", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let again = try Program(
        "predict", "report/model.onnx", file(name + ".csv"), "-o", "again.csv", in: place)
      #expect(again.code == 0, "\(again.errorOutput)")
      let written = try lines(place.appending(path: "again.csv").path)
      for (row, other) in zip(found, written).dropFirst() {
        #expect(row[1] == other[1])
        #expect(abs((Double(row[3]) ?? .nan) - (Double(other[3]) ?? .nan)) < 1e-5)
      }
    }
  }

  /// The shifted score of a probability is not written as the output of the given file.
  @Test func aProbabilityIsNotWrittenAsAScore() throws {
    try withFolder { place in
      let run = try Program(
        "prune", file("mean-of-sigmoids.onnx"), file("mean-of-sigmoids.csv"), "--keep", "1",
        "--epochs", "0", "-o", "pruned.onnx", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(!run.output.contains("with the inputs and outputs of"), "\(run.output)")
      var all: [[[String]]] = []
      for model in [file("mean-of-sigmoids.onnx"), "pruned.onnx"] {
        let predicted = try Program(
          "predict", model, file("mean-of-sigmoids.csv"), "-o", "out.csv", "--force", in: place)
        #expect(predicted.code == 0, "\(predicted.errorOutput)")
        all.append(try lines(place.appending(path: "out.csv").path))
      }
      for (first, second) in zip(all[0], all[1]).dropFirst() {
        #expect(first[1] == second[1])
        #expect(abs((Double(first[3]) ?? .nan) - (Double(second[3]) ?? .nan)) < 1e-5)
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

  /// Rows of one class: the other one must be named. One output is for two classes.
  @Test(arguments: [
    ("hard-sigmoid", "1 output, for two classes,"), ("threshold", "1 output, for two classes,"),
    ("other-columns", "2 outputs"),
  ])
  func rowsOfOneClassNeedTheOtherOne(_ name: String, _ outputs: String) throws {
    try withFolder { place in
      let rows = try String(contentsOfFile: file(name + ".csv"), encoding: .utf8)
        .split(separator: "\n").enumerated().filter {
          $0.offset == 0 || $0.element.hasSuffix(",yes")
        }
      try Data((rows.map(\.element).joined(separator: "\n") + "\n").utf8).write(
        to: place.appending(path: "rows.csv"))
      let model = file(name + ".onnx")
      let failed = try Program("predict", model, "rows.csv", "-o", "out.csv", in: place)
      #expect(failed.code == 65)
      #expect(
        failed.errorOutput.contains(
          "error: the network has \(outputs) but the data have 1 class\n hint: check --target: it names "
            + "the column that the network predicts; evaluate and predict take all classes with "
            + "--class-order where rows of some are missing\n"), "\(failed.errorOutput)")
      let order = ["--class-order", "no,yes"]
      let run = try Program(
        ["predict", model, "rows.csv", "-o", "out.csv"] + order, in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      let found = try lines(place.appending(path: "out.csv").path)
      #expect(found.count == rows.count && found.dropFirst().allSatisfy { $0[1] == "yes" })
      let measured = try Program(["evaluate", model, "rows.csv"] + order, in: place)
      #expect(measured.code == 0, "\(measured.errorOutput)")
      #expect(measured.output.contains("100 %"), "\(measured.output)")
    }
  }

  /// So do those that compute another activation at the end with other last bits.
  @Test func otherSaturatedOutputsAreSaid() throws {
    try withFolder { place in
      for (name, isSaturated) in [("saturated-tanh", true), ("turned-columns", false)] {
        let run = try Program(
          "evaluate", file(name + ".onnx"), file(name + ".csv"), in: place)
        #expect(run.code == 0)
        #expect(
          run.errorOutput.contains("has several scores that are equal in single precision on ")
            == isSaturated, "\(run.errorOutput)")
      }
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

  /// Constant scalings within the graph are no batch normalizations, and the statistics of batch
  /// normalizations are kept: training leaves them as they are.
  @Test(arguments: [("clipped", false), ("batch-norm", true)])
  func scalingsStayConstantInTraining(_ name: String, _ hasStatistics: Bool) throws {
    try withFolder { place in
      let run = try Program(
        "train", file(name + ".csv"), "--model", file(name + ".onnx"), "--epochs", "2",
        "--learning-rate", "1e-9", "-o", "trained.onnx", in: place)
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(
        run.errorOutput.contains(
          "the batch normalization of \(name).onnx is kept as it is: its statistics, scales and shifts "
            + "are not trained") == hasStatistics, "\(run.errorOutput)")
      let trained = try Program("evaluate", "trained.onnx", file(name + ".csv"), in: place)
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
