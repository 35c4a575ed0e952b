import Datasets
import Foundation
import Networks
import SwiftProtobuf

extension ModelFile {
  /// The bytes of an ONNX file of a pruned network with the names, element types and shapes of the inputs
  /// and outputs of the file that the network was read from: a replacement for that file.
  ///
  /// The file takes rows as the given file does: scaling outside of the given file stays outside. It
  /// states neither schema nor preprocessing of raw rows, and is read as a file of another program. It is
  /// read back and its predictions are compared with the model's.
  /// - Parameters:
  ///   - model: the pruned network, with the columns and classes of `original`.
  ///   - name: the file's name, which errors show.
  ///   - given: the contents of the given file, with the classes of its outputs.
  ///   - original: the network of the given file with the preprocessing of rows that was assumed.
  ///   - rows: the rows to predict; the first 10,000 are used.
  /// - Returns: the bytes to write.
  /// - Throws: `InterfaceProblem` if inputs or outputs cannot be kept; the errors of reading `given`.
  public static func data(
    for model: Model, named name: String, keepingInterfaceOf given: ImportedNetwork,
    read original: Model, checkedOn rows: Table
  ) throws -> Data {
    guard let interface = given.interface else { throw InterfaceProblem.rows }
    let plain = try given.model(for: original.schema)
    let view = try RowView(plain: plain, original: original)
    var kept = KeptInterface(
      interface: interface,
      positions: try given.columns?.names == nil
        ? nil : given.columns?.positions(in: original.schema),
      places: (given.columns?.inputs.count ?? 0) > 1
        ? try given.columns?.positions(in: original.schema) : nil,
      imputes: given.columns?.columns.contains { $0.isImputed } ?? false)
    if let columns = given.columns, let positions = kept.positions {
      for column in columns.columns {
        if let blank = column.blank, !blank.isEmpty {
          kept.levels[positions[column.source], default: [:]][""] = blank
        }
        for level in column.knownLevels where level != level.trimmingBlanks {
          kept.levels[positions[column.source], default: [:]][level.trimmingBlanks] = level
        }
      }
    }
    let names = original.schema.classes
    if model.head != .number, let classes = given.classes, !given.countsClasses(names) {
      let order = classes.compactMap { names.firstIndex(of: $0) }
      guard order.count == classes.count else { throw InterfaceProblem.outputs }
      if order != Array(order.indices) {
        let outputs = model.network.originalIndices.last?.count ?? 0
        kept.isFlipped = outputs == 1
        kept.order = outputs == 1 ? nil : order
      }
    }
    var own = model
    own.encoding.inputs = try model.encoding.inputs.map { try view.ofFile($0) }
    let data = try ONNXWriter.message(for: own, keeping: kept).serializedData()

    let sample =
      rows.count > mostRowsReadBack ? rows.selecting(Array(0..<mostRowsReadBack)) : rows
    guard let found = try? readBack(data, named: name, given, original.schema, view),
      model.changedPredictions(by: found, among: sample) == 0, found.head == model.head
    else { throw InterfaceProblem.readBack }
    return data
  }

  /// A written file as a model of the data, with the scaling outside of it.
  private static func readBack(
    _ data: Data, named name: String, _ given: ImportedNetwork, _ schema: Schema, _ view: RowView
  ) throws -> Model {
    var again = try read(data: data, name: name)
    again.classes = given.classes
    var found = try again.model(for: schema)
    found.encoding.inputs = try found.encoding.inputs.map { try view.ofData($0) }
    return found
  }
}

/// How the cells of a file follow from the columns of the data: each is `(x - shift) / factor` of the
/// number `x` of a column.
private struct RowView {
  private struct Cell {
    var column: Int
    var shift: Double
    var factor: Double
  }

  /// The largest difference from cells that are read as they are.
  private static let rounding = 1e-6

  /// The cell of the file, by the column of the data that it holds, and the other way round.
  private var byColumn: [Int: (cell: Int, Cell)] = [:]
  private var byCell: [Int: Cell] = [:]

  /// `plain`: the network over the cells of the file; `original`: over the columns of the data.
  init(plain: Model, original: Model) throws(InterfaceProblem) {
    guard plain.encoding.width == original.encoding.width else { throw .rows }
    for (file, data) in zip(plain.encoding.inputs, original.encoding.inputs) {
      guard case .scaled(let mean, let scale) = data.kind,
        case .scaled(let own, let unit) = file.kind
      else {
        guard file == data else { throw .rows }
        continue
      }
      let factor = scale / unit
      let cell = Cell(column: data.feature, shift: mean - own * factor, factor: factor)
      byColumn[data.feature] = (file.feature, cell)
      byCell[file.feature] = cell
    }
  }

  /// The input of a column as an input of the file's cell.
  func ofFile(_ input: Encoding.Input) throws(InterfaceProblem) -> Encoding.Input {
    guard case .scaled(let mean, let scale) = input.kind else { return input }
    guard let (cell, found) = byColumn[input.feature] else { throw .rows }
    var (own, unit) = ((mean - found.shift) / found.factor, scale / found.factor)
    // The scaling of training divided by that outside of the file is 1 up to rounding: written, it would
    // be read as a scaling in the file.
    if found.shift != 0 || found.factor != 1, abs(own) <= Self.rounding,
      abs(unit - 1) <= Self.rounding
    {
      (own, unit) = (0, 1)
    }
    return Encoding.Input(
      feature: cell, kind: .scaled(mean: own, scale: unit),
      isSinglePrecision: input.isSinglePrecision)
  }

  /// The input of a cell of the file as an input of its column.
  func ofData(_ input: Encoding.Input) throws(InterfaceProblem) -> Encoding.Input {
    guard case .scaled(let mean, let scale) = input.kind else { return input }
    guard let found = byCell[input.feature] else { throw .rows }
    return Encoding.Input(
      feature: found.column,
      kind: .scaled(mean: mean * found.factor + found.shift, scale: scale * found.factor),
      isSinglePrecision: input.isSinglePrecision)
  }
}

extension ONNXColumns.Column {
  /// Whether a missing number is imputed.
  fileprivate var isImputed: Bool { if case .number(_?) = kind { true } else { false } }
}
