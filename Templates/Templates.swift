import Foundation

/// The page frames, compiled in; a folder of the user's own can stand in for any of them.
public struct Templates: Hashable, Sendable {
  public enum File: String, CaseIterable, Sendable {
    case page = "report.html"
    case style = "report.css"
    case script = "report.js"
  }

  private let folder: URL?

  /// - Parameter folder: where files of the same names are looked for first.
  public init(folder: URL? = nil) { self.folder = folder }

  /// The text of a file.
  /// - Throws: where the user's own file is there but cannot be read.
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
