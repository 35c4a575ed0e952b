/// Images in file order, concatenated.
struct Images {
  /// The pixels of all images, in file order.
  var pixels: [UInt8]
  /// `nil` if the images have no labels.
  var labels: [UInt8]?
  /// The number of images.
  var count: Int
  var shape: ImageShape
  /// The offset of a pixel of the shape within an image of the file.
  var offset: (_ index: Int) -> Int = { $0 }
}

extension Table {
  /// A table with one row per image and one column per pixel.
  ///
  /// Bytes are transposed in strips of 64 pixels, one cache line per image.
  /// - Complexity: O(pixels); additional memory is 64 bytes per image.
  init(_ images: Images, target: String, classes: [String]) {
    let shape = images.shape
    let rows = images.count
    let count = shape.count
    let strip = 64
    var byOffset = [[UInt8]](repeating: [], count: count)
    var transposed = [UInt8](repeating: 0, count: strip * rows)
    for first in stride(from: 0, to: count, by: strip) {
      let width = min(strip, count - first)
      transposed.withUnsafeMutableBufferPointer { transposed in
        images.pixels.withUnsafeBufferPointer { pixels in
          for row in 0..<rows {
            let start = row * count + first
            for place in 0..<width { transposed[place * rows + row] = pixels[start + place] }
          }
        }
      }
      for place in 0..<width {
        byOffset[first + place] = Array(transposed[place * rows..<(place + 1) * rows])
      }
    }
    let columns = (0..<count).map { Column.bytes(byOffset[images.offset($0)]) }
    self.init(
      schema: Schema(
        features: shape.features, target: Target(target, .classes(names: classes)), image: shape),
      columns: columns,
      labels: images.labels?.map(Int.init) ?? Array(repeating: Table.unlabelled, count: rows))
  }
}

extension ImageShape {
  /// One column per pixel, named by its position: `pixel y3 x7`, `pixel y3 x7 red`.
  public var features: [Feature] {
    let colors = channels == 3 ? [" red", " green", " blue"] : nil
    return (0..<count).map { index in
      let (pixel, channel) = (index / channels, index % channels)
      let suffix = channels == 1 ? "" : colors?[channel] ?? " channel\(channel)"
      return Feature(Feature.ID("pixel y\(pixel / width) x\(pixel % width)\(suffix)"))
    }
  }
}
