/// A column of the data, and the network inputs that are encoded from it.
public struct InputColumn: Hashable, Codable, Sendable {
  /// The name of the column.
  public var name: String
  /// The positions of the network inputs, in order.
  public var inputs: [Int]

  /// Creates the column of some network inputs.
  public init(name: String, inputs: [Int]) {
    self.name = name
    self.inputs = inputs
  }
}
