import Foundation
import Testing

/// Held-out rows that are given as data of their own.
@Suite struct HeldOutFileTests {
  /// Rows with the class `a` where x is above 0, else `b`; no row equals another one.
  private func rows(_ numbers: Range<Int>, named name: (String) -> String = { $0 }) -> String {
    numbers.reduce(into: "x,y,kind\n") { text, number in
      let x = Double(number * 37 % 100) / 10 - 5
      text += "\(x),\(number),\(name(x > 0 ? "a" : "b"))\n"
    }
  }

  private func write(_ text: String, _ name: String, in place: URL) throws {
    try Data(text.utf8).write(to: place.appending(path: name))
  }

  @Test func rowsWithoutAKnownClassAreNamed() throws {
    try withFolder { place in
      try write(rows(0..<80), "train.csv", in: place)
      let other = rows(80..<120).replacing(",a\n", with: ",c\n", maxReplacements: 4)
      try write(other, "test.csv", in: place)
      let trained = try Program(
        "train", "train.csv", "--held-out", "test.csv", "--epochs", "2", "-o", "net.onnx", in: place
      )
      #expect(trained.code == 0, "\(trained.errorOutput)")
      #expect(trained.output.contains("of 36 held-out rows (36 of 40 rows of test)"))
      #expect(
        trained.errorOutput.contains(
          "test: 4 rows left out: a class of 'kind' that is not in the schema"))
      let explained = try Program(
        "explain", "train.csv", "--held-out", "test.csv", "--epochs", "2", "--rules", "inputs",
        "-o",
        "report", in: place)
      #expect(explained.code == 0, "\(explained.errorOutput)")
      let report = try String(
        contentsOf: place.appending(path: "report/report.md"), encoding: .utf8)
      #expect(report.contains("36 of 40 rows of test"))
      #expect(report.contains("4 rows left out: a class of 'kind' that is not in the schema"))
    }
  }

  @Test(arguments: [
    ["train", "-o", "net.onnx"], ["explain", "-o", "report"], ["compare", "-o", "c"],
  ])
  func noRowWithAKnownClassIsAnError(_ command: [String]) throws {
    try withFolder { place in
      try write(rows(0..<80), "train.csv", in: place)
      try write(rows(80..<120, named: { $0.uppercased() }), "test.csv", in: place)
      let run = try Program(
        [command[0], "train.csv", "--held-out", "test.csv"] + command.dropFirst(), in: place)
      #expect(run.code == 65)
      #expect(
        run.errorOutput.contains(
          "error: none of the 40 rows of test has a class of the training rows in 'kind': 40 rows with a "
            + "class of 'kind' that is not in the schema"), "\(run.errorOutput)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
          == ["test.csv", "train.csv"])
    }
  }

  @Test func trainingRowsAmongThemAreAWarning() throws {
    try withFolder { place in
      try write(rows(0..<80), "train.csv", in: place)
      try write(rows(0..<80) + "9,9,a\n", "more.csv", in: place)
      let own = "the held-out rows are the training rows, read from the same data"
      let some = "80 of 81 held-out rows equal a training row"
      for (data, words) in [("train.csv", own), ("more.csv", some)] {
        let trained = try Program(
          "train", "train.csv", "--held-out", data, "--epochs", "2", "-o", "net.onnx", "--force",
          "--json", in: place)
        #expect(trained.code == 0 && trained.errorOutput.contains("warning: " + words))
        #expect(trained.output.contains("\"training-rows-held-out\""))
        let pruned = try Program(
          "prune", "net.onnx", "train.csv", "--held-out", data, "--keep", "0.9", "--epochs", "0",
          "-o",
          "pruned.onnx", "--force", in: place)
        #expect(pruned.code == 0 && pruned.errorOutput.contains("warning: " + words))
      }
    }
  }

  @Test func heldOutRowsThatRepeatTrainingRowsAreNoted() throws {
    try withFolder { place in
      let some = rows(0..<20).split(separator: "\n").map(String.init)
      let repeated = [some[0]] + Array(repeating: some.dropFirst(), count: 6).flatMap(\.self)
      try write(repeated.joined(separator: "\n") + "\n", "repeated.csv", in: place)
      try write(rows(0..<120), "distinct.csv", in: place)
      for (data, isNoted) in [("repeated.csv", true), ("distinct.csv", false)] {
        let run = try Program(
          "explain", data, "--epochs", "1", "--rules", "inputs", "--extractor", "surrogate-tree",
          "--cross-validation", "0", "-o", "report", "--force", in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        let report = try String(
          contentsOf: place.appending(path: "report/report.md"), encoding: .utf8)
        #expect(report.contains("| of these, with the values of a training row | 24 |") == isNoted)
        #expect(
          report.contains("24 of 24 held-out rows have the values of a training row in all columns")
            == isNoted)
      }
    }
  }
}

