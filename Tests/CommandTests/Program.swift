import Foundation
import Tensors

/// The built program, run as a user runs it.
struct Program {
  var output: String
  var errorOutput: String
  var code: Int32

  /// Beside the tests, in the same folder of the build.
  static let url: URL = {
    let tests = URL(fileURLWithPath: ProcessInfo.processInfo.arguments[0]).resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("espalier")
  }()

  /// The top folder of the project.
  static let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Which fault of `Tests/Mutation` is active in the program.
  private static let fault = ProcessInfo.processInfo.environment["ESPALIER_MUTANT"]

  /// Runs in a working folder, with PATH, HOME and what is given as the whole environment.
  @discardableResult
  init(
    _ arguments: String..., in folder: URL? = nil, environment: [String: String] = [:],
    input: String = ""
  ) throws {
    try self.init(arguments, in: folder, environment: environment, input: input)
  }

  @discardableResult
  init(
    _ arguments: [String], of executable: URL = Program.url, in folder: URL? = nil,
    environment: [String: String] = [:], input: String = ""
  ) throws {
    let process = Process()
    process.executableURL = executable
    process.arguments = arguments
    process.currentDirectoryURL = folder ?? FileManager.default.temporaryDirectory
    process.environment = [
      "PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": NSTemporaryDirectory(),
      "ESPALIER_HOME": Self.home.path,
    ].merging(environment) { $1 }
    process.environment?["ESPALIER_MUTANT"] = Self.fault
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-tests-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: place) }
    // Files instead of pipes: large outputs do not block.
    func handle(_ name: String, _ text: String) throws -> FileHandle {
      let file = place.appendingPathComponent(name)
      try Data(text.utf8).write(to: file)
      return try FileHandle(forUpdating: file)
    }
    process.standardInput = try handle("input", input)
    process.standardOutput = try handle("output", "")
    process.standardError = try handle("talk", "")
    try process.run()
    process.waitUntilExit()
    output = try String(contentsOf: place.appendingPathComponent("output"), encoding: .utf8)
    errorOutput = try String(contentsOf: place.appendingPathComponent("talk"), encoding: .utf8)
    code = process.terminationStatus
  }

  /// The stderr output without warnings about the result, and without the lines of progress that a run of
  /// five seconds and more prints.
  var talkBesideWarnings: String {
    errorOutput.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("warning: ") && !$0.contains(DocumentationPage.progress) }
      .joined(separator: "\n")
  }

  /// Another program of the system, by its name: python3, strace, unshare.
  static func system(_ arguments: String..., in folder: URL? = nil) throws -> Program {
    try Program(arguments, of: URL(fileURLWithPath: "/usr/bin/env"), in: folder)
  }

  /// Whether a system command succeeds.
  static func works(_ arguments: String...) -> Bool {
    let run = try? Program(arguments, of: URL(fileURLWithPath: "/usr/bin/env"))
    return run?.code == 0
  }

  static let hasPython = works("python3", "-c", "pass")
}

/// A temporary folder for a test.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("espalier-tests-" + UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The entries of a folder, hidden ones too.
func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// Writes `rows.csv`: 90 rows of random integers `p0`, `p1`, … and the classes in turn.
func writeRowsByChance(
  _ columns: Int, classes: Int, seed: UInt64, to folder: URL
) throws {
  var random = SeededGenerator(seed: seed)
  let header = (0..<columns).map { "p\($0)" } + ["kind"]
  let lines = (0..<90).map { row in
    (0..<columns).map { _ in "\(Int.random(in: -9...9, using: &random))" } + ["c\(row % classes)"]
  }
  let text = ([header] + lines).map { $0.joined(separator: ",") + "\n" }.joined()
  try Data(text.utf8).write(to: folder.appendingPathComponent("rows.csv"))
}
