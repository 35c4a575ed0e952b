import Datasets

/// The data of an explanation, with row counts.
public struct DataSummary: Codable, Hashable, Sendable {
  /// A reason for dropping or changing rows, with the number of rows.
  public struct Reason: Codable, Hashable, Sendable {
    /// The reason as text.
    public var reason: String
    /// The number of rows.
    public var count: Int
    /// Creates a value from its properties.
    public init(reason: String, count: Int) {
      self.reason = reason
      self.count = count
    }
  }

  /// The name of the data set or of the file.
  public var name: String
  /// SHA-256 of the bytes read.
  public var sha256: String
  /// The number of rows read.
  public var rows: Int
  /// The number of rows without those of `rowsDropped`.
  public var rowsUsed: Int
  /// The dropped rows by reason.
  public var rowsDropped: [Reason]
  /// The rows used with a changed cell, for example a missing value, by reason.
  public var rowsAltered: [Reason]
  /// The number of input columns.
  public var features: Int
  /// The classes in the order of the network's outputs.
  public var classes: [String]
  /// The number of training rows, to which network and rules are fitted.
  public var training: Int
  /// The number of validation rows, for early stopping, pruning and the number of rules.
  public var validation: Int
  /// The number of held-out (test) rows.
  public var heldOut: Int
  /// How the held-out rows were selected, as text.
  public var heldOutFrom: String
  /// The columns.
  public var schema: Schema
  /// Decisions about columns, for example that one is ignored; absent if there are none.
  public var notes: [String]?
  /// The number of held-out rows with the values of a training or validation row in all columns and the target,
  /// where that is at least half of them; `nil` otherwise.
  public var heldOutRepeated: Int?
  /// The values of each column in the training rows; `nil` for images and in results of earlier
  /// versions.
  public var profiles: [ColumnProfile]?

  /// Creates a value from its properties.
  public init(
    name: String, sha256: String, rows: Int, rowsUsed: Int, rowsDropped: [Reason],
    rowsAltered: [Reason], training: Int, validation: Int, heldOut: Int, heldOutFrom: String,
    schema: Schema, notes: [String]? = nil, profiles: [ColumnProfile]? = nil
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
    self.profiles = profiles
  }
}
