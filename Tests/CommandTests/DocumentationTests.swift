import Foundation
import Testing

/// The commands of the pages in `Documentation` and of `Reports/asks.md`, run as they stand there.
@Suite struct DocumentationTests {
  private static let folder = Program.home.appendingPathComponent("Documentation")

  /// The pages, as paths in the project.
  static let pages: [String] = {
    let found = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return found.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/" + $0 }
      + ["Reports/asks.md"]
  }()

  @Test(arguments: pages) func aPagePrintsWhatItsCommandsPrint(_ path: String) throws {
    let page = try DocumentationPage(path)
    #expect(page.problems.isEmpty)
    #expect(!page.commands.isEmpty)
    try withFolder { folder in
      try page.run(in: folder)
    }
  }

  @Test func theIndexNamesEveryPage() throws {
    let index = try DocumentationPage("Documentation/README.md")
    for page in Self.pages where page.hasPrefix("Documentation/") && !page.hasSuffix("README.md") {
      let name = page.dropFirst("Documentation/".count)
      #expect(index.text.contains("](\(name))"), "\(name)")
    }
  }

  @Test(arguments: pages) func linksLeadToFiles(_ path: String) throws {
    let page = try DocumentationPage(path)
    let folder = Program.home.appendingPathComponent(path).deletingLastPathComponent()
    for link in page.text.matches(of: /\]\(([^)#]+)[^)]*\)/) where !link.1.hasPrefix("https://") {
      let target = folder.appendingPathComponent(String(link.1)).path
      #expect(FileManager.default.fileExists(atPath: target), "\(link.1)")
    }
  }

  /// The Python on a page is that of the scripts which made its networks.
  @Test(arguments: ["pytorch", "scikit-learn", "keras", "images", "regression"])
  func pythonIsThatOfTheScripts(_ name: String) throws {
    let scripts = try ["pytorch", "sklearn", "keras"].map {
      try String(
        contentsOf: Self.folder.appendingPathComponent("networks/\($0)_networks.py"),
        encoding: .utf8)
    }
    let known = Set(scripts.flatMap(DocumentationPage.lines))
    let blocks = try DocumentationPage("Documentation/\(name).md").blocks
    for line in blocks.filter({ $0.language == "python" }).flatMap(\.lines) {
      #expect(line == DocumentationPage.leftOut || known.contains(line), "\(line)")
    }
  }

  @Test func linesThatAreLeftOutStandForAnyNumber() {
    let matches = DocumentationPage.matches
    #expect(matches(["a", "b"], ["a", "b"]))
    #expect(!matches(["a"], ["a", "b"]))
    #expect(!matches(["a", "b"], ["a"]))
    #expect(matches(["…"], []))
    #expect(matches(["a", "…", "d"], ["a", "b", "c", "d"]))
    #expect(matches(["a", "…", "b"], ["a", "b"]))
    #expect(!matches(["a", "…", "c", "…"], ["a", "b"]))
    #expect(matches(["…", "b", "…", "b"], ["b", "a", "b"]))
    #expect(!matches(["…", "b"], ["b", "a"]))
  }
}

/// A Markdown page with commands and their output.
///
/// Each line of a block of `sh` is a command; one that ends with a backslash goes on in the next line. It
/// exits with 0 unless it ends with the comment `# exit code N`. A block of `text` that follows has
/// what they print on stdout and stderr, without progress.
struct DocumentationPage {
  struct Block {
    var language: String
    /// The first line of the block, from 1.
    var number: Int
    var lines: [String]
  }

  /// A line that stands for any number of lines.
  static let leftOut = "…"

  /// Lines of progress, which depend on the time: "extracting rules over inputs, 9 s".
  nonisolated(unsafe) static let progress = /^[a-z][\w -]*( \d+ %)?, \d+ s(, .*)?$/

  let path: String
  let text: String
  private(set) var blocks: [Block] = []
  private(set) var problems: [String] = []

  /// The commands of each block of `sh`, and the output that the page shows.
  private(set) var commands: [(number: Int, lines: [String], output: [String]?)] = []

  init(_ path: String) throws {
    self.path = path
    text = try String(
      contentsOf: Program.home.appendingPathComponent(path), encoding: .utf8)
    var open: Block?
    var between = false
    for (index, line) in Self.lines(text).enumerated() {
      if line.hasPrefix("```") {
        if let block = open {
          append(block, afterText: between)
          (open, between) = (nil, false)
        } else {
          open = Block(language: String(line.dropFirst(3)), number: index + 2, lines: [])
        }
      } else if open != nil {
        open?.lines.append(line)
      } else if !line.isEmpty {
        between = true
      }
    }
    if let open { problems.append("\(path):\(open.number): the block has no end") }
  }

  private mutating func append(_ block: Block, afterText: Bool) {
    switch block.language {
    case "sh":
      let joined = block.lines.joined(separator: "\n").replacing(/\\\n */, with: "")
      commands.append((block.number, Self.lines(joined).filter { !$0.isEmpty }, nil))
    case "text" where blocks.last?.language == "sh" && !afterText:
      commands[commands.count - 1].output = block.lines
    case "python", "json", "yaml": break
    default:
      problems.append("\(path):\(block.number): a block of '\(block.language)'")
    }
    blocks.append(block)
  }

  /// Runs the commands in a folder that links to the data, the networks and the built program.
  func run(in folder: URL) throws {
    for name in ["Datasets", "Documentation", "Tests"] {
      try FileManager.default.createSymbolicLink(
        at: folder.appendingPathComponent(name),
        withDestinationURL: Program.home.appendingPathComponent(name))
    }
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("espalier"), withDestinationURL: Program.url)
    for (number, lines, shown) in commands {
      var printed: [String] = []
      for line in lines {
        let expected = line.firstMatch(of: /# exit code (\d+)$/).flatMap { Int32($0.1) } ?? 0
        let run = try Program(
          ["-o", "pipefail", "-c", "exec 2>&1\n" + line], of: URL(fileURLWithPath: "/bin/bash"),
          in: folder, environment: ["OPENBLAS_NUM_THREADS": "1"])
        #expect(run.code == expected, "\(path):\(number): \(line)\n\(run.output)")
        printed += Self.lines(run.output).filter { !$0.contains(Self.progress) }
      }
      guard let shown else { continue }
      #expect(
        Self.matches(shown, printed),
        "\(path):\(number) prints\n\(printed.joined(separator: "\n"))")
    }
  }

  /// The lines without blanks at their ends, and without the end of the last line.
  static func lines(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      String($0.replacing(/\s+$/, with: ""))
    }
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Whether lines are those of a page.
  static func matches(_ shown: [String], _ printed: [String]) -> Bool {
    // reached[i]: whether the first i printed lines match the shown lines so far.
    var reached = [true] + printed.map { _ in false }
    for line in shown {
      var next = reached.map { _ in false }
      for place in reached.indices {
        if line == leftOut {
          next[place] = reached[place] || (place > 0 && next[place - 1])
        } else if place > 0 {
          next[place] = reached[place - 1] && printed[place - 1] == line
        }
      }
      reached = next
    }
    return reached.last == true
  }
}
