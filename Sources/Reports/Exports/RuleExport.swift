import Explanations
import Naming

/// An export of rules as code or text.
public protocol RuleExport: Named {
  /// The extension of file names, without the dot.
  static var fileExtension: String { get }
  /// Whether the text computes predictions, so that hidden features in rules need their layers.
  static var evaluatesRules: Bool { get }
  /// Creates the export; formats have no settings.
  init()
  /// Writes the rules.
  /// - Parameters:
  ///   - program: the rules.
  ///   - explanation: the explanation with these rules, for texts about them.
  /// - Returns: the text of a file.
  /// - Throws: `ReportError` if the rules cannot be written in this format.
  func export(_ program: RuleProgram, of explanation: Explanation) throws -> String
}

/// The catalogue of export formats.
public let exportFormats = Catalog<any RuleExport.Type>(
  "export format", [PythonExport.self, TextExport.self]
) { $0 }
