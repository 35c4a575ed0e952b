/// The types of one family, by name.
///
/// `Kind` is the metatype of the family's protocol, such as `any Layer.Type`, so that a type found
/// by name makes members of the family.
public struct Catalog<Kind: Sendable>: Sendable {
  /// The kind of item, in the singular: "extractor".
  public let family: String
  /// The types, in the order in which they are listed.
  public let types: [Kind]
  /// The same types, for their names, summaries and sources.
  public let entries: [any Named.Type]

  /// `named` returns the type itself: `{ $0 }`.
  public init(_ family: String, _ types: [Kind], named: (Kind) -> any Named.Type) {
    self.family = family
    self.types = types
    entries = types.map(named)
  }

  /// The names of the types, in order.
  public var names: [String] { entries.map { $0.name } }

  /// The type with this name.
  /// - Throws: `UnknownName` if there is none, with the nearest name.
  public func type(named name: String) throws(UnknownName) -> Kind {
    guard let index = entries.firstIndex(where: { $0.name == name }) else {
      throw UnknownName(name, family: family, known: names)
    }
    return types[index]
  }

  /// The type of an encoded member, `{"name": "relu", …}`; the type decodes the other fields.
  /// - Throws: `UnknownName`; `DecodingError` if there is no name.
  public func type(from decoder: any Decoder) throws -> Kind {
    let container = try decoder.container(keyedBy: NameKey.self)
    return try type(named: container.decode(String.self, forKey: .name))
  }

  /// Encodes the member's fields and its `name`.
  public func encode(_ member: any Named, to encoder: any Encoder) throws {
    try member.encode(to: encoder)
    var container = encoder.container(keyedBy: NameKey.self)
    try container.encode(Swift.type(of: member).name, forKey: .name)
  }
}

private enum NameKey: String, CodingKey { case name }
