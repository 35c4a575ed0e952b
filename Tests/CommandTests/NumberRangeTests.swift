import Foundation
import Testing

/// Numbers out of the range of float32 are rejected with their place, in any row.
@Suite struct NumberRangeTests {
  /// Sixty rows, one of which has an outlier.
  private func rows(_ number: String, at row: Int) -> String {
    var text = "length,width,kind\n"
    for index in 0..<60 {
      let length = index == row ? number : "\(Double(index % 7) + 0.5)"
      text += "\(length),\(index % 11),\(index % 7 > 3 ? "long" : "short")\n"
    }
    return text
  }

  @Test(arguments: [0, 5, 11, 23, 37, 59], ["1e39", "-1e300"])
  func aCellFarFromAllOthersNeverEndsInAFault(_ row: Int, _ number: String) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("rows.csv")
      try Data(rows(number, at: row).utf8).write(to: file)
      for command in ["train", "explain"] {
        let run = try Program(
          command, "rows.csv", "--epochs", "2", "-o", command == "train" ? "net.onnx" : "r",
          "--quiet", in: folder)
        // In a training row the number affects the scale; in another row it is out of range.
        #expect([0, 65].contains(run.code), "\(run.errorOutput)")
        guard run.code == 65 else { continue }
        #expect(
          run.errorOutput == """
            error: 'length' has \(Double(number) ?? 0) in a row, which is more than 1e15 standard \
            deviations from the mean of the training rows
             hint: correct the cell, or remove the column or the row

            """)
      }
    }
  }

  /// Luminosities in erg per second are of the order of 1e44.
  @Test func aColumnOfLargeNumbersIsScaledInDoublePrecision() throws {
    try withFolder { folder in
      var text = "luminosity,width,kind\n"
      for row in 0..<60 {
        text += "\(Double(row % 7) + 0.5)e44,\(row % 11),\(row % 7 > 3 ? "long" : "short")\n"
      }
      try Data(text.utf8).write(to: folder.appendingPathComponent("rows.csv"))
      let run = try Program("explain", "rows.csv", "-o", "r", "--quiet", in: folder)
      #expect(run.code == 0, "\(run.errorOutput)")
      let measured = try Program("fidelity", "r", "r/model.onnx", "rows.csv", in: folder)
      #expect(measured.code == 0, "\(measured.errorOutput)")
      #expect(measured.output.contains("60 of 60"), "\(measured.output)")
    }
  }

  @Test func someRowIsNoTrainingRow() throws {
    try withFolder { folder in
      let codes = try [0, 5, 11, 23, 37, 59].map { row in
        try Data(rows("1e39", at: row).utf8).write(to: folder.appendingPathComponent("rows.csv"))
        return try Program(
          "train", "rows.csv", "--epochs", "1", "-o", "\(row).onnx", "--quiet", in: folder
        ).code
      }
      #expect(Set(codes) == [0, 65])
    }
  }

  @Test func aNumberThatIsNoFloatIsNotGivenToANetworkAsItIs() throws {
    try withFolder { folder in
      let fixture = Program.home.appending(path: "Tests/Fixtures/branches/wide-deep")
      var lines = try String(contentsOf: fixture.appendingPathExtension("csv"), encoding: .utf8)
        .split(whereSeparator: \.isNewline).map(String.init)
      lines[3] = "1e39," + lines[3].split(separator: ",").dropFirst().joined(separator: ",")
      try Data(lines.joined(separator: "\n").utf8).write(
        to: folder.appendingPathComponent("large.csv"))
      let run = try Program(
        "explain", "large.csv", "--model", fixture.path + ".onnx", "-o", "r", "--quiet", in: folder)
      #expect(
        run.errorOutput == """
          error: 'x1' has 1e+39 in a row, which does not fit a float of 32 bits
           hint: correct the cell, or remove the column or the row

          """)
      #expect(run.code == 65)
    }
  }
}
