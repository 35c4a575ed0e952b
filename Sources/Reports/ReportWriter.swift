import Foundation
import Naming

/// A document: what is said, and the images beside it.
public struct Document: Hashable, Sendable {
  public var title: Phrase
  /// What the document was made with, in one line.
  public var origin: String
  public var blocks: [Block]
  /// SVG by the id of its figure.
  public var images: [String: String]

  public init(title: Phrase, origin: String, blocks: [Block], images: [String: String]) {
    self.title = title
    self.origin = origin
    self.blocks = blocks
    self.images = images
  }
}

/// A format that documents are written in.
public protocol ReportWriter: Named {
  static var fileExtension: String { get }
  /// The whole file.
  func write(_ document: Document) throws -> String
}

/// The formats there are.
public let reportFormats = Catalog<any ReportWriter>(
  "format", [HTMLWriter.self, MarkdownWriter.self])

/// What can go wrong while a report is written.
public enum ReportError: LocalizedError, Hashable, Sendable {
  /// The exported rules speak of hidden features that nothing computes.
  case featuresNeeded(example: String)
  case notANumber(at: String)
  case template(file: String, words: String)
  case noFeatureRules

  public var errorDescription: String? {
    switch self {
    case .featuresNeeded(let example):
      "the rules ask about the hidden feature '\(example)', which needs the network to compute"
    case .notANumber(let place): "the explanation has a number that is not finite at '\(place)'"
    case .template(let file, let words): "the template '\(file)' cannot be used: \(words)"
    case .noFeatureRules: "the explanation has no rules over hidden features"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .featuresNeeded:
      "keep model.onnx beside it; where layers are not dense, use --rules inputs"
    case .notANumber: "this is a fault of the explanation; JSON has no such numbers"
    case .template: "start from the templates that come with the tool"
    case .noFeatureRules: "make the explanation with --rules inputs"
    }
  }
}
