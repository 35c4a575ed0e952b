import Datasets
import Foundation
import ONNXSchema

/// Columns of texts and whole numbers: one-hot and ordinal encoding, and the imputation of texts.
extension ONNXColumns {
  func encode(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    var levels = (node.attribute("cats_strings")?.strings ?? []).map {
      String(decoding: $0, as: UTF8.self)
    }
    if levels.isEmpty { levels = (node.attribute("cats_int64s")?.ints ?? []).map { "\($0)" } }
    guard value.columns.count == 1, !levels.isEmpty,
      Set(levels.map(\.trimmingBlanks)).count == levels.count,
      case .number(nil) = value.columns[0].kind, value.columns[0].factor == 1,
      value.columns[0].offset == 0, value.columns[0].clip == nil
    else {
      throw problem(node, .column(.oneHot))
    }
    let (source, isTruncated) = (value.columns[0].source, value.columns[0].isTruncated)
    if let filling = value.columns[0].filledText {
      return Value(
        columns: levels.map { level in
          Column(
            source: source,
            kind: level == filling
              ? .coded(levels: [level, ""], numbers: [1, 1], others: 0)
              // No cell is missing any more.
              : level.trimmingBlanks.isEmpty
                ? .coded(levels: [], numbers: [], others: 0) : .level(level),
            blank: value.columns[0].blank, isTruncated: isTruncated)
        })
    }
    // An empty string is a missing value, and a cell of blanks is read as empty.
    let marks = value.columns[0].missingTexts
    return Value(
      columns: levels.map {
        $0.trimmingBlanks.isEmpty
          ? Column(source: source, kind: .missing, blank: $0, missingTexts: marks)
          : Column(
            source: source, kind: .level($0), missingTexts: marks, isTruncated: isTruncated)
      })
  }

  /// A LabelEncoder from strings or integers to numbers, the export of an OrdinalEncoder; or from strings
  /// to strings, which replaces texts of missing cells by "".
  func code(_ value: Value, _ node: Onnx_NodeProto) throws(ModelFileError) -> Value {
    if let texts = node.attribute("values_strings")?.strings {
      return try removeTexts(value, texts.map { String(decoding: $0, as: UTF8.self) }, node)
    }
    var levels = (node.attribute("keys_strings")?.strings ?? []).map {
      String(decoding: $0, as: UTF8.self)
    }
    if levels.isEmpty { levels = (node.attribute("keys_int64s")?.ints ?? []).map { "\($0)" } }
    if levels.isEmpty {
      levels = (node.attribute("keys_floats")?.floats ?? []).map { shortest(Double($0)) }
    }
    var numbers = (node.attribute("values_floats")?.floats ?? []).map { Double($0) }
    var others = Double(node.number("default_float", 0))
    if numbers.isEmpty {
      numbers = (node.attribute("values_int64s")?.ints ?? []).map { Double($0) }
      others = Double(node.integer("default_int64", -1))
    }
    guard !levels.isEmpty, numbers.count == levels.count, Set(levels).count == levels.count,
      (numbers + [others]).allSatisfy(\.isFinite)
    else {
      throw problem(node, .column(.map))
    }
    return Value(
      columns: try value.columns.map { column throws(ModelFileError) in
        guard case .number(nil) = column.kind, column.factor == 1, column.offset == 0,
          column.missingTexts.isEmpty, column.clip == nil
        else {
          throw problem(node, .column(.scaledBefore))
        }
        guard let filling = column.filledText else {
          return Column(
            source: column.source, kind: .coded(levels: levels, numbers: numbers, others: others),
            isTruncated: column.isTruncated)
        }
        let filled = levels.firstIndex(of: filling).map { numbers[$0] } ?? others
        let kept = levels.indices.filter { !levels[$0].trimmingBlanks.isEmpty }
        return Column(
          source: column.source,
          kind: .coded(
            levels: kept.map { levels[$0] } + [""], numbers: kept.map { numbers[$0] } + [filled],
            others: others), blank: column.blank, isTruncated: column.isTruncated)
      })
  }

  /// `Where(Cast(LabelEncoder(x)), constant, x)`, the export of a SimpleImputer of texts; `nil` where the
  /// condition is another one.
  func fillTexts(
    _ node: Onnx_NodeProto, _ constants: ONNXConstants
  ) throws(ModelFileError) -> Value? {
    guard node.input.count == 3, let flags = value(named: node.input[0]), flags.marksMissingTexts,
      var rows = value(named: node.input[2]), rows.isDiscrete
    else { return nil }
    guard flags.columns.map(\.source) == rows.columns.map(\.source),
      let texts = constants.texts(node.input[1]), [1, rows.columns.count].contains(texts.count),
      rows.columns.allSatisfy(\.isPlain)
    else { throw problem(node, .column(.condition)) }
    for index in rows.columns.indices {
      guard case .coded(let levels, _, _) = flags.columns[index].kind else { continue }
      rows.columns[index].filledText = texts[texts.count == 1 ? 0 : index]
      rows.columns[index].blank = levels[0]
    }
    return rows
  }
}

extension ONNXColumns.Value {
  /// Whether each column is 1 where the text of its cell stands for a missing one, and 0 elsewhere: an empty
  /// one, or that of a missing number.
  var marksMissingTexts: Bool {
    columns.allSatisfy { column in
      guard case .coded(let levels, [1], 0) = column.kind, column.factor == 1, column.offset == 0
      else { return false }
      return levels[0].trimmingBlanks.isEmpty || levels[0].lowercased() == "nan"
    }
  }
}
