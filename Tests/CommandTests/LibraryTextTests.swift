import Foundation
import Testing

/// The libraries do not know the command line: its options, commands and exit codes.
@Suite struct LibraryTextTests {
  /// The files of libraries whose texts name options or commands, each with the reason.
  private static let exceptions = [
    "Reports/Writers/HTMLWriter.swift": "a variable of CSS"
  ]

  /// The source files of the libraries, by path below `Sources`.
  private static func sources() throws -> [(path: String, text: String)] {
    let folder = Program.home.appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try paths.filter { $0.hasSuffix(".swift") && !$0.hasPrefix("espalier/") }.sorted().map {
      ($0, try String(contentsOf: folder.appending(path: $0), encoding: .utf8))
    }
  }

  /// The lines of code, without comments.
  private static func code(of text: String) -> [Substring] {
    text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
  }

  @Test func noLibraryNamesOptionsOrCommands() throws {
    let sources = try Self.sources()
    #expect(sources.count > 150)
    for (path, text) in sources {
      let found = Self.code(of: text).filter {
        $0.contains(/"[^"]*--[a-z]/) || $0.contains(/"[^"]*'espalier [a-z]/)
      }
      if Self.exceptions[path] == nil {
        #expect(found.isEmpty, "\(path): \(found)")
      } else {
        #expect(!found.isEmpty, "\(path) is no exception")
      }
    }
  }

  @Test func noLibraryHasExitCodes() throws {
    for (path, text) in try Self.sources() {
      #expect(!Self.code(of: text).contains { $0.contains("exitCode") }, "\(path)")
    }
  }
}
