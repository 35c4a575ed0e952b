import ExplanationSupport
import Explanations
import Foundation
import Reports
import TestSupport
import Testing

@Suite struct WriterTests {
  private func document(_ sample: SampleExplanation) -> Document {
    let report = Report(sample.explanation)
    return Document(
      title: report.title, kind: "Explanation of a neural network", origin: "espalier",
      source: "explanation.json", blocks: report.blocks)
  }

  @Test(arguments: SampleExplanation.allCases)
  func markdownIsAsRecorded(sample: SampleExplanation) throws {
    try expectSnapshot(
      try MarkdownWriter().write(document(sample)), named: "\(sample.rawValue).md")
  }

  @Test func htmlIsAsRecorded() throws {
    // The style and the scripts are the files of `Templates`.
    let page = try HTMLWriter().write(document(.iris))
      .replacing(#/<style>(?s:.*?)</style>/#, with: "<style>…</style>")
      .replacing(#/<script>(?s:.*?)</script>/#, with: "<script>…</script>")
    #expect(!page.contains("function "))
    try expectSnapshot(page, named: "iris.html")
  }

  @Test(arguments: SampleExplanation.allCases)
  func htmlIsWellFormedAndLoadsNothing(sample: SampleExplanation) throws {
    let page = try HTMLWriter().write(try Report(sample.explanation).document())
    let start = try #require(page.range(of: "<main"))
    let end = try #require(page.range(of: "</main>"))
    #expect(malformation(of: String(page[start.lowerBound..<end.upperBound])) == nil)
    // One script, and the data that it reads.
    #expect(page.components(separatedBy: "<script>").count == 2)
    #expect(page.components(separatedBy: "<script").count <= 3)
    #expect(page.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
    #expect(page.contains("default-src 'none'"))
    #expect(!page.contains("src=\"http") && !page.contains("<link") && !page.contains("@import"))
    let limit = sample == .images ? 2_000_000 : sample == .hostile ? 600_000 : 200_000
    #expect(page.utf8.count < limit)
    let controls = page.unicodeScalars.filter {
      ($0.value < 0x20 && $0 != "\n") || (0x7F..<0xA0).contains($0.value)
        || (0x202A...0x202E).contains($0.value)
    }
    #expect(controls.isEmpty)
  }

  @Test(arguments: SampleExplanation.allCases)
  func headingsDescendOneByOne(sample: SampleExplanation) throws {
    let page = try HTMLWriter().write(document(sample))
    let levels = page.matches(of: /<h([1-6])[ >]/).compactMap { Int($0.1) }
    #expect(levels.first == 1)
    #expect(zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 })
    #expect(levels.count { $0 == 1 } == 1)
  }

  @Test func namesInAPageAreDistinct() throws {
    let page = try HTMLWriter().write(try Report(SampleExplanation.mushroom.explanation).document())
    let ids = page.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
    #expect(Set(ids).count == ids.count)
  }

  @Test(arguments: SampleExplanation.allCases)
  func markdownTablesKeepTheirShape(sample: SampleExplanation) throws {
    let text = try MarkdownWriter().write(document(sample))
    func cells(_ line: Substring) -> Int {
      var previous: Character = " "
      var count = 0
      var escaped = false
      for character in line {
        escaped = previous == "\\" && !escaped
        if character == "|", !escaped { count += 1 }
        previous = character
      }
      return count
    }
    var expected: Int?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      guard line.hasPrefix("| ") else {
        expected = nil
        continue
      }
      #expect(cells(line) == expected ?? cells(line), "\(line)")
      expected = cells(line)
    }
    #expect(text.firstMatch(of: /[^\\]<[a-zA-Z\/!]/) == nil)
  }

  @Test func aTemplateOfOnesOwnStandsIn() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("espalier-templates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("<b>{{title}}</b>{{{body}}}{{{style}}}".utf8)
      .write(to: folder.appendingPathComponent("report.html"))
    try Data("s{}".utf8).write(to: folder.appendingPathComponent("report.css"))
    let page = try HTMLWriter(templates: folder).write(document(.hostile))
    #expect(page.hasPrefix("<b>Explanation of the network on &lt;script&gt;"))
    #expect(page.hasSuffix("s{}"))
    #expect(page.contains("<h2"))
    try Data("<b>{{title}}</b>".utf8).write(to: folder.appendingPathComponent("report.html"))
    let bare = #expect(throws: ReportError.self) {
      try HTMLWriter(templates: folder).write(document(.iris))
    }
    #expect(
      bare?.errorDescription?.hasSuffix("it has no {{{body}}}, the place of the report") == true)
    try Data("{{#open}}{{{body}}}".utf8).write(to: folder.appendingPathComponent("report.html"))
    let error = #expect(throws: ReportError.self) {
      try HTMLWriter(templates: folder).write(document(.iris))
    }
    #expect(error?.recoverySuggestion == "start from the built-in templates")
  }
}
