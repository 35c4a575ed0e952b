import Datasets
import Drawing
import Explanations
import Foundation
import Networks
import RuleSupport
import Rules
import TestSupport
import Testing

/// A table whose names, levels and classes contain markup and control characters.
@Suite struct HostileTextTests {
  private static let long = String(repeating: "L", count: 20_000)
  private static let columns = [
    "<script>alert(1)</script>", "say \"hi\", 'you'", #"back\slash\n"#, "rtl\u{202E}evil\u{200F}",
    "new\nline | pipe", "100 % {{name}} %d", "ctl\u{1}\u{1B}[31m\u{7F}", "F1", long,
    "`code` *star* _x_ [a](b) # $x$ &amp;",
  ]
  private static let levels = [
    "<script>alert(1)</script>", "</style></svg>]]>", "a|b\nc", #""q"\"#, "it's",
    "\u{202E}abc\u{2066}", "{{{x}}}", "%s%n", String(repeating: "M", count: 20_000),
    "\u{2}\t\u{1B}]0;x\u{7}",
  ]
  private static let target = "what?\u{200F}<b>|\n{{target}}"
  private static let classes = [
    #"<script>alert(2)</script> "yes""#, "no\\\n|\u{202E}{{y}}",
    "c\u{3}" + String(repeating: "K", count: 20_000),
  ]

  /// Columns 1, 2, 5, 6 and 7 hold numbers, the others levels.
  private static let rows: [[String: String]] = (0..<120).map { row in
    var cells: [String: String] = [:]
    for (index, name) in columns.enumerated() {
      let chance = (row * (index * 2 + 7) + row / 7 * (index + 3) + index) % 97
      cells[name] =
        [1, 2, 5, 6, 7].contains(index) ? "\(Double(chance) / 10)" : levels[chance % levels.count]
    }
    let number = Double(cells["F1"] ?? "") ?? 0
    let level = levels.firstIndex(of: cells[columns[0]] ?? "") ?? 0
    cells[target] = number > 5 ? (level < 5 ? classes[0] : classes[1]) : classes[2]
    return cells
  }

  private static let table: String = {
    let header = columns + [target]
    let lines = [header] + rows.map { row in header.map { row[$0] ?? "" } }
    return lines.map { line in
      line.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\r\n"
    }.joined()
  }()

  private static let folder = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
    .appendingPathComponent("espalier-hostile-" + UUID().uuidString)

  /// `explain` with rules over inputs in `inputs`, over hidden features in `features`.
  private static let runs: Result<[Program], any Error> = Result {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    atexit { try? FileManager.default.removeItem(at: HostileTextTests.folder) }
    try Data(table.utf8).write(to: folder.appendingPathComponent("t.csv"))
    return try ["inputs", "features"].map {
      try Program(
        "explain", "t.csv", "-o", $0, "--rules", $0, "--epochs", "30", "--max-rules", "6",
        "--progress", "none", in: folder)
    }
  }

  private let folder = HostileTextTests.folder
  private let runs: [Program]

  init() throws { runs = try Self.runs.get() }

  private func result(_ name: String) throws -> ResultFolder {
    try ResultFolder(folder.appendingPathComponent(name))
  }

  /// Control characters of terminals and of text direction.
  private func controls(in text: String) -> [UInt32] {
    text.unicodeScalars.map(\.value).filter { value in
      switch value {
      case 0x0A: false
      case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x202A...0x202E: true
      default: false
      }
    }
  }

  @Test func theToolRunsAndItsOutputIsHarmless() throws {
    let talks =
      runs + [
        try Program("features", "inputs/model.onnx", "t.csv", in: folder),
        try Program("fidelity", "inputs", "inputs/model.onnx", "t.csv", in: folder),
        try Program("fidelity", "features", "features/model.onnx", "t.csv", in: folder),
        try Program("export", "inputs", "--to", "text", "-o", "-", in: folder),
        try Program("explain", "t.csv", "--dry-run", in: folder),
      ]
    for run in talks {
      #expect(run.code == 0 || run.code == 2)
      #expect(!run.output.isEmpty)
      #expect(controls(in: run.output + run.errorOutput).isEmpty)
      #expect(run.output.split(separator: "\n").allSatisfy { $0.count < 2_000 })
    }
  }

