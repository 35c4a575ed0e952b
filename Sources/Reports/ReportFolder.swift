import Drawing
import Explanations
import Foundation
import Naming

/// The files of a report, each derived from one explanation.
public struct ReportFolder: Sendable {
  /// The formats of a report.
  public enum Format: String, CaseIterable, Sendable {
    /// `explanation.json`; `report.html`; `report.md` and its figures; `rules.txt`; the diagrams.
    case json, html, md, text, diagrams
    /// `report.pdf`, which needs a program; `model-card.md`.
    case pdf, card

    /// What the format is, in one line, as `espalier list` prints it.
    public var summary: String {
      switch self {
      case .html: HTMLWriter.summary
      case .md: MarkdownWriter.summary
      case .json: "explanation.json: the whole result, from which every other format is made"
      case .text: "rules.txt: the rules as plain text, with coverage and confidence"
      case .diagrams: "network.dot and the figures as SVG: network, features, rules, curve"
      case .pdf: "the page as PDF, printed by weasyprint"
      case .card: "model-card.md: purpose, owner, data, performance and limits of the network"
      }
    }

    /// The publication or specification of the format.
    public var source: String {
      switch self {
      case .html: HTMLWriter.source.description
      case .md: MarkdownWriter.source.description
      case .json: "Bray (2017), The JavaScript Object Notation Data Interchange Format, RFC 8259"
      case .text: "Espalier (2026), Rules as sentences, this tool"
      case .diagrams: "W3C (2011), Scalable Vector Graphics 1.1 (Second Edition), w3.org/TR/SVG11"
      case .pdf: "ISO 32000-2 (2020), Document management: Portable document format, PDF 2.0"
      case .card: "Mitchell et al. (2019), Model Cards for Model Reporting, FAT*, arXiv:1810.03993"
      }
    }

    /// The formats that are written unless others are named.
    public static let usual: Set<Format> = [.json, .html, .md, .text, .diagrams]
  }

  /// A file of the folder.
  public struct File: Hashable, Sendable {
    /// The name in the folder.
    public var name: String
    /// The contents.
    public var data: Data
  }

  /// The files with their names: `explanation.json`, `report.html`, `report.md`, `rules.txt`,
  /// `network.dot`, `network.svg`, `features.svg`, `rules.svg`, and `curve.svg` if the
  /// curve has more than one point; `report.pdf` and `model-card.md` if these formats are named.
  /// - Parameters:
  ///   - explanation: the explanation.
  ///   - formats: the formats to write; the usual ones by default.
  ///   - level: the rules that the documents begin with; by default those that the explanation names,
  ///     which agree most.
  ///   - templates: a folder with templates that override the built-in ones.
  ///   - network: the network that the page computes with; by default none.
  ///   - entries: what the model card says beside the explanation; by default nothing.
  /// - Returns: the files in a fixed order.
  /// - Throws: `ReportError`, `PDFError`, `DrawingError`, or `UnreadableRules` if the rules do not fit the
  ///   schema.
  public static func files(
    for explanation: Explanation, formats: Set<Format> = Format.usual, level: RuleLevel? = nil,
    templates: URL? = nil,
    network: ReportNetwork = .absent("the report was written without it"),
    entries: CardEntries = CardEntries()
  ) throws -> [File] {
    var files: [File] = []
    let report = Report(explanation, level: level ?? explanation.leads, network: network)
    let needsImages = !formats.isDisjoint(with: [.html, .md, .diagrams, .pdf])
    let images = needsImages ? try report.images() : [:]
    func add(_ name: String, _ text: String) {
      files.append(File(name: name, data: Data(text.utf8)))
    }
    if formats.contains(.json) {
      files.append(File(name: "explanation.json", data: try json(explanation)))
    }
    let needsDocument = !formats.isDisjoint(with: [.html, .md, .pdf])
    let document = needsDocument ? try report.document(with: images) : nil
    let needsPage = !formats.isDisjoint(with: [.html, .pdf])
    if needsPage, let document {
      let page = try HTMLWriter(templates: templates).write(document)
      if formats.contains(.html) { add("report.html", page) }
      if formats.contains(.pdf) {
        files.append(File(name: "report.pdf", data: try PDFPrinter().pdf(of: page)))
      }
    }
    if formats.contains(.md), let document {
      add("report.md", try MarkdownWriter().write(document))
    }
    if formats.contains(.card) {
      add(
        "model-card.md",
        try MarkdownWriter().write(
          ModelCard(explanation, level: level, entries: entries).document))
    }
    if formats.contains(.text) {
      let program = try RuleProgram(explanation, for: TextExport.self)
      add("rules.txt", TextExport().export(program, of: explanation))
    }
    if formats.contains(.diagrams) {
      add("network.dot", DOTWriter(Diagram(network: explanation)).text)
    }
    if formats.contains(.diagrams) || formats.contains(.md) {
      for id in images.keys.sorted() { add("\(id).svg", images[id] ?? "") }
    }
    return files
  }

  /// `explanation.json` with sorted keys: equal values give equal bytes.
  /// - Throws: `ReportError.notANumber` if a number is not finite.
  public static func json(_ explanation: Explanation) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try encoder.encode(explanation) + Data("\n".utf8)
    } catch EncodingError.invalidValue(_, let context) {
      throw ReportError.notANumber(
        at: context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
          .joined(separator: "."))
    }
  }

  /// An explanation from the bytes of `explanation.json`.
  public static func explanation(from data: Data) throws -> Explanation {
    try JSONDecoder().decode(Explanation.self, from: data)
  }
}
