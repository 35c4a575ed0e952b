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
  /// The authors: "Guo, Yao & Chen".
  public var authors: String
  /// The title of the publication.
  public var title: String
  /// The year of the publication.
  public var year: Int
  /// Journal or conference, volume and identifier.
  public var venue: String

  /// Creates a citation.
  public init(authors: String, title: String, year: Int, venue: String) {
    self.authors = authors
    self.title = title
    self.year = year
    self.venue = venue
  }

  /// The text in messages and reports.
  public var description: String { "\(authors) (\(year)), \(title), \(venue)" }
}
