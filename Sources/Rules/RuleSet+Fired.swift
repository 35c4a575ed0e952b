import Datasets

extension RuleSet {
  /// For each rule the rows that its support counts: in a rule list those that it decides, in a vote
  /// all on which it holds.
  public func rowsFired(in table: Table) -> [RowSet] {
    let held = rowsHeld(in: table)
    guard resolution == .firstMatch else { return held }
    var open = RowSet(rows: table.count, all: true)
    return held.map { rows in
      let fired = open.intersection(rows)
      open.subtract(rows)
      return fired
    }
  }
}
