import Experiments
import Foundation
import Testing

/// A report folder overwrites only an empty folder or an espalier report.
@Suite struct OutputFolderTests {
  /// The files of a report with the manifest that lists them.
  private func report(
    _ files: [(String, String)] = [("explanation.json", "{}\n")], settings: String = "same"
  ) throws -> [(name: String, data: Data)] {
    try FolderManifest(
      arguments: ["explain", "iris"], settings: [settings], inputs: [("iris", "0")]
    ).added(to: files.map { ($0.0, Data($0.1.utf8)) })
  }

  private func run(_ settings: String = "same") -> String {
    FolderManifest(arguments: [], settings: [settings], inputs: [("iris", "0")]).run
  }

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
      try OutputFolder(place.path).write(report(), force: false)
      #expect(try names(place) == ["explanation.json", "manifest.json"])
      #expect(try names(place.deletingLastPathComponent()) == ["report"])
    }
  }

  @Test func aReportOfOursIsReplacedWhole() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(
        report([("explanation.json", "{}"), ("rules.txt", "old")]), force: false, run: run())
      try output.write(report(), force: false, run: run())
      #expect(try names(output.url) == ["explanation.json", "manifest.json"])
      #expect(try names(folder) == ["report"])
    }
  }

  @Test func theReportOfAnotherRunIsReplacedByForceAlone() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report(), force: false)
      let error = OutputError.otherRun(folder: output.path, command: "explain iris")
      #expect(throws: error) { try output.check(force: false, run: run("another")) }
      try output.write(report(settings: "another"), force: true, run: run("another"))
      try output.check(force: false, run: run("another"))
    }
  }

  @Test func aChangedReportIsReplacedByForceAlone() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report(), force: false)
      try Data("mine".utf8).write(to: output.url.appendingPathComponent("explanation.json"))
      #expect(throws: OutputError.changed(folder: output.path, file: "explanation.json")) {
        try output.write(report(), force: false, run: run())
      }
      #expect(contents(output.url, "explanation.json") == "mine")
      try output.write(report(), force: true, run: run())
      #expect(contents(output.url, "explanation.json") == "{}\n")
    }
  }

  /// Other files, and folders named like a report file, are kept with `--force`.
  @Test(arguments: ["notes.txt", "report.pdf", "report.md/", "sub/", "certificate.json/"])
  func aReportThatHoldsMoreIsNeverReplaced(_ entry: String) throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report(), force: false)
      let mine = output.url.appendingPathComponent(entry)
      let name = entry.hasSuffix("/") ? String(entry.dropLast()) : entry
      if entry.hasSuffix("/") {
        try FileManager.default.createDirectory(at: mine, withIntermediateDirectories: false)
        try Data("mine".utf8).write(to: mine.appendingPathComponent("diary"))
      } else {
        try Data("mine".utf8).write(to: mine)
      }
      for force in [false, true] {
        #expect(throws: OutputError.foreign(folder: output.path, holds: name)) {
          try output.write(report(), force: force, run: run())
        }
      }
      #expect(
        try names(output.url) == (["explanation.json", "manifest.json"] + [name]).sorted())
      #expect(
        contents(output.url, name) ?? contents(mine, "diary") == "mine")
      #expect(try names(folder) == ["report"])
    }
  }

  @Test func filesOfOurNamesWithoutOurManifestAreSomebodys() throws {
    try withFolder { folder in
      try Data("mine".utf8).write(to: folder.appendingPathComponent("report.md"))
      let output = OutputFolder(folder.path)
      for force in [false, true] {
        #expect(throws: OutputError.noReport(folder: output.path)) {
          try output.check(force: force)
        }
      }
    }
  }

  @Test func anEmptyFolderMayBeUsed() throws {
    try withFolder { folder in
      try OutputFolder(folder.path).write(report(), force: false)
      #expect(try names(folder) == ["explanation.json", "manifest.json"])
    }
  }

  @Test func linksAboveTheFolderAreFollowed() throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("target")
      let link = folder.appendingPathComponent("link")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: target)
      let output = OutputFolder(link.path + "/a/../report/.")
      #expect(output.url.path == target.path + "/report")
      try output.write(report(), force: false)
      #expect(try names(target) == ["report"])
      #expect(try names(folder) == ["link", "target"])
    }
  }

  /// Links are never overwritten: to a folder, to nothing, and to themselves.
  @Test(arguments: ["target", "nowhere", "link"])
  func aLinkIsNeverReplaced(_ destination: String) throws {
    try withFolder { folder in
      let target = folder.appendingPathComponent("target")
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: false)
      let link = folder.appendingPathComponent("link")
      try FileManager.default.createSymbolicLink(
        atPath: link.path, withDestinationPath: destination)
      let output = OutputFolder(link.path)
      for force in [false, true] {
        #expect(throws: OutputError.notReplaced(path: link.path, .symbolicLink)) {
          try output.write(report(), force: force)
        }
      }
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == destination)
      #expect(try names(folder) == ["link", "target"] && names(target).isEmpty)
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
      let error = OutputError.cannotCreate(path: output.path, .parent(name: "file"))
      #expect(throws: error) { try output.write(report(), force: true) }
      #expect(try names(folder) == ["file"])
    }
  }

  @Test func aNameThatIsTooLongIsRefusedBeforeAnythingIsDone() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.path + "/" + String(repeating: "x", count: 250))
      #expect(throws: OutputError.cannotCreate(path: output.path, .system(code: ENAMETOOLONG))) {
        try output.check(force: false)
      }
    }
  }

  /// The checkpoints of an output with a name of any length have a name that fits.
  @Test func checkpointsOfLongNamesHaveShorterNames() {
    let short = String(repeating: "x", count: 240)
    #expect(
      OutputFolder("/a/" + short).checkpoint.lastPathComponent == "." + short + ".espalier-run")
    var names: Set<String> = []
    for last in ["y", "z", "\u{E9}"] {
      let name = OutputFolder("/a/" + String(repeating: "\u{E9}", count: 125) + last)
        .checkpoint.lastPathComponent
      #expect(name.utf8.count <= 255 && name.hasSuffix(".espalier-run"), "\(name)")
      names.insert(name)
    }
    #expect(names.count == 3)
  }

  @Test func aFileBelowAFileOrWithALongNameCannotBeCreated() throws {
    try withFolder { folder in
      try Data().write(to: folder.appendingPathComponent("file"))
      let below = folder.appendingPathComponent("file/x.onnx").path
      #expect(throws: OutputError.cannotCreate(path: below, .parent(name: "file"))) {
        try OutputFile(below).check(force: false)
      }
      let long = folder.path + "/" + String(repeating: "x", count: 256)
      #expect(throws: OutputError.cannotCreate(path: long, .system(code: ENAMETOOLONG))) {
        try OutputFile(long).check(force: false)
      }
      #expect(
        OutputError.cannotCreate(path: "x", .system(code: ENAMETOOLONG)).recoverySuggestion
          == "choose a shorter name")
    }
  }

  @Test func aFailureHalfwayLeavesTheOldReportAndNothingElse() throws {
    try withFolder { folder in
      let output = OutputFolder(folder.appendingPathComponent("report").path)
      try output.write(report(), force: false)
      let broken = try report() + [(name: "no/such/folder.txt", data: Data())]
      #expect(throws: OutputError.self) { try output.write(broken, force: false, run: run()) }
      #expect(try names(folder) == ["report"])
      #expect(try names(output.url) == ["explanation.json", "manifest.json"])
    }
  }

  @Test func whatAKilledRunLeftIsClearedAway() throws {
    try withFolder { folder in
      let files = FileManager.default
      // No process has these ids.
      let new = folder.appendingPathComponent(".report.espalier-new-99999999")
      let old = folder.appendingPathComponent(".report.espalier-old-99999999")
      try files.createDirectory(at: new, withIntermediateDirectories: false)
      try files.createDirectory(at: old, withIntermediateDirectories: false)
      try Data("{}".utf8).write(to: new.appendingPathComponent("report.md"))
      try OutputFolder(folder.appendingPathComponent("report").path).write(report(), force: false)
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
}
