import Datasets
import Tensors

/// Rows of a run as network inputs, encoded once per encoding.
package struct EncodedRows: Sendable {
  /// The rows before encoding.
  package let table: Table
  private var known: [(encoding: Encoding, examples: Examples)] = []

  /// Encodes the rows.
  package init(_ table: Table, by encoding: Encoding) {
    self.table = table
    add(encoding)
  }

  /// Encodes the rows by another encoding too.
  package mutating func add(_ encoding: Encoding) {
    guard !known.contains(where: { $0.encoding == encoding }) else { return }
    known.append((encoding, examples(by: encoding)))
  }

  /// The rows by an encoding: as stored, or selected from the inputs of a stored encoding; encoded
  /// anew only if no stored encoding has all of its inputs.
  package func examples(by encoding: Encoding) -> Examples {
    for (stored, examples) in known
    where stored.targetMean == encoding.targetMean && stored.targetScale == encoding.targetScale {
      if stored.inputs == encoding.inputs { return examples }
      guard let positions = stored.positions(of: encoding.inputs) else { continue }
      var selected = examples
      selected.inputs = examples.inputs.selectingColumns(positions)
      return selected
    }
    return encoding.encode(table)
  }

  /// The network inputs of the first `count` rows, `[rows, inputs]`; of all rows by default.
  package func inputs(by encoding: Encoding, first count: Int = .max) -> Tensor {
    let inputs = examples(by: encoding).inputs
    return count >= inputs.rows ? inputs : inputs.slicing(0..<count)
  }

  /// The number of rows.
  package var count: Int { table.count }
}

extension Encoding {
  /// The positions of other inputs among these; `nil` if one is missing.
  fileprivate func positions(of others: [Input]) -> [Int]? {
    let positions = Dictionary(
      inputs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let found = others.compactMap { positions[$0] }
    return found.count == others.count ? found : nil
  }
}

extension Examples {
  /// These examples followed by others, without soft targets.
  func appending(_ other: Examples) -> Examples {
    Examples(
      inputs: Tensor(
        inputs.elements + other.inputs.elements, shape: [count + other.count, inputs.width]),
      labels: labels + other.labels, numbers: numbers + other.numbers)
  }
}
