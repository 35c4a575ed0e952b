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

  /// That greyscale images were given three channels.
  public static let repeatedChannelsNote =
    "the greyscale images are read as RGB, with three equal channels, as torchvision's ImageFolder reads them"

  /// The same greyscale images as RGB, with three equal channels; `nil` for other tables, and for images of
  /// another size.
  ///
  /// `shape`: the height, width and channels that are wanted.
  public func greyscale(as shape: [Int]) -> Table? {
    guard let image = schema.image, image.channels == 1, columns.count == image.count,
      shape == [image.height, image.width, 3]
    else { return nil }
    var wanted = schema
    let colours = ImageShape(
      height: image.height, width: image.width, channels: 3, maximum: image.maximum)
    wanted.image = colours
    wanted.features = colours.features
    return Table(
      schema: wanted, columns: columns.flatMap { [$0, $0, $0] }, labels: labels, numbers: numbers,
      rowNumbers: rowNumbers, firstLine: firstLine)
  }
}
