import Drawing
import Foundation
import TestSupport
import Testing

@Suite struct GraphvizTests {
  private let small = "digraph small { a -> b [label=\"x\"] }"

  private func text(_ data: Data) -> String { String(decoding: data, as: UTF8.self) }

  @Test func everyFormatBeginsAsItShould() throws {
    #expect(try Graphviz.render(small, as: .png).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    #expect(try Graphviz.render(small, as: .pdf).starts(with: Data("%PDF-".utf8)))
    #expect(text(try Graphviz.render(small, as: .dot)).hasPrefix("digraph"))
    #expect(text(try Graphviz.render(small, as: .svg)).contains("<svg role=\"img\""))
    #expect(Graphviz.version.split(separator: ".").count >= 2)
  }

  @Test(arguments: DrawingFormat.allCases)
  func theSameGraphIsTheSameBytes(format: DrawingFormat) throws {
    #expect(try Graphviz.render(small, as: format) == Graphviz.render(small, as: format))
  }

  @Test func manyTasksDrawAtOnce() async throws {
    let alone = try Graphviz.render(small, as: .svg)
    let all = try await withThrowingTaskGroup(of: Data.self) { group in
      for _ in 0..<16 { group.addTask { try Graphviz.render(small, as: .svg) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(all.allSatisfy { $0 == alone })
  }

  @Test func whatGraphvizComplainsOfIsAnError() throws {
    let broken = [
      "digraph {", "", "not a graph", "digraph { a [label=\"open }", "digraph { a [label=<<B>x>] }",
      "digraph { a [label=<&bogus;>] }", "digraph { a [image=\"/no/such/file.png\"] }",
    ]
    for dot in broken {
      #expect(throws: DrawingError.self, "\(dot)") { try Graphviz.render(dot, as: .svg) }
      #expect(throws: Never.self, "after \(dot)") { try Graphviz.render(small, as: .svg) }
    }
  }

  @Test func theErrorSaysWhatGraphvizSaid() {
    let error = #expect(throws: DrawingError.self) { try Graphviz.render("digraph { ->", as: .svg) }
    #expect(
      error?.errorDescription
        == "Graphviz could not render the diagram: Error: syntax error in line 1 near '->'")
    #expect(
      error?.recoverySuggestion
        == "this is likely a bug in the diagram; render it as dot to inspect its source")
  }

  @Test func theRootSaysWhatTheImageShows() throws {
    let svg = text(
      try Graphviz.render(
        small, as: .svg, title: "a & \"b\" <c>", description: "from a\u{1} to <b>"))
    #expect(svg.contains("aria-label=\"a &amp; &quot;b&quot; &lt;c&gt;\""))
    #expect(svg.contains("<desc>from a to &lt;b&gt;</desc>"))
    #expect(malformation(of: svg) == nil)
  }

  @Test func controlCharactersAreLeftOut() throws {
    let svg = text(
      try Graphviz.render("digraph { a [label=\"x\u{1}\u{7F}\u{85}\u{0}y\"] }", as: .svg))
    #expect(svg.contains(">xy<"))
    #expect(malformation(of: svg) == nil)
  }

  @Test func onlyLinksToPagesRemain() throws {
    let dot = """
      digraph { a [URL="javascript:alert(1)"]; b [URL="https://example.org"]; c [URL="#rules"];
      d [URL="data:text/html,x"]; e [URL=" JavaScript:alert(1)"] }
      """
    let svg = text(try Graphviz.render(dot, as: .svg))
    #expect(!svg.lowercased().contains("href=\"javascript"))
    #expect(!svg.lowercased().contains("href=\" javascript"))
    #expect(!svg.contains("data:text"))
    #expect(svg.contains("xlink:href=\"https://example.org\""))
    #expect(svg.contains("xlink:href=\"#rules\""))
    #expect(malformation(of: svg) == nil)
  }

  @Test func imagesStandInsideTheFileAndNoneIsLeftBehind() throws {
    let image = try PNGEncoder.grey([0, 128, 200, 255], width: 2, height: 2)
    let other = try PNGEncoder.grey([UInt8](repeating: 9, count: 64), width: 8, height: 8)
    let dot = "digraph { a [label=<<TABLE><TR><TD><IMG SRC=\"p.png\"/></TD></TR></TABLE>>] }"
    let first = text(try Graphviz.render(dot, as: .svg, images: ["p.png": image]))
    let second = text(try Graphviz.render(dot, as: .svg, images: ["p.png": other]))
    #expect(first.contains("data:image/png;base64,\(image.base64EncodedString())"))
    #expect(second.contains("data:image/png;base64,\(other.base64EncodedString())"))
    #expect(!first.contains("espalier-drawing") && malformation(of: first) == nil)
    #expect(text(try Graphviz.render(dot, as: .svg, images: ["p.png": image])) == first)
    let dotAgain = text(try Graphviz.render(dot, as: .dot, images: ["p.png": image]))
    #expect(dotAgain.contains("SRC=\"p.png\""))
    // Other tests may render concurrently: only a folder with this image belongs to this test.
    let temporary = FileManager.default.temporaryDirectory
    let left = try FileManager.default.contentsOfDirectory(atPath: temporary.path).filter {
      FileManager.default.fileExists(atPath: temporary.appendingPathComponent($0 + "/p.png").path)
    }
    #expect(left.isEmpty)
  }

  @Test(arguments: ["../p.png", "p", "a/b.png", "p.png\"", ".png\n"])
  func imageNamesThatCouldLeadElsewhereAreRefused(name: String) throws {
    let image = try PNGEncoder.grey([0], width: 1, height: 1)
    let error = #expect(throws: DrawingError.self) {
      try Graphviz.render(small, as: .svg, images: [name: image])
    }
    #expect(error == .badImage(name: name))
  }

  @Test func wideDrawingsAreNotCutInBitmaps() throws {
    let chain = (0..<500).map { "n\($0)" }.joined(separator: " -> ")
    let data = try Graphviz.render("digraph { rankdir=LR; \(chain) }", as: .png)
    let width = data[16..<20].reduce(0) { $0 * 256 + Int($1) }
    #expect(width > 20_000 && width <= 32_767)
  }
}
