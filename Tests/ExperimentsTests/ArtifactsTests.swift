import Experiments
import Foundation
import Testing

@Suite struct ArtifactsTests {
  private let report: [(name: String, data: Data)] = [
    ("explanation.json", Data("{}\n".utf8)), ("manifest.json", Data(#"{"tool": "espalier"}"#.utf8)),
  ]

  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("artifacts-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func contents(_ folder: URL, _ name: String) -> String? {
    (try? Data(contentsOf: folder.appendingPathComponent(name))).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test func aFolderIsWrittenWithTheFoldersAboveIt() throws {
    try withFolder { folder in
      let place = folder.appendingPathComponent("a/b/report")
      try OutputFolder(place.path).write(report, force: false)
      #expect(try names(place) == ["explanation.json", "manifest.json"])
      #expect(try names(place.deletingLastPathComponent()) == ["report"])
    }
  }

  @Test func aReportOfOursIsReplacedWhole() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report + [(name: "rules.txt", data: Data("old".utf8))], force: false)
      try output.write(report, force: false)
      #expect(try names(output.url) == ["explanation.json", "manifest.json"])
      #expect(try names(folder) == ["report"])
    }
  }

  @Test func somebodysFolderIsReplacedByForceAlone() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report, force: false)
      try Data("mine".utf8).write(to: output.url.appendingPathComponent("notes.txt"))
      #expect(throws: OutputError.foreign(folder: output.path, holds: "notes.txt")) {
        try output.write(report, force: false)
      }
      #expect(contents(output.url, "notes.txt") == "mine")
      try output.write(report, force: true)
      #expect(try names(output.url) == ["explanation.json", "manifest.json"])
    }
  }

  @Test func filesOfOurNamesWithoutOurManifestAreSomebodys() throws {
    try withFolder { folder in
      try Data("mine".utf8).write(to: folder.appendingPathComponent("report.md"))
      let output = OutputFolder(folder.path)
      #expect(throws: OutputError.foreign(folder: output.path, holds: "report.md")) {
        try output.check(force: false)
      }
    }
  }

  @Test func anEmptyFolderMayBeUsed() throws {
    try withFolder { folder in
      try OutputFolder(folder.path).write(report, force: false)
      #expect(try names(folder) == ["explanation.json", "manifest.json"])
    }
  }

  @Test func aLinkStaysAndItsFolderIsReplaced() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("target")
      let link = folder.appendingPathComponent("link")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      try OutputFolder(link.path).write(report, force: false)
      #expect(try names(target) == ["explanation.json", "manifest.json"])
      #expect(try names(folder) == ["link", "target"])
    }
  }

  @Test func foldersThatHoldMoreThanAReportAreRefused() {
    for path in [".", "..", "/", NSHomeDirectory()] {
      #expect(throws: OutputError.tooMuch(folder: path)) {
        try OutputFolder(path).check(force: true)
      }
    }
  }

  @Test func aPathBelowAFileCannotBeCreated() throws {
    try withFolder { folder in
      try Data().write(to: folder.appendingPathComponent("file"))
      let output = OutputFolder(folder.appendingPathComponent("file/report").path)
      let error = OutputError.cannotCreate(path: output.path, reason: "'file' is not a folder")
      #expect(throws: error) { try output.write(report, force: true) }
      #expect(error.exitCode == 73)
      #expect(try names(folder) == ["file"])
    }
  }

  @Test func aNameThatIsTooLongIsRefusedBeforeAnythingIsDone() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.path + "/" + String(repeating: "x", count: 250))
      #expect(throws: OutputError.cannotCreate(path: output.path, reason: "file name too long")) {
        try output.check(force: false)
      }
    }
  }

  @Test func aFailureHalfwayLeavesTheOldReportAndNothingElse() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report, force: false)
      let broken = report + [(name: "no/such/folder.txt", data: Data())]
      #expect(throws: OutputError.self) { try output.write(broken, force: false) }
      #expect(try names(folder) == ["report"])
      #expect(try names(output.url) == ["explanation.json", "manifest.json"])
    }
  }

  @Test func whatAKilledRunLeftIsClearedAway() throws {
    try withFolder { folder in
      let files = FileManager.default
      // No process has these numbers.
      let new = folder.appendingPathComponent(".report.espalier-new-99999999")
      let old = folder.appendingPathComponent(".report.espalier-old-99999999")
      try files.createDirectory(at: new, withIntermediateDirectories: false)
      try files.createDirectory(at: old, withIntermediateDirectories: false)
      try Data("{}".utf8).write(to: new.appendingPathComponent("half"))
      try OutputFolder(folder.appendingPathComponent("report").path).write(report, force: false)
      #expect(try names(folder) == ["report"])
    }
  }

  @Test func theCheckpointIsAHiddenSibling() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      #expect(output.checkpoint.path == folder.path + "/.report.espalier-run")
      #expect(!output.hasCheckpoint)
      try FileManager.default.createDirectory(
        at: output.checkpoint, withIntermediateDirectories: false)
      #expect(output.hasCheckpoint)
      output.removeCheckpoint()
      #expect(try names(folder).isEmpty)
    }
  }

  @Test func aFileIsReplacedByForceAlone() throws {
    try withFolder { folder in
      let output = OutputFile(folder.appendingPathComponent("model.onnx").path)
      try output.write(Data("one".utf8), force: false)
      #expect(throws: OutputError.exists(path: output.path)) {
        try output.write(Data("two".utf8), force: false)
      }
      #expect(contents(folder, "model.onnx") == "one")
      try output.write(Data("two".utf8), force: true)
      #expect(contents(folder, "model.onnx") == "two")
      #expect(try names(folder) == ["model.onnx"])
    }
  }

  @Test func aFileInNoFolderCannotBeCreated() {
    let output = OutputFile("/nonesuch/model.onnx")
    #expect(
      throws: OutputError.cannotCreate(path: output.path, reason: "no such file or directory")
    ) { try output.check(force: false) }
  }

  @Test func errorsSayWhatToDo() {
    let full = OutputError.cannotWrite(path: "r/a.json", reason: "no space left on device")
    #expect(full.errorDescription == "'r/a.json' cannot be written: no space left on device")
    #expect(
      full.recoverySuggestion
        == "free some space or choose another place, then run the command again")
    #expect(full.exitCode == 74)
    #expect(OutputError.exists(path: "a").errorDescription == "'a' exists already")
    #expect(OutputError.exists(path: "a").recoverySuggestion == "--force replaces it")
    #expect(OutputError.exists(path: "a").exitCode == 73)
  }
}
