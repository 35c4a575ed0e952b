/// The members of one family, found by the names that users type.
public struct Catalog<Member>: Sendable {
  /// What one member is called, in the singular: "extractor".
  public let family: String
  /// The members in the order in which they are listed.
  public let types: [any Named.Type]

  public init(_ family: String, _ types: [any Named.Type]) {
    self.family = family
    self.types = types
  }

  public var names: [String] { types.map { $0.name } }

  /// The type with this name.
  /// - Throws: `UnknownName` with the nearest name there is.
  public func type(named name: String) throws(UnknownName) -> any Named.Type {
    guard let type = types.first(where: { $0.name == name }) else {
      throw UnknownName(name, family: family, known: names)
    }
    return type
  }

  /// Reads `{"name": "relu", …}`: the name says which type reads the rest.
  public func decode(from decoder: any Decoder) throws -> Member {
    let container = try decoder.container(keyedBy: NameKey.self)
    let type = try type(named: container.decode(String.self, forKey: .name))
    guard let member = try type.init(from: decoder) as? Member else {
      throw UnknownName(type.name, family: family, known: names)
    }
    return member
  }

  /// Writes the member's own fields and its name beside them.
  public func encode(_ member: any Named, to encoder: any Encoder) throws {
    try member.encode(to: encoder)
    var container = encoder.container(keyedBy: NameKey.self)
    try container.encode(Swift.type(of: member).name, forKey: .name)
  }

  private enum NameKey: String, CodingKey { case name }
}
