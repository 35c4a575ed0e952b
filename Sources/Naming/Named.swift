/// A type that is selected by name in configurations, commands and reports.
public protocol Named: Codable, Sendable {
  /// The name, in lower case with hyphens: `surrogate-tree`.
  static var name: String { get }
  /// A one-line description, printed by `espalier list`.
  static var summary: String { get }
  /// The publication.
  static var source: Citation { get }
}

/// The publication of a method, printed in reports.
public struct Citation: Hashable, Codable, Sendable, CustomStringConvertible {
  public var authors: String
  public var title: String
  public var year: Int
  /// Journal or conference, volume and identifier.
  public var venue: String

  public init(authors: String, title: String, year: Int, venue: String) {
    self.authors = authors
    self.title = title
    self.year = year
    self.venue = venue
  }

  public var description: String { "\(authors) (\(year)), \(title), \(venue)" }
}
