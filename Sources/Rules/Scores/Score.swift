import Datasets

/// A weighted sum of few columns with small integer weights, which can be computed by hand.
///
/// The value of a row is Σ weight · x / step over its terms, added in their order in double
/// precision; a term over levels contributes its weight if the value is one of the levels.
public struct Score: Hashable, Codable, Sendable, Identifiable {
  /// What a term multiplies with its weight.
  public enum Operand: Hashable, Codable, Sendable {
    /// A number divided by `step`, which is 1, 2 or 5 times a power of ten, in the unit of the
    /// column; a missing value counts as `ifMissing`.
    case number(step: Double, ifMissing: Double)
    /// 1 for one of these levels, otherwise 0; a missing value counts 1 only if `orMissing`.
    case levels(among: Set<Int>, orMissing: Bool)
  }

  /// A term: weight times operand.
  public struct Term: Hashable, Codable, Sendable {
    /// The column.
    public var variable: Feature.ID
    /// The integer weight; never 0.
    public var weight: Int
    /// What the weight multiplies.
    public var operand: Operand

    /// Creates a term.
    public init(_ weight: Int, times variable: Feature.ID, _ operand: Operand) {
      self.variable = variable
      self.weight = weight
      self.operand = operand
    }

    /// The contribution of a value of the column.
    public func value(of value: Double) -> Double {
      switch operand {
      case .number(let step, let ifMissing):
        return Double(weight) * ((value.isNaN ? ifMissing : value) / step)
      case .levels(let among, let orMissing):
        let holds = Condition.levels(among: among, orMissing: orMissing).holds(for: value)
        return holds ? Double(weight) : 0
      }
    }
  }

  /// The name in rules: "S1".
  public var id: Feature.ID
  /// The terms, at most one per number column.
  public var terms: [Term]

  /// Creates a score.
  public init(_ id: Feature.ID, _ terms: [Term]) {
    self.id = id
    self.terms = terms
  }

  /// The value of a row. `value` returns the value of a column.
  public func value(_ value: (Feature.ID) -> Double) -> Double {
    terms.reduce(0) { $0 + $1.value(of: value($1.variable)) }
  }

  /// The values of all rows of a table that has the columns of the terms.
  /// - Complexity: O(rows × terms)
  public func values(in table: Table) -> [Double] {
    var sums = [Double](repeating: 0, count: table.count)
    for term in terms {
      guard let position = table.schema.index(of: term.variable) else { continue }
      let column = table.columns[position]
      for row in sums.indices { sums[row] += term.value(of: column[row]) }
    }
    return sums
  }
}

extension Table {
  /// The rows with the values of scores as further numeric columns.
  public func appending(_ scores: [Score]) -> Table {
    var schema = schema
    schema.features += scores.map { Feature($0.id) }
    return Table(
      schema: schema, columns: columns + scores.map { .doubles($0.values(in: self)) },
      labels: labels, numbers: numbers, rowNumbers: rowNumbers, firstLine: firstLine)
  }
}
