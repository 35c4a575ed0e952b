import Foundation
import Naming

/// A document: blocks of text and tables, with its figures.
public struct Document: Hashable, Sendable {
  /// The title.
  public var title: Phrase
  /// The kind of the document in a few words: `Explanation of a neural network`.
  public var kind: String
  /// The tool and its version, in one line.
  public var origin: String
  /// The name of the file from which the document can be made again; `nil` if there is none.
  public var source: String?
  /// The content in order.
  public var blocks: [Block]
  /// SVG by the id of its figure.
  public var images: [String: String]
  /// JSON that the scripts of a page read; `nil` if there is none.
  public var data: String?

  /// Creates a document; without `source`, images and data by default.
  public init(
    title: Phrase, kind: String, origin: String, source: String? = nil, blocks: [Block],
    images: [String: String] = [:], data: String? = nil
  ) {
    self.title = title
    self.kind = kind
    self.origin = origin
    self.source = source
    self.blocks = blocks
    self.images = images
    self.data = data
  }
}

extension Document {
  /// The text of a file with this name: a page of HTML if it ends in `.html`, otherwise the blocks in
  /// Markdown.
  /// - Throws: `ReportError`
  public func text(for file: String) throws -> String {
    file.hasSuffix("." + HTMLWriter.fileExtension)
      ? try HTMLWriter().write(self) : try MarkdownWriter(.fragment).write(self)
  }
}

/// A writer of documents in one format.
public protocol ReportWriter: Named {
  /// The extension of the files, without a dot.
  static var fileExtension: String { get }
  /// The whole file.
  func write(_ document: Document) throws -> String
}

/// An error while a report is written.
public enum ReportError: LocalizedError, Hashable, Sendable {
  /// The exported rules have conditions on hidden features, and no program computes them.
  case featuresNeeded(example: String)
  case notANumber(at: String)
  case template(file: String, words: String)
  case noFeatureRules
  /// The export format has no function that computes an activation of the hidden features.
  case unsupportedActivation(String, format: String)
  /// A name or level has a character that the export format cannot write.
  case unsupportedCharacter(name: String, format: String)
  /// Two columns of the rules that the export format does not tell apart.
  case sameName(String, String, format: String)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .featuresNeeded(let example):
      "the rules use the hidden feature '\(example)', which only the network computes"
    case .notANumber(let place): "the explanation has a number that is not finite at '\(place)'"
    case .template(let file, let words): "the template '\(file)' cannot be used: \(words)"
    case .noFeatureRules: "the explanation has no rules over hidden features"
    case .unsupportedActivation(let name, let format):
      "the hidden features use the activation '\(name)', which \(format) cannot compute"
    case .unsupportedCharacter(let name, let format):
      "the name '\(name)' has a character that \(format) cannot write"
    case .sameName(let first, let second, let format):
      "the columns '\(first)' and '\(second)' are the same name in \(format)"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .featuresNeeded:
      "keep model.onnx beside it; if layers are not dense, extract rules over inputs"
    case .notANumber: "this is a bug in the explanation; JSON has no NaN and no infinity"
    case .template: "start from the built-in templates"
    case .noFeatureRules: "extract rules over hidden features, or export those over inputs"
    case .unsupportedActivation: "export to python, or extract rules over inputs"
    case .unsupportedCharacter, .sameName: "rename it in the data, or export to python"
    }
  }
}
