extension Table {
  /// The same rows with the given columns, in the given order.
  ///
  /// A subset of the pixels of an image is a table without an image shape.
  public func selectingColumns(_ positions: [Int]) -> Table {
    var selected = schema
    selected.features = positions.map { schema.features[$0] }
    if positions != Array(schema.features.indices) { selected.image = nil }
    return Table(
      schema: selected, columns: positions.map { columns[$0] }, labels: labels, numbers: numbers,
      rowNumbers: rowNumbers, firstLine: firstLine)
  }
}
