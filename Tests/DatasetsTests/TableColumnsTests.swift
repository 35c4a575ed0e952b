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

  /// Greyscale images for RGB: each pixel is there once for each channel, side by side.
  @Test func greyscaleImagesAsRGB() throws {
    let image = ImageShape(height: 1, width: 2, channels: 1, maximum: 255)
    let table = Table(
      schema: Schema(
        features: image.features, target: Target("y", .classes(names: ["a", "b"])), image: image),
      columns: [.bytes([7, 8]), .bytes([9, 0])], labels: [1, 0])
    let colours = try #require(table.greyscale(as: [1, 2, 3]))
    #expect(
      colours.columns
        == [.bytes([7, 8]), .bytes([7, 8]), .bytes([7, 8])]
        + [.bytes([9, 0]), .bytes([9, 0]), .bytes([9, 0])])
    #expect(colours.schema.image == ImageShape(height: 1, width: 2, channels: 3, maximum: 255))
    #expect(
      colours.schema.features.map(\.id.rawValue).suffix(2) == [
        "pixel y0 x1 green", "pixel y0 x1 blue",
      ])
    #expect(colours.labels == [1, 0] && colours.rowNumbers == table.rowNumbers)
    // Of another size, RGB already, or for one channel: nothing is repeated.
    #expect(table.greyscale(as: [2, 1, 3]) == nil && table.greyscale(as: [1, 2, 1]) == nil)
    #expect(colours.greyscale(as: [1, 2, 3]) == nil)
    #expect(table.selectingColumns([0]).greyscale(as: [1, 2, 3]) == nil)
  }
}
