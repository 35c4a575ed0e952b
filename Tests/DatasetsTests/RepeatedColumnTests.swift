import Datasets
import Testing

/// Columns that repeat another column, or tell the target.
@Suite struct RepeatedColumnTests {
  private func notes(_ header: String, _ rows: [String]) throws -> [String] {
    try read(header + "\n" + rows.joined(separator: "\n") + "\n").notes
  }

  @Test func copiesAreNoted() throws {
    let rows = (0..<24).map { row in
      let (number, level) = (row % 6 == 5 ? "" : "\(row % 7)", ["red", "blue", "green"][row % 3])
      return "\(number),\(level),\(number),\(level),\(row % 5 == 0 ? "p" : "q")"
    }
    #expect(
      try notes("a,b,a2,b2,y", rows).filter { $0.contains("in every row") } == [
        "'a2' has the values of 'a' in every row", "'b2' has the values of 'b' in every row",
      ])
    // One other value, one other missing value, or other levels: no copies.
    var other = rows
    other[23] = "1,green,2,blue,q"
    #expect(try notes("a,b,a2,b2,y", other).allSatisfy { !$0.contains("in every row") })
    other[23] = ",green,2,red,q"
    #expect(try notes("a,b,a2,b2,y", other).allSatisfy { !$0.contains("in every row") })
    #expect(
      try notes("a,b,a2,b2,y", Array(rows.prefix(19))).allSatisfy { !$0.contains("in every") })
  }

  @Test func moreThanThreeAreCounted() throws {
    let rows = (0..<24).map { row in
      [String](repeating: "\(row % 7)", count: 6).joined(separator: ",") + ",\(row % 2)"
    }
    let found = try notes("a,b,c,d,e,f,y", rows)
    #expect(found.filter { $0.contains("in every row") }.count == 3)
    #expect(found.contains("2 other columns are copies too"))
  }

  @Test func columnsThatTellTheTargetAreNoted() throws {
    let names = ["no", "yes", "may be"]
    func rows(_ code: (Int) -> String) -> [String] {
      (0..<24).map { "\($0 * 7 % 11),\(code($0 % 3)),\(names[$0 % 3])" }
    }
    let note =
      "'code' tells the value of 'y' of every row: leave out columns that are made of the target"
    #expect(try notes("a,code,y", rows { "\($0 + 1)" }).contains(note))
    #expect(try notes("a,code,y", rows { "\(names[$0]) it is" }).contains(note))
    // Two classes of one value, and a class of two values, do not tell it.
    #expect(try !notes("a,code,y", rows { "\($0 / 2)" }).contains(note))
    var spread = rows { "\($0 + 1)" }
    spread[0] = "0,9,no"
    #expect(try !notes("a,code,y", spread).contains(note))
    let prices = (0..<40).map { "\($0 % 9),\($0 * $0).5,\($0 * $0).5" }
    #expect(
      try notes("a,net,price", prices).contains {
        $0.hasPrefix("'net' tells the value of 'price' of every row")
      })
  }
}
