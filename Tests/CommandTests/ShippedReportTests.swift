import Foundation
import Testing

/// The report folders in `Reports` are those that the program writes today.
@Suite struct ShippedReportTests {
  private static let names = ["iris", "house-votes", "breast-cancer", "german-credit", "digits"]

  private func folder(_ name: String) -> URL {
    Program.home.appendingPathComponent("Reports/\(name)")
  }

  private func expectTheSameFiles(_ made: URL, as name: String, but others: Set<String>) throws {
    let shipped = try FileManager.default.contentsOfDirectory(atPath: folder(name).path)
    #expect(shipped.count == 11)
    for file in shipped where !others.contains(file) {
      let (old, new) = (
        folder(name).appendingPathComponent(file), made.appendingPathComponent(file)
      )
      #expect(try Data(contentsOf: new) == Data(contentsOf: old), "\(name)/\(file)")
    }
  }

  @Test(arguments: names) func explanationsAreMadeAgain(_ name: String) throws {
    try withFolder { place in
      let run = try Program("explain", name, "--output", "again", "--quiet", in: place)
      #expect(run.code == 0)
      let again = place.appendingPathComponent("again")
      // The manifest has the time of the run.
      try expectTheSameFiles(again, as: name, but: ["manifest.json"])
    }
  }

  /// A report is a function of its explanation and network.
  @Test(arguments: names + ["adult"]) func reportsAreMadeAgain(_ name: String) throws {
    try withFolder { place in
      let run = try Program(
        "report", folder(name).path, "--output", "again", "--quiet", in: place)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      try expectTheSameFiles(
        place.appendingPathComponent("again"), as: name, but: ["manifest.json", "model.onnx"])
    }
  }
}
