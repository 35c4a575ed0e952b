extension Table {
  /// The same rows with a numeric target's intervals cut at these numbers.
  ///
  /// A table whose target is a class comes back as it is.
  public func withCuts(_ cuts: [Double]) -> Table {
    guard case .numeric(let unit, _) = schema.target.kind else { return self }
    var result = self
    result.schema.target.kind = .numeric(unit: unit, cuts: cuts.sorted())
    let target = result.schema.target
    result.labels = numbers.map { target.interval(of: $0) }
    return result
  }
}
