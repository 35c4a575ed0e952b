/// A kind of thing that users call by name in configurations, commands and reports.
public protocol Named: Codable, Sendable {
  /// The name users type, in lower case with hyphens: `surrogate-tree`.
  static var name: String { get }
  /// One line that says what it does, as `espalier list` prints it.
  static var summary: String { get }
  /// Where it was published.
  static var source: Citation { get }
}

/// Where a method was published; reports print it.
public struct Citation: Hashable, Codable, Sendable, CustomStringConvertible {
  public var authors: String
  public var title: String
  public var year: Int
  /// Journal, volume and identifier, as precise as is known.
  public var venue: String

  public init(authors: String, title: String, year: Int, venue: String) {
    self.authors = authors
    self.title = title
    self.year = year
    self.venue = venue
  }

  public var description: String { "\(authors) (\(year)), \(title), \(venue)" }
}
