import Datasets
import Testing

@Suite struct ReadingOptionsTests {
  private let text = table("color,size,shape", rows: 30) {
    "\(["red", "blue"][$0 % 2]),\($0),\(["round", "flat", "tall"][$0 % 3])"
  }

  private func names(_ data: LoadedData) -> [Feature.ID] { data.table.schema.features.map(\.id) }

  @Test func theLastColumnIsTheTargetUnlessAnotherIsNamed() throws {
    #expect(try read(text).table.schema.target.name == "shape")
    let data = try read(text, options: ReadingOptions(target: "color"))
    #expect(data.table.schema.target == Target("color", .classes(names: ["blue", "red"])))
    #expect(names(data) == ["size", "shape"])
  }

  @Test func ignoredColumnsAreLeftOutWithoutANote() throws {
    let data = try read(text, options: ReadingOptions(ignore: ["size"]))
    #expect(names(data) == ["color"])
    #expect(data.notes == [])
  }

  @Test func wrongNamesGetTheNearestRightOne() {
    #expect(
      complaint { _ = try read(text, options: ReadingOptions(target: "shappe")) }
        == "there is no column named 'shappe' | did you mean 'shape'?")
    #expect(
      complaint { _ = try read(text, options: ReadingOptions(ignore: ["weight"])) }
        == "there is no column named 'weight' | known: color, size, shape")
    #expect(
      complaint { _ = try read(text, options: ReadingOptions(ignore: ["shape"])) }
        == "the column 'shape' is the target and cannot be ignored | "
        + "choose another column as the target")
  }

  // MARK: - A given schema

  private let schema = Schema(
    features: [Feature("size"), Feature("color", .categorical(levels: ["red", "green"]))],
    target: Target("shape", .classes(names: ["flat", "round"])))

  @Test func columnsAreMatchedByNameAndOthersPassedOver() throws {
    let data = try read(
      "extra,shape,color,size\nx,round,green,3\nx,flat,red,4\n",
      options: ReadingOptions(schema: schema))
    #expect(
      data.table
        == Table(
          schema: schema, columns: [.doubles([3, 4]), .doubles([1, 0])], labels: [1, 0],
          firstLine: 2))
  }

  @Test func whatTheSchemaDoesNotKnowIsCounted() throws {
    let data = try read(text, options: ReadingOptions(schema: schema))
    #expect(data.table.schema == schema)
    #expect(data.table.count == 20)
    #expect(data.dropped == [RowCount("a class of 'shape' that is not in the schema", 10)])
    #expect(data.altered == [RowCount("a level of color that is not in the schema", 10)])
    #expect(data.table.columns[1].values.prefix(2) == [0, Table.unknownLevel])
    #expect(
      data.notes.contains { $0.hasPrefix("'color' has 1 string that is not in the schema: ") }
        && data.notes.contains { $0.hasPrefix("'shape' has 1 string that is not in the schema: ") })
  }

  @Test func everyColumnOfTheSchemaMustBeThere() {
    #expect(
      complaint { _ = try read("size,x\n1,2\n", options: ReadingOptions(schema: schema)) }
        == "t.csv: no column named 'color', 'shape' | "
        + "columns are matched by name, in any order")
  }

  @Test func aWordWhereTheSchemaHasANumberIsAnError() {
    #expect(
      complaint {
        _ = try read(
          "size,color,shape\n1,red,flat\nbig,red,flat\n", options: ReadingOptions(schema: schema))
      } == "t.csv:3:1: 'big' in the column 'size', where the schema expects a number | "
        + "correct the cell, or leave it empty if the value is missing")
  }

  @Test func aLevelMayBeTheSameNumberInAnotherSpelling() throws {
    let schema = Schema(
      features: [Feature("a", .categorical(levels: ["1", "2"]))],
      target: Target("y", .classes(names: ["0", "1"])))
    let data = try read("a,y\n1.0,1.0\n02,0\n3,1\n", options: ReadingOptions(schema: schema))
    #expect(data.table.columns[0].values == [0, 1, Table.unknownLevel])
    #expect(data.table.labels == [1, 0, 1])
  }

  @Test func theSchemasOwnMarksAreMissing() throws {
    var marked = schema
    marked.missingMarks = ["-999", "unknown"]
    let data = try read(
      "size,color,shape\n-999,unknown,flat\n2,red,flat\n", options: ReadingOptions(schema: marked))
    #expect(data.table.columns.allSatisfy { $0[0].isNaN && !$0[1].isNaN })
    #expect(
      data.altered == [
        RowCount("a missing value in size", 1), RowCount("a missing value in color", 1),
      ])
  }

  @Test func numericTargetsKeepTheCutsOfTheSchema() throws {
    let schema = Schema(
      features: [Feature("x")], target: Target("y", .numeric(unit: "m", cuts: [1.5])))
    let data = try read("x,y\n1,1\n2,2\n3,\n", options: ReadingOptions(schema: schema))
    #expect(data.table.schema == schema)
    #expect(data.table.labels == [0, 1])
    #expect(data.table.numbers == [1, 2])
  }
}
