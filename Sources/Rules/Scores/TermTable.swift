import Datasets
import Foundation
import Tensors

/// The possible terms of scores over the columns of a table, with their values on its rows.
package struct TermTable: Sendable {
  /// A term without its weight.
  struct Atom: Hashable, Sendable {
    var variable: Feature.ID
    var operand: Score.Operand
  }

  let atoms: [Atom]
  /// The value of each atom on each row: `[atom][row]`.
  let columns: [[Float]]
  /// The range of each atom without its extreme hundredths.
  let ranges: [ClosedRange<Float>]
  let count: Int

  /// Creates the terms of a table.
  ///
  /// A numeric column is divided by the step nearest to its standard deviation; a categorical
  /// column has a term per level that at least a hundredth of the rows has. Constant columns have
  /// none.
  package init(_ table: Table) {
    var atoms: [Atom] = []
    for (feature, column) in zip(table.schema.features, table.columns) {
      if let levels = feature.levels {
        var counts = [Int](repeating: 0, count: levels.count)
        for value in column.values {
          if let level = Int(exactly: value), counts.indices.contains(level) { counts[level] += 1 }
        }
        let least = max(2, table.count / 100)
        for level in levels.indices where counts[level] >= least && counts[level] < table.count {
          atoms.append(
            Atom(variable: feature.id, operand: .levels(among: [level], orMissing: false)))
        }
      } else if let scale = NumberScale(column.values) {
        atoms.append(
          Atom(
            variable: feature.id,
            operand: .number(step: scale.step, ifMissing: scale.median)))
      }
    }
    self.init(atoms, on: table)
  }

  /// The values of given atoms on other rows.
  init(_ atoms: [Atom], on table: Table) {
    self.atoms = atoms
    count = table.count
    columns = Workers.map(atoms.count) { index in
      let term = Score.Term(1, times: atoms[index].variable, atoms[index].operand)
      guard let position = table.schema.index(of: term.variable) else { return [] }
      let column = table.columns[position]
      return (0..<table.count).map { Float(term.value(of: column[$0])) }
    }
    ranges = columns.map { values in
      let sorted = values.sorted()
      guard let first = sorted.first, let last = sorted.last else { return 0...0 }
      let (low, high) = (sorted[sorted.count / 100], sorted[sorted.count - 1 - sorted.count / 100])
      return low < high ? low...high : first...last
    }
  }
}

/// The step and the median of a numeric column.
private struct NumberScale {
  var step: Double
  var median: Double

  /// `nil` for a column without two different numbers.
  init?(_ values: [Double]) {
    let known = values.filter { $0.isFinite }.sorted()
    guard let first = known.first, let last = known.last, first < last else { return nil }
    median = known[known.count / 2]
    if known.allSatisfy({ $0 == first || $0 == last }) {
      step = last - first
      if step != 1 { step = Self.readable(near: step) }
      return
    }
    let mean = known.reduce(0) { $0 + $1 / Double(known.count) }
    let deviation =
      known.reduce(0) { $0 + ($1 - mean) / Double(known.count) * ($1 - mean) }.squareRoot()
    guard deviation > 0, deviation.isFinite else { return nil }
    step = Self.readable(near: deviation)
    // There is no half of a count.
    if step < 1, known.allSatisfy({ $0 == $0.rounded() }) { step = 1 }
  }

  /// The number 1, 2 or 5 times a power of ten with the ratio to `value` nearest to 1.
  static func readable(near value: Double) -> Double {
    let exponent = Int(log10(value).rounded(.down))
    let candidates = ["1e\(exponent)", "2e\(exponent)", "5e\(exponent)", "1e\(exponent + 1)"]
    return candidates.compactMap(Double.init)
      .min { $0.ratio(to: value) < $1.ratio(to: value) } ?? value
  }
}

extension Double {
  /// How many times larger than `other`, at least 1, whichever is larger.
  fileprivate func ratio(to other: Double) -> Double { Swift.max(self / other, other / self) }
}
