import Datasets
import Foundation
import Testing

@Suite struct DatasetFolderTests {
  private let schema =
    #"{"features": [{"name": "a", "kind": "categorical", "levels": ["lo", "hi"]}, "#
    + #"{"name": "b", "unit": "cm"}, {"name": "c"}], "#
    + #""target": {"name": "y", "classes": ["q", "p"]}, "missing": ["-"]}"#
  private let data = table("a,b,c,y") {
    "\(["hi", "lo"][$0 % 2]),\($0 == 4 ? "-" : "\($0)"),1,\(["p", "q"][$0 % 2])"
  }

  private func fill(_ folder: String) throws {
    try write(schema, folder + "/schema.json")
    try write(data, folder + "/data.csv")
    try write("# A small set\n\nWords.\n", folder + "/README.md")
  }

  @Test func theSchemaSaysWhatColumnsAre() throws {
    try withFolder { folder in
      try fill(folder)
      let loaded = try DataSource.load(folder + "/")
      #expect(
        loaded.table.schema
          == Schema(
            features: [
              Feature("a", .categorical(levels: ["lo", "hi"])), Feature("b", .numeric(unit: "cm")),
            ], target: Target("y", .classes(names: ["q", "p"])), missingMarks: ["-"]))
      #expect(loaded.title == "A small set")
      #expect(loaded.name == URL(fileURLWithPath: folder).lastPathComponent)
      #expect(loaded.notes == ["'c' is 1 in every row and is left out"])
      #expect(loaded.altered == [RowCount("a missing value in b", 1)])
      #expect(loaded.heldOut == nil)
    }
  }

  @Test func testRowsAreReadWithTheSchemaOfTheTable() throws {
    try withFolder { folder in
      try fill(folder)
      try write("y,b,a\np,1,new\n", folder + "/test.csv")
      let loaded = try DataSource.load(folder)
      #expect(loaded.heldOut?.schema == loaded.table.schema)
      #expect(loaded.heldOut?.columns == [.doubles([Table.unknownLevel]), .doubles([1])])
      #expect(loaded.heldOut?.labels == [1])
    }
  }

  /// A zero with a percent sign is invalid in a column without percent signs.
  @Test(arguments: ["5%", "0%"]) func testRowsAreWrittenAsTheTableIs(cell: String) throws {
    try withFolder { folder in
      try fill(folder)
      try write("y,b,a\np,1,hi\nq,\(cell),lo\n", folder + "/test.csv")
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "\(folder)/test.csv:3:3: '\(cell)' in the column 'b' has a percent sign, where the schema "
          + "states no percent sign | write the numbers of the column as in the training rows")
    }
  }

  @Test func anotherTargetLeavesTheFirstOneAFeature() throws {
    try withFolder { folder in
      try fill(folder)
      let loaded = try DataSource.load(folder, options: ReadingOptions(target: "a"))
      #expect(loaded.table.schema.target == Target("a", .classes(names: ["lo", "hi"])))
      #expect(loaded.table.schema.features.map(\.id) == ["b", "y"])
      #expect(loaded.table.schema.features[1].levels == ["q", "p"])
      let ignoring = try DataSource.load(folder, options: ReadingOptions(ignore: ["b"]))
      #expect(ignoring.table.schema.features.map(\.id) == ["a"])
      #expect(
        complaint { _ = try DataSource.load(folder, options: ReadingOptions(target: "Y2")) }
          == "there is no column named 'Y2' | did you mean 'y'?")
    }
  }

  @Test func schemasThatAreWrongSayWhere() throws {
    let hint = " | see the schema.json of an installed data set"
    for (text, message) in [
      ("{", "this is not JSON"), ("{}", "there is no 'features'"),
      (#"{"features": [{"kind": "numeric"}]}"#, "there is no 'name' in 'features[0]'"),
      (#"{"features": [], "target": {}}"#, "there is no 'name' in 'target'"),
      (#"{"features": 3}"#, "a value of the wrong type in 'features'"),
    ] {
      try withFolder { folder in
        try fill(folder)
        try write(text, folder + "/schema.json")
        #expect(
          complaint { _ = try DataSource.load(folder) } == "\(folder)/schema.json: \(message)"
            + hint)
      }
    }
  }

  @Test func aFolderWithoutDataIsAnError() throws {
    try withFolder { folder in
      #expect(
        complaint { _ = try DataSource.load(folder) }
          == "there are no data in the folder '\(folder)' | a data folder contains data.csv and "
          + "schema.json, IDX files, CIFAR binary files, or a folder of PNG images for each class")
    }
  }

  @Test(arguments: [[1.0, 1], [2, 1], [1, .infinity]])
  func cutsThatDoNotRiseAreRefused(_ cuts: [Double]) throws {
    let schema = Schema(
      features: [Feature("a")], target: Target("y", .numeric(unit: nil, cuts: cuts)))
    #expect(schema.inconsistency == .cuts(target: "y"))
    let rising = Schema(
      features: [Feature("a")], target: Target("y", .numeric(unit: nil, cuts: [1, 2])))
    #expect(rising.inconsistency == nil)
  }

  /// Scaled values may be up to 1e15 standard deviations from the mean; others must fit a float.
  @Test func numbersMustFitWhatANetworkComputesWith() throws {
    func complaint(_ encoding: Encoding, _ value: Double) -> String? {
      let schema = Schema(
        features: [Feature("a")], target: Target("y", .classes(names: ["p", "q"])))
      do {
        try encoding.checkRange(
          of: Table(schema: schema, columns: [.doubles([0, value])], labels: [0, 1]))
        return nil
      } catch {
        return error.errorDescription
      }
    }
    let far =
      "'a' has 10000000000000.0 in a row, which is more than 1e15 standard deviations from the mean of "
      + "the training rows"
    func scaled(_ mean: Double, _ scale: Double) -> Encoding {
      Encoding(inputs: [.init(feature: 0, kind: .scaled(mean: mean, scale: scale))])
    }
    #expect(complaint(scaled(3, 1e-3), 1e13) == far)
    #expect(complaint(scaled(3, 1e-1), 1e13) == nil)
    #expect(complaint(scaled(0, 1), 1e30) == nil)
    #expect(
      complaint(scaled(0, 1), 1e39)
        == "'a' has 1e+39 in a row, which does not fit a float of 32 bits")
    #expect(complaint(scaled(1e110, 1e110), 1e111) == nil)
    #expect(complaint(scaled(1e-300, 1e-300), 2e-300) == nil)
    #expect(
      complaint(scaled(1e-307, 1e-307), 2e-307)
        == "'a' has 2e-307 in a row, and numbers that differ by less than 1e-305 are not supported")
    func targetComplaint(_ scale: Double) -> String? {
      let schema = Schema(
        features: [Feature("a")], target: Target("y", .numeric(unit: nil, cuts: [])))
      do {
        try Encoding(inputs: [], targetMean: 0, targetScale: scale).checkRange(
          of: Table(
            schema: schema, columns: [.doubles([0, 0])], labels: [0, 0],
            numbers: [scale, 2 * scale]))
        return nil
      } catch {
        return error.errorDescription
      }
    }
    #expect(targetComplaint(1e90) == nil)
    #expect(
      targetComplaint(1e110)
        == "'y' has 1e+110 in a row, and numbers above 1e+100 are not supported")
    #expect(
      targetComplaint(1e-110)
        == "'y' has 1e-110 in a row, and numbers that differ by less than 1e-100 are not supported")
  }

  @Test func schemasAreWrittenAsTheyAreRead() throws {
    let schemas = [
      Schema(
        features: [
          Feature("a", .numeric(unit: "cm")), Feature("b", .categorical(levels: ["\"", "ü", ""])),
          Feature("c"),
        ], target: Target("y", .classes(names: ["0", "1"])), missingMarks: ["", "-999"]),
      Schema(
        features: [Feature("p00"), Feature("p01")],
        target: Target("y", .numeric(unit: "€", cuts: [1, 2.5])),
        image: ImageShape(height: 1, width: 2, channels: 1, maximum: 16)),
    ]
    for schema in schemas {
      let bytes = try JSONEncoder().encode(schema)
      #expect(try JSONDecoder().decode(Schema.self, from: bytes) == schema)
    }
  }
}
