import Explanations
import Foundation
import Naming

/// An export of rules as code or text.
public protocol RuleExport: Named {
  /// The extension of file names, without the dot.
  static var fileExtension: String { get }
  /// Whether the text computes predictions, so that hidden features in rules need their layers.
  static var evaluatesRules: Bool { get }
  /// The settings of `ExportOptions` that the format reads; none by default.
  static var settings: Set<ExportOptions.Setting> { get }
  /// Creates the export with its settings.
  init(_ options: ExportOptions)
  /// Writes the rules.
  /// - Parameters:
  ///   - program: the rules.
  ///   - explanation: the explanation with these rules, for texts about them.
  /// - Returns: the contents of a file.
  /// - Throws: `ReportError` if the rules cannot be written in this format.
  func contents(_ program: RuleProgram, of explanation: Explanation) throws -> Data
}

extension RuleExport {
  /// No settings.
  public static var settings: Set<ExportOptions.Setting> { [] }
}

/// An export of rules as a text.
public protocol TextualExport: RuleExport {
  /// Writes the rules as the text of a file.
  /// - Throws: `ReportError` if the rules cannot be written in this format.
  func export(_ program: RuleProgram, of explanation: Explanation) throws -> String
}

extension TextualExport {
  /// The text in UTF-8.
  public func contents(_ program: RuleProgram, of explanation: Explanation) throws -> Data {
    Data(try export(program, of: explanation).utf8)
  }
}

/// Settings of export formats; each format reads those in its `settings`.
public struct ExportOptions: Hashable, Codable, Sendable {
  /// The name of a setting.
  public enum Setting: String, Hashable, CaseIterable, Sendable {
    case dialect, table
  }

  /// The dialect of SQL.
  public var dialect: SQLDialect
  /// The name of the table that SQL reads.
  public var table: String

  /// Creates settings; by default those of SQLite, and of a table named `data`.
  public init(dialect: SQLDialect = .sqlite, table: String = "data") {
    self.dialect = dialect
    self.table = table
  }
}

/// The catalogue of export formats.
public let exportFormats = Catalog<any RuleExport.Type>(
  "export format",
  [
    PythonExport.self, SQLExport.self, CExport.self, SwiftExport.self, PMMLExport.self,
    ONNXExport.self, DMNExport.self, TextExport.self,
  ]
) { $0 }

extension RuleProgram.Quantity {
  /// The name in exported code: `c0` for a column, `s0` for a score, and for a hidden feature what `feature`
  /// writes.
  func name(
    feature: (_ position: Int) -> String = { "features[\($0)]" }
  ) -> String {
    switch self {
    case .column(let position): "c\(position)"
    case .feature(let position): feature(position)
    case .score(let position): "s\(position)"
    }
  }
}

extension RuleProgram.Variable {
  /// The name in exported code; a column of levels is named as one of numbers.
  func name(
    feature: (_ position: Int) -> String = { "features[\($0)]" }
  ) -> String {
    switch self {
    case .quantity(let quantity): quantity.name(feature: feature)
    case .level(let column): "c\(column)"
    }
  }
}