/// Tables for a network that this program wrote.
@Suite struct OwnNetworkTableTests {
  private func write(_ text: String, _ name: String, in place: URL) throws {
    try Data(text.utf8).write(to: place.appending(path: name))
  }

  /// Rows whose class is whether the colour is red or the size above 5.
  private func rows(red: String = "red", targetFirst: Bool = false) -> String {
    (0..<90).reduce(into: targetFirst ? "bought,colour,size,extra\n" : "colour,size,bought\n") {
      text, number in
      let colour = [red, "blue", "green"][number % 3]
      let size = number * 7 % 10
      let bought = colour == red || size > 5 ? "yes" : "no"
      text +=
        targetFirst
        ? "\(bought),\(colour),\(size),\(number % 4)\n" : "\(colour),\(size),\(bought)\n"
    }
  }

  @Test func levelsThatTheNetworkLacksAreCounted() throws {
    try withFolder { place in
      try write(rows(), "a.csv", in: place)
      try write(rows(red: "Red"), "b.csv", in: place)
      let trained = try Program("train", "a.csv", "--epochs", "3", "-o", "net.onnx", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let note = "30 rows with a level of colour that is not in the schema"
      for command in [
        [
          "explain", "b.csv", "--model", "net.onnx", "--no-pruning", "--rules", "inputs", "-o",
          "report",
        ],
        ["train", "b.csv", "--model", "net.onnx", "--epochs", "1", "-o", "tuned.onnx"],
        ["prune", "net.onnx", "b.csv", "--keep", "0.9", "--epochs", "0", "-o", "pruned.onnx"],
      ] {
        let run = try Program(command, in: place)
        #expect(run.code == 0 && run.errorOutput.contains("note: " + note), "\(run.errorOutput)")
      }
      let report = try String(
        contentsOf: place.appending(path: "report/explanation.json"), encoding: .utf8)
      #expect(report.contains("a level of colour that is not in the schema"))
      let same = try Program(
        "train", "a.csv", "--model", "net.onnx", "--epochs", "1", "-o", "other.onnx", in: place)
      #expect(same.code == 0 && !same.errorOutput.contains("schema"))
    }
  }

  /// The last column of a table without the target is no target.
  @Test func rowsWithoutTheTargetAreRefused() throws {
    try withFolder { place in
      try write(rows(), "a.csv", in: place)
      let other = rows().split(separator: "\n").enumerated().map { number, line in
        line.split(separator: ",").prefix(2).joined(separator: ",")
          + (number == 0 ? ",called" : number % 2 == 0 ? ",yes" : ",no")
      }
      try write(other.joined(separator: "\n"), "b.csv", in: place)
      let trained = try Program("train", "a.csv", "--epochs", "3", "-o", "net.onnx", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      for command in [
        ["explain", "b.csv", "--model", "net.onnx", "-o", "report"],
        ["train", "b.csv", "--model", "net.onnx", "--epochs", "1", "-o", "tuned.onnx"],
        ["prune", "net.onnx", "b.csv", "-o", "pruned.onnx"], ["features", "net.onnx", "b.csv"],
      ] {
        let run = try Program(command, in: place)
        #expect(run.code == 65, "\(command)")
        #expect(run.errorOutput.hasPrefix("error: b.csv: no column named 'bought'\n"))
      }
      // Columns that the network does not read may be ignored: levels are still those of the network.
      try write(rows(red: "Red", targetFirst: true), "c.csv", in: place)
      func pruned(_ ignored: String) throws -> Program {
        try Program(
          "prune", "net.onnx", "c.csv", "--ignore", ignored, "--keep", "0.9", "--epochs", "0", "-o",
          "pruned.onnx", "--force", in: place)
      }
      let run = try pruned("extra")
      #expect(run.code == 0, "\(run.errorOutput)")
      #expect(run.errorOutput.contains("30 rows with a level of colour that is not in the schema"))
      #expect(try pruned("extras").code == 64)
    }
  }

  /// -999 is missing in the file of the network, as in its training rows.
  @Test func missingValueCodesAreThoseOfTheNetwork() throws {
    try withFolder { place in
      let table = (0..<120).reduce(into: "a,b,y\n") { text, row in
        let (a, b) = (Double(row * 37 % 100) / 10, Double(row * 71 % 100) / 10)
        text += "\(row % 5 == 0 ? "-999" : "\(a)"),\(b),\(a + b > 9 ? "yes" : "no")\n"
      }
      try write(table, "t.csv", in: place)
      let trained = try Program("train", "t.csv", "--epochs", "30", "-o", "net.onnx", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      func predicted(_ model: String) throws -> String {
        let run = try Program("predict", model, "t.csv", "-o", "out.csv", "--force", in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        let rows = try String(contentsOf: place.appending(path: "out.csv"), encoding: .utf8)
        return rows.split(separator: "\n").map { $0.split(separator: ",")[1] }.joined(
          separator: ",")
      }
      let own = try predicted("net.onnx")
      for (command, model) in [
        (
          ["prune", "net.onnx", "t.csv", "--keep", "1", "--recovery", "none", "-o", "p.onnx"],
          "p.onnx"
        ),
        (
          [
            "train", "t.csv", "--model", "net.onnx", "--epochs", "1", "--learning-rate", "1e-9",
            "-o",
            "u.onnx",
          ], "u.onnx"
        ),
        (
          [
            "explain", "t.csv", "--model", "net.onnx", "--no-pruning", "--rules", "inputs", "-o",
            "report",
          ], "report/model.onnx"
        ),
      ] {
        let run = try Program(command, in: place)
        #expect(
          run.code == 0 && !run.errorOutput.contains("read as a number"), "\(run.errorOutput)")
        #expect(try predicted(model) == own, "\(command[0])")
      }
      // Numbers in another notation are no numbers of the network.
      let percent = table.replacing(".0,", with: ".0%,").replacing("a,b,y", with: "a,b,y")
      try write(percent, "percent.csv", in: place)
      let other = try Program(
        "train", "percent.csv", "--model", "net.onnx", "--epochs", "1", "-o", "v.onnx", in: place)
      #expect(other.code == 65, "\(other.errorOutput)")
    }
  }

  @Test func theTargetIsThatOfTheNetwork() throws {
    try withFolder { place in
      try write(rows(), "a.csv", in: place)
      try write(rows(targetFirst: true), "b.csv", in: place)
      let trained = try Program("train", "a.csv", "--epochs", "3", "-o", "net.onnx", in: place)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      for command in [
        ["explain", "b.csv", "--model", "net.onnx", "--rules", "inputs", "-o", "report"],
        ["train", "b.csv", "--model", "net.onnx", "--epochs", "1", "-o", "tuned.onnx"],
        ["prune", "net.onnx", "b.csv", "--keep", "0.9", "--epochs", "0", "-o", "pruned.onnx"],
      ] {
        let run = try Program(command, in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
      }
      try write(rows().replacing("colour", with: "Colour"), "c.csv", in: place)
      let renamed = try Program(
        "train", "c.csv", "--model", "net.onnx", "--epochs", "1", "-o", "x.onnx", in: place)
      #expect(
        renamed.code == 65 && renamed.errorOutput.contains("no column named 'colour'")
          && renamed.errorOutput.contains("'Colour'"), "\(renamed.errorOutput)")
    }
  }
}

/// Rules that approximate the network before pruning.
@Suite struct ExplainedOriginalTests {
  @Test func theExplainedNetworkIsKeptAndUsed() throws {
    try withFolder { place in
      let explained = try Program(
        "explain", "heart", "--explain", "original", "--max-inputs", "2", "--cross-validation", "0",
        "-o",
        "report", "--json", in: place)
      #expect(explained.code == 0, "\(explained.errorOutput)")
      struct Result: Decodable {
        struct Network: Decodable { var agreementWithOriginal: Share? }
        struct Fidelity: Decodable { var heldOut: Share }
        struct Share: Decodable { var count, total: Int }
        var pruned: Network
        var fidelity: Fidelity
      }
      let result = try JSONDecoder().decode(Result.self, from: Data(explained.output.utf8))
      // The pruned copy is another network.
      let kept = try #require(result.pruned.agreementWithOriginal)
      #expect(kept.count < kept.total)
      #expect(FileManager.default.fileExists(atPath: place.path + "/report/original.onnx"))
      func agreeing(_ arguments: String...) throws -> Int {
        let run = try Program(arguments, in: place)
        #expect(run.code == 0, "\(run.errorOutput)")
        struct Found: Decodable { var fidelity: Result.Share }
        return try JSONDecoder().decode(Found.self, from: Data(run.output.utf8)).fidelity.count
      }
      let own = try agreeing(
        "fidelity", "report", "report/original.onnx", "heart", "--json")
      let others = try agreeing("fidelity", "report", "report/model.onnx", "heart", "--json")
      #expect(own > others)
      let predicted = try Program("predict", "report", "heart", "-o", "out.csv", in: place)
      #expect(predicted.output.contains("agree on \(own) of 303"), "\(predicted.output)")
      let measured = try Program("fidelity", "report", "report/model.onnx", "heart", in: place)
      #expect(
        measured.errorOutput.contains(
          "the rules approximate the network before pruning, original.onnx, and model.onnx is the pruned one"
        ))
      let row = try Program("why", "report", "1", "--data", "heart", in: place)
      #expect(row.code == 0 && !row.errorOutput.contains("--model names another"))

      // The hidden features are those of the pruned network, whichever network predicts.
      let named = try Program(
        "predict", "report", "heart", "--rules", "features", "--model", "report/original.onnx",
        in: place)
      #expect(named.code == 0, "\(named.errorOutput)")
      // The same predictions on all held-out rows do not make two networks one.
      let file = place.appending(path: "report/explanation.json")
      var text = try String(contentsOf: file, encoding: .utf8)
      let range = try #require(text.range(of: "\"agreementWithOriginal\""))
      let number = try #require(
        text[range.upperBound...].range(of: "\"count\" : \(kept.count)"))
      text.replaceSubrange(number, with: "\"count\" : \(kept.total)")
      try text.write(to: file, atomically: true, encoding: .utf8)
      let again = try Program("predict", "report", "heart", "-o", "again.csv", in: place)
      #expect(again.code == 0, "\(again.errorOutput)")
      #expect(
        try Data(contentsOf: place.appending(path: "out.csv"))
          == Data(contentsOf: place.appending(path: "again.csv")))
      #expect(
        try agreeing("fidelity", "report", "report/original.onnx", "heart", "--json") == own)
    }
  }
}
