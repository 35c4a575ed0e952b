extension Table {
  /// The same rows with these cuts between the intervals of a numeric target.
  ///
  /// A table with a class target is returned unchanged.
  public func withCuts(_ cuts: [Double]) -> Table {
    guard case .numeric(let unit, _) = schema.target.kind else { return self }
    var result = self
    result.schema.target.kind = .numeric(unit: unit, cuts: cuts.sorted())
    let target = result.schema.target
    result.labels = numbers.map { target.interval(of: $0) }
    return result
  }
}
