import Datasets
import Experiments
import Tensors
import Testing

@Suite struct EncodedRowsTests {
  private let table = Table(
    schema: Schema(
      features: [
        Feature("x"), Feature("kind", .categorical(levels: ["a", "b"])), Feature("y"),
      ], target: Target("price", .numeric(unit: nil, cuts: []))),
    columns: [.doubles([1, .nan, 4]), .doubles([0, 1, 0]), .doubles([0.1, 0.7, 3])],
    labels: [0, 0, 0], numbers: [10, 20, 40])

  private func without(_ positions: Set<Int>, _ encoding: Encoding) -> Encoding {
    var copy = encoding
    copy.inputs = encoding.inputs.indices.filter { !positions.contains($0) }.map {
      encoding.inputs[$0]
    }
    return copy
  }

  @Test func selectedInputsHaveTheBitsOfAnEncoding() {
    let whole = Encoding(fitting: table)
    #expect(whole.columns(of: table.schema).map(\.name) == ["x", "kind", "y"])
    #expect(whole.columns(of: table.schema).map(\.inputs) == [[0, 1], [2, 3], [4]])
    let rows = EncodedRows(table, by: whole)
    #expect(rows.examples(by: whole) == whole.encode(table))
    for gone in [[0], [1, 3], [0, 1, 4]] as [Set<Int>] {
      let fewer = without(gone, whole)
      #expect(rows.examples(by: fewer) == fewer.encode(table))
      #expect(rows.inputs(by: fewer, first: 2) == fewer.encode(table).inputs.slicing(0..<2))
    }
    #expect(without([0, 1], whole).columns(of: table.schema).map(\.name) == ["kind", "y"])
  }

  /// Another scaling of inputs, more inputs than stored, another scaling of the target.
  @Test func otherEncodingsAreNotTakenFromStoredOnes() {
    let whole = Encoding(fitting: table)
    var other = whole
    other.inputs[4].kind = .scaled(mean: 1, scale: 2)
    var rows = EncodedRows(table, by: without([4], whole))
    #expect(rows.examples(by: whole) == whole.encode(table))
    rows.add(whole)
    #expect(rows.examples(by: other) == other.encode(table))
    var target = whole
    target.targetScale = 1
    #expect(rows.examples(by: target).numbers == target.encode(table).numbers)
    #expect(rows.examples(by: target).numbers != whole.encode(table).numbers)
    rows.add(other)
    #expect(rows.examples(by: without([0], other)) == without([0], other).encode(table))
  }
}
