import ArgumentParser
import Datasets
import Explanations
import Foundation
import Naming
import Networks
import Pruning
import Reports

/// Lists a catalogue.
struct List: ParsableCommand {
  enum Family: String, CaseIterable, ExpressibleByArgument {
    case datasets, methods, extractors, architectures, layers, formats
  }

  static let configuration = CommandConfiguration(
    abstract: "List a catalogue, such as data sets or methods, with sources.",
    discussion: """
      Examples:
        espalier list datasets
        espalier list extractors --json
      """)

  @Argument(help: "The catalogue: datasets, methods, extractors, architectures, layers or formats.")
  var family: Family
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  /// One entry of a catalogue.
  struct Entry: Encodable, Equatable {
    var name: String
    var summary: String
    var source: String
    /// Of a pruning method: the hyperparameters that only it has.
    var hyperparameters: [Hyperparameter]?

    struct Hyperparameter: Encodable, Equatable {
      var name: String
      var summary: String
      var allowed: String
    }
  }

  func run() throws {
    let entries = Self.entries(of: family)
    if console.json { return try StandardOutput.writeJSON(entries) }
    let width = entries.map(\.name.count).max() ?? 0
    let lines = entries.map { entry in
      let name = entry.name.padding(toLength: width, withPad: " ", startingAt: 0)
      let line = Terminal.stdout.paint(name, .bold) + "  " + entry.summary
      let indent = family == .datasets ? ", " : "\n" + String(repeating: " ", count: width + 2)
      let own = (entry.hyperparameters ?? []).map { own in
        "\n" + String(repeating: " ", count: width + 2)
          + "--hyperparameter \(own.name)=…: \(own.summary), \(own.allowed)"
      }
      return line + indent + Terminal.stdout.paint(entry.source, .dim) + own.joined()
    }
    try StandardOutput.write(lines.map { $0 + "\n" }.joined())
  }

  private static func entries(of family: Family) -> [Entry] {
    switch family {
    case .datasets:
      DataSource.names().map { listing in
        let rows = listing.rows.map { ", \($0) rows" } ?? ""
        return Entry(
          name: listing.name, summary: listing.title + rows, source: listing.origin.rawValue)
      }
    case .methods: pruningMethods + entries(of: attributionCatalog.entries)
    case .extractors: entries(of: extractorCatalog.entries)
    case .architectures: entries(of: architectureCatalog.entries)
    case .layers: entries(of: layerCatalog.entries)
    case .formats:
      ReportFolder.Format.allCases.map {
        Entry(name: $0.rawValue, summary: $0.summary, source: $0.source)
      } + entries(of: exportFormats.entries).filter { $0.name != "text" }
    }
  }

  private static var pruningMethods: [Entry] {
    zip(entries(of: pruningCatalog.entries), pruningCatalog.types).map { entry, type in
      var entry = entry
      let own = type.declaredHyperparameters.map {
        Entry.Hyperparameter(name: $0.name, summary: $0.summary, allowed: $0.allowed)
      }
      entry.hyperparameters = own.isEmpty ? nil : own
      return entry
    }
  }

  private static func entries(of types: [any Named.Type]) -> [Entry] {
    types.map { Entry(name: $0.name, summary: $0.summary, source: $0.source.description) }
  }
}
