/// A registry of the types of one family, by name.
public struct Catalog<Member>: Sendable {
  /// The kind of item, in the singular: "extractor".
  public let family: String
  /// The types, in the order in which they are listed.
  public let types: [any Named.Type]

  public init(_ family: String, _ types: [any Named.Type]) {
    self.family = family
    self.types = types
  }

  public var names: [String] { types.map { $0.name } }

  /// The type with this name.
  /// - Throws: `UnknownName` if there is none, with the nearest name.
  public func type(named name: String) throws(UnknownName) -> any Named.Type {
    guard let type = types.first(where: { $0.name == name }) else {
      throw UnknownName(name, family: family, known: names)
    }
    return type
  }

  /// Decodes `{"name": "relu", …}`: `name` selects the type that decodes the other fields.
  public func decode(from decoder: any Decoder) throws -> Member {
    let container = try decoder.container(keyedBy: NameKey.self)
    let type = try type(named: container.decode(String.self, forKey: .name))
    guard let member = try type.init(from: decoder) as? Member else {
      throw UnknownName(type.name, family: family, known: names)
    }
    return member
  }

  /// Encodes the member's fields and its `name`.
  public func encode(_ member: any Named, to encoder: any Encoder) throws {
    try member.encode(to: encoder)
    var container = encoder.container(keyedBy: NameKey.self)
    try container.encode(Swift.type(of: member).name, forKey: .name)
  }

  private enum NameKey: String, CodingKey { case name }
}
