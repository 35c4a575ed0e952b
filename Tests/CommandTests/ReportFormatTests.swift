import Foundation
import Testing

/// `report` as PDF and as a model card.
@Suite struct ReportFormatTests {
  /// A folder with a program of the name `weasyprint`, as the PATH.
  private func tools(_ script: String, in folder: URL) throws -> [String: String] {
    let tools = folder.appendingPathComponent("bin")
    try FileManager.default.createDirectory(at: tools, withIntermediateDirectories: true)
    let program = tools.appendingPathComponent("weasyprint")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    return ["PATH": tools.path + ":/bin"]
  }

  @Test func thePageIsGivenToTheProgramThatWritesPDF() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let path = try tools(
        #"printf '%%PDF-1.7 %s %s ' "$1" "$SOURCE_DATE_EPOCH" > "$3"; cat "$2" >> "$3""#, in: folder
      )
      let run = try Program(
        "report", "r", "--format", "pdf,html", "-o", "out", in: folder, environment: path)
      #expect(run.code == 0 && run.output == "out/report.html\nout/report.pdf\n")
      let out = folder.appendingPathComponent("out")
      let page = try Data(contentsOf: out.appendingPathComponent("report.html"))
      let pdf = try Data(contentsOf: out.appendingPathComponent("report.pdf"))
      #expect(pdf == Data("%PDF-1.7 -q 0 ".utf8) + page)
      // The page is written only where it is asked for.
      let alone = try Program(
        "report", "r", "--format", "pdf", "-o", "alone", in: folder, environment: path)
      #expect(alone.code == 0 && alone.output == "alone/report.pdf\n")
    }
  }

  @Test func withoutTheProgramThereIsNoPDF() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let none = try Program(
        "report", "r", "--format", "pdf", "-o", "out", in: folder,
        environment: ["PATH": folder.path])
      #expect(none.code == 69)
      #expect(
        none.errorOutput
          == "error: PDF is written by weasyprint, which is not in PATH\n hint: install it (apt-get "
          + "install weasyprint, or pip install weasyprint), or print report.html from a browser\n")
      let failing = try Program(
        "report", "r", "--format", "pdf", "-o", "out", in: folder,
        environment: tools("echo first >&2; echo no fonts >&2; exit 3", in: folder))
      #expect(failing.code == 69)
      #expect(
        failing.errorOutput
          == "error: weasyprint does not write the report as PDF: no fonts\n hint: print report.html "
          + "from a browser\n")
      let other = try Program(
        "report", "r", "--format", "pdf", "-o", "out", in: folder,
        environment: tools("echo text > \"$3\"", in: folder))
      #expect(other.code == 69)
      #expect(
        other.errorOutput.hasPrefix(
          "error: weasyprint does not write the report as PDF: it wrote no PDF\n"))
      #expect(try names(in: folder) == ["bin", "r"])
    }
  }

  @Test func cardsTakeEntriesFromAFile() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let file = folder.appendingPathComponent("card.json")
      try Data(#"{"owner": "Botany", "users": ["Gardeners"]}"#.utf8).write(to: file)
      let arguments = ["report", "r", "--format", "card", "--card", "card.json", "-o", "out"]
      let run = try Program(arguments, in: folder)
      #expect(run.code == 0 && run.output == "out/model-card.md\n")
      let place = folder.appendingPathComponent("out/model-card.md")
      let card = try String(contentsOf: place, encoding: .utf8)
      #expect(card.contains("| Owner | Botany |") && card.contains("**Intended users:** Gardeners"))
      // The same run may be written again; with other entries it is another run.
      #expect(try Program(arguments, in: folder).code == 0)
      #expect(try String(contentsOf: place, encoding: .utf8) == card)
      try Data(#"{"owner": "Zoology"}"#.utf8).write(to: file)
      #expect(try Program(arguments, in: folder).code == 73)
      #expect(try String(contentsOf: place, encoding: .utf8) == card)
      #expect(try Program(arguments + ["--force"], in: folder).code == 0)
      #expect(
        try String(contentsOf: place, encoding: .utf8)
          == card.replacing("Botany", with: "Zoology").replacing(
            "**Intended users:** Gardeners", with: "**Intended users:** not stated"
          ).replacing("purpose, outOfScope", with: "purpose, users, outOfScope"))
      let other = try Program(
        "report", "r", "--format", "card", "-o", "other", in: folder)
      #expect(other.code == 0)
      #expect(
        try String(
          contentsOf: folder.appendingPathComponent("other/model-card.md"), encoding: .utf8
        ).contains("| Owner | not stated |"))
    }
  }

  @Test func wrongCardsAreRefused() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let start = ["report", "r", "-o", "out", "--card", "card.json"]
      let absent = try Program(start + ["--format", "card"], in: folder)
      #expect(absent.code == 66)
      #expect(
        absent.errorOutput
          == "error: the entries of the card 'card.json' cannot be read\n hint: check the path\n")
      try Data(#"{"ownr": "Botany"}"#.utf8)
        .write(to: folder.appendingPathComponent("card.json"))
      let unknown = try Program(start + ["--format", "card"], in: folder)
      #expect(unknown.code == 64)
      #expect(
        unknown.errorOutput.hasPrefix(
          "error: there is no model card entry named 'ownr'\n hint: did you mean 'owner'?"))
      let idle = try Program(start, in: folder)
      #expect(idle.code == 64)
      #expect(
        idle.errorOutput
          == "error: --card has no effect without the format card\n hint: add --format card\n")
      #expect(try names(in: folder) == ["card.json", "r"])
    }
  }
}
