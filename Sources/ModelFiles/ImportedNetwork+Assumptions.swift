import Datasets
import Networks
import Tensors

/// What the file states about inputs and outputs, and what must be assumed or given as an option.
extension ImportedNetwork {
  /// Whether the file describes its preprocessing: it was written by this program, or has
  /// preprocessing nodes.
  public var describesInputs: Bool {
    schema != nil || (columns?.columns.contains { !$0.isPlain } ?? false)
  }

  /// Whether the one output may be a number: the file names no classes, and it is no probability.
  public var mayPredictNumber: Bool {
    network.originalIndices.last?.count == 1 && schema == nil && classes == nil
      && outputActivation == nil
  }

  /// Whether the columns are read by name, not by their order in the table.
  public var readsColumnsByName: Bool { schema != nil || columns?.names != nil }

  /// Whether columns of these data are read by their names.
  public func readsByName(of data: Schema) -> Bool {
    readsColumnsByName && columns?.ignoresNames(in: data) != true
  }

  /// The names of the columns of the data that each of several inputs reads in the order of the table; empty for
  /// one input, and where all columns are read by name.
  public func columnsOfInputs(in data: Schema) -> [(input: String, columns: [String])] {
    schema == nil ? columns?.columnsOfInputs(in: data) ?? [] : []
  }

  /// The height, width and channels of the images that the network reads, if the file stores their
  /// channels first; `nil` for other networks and for one channel.
  public var channelsFirstImage: [Int]? {
    let shape = network.architecture.input
    guard interface?.isChannelsFirst == true, shape.rank == 3, shape[2] > 1 else { return nil }
    return shape.dimensions
  }

  /// The columns whose scaling the file computes in single precision with a rounding error above 1e-4 of the
  /// scaled number, each with that error, by their index in the data.
  public func roundedColumns(of data: Schema) -> [Int: Double] {
    guard let columns, let positions = try? columns.positions(in: data) else { return [:] }
    return columns.columns.reduce(into: [:]) { found, column in
      guard column.rounding > 1e-4 else { return }
      found[positions[column.source], default: 0] = column.rounding
    }
  }

  /// Whether the file names the classes of its outputs; the names 0, 1, 2, … do not count.
  public var describesClasses: Bool {
    guard schema == nil else { return true }
    guard let classes else { return false }
    return classes != classes.indices.map { "\($0)" }
  }

  /// The network with the class of each output.
  ///
  /// - Parameters:
  ///   - names: the class of each output; for one output of two classes, the negative class first.
  ///   - data: the schema whose classes `names` must be a permutation of.
  /// - Returns: a network whose outputs are matched to the data's classes by name.
  /// - Throws: `ModelFileError.schema` if `names` is not a permutation, or the target is numeric.
  public func withClasses(
    inOrder names: [String], for data: Schema
  ) throws(ModelFileError) -> ImportedNetwork {
    guard !data.target.isNumeric else {
      throw .schema(.classOrderOfNumber)
    }
    guard names.sorted() == data.classes.sorted() else {
      throw .schema(.classOrder(given: names, classes: data.classes))
    }
    var copy = self
    copy.classes = names
    return copy
  }
}
