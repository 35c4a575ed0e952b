import Foundation

/// The built-in templates of the HTML report; files in a folder override them.
public struct Templates: Hashable, Sendable {
  public enum File: String, CaseIterable, Sendable {
    case page = "report.html"
    case style = "report.css"
    case script = "report.js"
    case cells = "cells.js"
    case program = "program.js"
    case network = "network.js"
    case change = "change.js"
    case results = "results.js"
    case form = "form.js"
    case diagram = "diagram.js"

    /// The scripts of a page that computes, in the order in which they run.
    public static let scripts: [File] = [
      .script, .cells, .program, .network, .change, .results, .form, .diagram,
    ]
  }

  private let folder: URL?

  /// - Parameter folder: a folder with files of the same names, which take precedence.
  public init(folder: URL? = nil) { self.folder = folder }

  /// Whether there is a file that overrides a built-in one.
  public var isCustom: Bool { File.allCases.contains { own($0) != nil } }

  /// Whether a file is the built-in one.
  public func isBuiltIn(_ file: File) -> Bool { own(file) == nil }

  /// The place of the user's file; `nil` if there is none.
  private func own(_ file: File) -> URL? {
    guard let place = folder?.appendingPathComponent(file.rawValue) else { return nil }
    return FileManager.default.fileExists(atPath: place.path) ? place : nil
  }

  /// The text of a file.
  /// - Throws: an error if the user's file exists and cannot be read.
  public func text(of file: File) throws -> String {
    if let own = own(file) { return String(decoding: try Data(contentsOf: own), as: UTF8.self) }
    let bytes =
      switch file {
      case .page: PackageResources.report_html
      case .style: PackageResources.report_css
      case .script: PackageResources.report_js
      case .cells: PackageResources.cells_js
      case .program: PackageResources.program_js
      case .network: PackageResources.network_js
      case .change: PackageResources.change_js
      case .results: PackageResources.results_js
      case .form: PackageResources.form_js
      case .diagram: PackageResources.diagram_js
      }
    return String(decoding: bytes, as: UTF8.self)
  }
}
