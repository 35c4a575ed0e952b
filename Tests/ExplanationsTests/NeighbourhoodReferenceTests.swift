import Datasets
import Explanations
import Tensors
import TestSupport
import Testing

/// Synthetic rows drawn near fixed rows, compared with a snapshot: columns of whole numbers, of one and
/// of many decimals, of few values, of levels, constant ones, and missing cells.
@Suite struct NeighbourhoodReferenceTests {
  private var table: Table {
    let count = 40
    func column(_ value: (Int) -> Double) -> Column { .doubles((0..<count).map(value)) }
    var columns: [Column] = []
    columns.append(column { Double($0 * 37 % 100) })
    columns.append(column { Double($0 * 61 % 97) / 10 })
    columns.append(column { Double($0 * 53 % 89) / 3 })
    columns.append(column { [0.5, 2, 7.25][$0 % 3] })
    columns.append(column { $0 % 7 == 2 ? .nan : Double($0 % 4) })
    columns.append(column { $0 % 5 == 1 ? .nan : Double($0 * 29 % 83) / 100 })
    columns.append(column { _ in 3 })
    // Twelve values are few, thirteen are not.
    columns.append(column { Double($0 % 12) })
    columns.append(column { Double($0 % 13) })
    let features = columns.indices.map { index in
      Feature(
        Feature.ID("x\(index)"),
        index == 4 ? .categorical(levels: ["a", "b", "c", "d"]) : .numeric(unit: nil))
    }
    return Table(
      schema: Schema(features: features, target: Target("y", .classes(names: ["p", "q"]))),
      columns: columns, labels: [Int](repeating: 0, count: count))
  }

  @Test func rowsAreTheRecordedOnes() throws {
    let table = table
    var text: [String] = []
    for settings in [
      Neighbourhood(), Neighbourhood(candidates: 1), Neighbourhood(candidates: 3, jitter: 0.5),
      Neighbourhood(candidates: 12, jitter: 0, change: 0.4), Neighbourhood(candidates: 0),
    ] {
      text.append("# \(settings.candidates), \(settings.jitter), \(settings.change)")
      let drawn = settings.rows(600, near: table, seed: 11)
      // The first rows and some of later pieces, of which each has its own random numbers.
      for row in Array(0..<8) + [255, 256, 257, 511, 599] {
        text.append(drawn.row(row).map { fixed($0, digits: 5) }.joined(separator: " "))
      }
      let sums = drawn.columns.map { column in
        column.values.reduce(0) { $0 + ($1.isNaN ? 1000 : $1) }
      }
      text.append("sums " + sums.map { fixed($0, digits: 3) }.joined(separator: " "))
    }
    let both = Neighbourhood.nearAndWideRows(20, near: table, seed: 3) {}
    #expect(both.count == 40)
    text.append("# near and wide")
    for row in [0, 19, 20, 39] {
      text.append(both.row(row).map { fixed($0, digits: 5) }.joined(separator: " "))
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "neighbourhood.txt")
  }

  /// Images, single rows, more than 20,000 rows and more than 4,000,000 cells are not drawn from.
  @Test func queriesAreWorthwhileForTablesOfModerateSize() {
    func table(_ rows: Int, _ columns: Int, image: ImageShape? = nil) -> Table {
      var schema = Schema(
        features: (0..<columns).map { Feature(Feature.ID("x\($0)")) },
        target: Target("y", .classes(names: ["p", "q"])))
      schema.image = image
      let column = Column.bytes([UInt8](repeating: 0, count: rows))
      return Table(
        schema: schema, columns: [Column](repeating: column, count: columns),
        labels: [Int](repeating: 0, count: rows))
    }
    func isWorthwhile(_ table: Table) -> Bool { Neighbourhood.isWorthwhile(near: table) }
    #expect(isWorthwhile(table(20_000, 200)) && !isWorthwhile(table(20_001, 1)))
    #expect(!isWorthwhile(table(20_000, 201)) && isWorthwhile(table(2, 1)))
    #expect(!isWorthwhile(table(1, 5)) && !isWorthwhile(table(5, 0)))
    let image = ImageShape(height: 1, width: 2, channels: 1, maximum: 7)
    #expect(!isWorthwhile(table(50, 2, image: image)))
  }
}
