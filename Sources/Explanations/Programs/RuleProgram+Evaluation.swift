import Datasets

extension RuleProgram {
  /// The deciding rule of a row, `nil` for the default.
  ///
  /// `row`: one value for each column of the schema: a number, or the position of a level;
  /// `Table.unknownLevel` is a level that the schema does not have, and `nan` a missing value.
  /// - Throws: `Fault.rowWidth`; `Fault.noLayers` if the rules use hidden features and the layers are
  ///   not known.
  /// - Complexity: O(conditions), and the layers of the hidden features if the rules use them
  public func deciding(_ row: [Double]) throws(Fault) -> Int? {
    guard row.count == schema.features.count else {
      throw .rowWidth(row.count, columns: schema.features.count)
    }
    let values = try RowValues(row, self)
    return order.first { rules[$0].premise.allSatisfy(values.satisfy) }
  }

  /// The position in `predictions` of the prediction for a row.
  /// - Throws: `Fault` as `deciding`.
  public func classify(_ row: [Double]) throws(Fault) -> Int {
    try deciding(row).map { rules[$0].conclusion } ?? defaultPrediction
  }

  /// The position in `predictions` of the prediction for each row of a table.
  /// - Throws: `Fault` as `deciding`.
  public func classify(_ table: Table) throws(Fault) -> [Int] {
    try (0..<table.count).map { row throws(Fault) in try classify(table.row(row)) }
  }
}

/// The variables of a program for one row.
private struct RowValues {
  private let columns: [Double]
  private let features: [Double]
  private var scores: [Double] = []

  init(_ row: [Double], _ program: RuleProgram) throws(RuleProgram.Fault) {
    columns = row
    if program.usesFeatures {
      guard let layers = program.layers else { throw .noLayers }
      features = layers.values(of: row)
    } else {
      features = []
    }
    for score in program.scores {
      scores.append(score.terms.reduce(0) { $0 + $1.weight.value * (value($1.operand) / $1.step) })
    }
  }

  func satisfy(_ condition: RuleProgram.Condition) -> Bool {
    switch condition {
    case .number(let quantity, let bounds, let orMissing):
      let value = value(quantity)
      return value.isNaN ? orMissing : bounds.contains(value)
    case .level(let column, let among, let orMissing):
      let value = columns[column]
      return value.isNaN ? orMissing : among.contains { Double($0) == value }
    case .known(let variable): return !value(variable).isNaN
    case .missing(let variable): return value(variable).isNaN
    }
  }

  private func value(_ variable: RuleProgram.Variable) -> Double {
    switch variable {
    case .quantity(let quantity): value(quantity)
    case .level(let column): columns[column]
    }
  }

  private func value(_ quantity: RuleProgram.Quantity) -> Double {
    switch quantity {
    case .column(let position): columns[position]
    case .feature(let position): features[position]
    case .score(let position): scores[position]
    }
  }

  private func value(_ operand: RuleProgram.Score.Operand) -> Double {
    switch operand {
    case .value(let quantity, let ifMissing):
      let value = value(quantity)
      return value.isNaN ? ifMissing : value
    case .indicator(let condition): return satisfy(condition) ? 1 : 0
    }
  }
}
