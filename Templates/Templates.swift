import Foundation

/// The built-in templates of the HTML report; files in a folder override them.
public struct Templates: Hashable, Sendable {
  public enum File: String, CaseIterable, Sendable {
    case page = "report.html"
    case style = "report.css"
    case script = "report.js"
  }

  private let folder: URL?

  /// - Parameter folder: a folder with files of the same names, which take precedence.
  public init(folder: URL? = nil) { self.folder = folder }

  /// The text of a file.
  /// - Throws: an error if the user's file exists and cannot be read.
  public func text(of file: File) throws -> String {
    if let own = folder?.appendingPathComponent(file.rawValue),
      FileManager.default.fileExists(atPath: own.path)
    {
      return String(decoding: try Data(contentsOf: own), as: UTF8.self)
    }
    let bytes =
      switch file {
      case .page: PackageResources.report_html
      case .style: PackageResources.report_css
      case .script: PackageResources.report_js
      }
    return String(decoding: bytes, as: UTF8.self)
  }
}
