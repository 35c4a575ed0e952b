import Datasets

/// The rows an explanation was made from, every one accounted for.
public struct DataSummary: Codable, Hashable, Sendable {
  /// Why rows were dropped or changed, in words, and how many.
  public struct Reason: Codable, Hashable, Sendable {
    /// In words.
    public var reason: String
    /// Rows that it holds for.
    public var count: Int
    /// Each value as its property says.
    public init(reason: String, count: Int) {
      self.reason = reason
      self.count = count
    }
  }

  /// What the data are called: a data set's name or a file's.
  public var name: String
  /// Of the bytes that were read.
  public var sha256: String
  /// Rows that were read.
  public var rows: Int
  /// Rows that are left when those of `rowsDropped` are gone.
  public var rowsUsed: Int
  /// Why rows were dropped, and how many for each reason.
  public var rowsDropped: [Reason]
  /// Rows that were used with a changed cell, for example a missing value.
  public var rowsAltered: [Reason]
  /// Columns that the network may read.
  public var features: Int
  /// In the order of the network's outputs.
  public var classes: [String]
  /// Rows that network and rules are fitted to.
  public var training: Int
  /// Rows that decide: when to stop, what to prune, how many rules.
  public var validation: Int
  /// Rows that nothing is fitted to and nothing decided by.
  public var heldOut: Int
  /// How the held-out rows were chosen, in words.
  public var heldOutFrom: String
  /// The columns.
  public var schema: Schema
  /// What was decided about columns, for example that one is left out; absent where nothing was.
  public var notes: [String]?

  /// Each value as its property says.
  public init(
    name: String, sha256: String, rows: Int, rowsUsed: Int, rowsDropped: [Reason],
    rowsAltered: [Reason], training: Int, validation: Int, heldOut: Int, heldOutFrom: String,
    schema: Schema, notes: [String]? = nil
  ) {
    self.name = name
    self.sha256 = sha256
    self.rows = rows
    self.rowsUsed = rowsUsed
    self.rowsDropped = rowsDropped
    self.rowsAltered = rowsAltered
    features = schema.features.count
    classes = schema.classes
    self.training = training
    self.validation = validation
    self.heldOut = heldOut
    self.heldOutFrom = heldOutFrom
    self.schema = schema
    self.notes = notes
  }
}
