import Experiments
import Foundation
import Testing

/// An output file overwrites only a regular file, and only with `--force`.
@Suite struct OutputFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appendingPathComponent("outputs-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func names(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  private func contents(_ folder: URL, _ name: String) -> String? {
    FileManager.default.contents(atPath: folder.path + "/" + name)
      .map { String(decoding: $0, as: UTF8.self) }
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
      throws: OutputError.cannotCreate(path: output.path, .system(code: ENOENT))
    ) { try output.check(force: false) }
  }

  @Test func pipesSocketsAndLinksAreNeverReplaced() throws {
    try withFolder { folder in
      try Data("kept".utf8).write(to: folder.appendingPathComponent("file"))
      let path = { (name: String) in folder.path + "/" + name }
      #expect(mkfifo(path("pipe"), 0o600) == 0)
      for (name, destination) in [("link", "file"), ("dangling", "none"), ("loop", "loop")] {
        try FileManager.default.createSymbolicLink(
          atPath: path(name), withDestinationPath: destination)
      }
      var kinds: [String: SpecialFile] = [
        "pipe": .pipe, "link": .symbolicLink, "dangling": .symbolicLink, "loop": .symbolicLink,
      ]
      let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(socket) }
      if bindSocket(socket, to: path("socket")) { kinds["socket"] = .socket }
      #expect(kinds.count == 5)
      let before = try names(folder)
      for (name, kind) in kinds {
        for force in [false, true] {
          #expect(throws: OutputError.notReplaced(path: path(name), kind)) {
            try OutputFile(path(name)).write(Data("new".utf8), force: force)
          }
          #expect(throws: OutputError.notReplaced(path: path(name), kind)) {
            try OutputFolder(path(name)).check(force: force)
          }
        }
      }
      #expect(try names(folder) == before)
      #expect(contents(folder, "file") == "kept")
    }
  }

  private func bindSocket(_ socket: Int32, to path: String) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    } == 0
  }

  /// Outputs of a run killed between two files are overwritten by the resumed run only if they are
  /// unmodified.
  @Test func filesOfAnInterruptedRunAreResumed() throws {
    try withFolder { folder in
      let paths = ["plan.json", "net.onnx"].map { folder.path + "/" + $0 }
      let files = OutputFiles(
        paths.map { OutputFile($0) }, checkpoint: folder.appendingPathComponent(".run"))
      let contents = [Data("plan".utf8), Data("net".utf8)]
      try files.write(contents, force: false)
      try FileManager.default.removeItem(atPath: paths[1])
      #expect(throws: OutputError.exists(path: paths[0])) { try files.check(force: false) }
      try files.write(contents, force: false, resume: true)
      #expect(try names(folder) == [".run", "net.onnx", "plan.json"])
      try Data("mine".utf8).write(to: URL(fileURLWithPath: paths[0]))
      #expect(throws: OutputError.exists(path: paths[0])) {
        try files.write(contents, force: false, resume: true)
      }
      #expect(self.contents(folder, "plan.json") == "mine")
    }
  }

  @Test func nothingIsWrittenWhereOneOfTheFilesCannotBe() throws {
    try withFolder { folder in
      let first = OutputFile(folder.path + "/a")
      let second = OutputFile(folder.path + "/none/b")
      #expect(throws: OutputError.self) {
        try OutputFiles([first, second]).write([Data(), Data()], force: true)
      }
      let left = try names(folder)
      #expect(left.isEmpty)
    }
  }

  @Test func leftoversOfAKilledRunAreClearedAway() throws {
    try withFolder { folder in
      // No process has this id.
      try Data().write(to: folder.appendingPathComponent(".a.espalier-new-99999999"))
      try OutputFile(folder.path + "/a").write(Data("one".utf8), force: false)
      #expect(try names(folder) == ["a"])
    }
  }

  @Test func whatIsReadAndWhatIsWrittenIsKeptApart() throws {
    try withFolder { folder in
      let path = { (name: String) in folder.path + "/" + name }
      try Data("data".utf8).write(to: folder.appendingPathComponent("data.csv"))
      try FileManager.default.createSymbolicLink(
        atPath: path("link.csv"), withDestinationPath: "data.csv")
      func check(outputs: [String], inputs: [String]) throws(OutputError) {
        var conflicts = OutputConflicts()
        for (index, name) in outputs.enumerated() { conflicts.writes(name, as: "--out\(index)") }
        for name in inputs { conflicts.reads(name, as: "the data") }
        try conflicts.check()
      }
      try check(outputs: [path("a"), path("b")], inputs: [path("data.csv"), "iris"])
      #expect(
        throws: OutputError.sameOutput(
          path: folder.path + "/./a", options: ["--out0", "--out1"])
      ) { try check(outputs: [path("a"), path("./a")], inputs: []) }
      for (output, input) in [
        ("data.csv", "data.csv"), ("data.csv", "link.csv"), ("data.csv", ""), ("", "data.csv"),
      ] {
        let output = output.isEmpty ? folder.path : path(output)
        let input = input.isEmpty ? folder.path : path(input)
        #expect(
          throws: OutputError.isInput(path: output, option: "--out0", input: "the data")
        ) { try check(outputs: [output], inputs: [input]) }
      }
      try check(outputs: [path("new.csv")], inputs: [folder.path])
    }
  }

  @Test(arguments: [
    (
      OutputError.cannotWrite(path: "r/a.json", code: ENOSPC),
      "'r/a.json' cannot be written: no space left on device",
      "free some space or choose another place"
    ),
    (
      .cannotWrite(path: "a", code: EIO), "'a' cannot be written: input/output error",
      "choose another place"
    ),
    (.exists(path: "a"), "'a' already exists", "allow it to be overwritten, or name another path"),
    (
      .notReplaced(path: "d.onnx", .device),
      "'d.onnx' is a device, which is never overwritten",
      "only regular files and reports are overwritten; name another path"
    ),
    (
      .foreign(folder: "r", holds: "diary"),
      "the folder 'r' contains 'diary', which is not part of a report",
      "move it out of the folder, or name another folder"
    ),
    (
      .noReport(folder: "r"),
      "the folder 'r' is not an espalier report: it has no espalier manifest.json",
      "name another folder, or remove this one first"
    ),
    (
      .changed(folder: "r", file: "rules.txt"),
      "'rules.txt' in the folder 'r' was changed after it was written",
      "allow the report to be overwritten, or name another folder"
    ),
    (
      .otherRun(folder: "r", command: "explain iris"),
      "the folder 'r' contains the report of another run: espalier explain iris",
      "allow the report to be overwritten, or name another folder"
    ),
    (
      .sameOutput(path: "a", options: ["--plan", "--output"]), "--plan and --output both name 'a'",
      "give each output a different file"
    ),
    (
      .isInput(path: "a", option: "--output", input: "the model"),
      "--output names 'a', which is read as the model", "write to another path"
    ),
  ])
  func errorsSayWhatToDo(
    _ error: OutputError, _ message: String, _ hint: String
  ) {
    #expect(error.errorDescription == message)
    #expect(error.recoverySuggestion == hint)
  }
}
