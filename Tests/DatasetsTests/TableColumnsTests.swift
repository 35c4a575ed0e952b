import Datasets
import TestSupport
import Testing

@Suite struct TableColumnsTests {
  @Test func someColumnsInAnyOrder() {
    withEverySeed(5) { rng in
      let table = rng.table(rows: 20, missing: 0.1).selecting([4, 2, 9, 0])
      let some = table.selectingColumns([3, 1])
      #expect(some.schema.features == [table.schema.features[3], table.schema.features[1]])
      #expect(some.columns[1].values.description == table.columns[1].values.description)
      #expect(some.labels == table.labels && some.rowNumbers == [5, 3, 10, 1])
      #expect(some.schema.target == table.schema.target)
    }
  }

  @Test func somePixelsAreNoImage() {
    let schema = Schema(
      features: (0..<4).map { Feature(Feature.ID("p\($0)")) },
      target: Target("y", .classes(names: ["a", "b"])),
      image: ImageShape(height: 2, width: 2, channels: 1, maximum: 255))
    let table = Table(
      schema: schema, columns: (0..<4).map { .bytes([UInt8($0)]) }, labels: [1])
    #expect(table.selectingColumns([0, 1, 2, 3]).schema.image == schema.image)
    let some = table.selectingColumns([0, 2])
    #expect(some.schema.image == nil)
    #expect(some.columns == [.bytes([0]), .bytes([2])])
  }
}
