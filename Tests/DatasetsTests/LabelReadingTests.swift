import Datasets
import Testing

@Suite struct LabelReadingTests {
  private let schema = Schema(
    features: [Feature("a"), Feature("b", .categorical(levels: ["x", "y"]))],
    target: Target("kind", .classes(names: ["p", "q"])))

  private func read(
    _ text: String, schema: Schema?, _ labels: LabelReading, target: String? = nil
  ) throws -> LoadedData {
    try DataSource.load(
      bytes: Array(text.utf8), named: "t.csv",
      options: ReadingOptions(
        target: target, schema: schema, keepsConstants: true, labels: labels))
  }

  @Test func rowsOfASchemaNeedNoTargetColumn() throws {
    let loaded = try read("b,a\ny,1\nz,2\n,3\n", schema: schema, .optional)
    #expect(loaded.table.labels == [-1, -1, -1])
    #expect(loaded.table.schema == schema)
    #expect(loaded.table.columns[0].values == [1, 2, 3])
    #expect(loaded.table.columns[1][0] == 1)
    #expect(loaded.table.columns[1][1] == Table.unknownLevel && loaded.table.columns[1][2].isNaN)
    #expect(loaded.dropped.isEmpty && loaded.table.labelled.count == 0)
  }

  @Test func rowsWithoutAKnownClassAreKept() throws {
    let loaded = try read("a,b,kind\n1,x,q\n2,y,\n3,x,other\n4,y,p\n", schema: schema, .optional)
    #expect(loaded.table.labels == [1, -1, -1, 0])
    #expect(loaded.dropped.isEmpty)
    #expect(loaded.table.labelled.rowNumbers == [1, 4])
    #expect(loaded.table.labelled.labels == [1, 0])
  }

  @Test func anEmptyTargetColumnIsNoError() throws {
    let loaded = try read("a,b,kind\n1,x,\n2,y,\n", schema: schema, .optional)
    #expect(loaded.table.labels == [-1, -1])
    #expect(throws: DatasetError.emptyTarget(source: "t.csv", name: "kind")) {
      try read("a,b,kind\n1,x,\n2,y,\n", schema: schema, .required)
    }
  }

  @Test func aMissingColumnIsStillAnError() {
    #expect(throws: DatasetError.missingColumns(source: "t.csv", names: ["b"])) {
      try read("a,kind\n1,p\n", schema: schema, .optional)
    }
    #expect(throws: DatasetError.missingColumns(source: "t.csv", names: ["kind"])) {
      try read("a,b\n1,x\n", schema: schema, .required)
    }
  }

  @Test func numbersOfANumericTargetCanBeMissing() throws {
    var numeric = schema
    numeric.target = Target("size", .numeric(unit: nil, cuts: [5]))
    let loaded = try read("a,b,size\n1,x,7\n2,y,\n", schema: numeric, .optional)
    #expect(loaded.table.labels == [1, -1] && loaded.table.numbers[1].isNaN)
    let without = try read("a,b\n1,x\n", schema: numeric, .optional)
    #expect(without.table.labels == [-1] && without.table.numbers[0].isNaN)
  }

  @Test func withoutATargetEveryColumnIsAFeature() throws {
    let loaded = try read("a,b\n1,4\n2,5\n", schema: nil, .absent)
    #expect(loaded.table.schema.features.map(\.id.rawValue) == ["a", "b"])
    #expect(loaded.table.labels == [-1, -1])
  }
}
