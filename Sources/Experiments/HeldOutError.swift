import Datasets
import Foundation
import Reports

/// The requested fraction of the rows is less than one of them.
public struct HeldOutFractionError: LocalizedError, Hashable, Sendable {
  /// The requested fraction.
  public var fraction: Double
  /// The number of rows.
  public var rows: Int

  /// The message.
  public var errorDescription: String? {
    "a fraction of \(shortest(fraction)) of \(counted(rows, "row")) holds out no row"
  }

  /// The hint.
  public var recoverySuggestion: String? { "give a larger fraction, such as 0.2" }
}

/// No row of the given held-out set can be measured.
public struct HeldOutError: LocalizedError, Hashable, Sendable {
  /// The name of the data.
  public var name: String
  /// The number of its rows.
  public var rows: Int
  /// The target of the training rows.
  public var target: Target
  /// Why rows were dropped.
  public var reasons: [RowCount]

  /// The message.
  public var errorDescription: String? {
    let known = target.isNumeric ? "a number" : "a class of the training rows"
    let found = reasons.map { "\(counted($0.count, "row")) with \($0.reason)" }
    return "none of the \(counted(rows, "row")) of \(name) has \(known) in '\(target.name)'"
      + (found.isEmpty ? "" : ": " + found.joined(separator: ", "))
  }

  /// The hint.
  public var recoverySuggestion: String? {
    "write the labels of the held-out rows as those of the training rows"
  }
}
