import Datasets
import Testing

@Suite struct InferredTargetTests {
  private func target(_ text: String) throws -> Target { try read(text).table.schema.target }

  @Test func textsAreClasses() throws {
    #expect(
      try target(table("x,y") { "\($0),\(["b", "a", "c"][$0 % 3])" })
        == Target("y", .classes(names: ["a", "b", "c"])))
  }

  @Test func fewWholeNumbersAreClassesAsWritten() throws {
    let data = try read(table("x,y", rows: 40) { "\($0),\(["10", "9.0", "9", "-1"][$0 % 4])" })
    #expect(data.table.schema.target == Target("y", .classes(names: ["-1", "9.0", "10"])))
    #expect(data.table.labels.prefix(4) == [2, 1, 1, 0])
    #expect(data.notes.contains("the classes '9.0' and '9' are the same number"))
  }

  @Test func otherNumbersAreANumericTarget() throws {
    let many = try read(table("x,y", rows: 42) { "\($0),\($0 % 21)" })
    #expect(many.table.schema.target == Target("y", .numeric(unit: nil, cuts: [])))
    #expect(many.table.numbers == (0..<42).map { Double($0 % 21) })
    #expect(many.table.labels == [Int](repeating: 0, count: 42))
    #expect(many.table.schema.classes == ["any"])
    #expect(
      try target(table("x,y") { "\($0),\(Double($0 % 2) / 2)" })
        == Target("y", .numeric(unit: nil, cuts: [])))
  }

  @Test func cutsMakeClassesOfNumbers() throws {
    let data = try read(table("x,y", rows: 42) { "\($0),\($0 % 21)" })
    let cut = data.table.withCuts([10, 5])
    #expect(cut.schema.classes == ["at most 5", "5 to 10", "above 10"])
    #expect(cut.labels.prefix(12) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2])
    let classes = try read(table("x,y") { "\($0),\($0 % 2)" }).table
    #expect(classes.withCuts([1]) == classes)
  }

  @Test func rowsWithoutATargetAreDroppedAndCounted() throws {
    let data = try read(table("x,y", rows: 30) { "\($0),\(["p", "q", "?"][$0 % 3])" })
    #expect(data.rowsRead == 30)
    #expect(data.table.count == 20)
    #expect(data.dropped == [RowCount("no value for the target 'y'", 10)])
    #expect(data.table.rowNumbers.prefix(4) == [1, 2, 4, 5])
    #expect(data.table.columns[0].values.prefix(4) == [0, 1, 3, 4])
    #expect(data.altered == [])
  }

  @Test func oneClassIsNothingToTellApart() {
    #expect(
      complaint { _ = try read(table("a,b,y", rows: 12) { "\($0),2,p" }) }
        == "t.csv: every row has the y 'p' | "
        + "classification needs at least two classes; choose another column as the target")
    #expect(
      complaint { _ = try read("a,b,y\n1,2,p\n3,4,p\n5,6,p\n") }
        == "t.csv: every row has the y 'p' | "
        + "classification needs at least two classes; choose another column as the target")
  }

  @Test func tenRowsAreNeeded() {
    #expect(
      complaint { _ = try read(table("x,y", rows: 9) { "\($0),\($0 % 2)" }) }
        == "t.csv: 9 usable rows where at least 10 are needed | "
        + "rows without a value for the target cannot be used")
    #expect(complaint { _ = try read(table("x,y", rows: 10) { "\($0),\($0 % 2)" }) } == "no error")
  }

  @Test func aTargetNeedsValuesAndNotTooManyClasses() {
    let hint = " | choose another column as the target; a class needs several rows"
    #expect(
      complaint { _ = try read(table("x,y") { "\($0)," }) }
        == "t.csv: the target 'y' has no value in any row | "
        + "choose another column as the target")
    #expect(
      complaint { _ = try read(table("x,y", rows: 10_000) { "\($0),c\($0)" }) }
        == "t.csv: the target 'y' has more than 1,000 classes in 10,000 rows" + hint)
    #expect(
      complaint { _ = try read(table("x,y") { "\($0),c\($0)" }) }
        == "t.csv: the target 'y' has 20 classes in 20 rows" + hint)
    let long = String(repeating: "x", count: 70_000)
    #expect(
      complaint { _ = try read(table("x,y") { "\($0),\($0 % 2 == 0 ? long : "s")" }) }
        == "t.csv: the target 'y' has a string of more than 65,536 bytes | "
        + "choose another column as the target")
  }
}