  @Test(arguments: ["inputs", "features"]) func theTextsAreUnchanged(_ name: String) throws {
    let schema = try result(name).explanation.data.schema
    #expect(schema.features.map(\.id.rawValue) == Self.columns)
    #expect(schema.target.name == Self.target)
    #expect(Set(schema.classes) == Set(Self.classes))
    let levels = try #require(schema.features.first?.levels)
    #expect(Set(levels.map { Array($0.utf8) }) == Set(Self.levels.map { Array($0.utf8) }))
  }

  @Test(arguments: ["inputs", "features"]) func thePageHasNoneOfItAsMarkup(_ name: String) throws {
    let page = try result(name).text("report.html")
    #expect(!page.contains("<script>alert"))
    // The script, and the data that it reads.
    #expect(page.matches(of: /<script/).count == 2 && page.matches(of: /<\/script/).count == 2)
    #expect(page.matches(of: /<script type="application\/json"/).count == 1)
    #expect(page.matches(of: /<\/style/).count == page.matches(of: /<style/).count)
    #expect(page.contains("&lt;script&gt;alert(1)"))
    #expect(controls(in: page).isEmpty)
    #expect(page.utf8.count < 2_000_000)
  }

  @Test(arguments: ["inputs", "features"]) func imagesAreWellFormed(_ name: String) throws {
    let result = try result(name)
    let images = try names(in: result.url).filter { $0.hasSuffix(".svg") }
    #expect(images.count == 4)
    for image in images {
      let text = try result.text(image)
      #expect(malformation(of: text) == nil)
      #expect(!text.contains("<script"))
      #expect(controls(in: text).isEmpty)
    }
    let dot = try result.text("network.dot")
    #expect(controls(in: dot).isEmpty)
    let drawn = try Graphviz.render(dot, as: .svg)
    #expect(malformation(of: String(decoding: drawn, as: UTF8.self)) == nil)
    for suffix in ["svg", "png", "pdf", "dot"] {
      let file = "\(name)-model.\(suffix)"
      let run = try Program("draw", "\(name)/model.onnx", "-o", file, in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      try FileManager.default.removeItem(at: folder.appendingPathComponent(file))
    }
  }

  @Test(arguments: ["inputs", "features"]) func tablesHoldTogether(_ name: String) throws {
    let page = try result(name).text("report.md")
    #expect(controls(in: page).isEmpty)
    #expect(!page.replacing(#"\<"#, with: "").contains("<script"))
    var columns: Int?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("|") else {
        columns = nil
        continue
      }
      let bars = line.replacing(#"\\"#, with: "").replacing(#"\|"#, with: "").count { $0 == "|" }
      #expect(line.hasSuffix("|"))
      #expect(bars == columns ?? bars, "\(line.prefix(80))")
      columns = bars
    }
  }

  @Test(.enabled(if: Program.hasPython)) func pythonPredictsAsTheRulesDo() throws {
    let file = folder.appendingPathComponent("inputs.py")
    #expect(
      try Program("export", "inputs", "--to", "python", "-o", file.path, in: folder).code == 0)
    let result = try result("inputs")
    let expected = try Self.rows.map { try result.prediction($0) }
    #expect(try ResultFolder.pythonPredictions(file, Self.rows) == expected)
    #expect(Set(expected).count > 1)
  }

  @Test(.enabled(if: Program.hasPython)) func pythonTellsColumnsFromHiddenFeatures() throws {
    let file = folder.appendingPathComponent("features.py")
    #expect(
      try Program("export", "features", "--to", "python", "-o", file.path, in: folder).code == 0)
    let result = try result("features")
    #expect(try result.explanation.features.allSatisfy { $0.id.hasPrefix("FF") })
    let (model, table) = try result.modelAndRows(folder.path + "/t.csv")
    let features = try #require(HiddenFeatures(of: model, over: table))
    let values = features.activationTable(in: model, over: table)
    let rules = try #require(try result.explanation.ruleSet(.features))
    let expected = rules.classify(values).map { model.schema.classes[$0] }
    #expect(try ResultFolder.pythonPredictions(file, Self.rows) == expected)
    #expect(Set(expected).count > 1)
  }
}
