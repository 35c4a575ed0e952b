import Datasets
import Foundation
import Testing

@Suite struct DataSourceTests {
  struct Shipped: Sendable {
    var name: String
    var rows: Int
    var heldOut: Int?
    var numeric: Int
    var categorical: Int
    var counts: [Int]
  }

  static let shipped = [
    Shipped(name: "iris", rows: 150, numeric: 4, categorical: 0, counts: [50, 50, 50]),
    Shipped(name: "wine", rows: 178, numeric: 13, categorical: 0, counts: [59, 71, 48]),
    Shipped(name: "breast-cancer", rows: 569, numeric: 30, categorical: 0, counts: [357, 212]),
    Shipped(name: "house-votes", rows: 435, numeric: 0, categorical: 16, counts: [267, 168]),
    Shipped(name: "mushroom", rows: 8124, numeric: 0, categorical: 21, counts: [4208, 3916]),
    Shipped(
      name: "monks-1", rows: 124, heldOut: 432, numeric: 0, categorical: 6, counts: [62, 62]),
    Shipped(
      name: "monks-2", rows: 169, heldOut: 432, numeric: 0, categorical: 6, counts: [105, 64]),
    Shipped(
      name: "monks-3", rows: 122, heldOut: 432, numeric: 0, categorical: 6, counts: [62, 60]),
    Shipped(name: "car", rows: 1728, numeric: 0, categorical: 6, counts: [1210, 384, 69, 65]),
    Shipped(
      name: "nursery", rows: 12960, numeric: 0, categorical: 8,
      counts: [4320, 2, 328, 4266, 4044]),
    Shipped(name: "tic-tac-toe", rows: 958, numeric: 0, categorical: 9, counts: [332, 626]),
    Shipped(name: "balance", rows: 625, numeric: 4, categorical: 0, counts: [288, 49, 288]),
    Shipped(
      name: "zoo", rows: 101, numeric: 1, categorical: 15, counts: [4, 20, 13, 8, 41, 10, 5]),
    Shipped(name: "german-credit", rows: 1000, numeric: 7, categorical: 13, counts: [300, 700]),
    Shipped(name: "heart", rows: 303, numeric: 6, categorical: 7, counts: [165, 138]),
    Shipped(
      name: "digits", rows: 1797, numeric: 64, categorical: 0,
      counts: [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
  ]

  @Test(arguments: shipped)
  func whatIsShippedLoads(set: Shipped) throws {
    let data = try DataSource.load(set.name)
    let schema = data.table.schema
    #expect(data.name == set.name)
    #expect(data.title != set.name)
    #expect(data.table.count == set.rows)
    #expect(data.rowsRead == set.rows)
    #expect(data.heldOut?.count == set.heldOut)
    #expect(schema.features.filter { $0.levels == nil }.count == set.numeric)
    #expect(schema.features.filter { $0.levels != nil }.count == set.categorical)
    #expect(data.table.classCounts == set.counts)
    #expect(data.dropped == [])
    for (feature, column) in zip(schema.features, data.table.columns) {
      #expect(!column.values.contains(Table.unknownLevel) || feature.levels == nil)
    }
  }

  @Test func theImagesAmongThemAreKnownAsImages() throws {
    #expect(
      try DataSource.load("digits").table.schema.image
        == ImageShape(height: 8, width: 8, channels: 1, maximum: 16))
  }

  @Test func missingCellsAreCountedByColumn() throws {
    let mushroom = try DataSource.load("mushroom")
    #expect(mushroom.altered == [RowCount("a missing value in stalk_root", 2480)])
    #expect(mushroom.notes == ["'veil_type' is 'partial' in every row and is left out"])
    #expect(try DataSource.load("house-votes").altered.map(\.count).reduce(0, +) == 392)
  }

  @Test func theListNamesWhatIsShippedAndWhatCanBeFetched() {
    let listed = DataSource.names()
    #expect(
      listed.filter { $0.origin == .shipped }.map(\.name) == Self.shipped.map(\.name).sorted())
    #expect(listed.first { $0.name == "iris" }?.rows == 150)
    #expect(
      listed.filter { $0.origin != .shipped }.map(\.name) == [
        "mnist", "fashion-mnist", "cifar10", "adult", "letter", "california-housing",
        "traffic-flow", "titanic",
      ])
  }

  @Test func unknownNamesGetTheNearestKnownOne() {
    #expect(
      complaint { _ = try DataSource.load("irsi") }
        == "there is no data set named 'irsi' | did you mean 'iris'?")
    #expect(
      complaint { _ = try DataSource.load("none.csv") }
        == "there is no file 'none.csv' | "
        + "check the path, or give the name of a data set")
  }

  @Test func aTargetThatIsNotThereGetsTheNearestColumn() {
    #expect(
      complaint { _ = try DataSource.load("iris", options: ReadingOptions(target: "speceis")) }
        == "there is no column named 'speceis' | did you mean 'species'?")
  }

  @Test func filesAreNamedWithoutTheirEndings() throws {
    try withFolder { folder in
      let text = table("a,y") { "\($0),\($0 % 2)" }
      for (file, name) in [("my.table.csv", "my.table"), ("t.tsv", "t"), ("plain", "plain")] {
        try write(
          file.hasSuffix("tsv") ? text.replacingOccurrences(of: ",", with: "\t") : text,
          folder + "/" + file)
        #expect(try DataSource.load(folder + "/" + file).name == name)
      }
      try write(gzip(Array(text.utf8)), folder + "/packed.csv.gz")
      #expect(try DataSource.load(folder + "/packed.csv.gz").name == "packed")
    }
  }
}
