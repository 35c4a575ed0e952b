import Datasets
import Foundation
import ONNXSchema

/// Missing values: their imputation, and the cells that stand for them, codes of numeric columns and texts of
/// categorical ones.
extension ONNXColumns {
  func impute(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    let filling = node.attribute("imputed_value_floats")?.floats ?? []
    guard filling.count == 1 || filling.count == value.columns.count,
      node.number("replaced_value_float", 0).isNaN, !value.isDiscrete
    else { throw problem(node, .column(.imputation)) }
    return try filled(value, with: filling.map(Double.init), node)
  }

  private func filled(
    _ value: Value, with numbers: [Double], _ node: Onnx_NodeProto
  ) throws(ModelFileError) -> Value {
    var value = value
    for index in value.columns.indices {
      guard case .number(nil) = value.columns[index].kind, value.columns[index].factor == 1,
        value.columns[index].offset == 0
      else { throw problem(node, .column(.imputedBefore)) }
      value.columns[index].kind = .number(filled: numbers[numbers.count == 1 ? 0 : index])
    }
    return value
  }

  /// `Where(IsNaN(x), constant, x)`
  func fill(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value {
    guard node.input.count == 3, let flags = value(named: node.input[0]),
      let rows = value(named: node.input[2]),
      constants.contains(node.input[1]), flags.columns.map(\.source) == rows.columns.map(\.source),
      flags.columns.allSatisfy({ $0.kind == .missing }),
      flags.columns.map(\.missingCode) == rows.columns.map(\.missingCode)
    else { throw problem(node, .column(.condition)) }
    let numbers = try constants.numbers(node.input[1], inDouble: true).values
    guard numbers.count == 1 || numbers.count == rows.columns.count else {
      throw problem(node, .column(.valueCount))
    }
    return try filled(rows, with: numbers, node)
  }

  /// A LabelEncoder that keeps texts or makes them empty, and makes all others one unknown text.
  func removeTexts(
    _ value: Value, _ texts: [String], _ node: Onnx_NodeProto
  ) throws(ModelFileError) -> Value {
    let keys = (node.attribute("keys_strings")?.strings ?? []).map {
      String(decoding: $0, as: UTF8.self)
    }
    let other = String(decoding: node.attribute("default_string")?.s ?? Data(), as: UTF8.self)
    guard keys.count == texts.count, !keys.contains(other), value.isDiscrete,
      value.columns.count == 1, value.columns[0].isPlain,
      zip(keys, texts).allSatisfy({ $1.isEmpty || $0 == $1 })
    else { throw problem(node, .column(.map)) }
    var value = value
    value.columns[0].missingTexts = Set(
      zip(keys, texts).filter { $1.isEmpty && !$0.isEmpty }.map(\.0))
    return value
  }

  /// `Equal(x, codes)`, which marks the codes of missing numbers.
  func compare(
    _ value: Value, _ name: String, _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard node.input.count == 2, node.input[0] == name, constants.contains(node.input[1]),
      !value.isDiscrete, value.columns.allSatisfy(\.isPlain)
    else { return nil }
    let codes = try constants.numbers(node.input[1], mayBeInfinite: true, inDouble: true).values
    guard codes.count == value.columns.count else { throw problem(node, .column(.valueCount)) }
    return Value(
      columns: zip(value.columns, codes).map { column, code in
        Column(source: column.source, kind: .code(code.isNaN ? nil : code))
      })
  }

  /// `Where(Equal(x, codes), NaN, x)`; `nil` where the condition is another one.
  func removeCodes(
    _ node: Onnx_NodeProto, _ constants: inout ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard node.input.count == 3, let flags = value(named: node.input[0]),
      flags.columns.contains(where: \.isCode)
    else { return nil }
    guard var rows = value(named: node.input[2]), constants.contains(node.input[1]),
      flags.columns.map(\.source) == rows.columns.map(\.source),
      rows.columns.allSatisfy({ $0.isPlain && $0.missingCode == nil }),
      try constants.numbers(node.input[1], mayBeInfinite: true, inDouble: true).values.allSatisfy(
        \.isNaN)
    else { throw problem(node, .column(.condition)) }
    for index in rows.columns.indices {
      if case .code(let code) = flags.columns[index].kind { rows.columns[index].missingCode = code }
    }
    return rows
  }
}
