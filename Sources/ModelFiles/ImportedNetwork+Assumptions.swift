import Datasets
import Networks

/// What a file says of its inputs and outputs, and what has to be assumed or told.
extension ImportedNetwork {
  /// Whether the file says how it makes its inputs of the columns: it was written by this program, or
  /// has preprocessing of its own.
  public var describesInputs: Bool {
    schema != nil || (columns?.columns.contains { !$0.isPlain } ?? false)
  }

  /// Whether the file names the classes of its outputs; numbers from 0 on are no names.
  public var describesClasses: Bool {
    guard schema == nil else { return true }
    guard let classes else { return false }
    return classes != classes.indices.map { "\($0)" }
  }

  /// The same network with names for its outputs.
  ///
  /// - Parameters:
  ///   - names: the class of each output; of one output for two classes, the negative class first.
  ///   - data: the schema whose classes these must be, in any order.
  /// - Returns: a network whose outputs meet the data's classes by these names.
  /// - Throws: `ModelFileError.schema` where they are others.
  public func answering(
    inOrder names: [String], for data: Schema
  ) throws(ModelFileError) -> ImportedNetwork {
    guard !data.target.isNumeric else {
      throw .schema(problem: "a class order is given for a numeric target")
    }
    guard names.sorted() == data.classes.sorted() else {
      throw .schema(
        problem:
          "the class order '\(shown(names.joined(separator: ",")))' is not a permutation of the "
          + "data's classes: \(data.classes.map { shown($0) }.joined(separator: ", "))")
    }
    var copy = self
    copy.classes = names
    return copy
  }
}

extension ONNXColumns.Column {
  /// Whether it is a cell's number as it is.
  fileprivate var isPlain: Bool {
    kind == .number(filled: nil) && factor == 1 && offset == 0
  }
}
