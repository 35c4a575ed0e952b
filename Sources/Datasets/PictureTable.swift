/// Pictures as they lie in a file, one after the other.
struct Pictures {
  /// All pixels, picture by picture.
  var pixels: [UInt8]
  var labels: [UInt8]
  var shape: ImageShape
  /// Where a pixel of the shape lies in a picture of the file.
  var offset: (_ index: Int) -> Int = { $0 }
}

extension Table {
  /// A row a picture, a column a pixel.
  ///
  /// Bytes are turned round in strips of 64 pixels, a cache line of every picture at a time.
  /// - Complexity: O(pixels); memory beside the result is 64 bytes a picture.
  init(_ pictures: Pictures, target: String, classes: [String]) {
    let shape = pictures.shape
    let rows = pictures.labels.count
    let count = shape.count
    let strip = 64
    var byOffset = [[UInt8]](repeating: [], count: count)
    var turned = [UInt8](repeating: 0, count: strip * rows)
    for first in stride(from: 0, to: count, by: strip) {
      let width = min(strip, count - first)
      turned.withUnsafeMutableBufferPointer { turned in
        pictures.pixels.withUnsafeBufferPointer { pixels in
          for row in 0..<rows {
            let start = row * count + first
            for place in 0..<width { turned[place * rows + row] = pixels[start + place] }
          }
        }
      }
      for place in 0..<width {
        byOffset[first + place] = Array(turned[place * rows..<(place + 1) * rows])
      }
    }
    let columns = (0..<count).map { Column.bytes(byOffset[pictures.offset($0)]) }
    self.init(
      schema: Schema(
        features: shape.features, target: Target(target, .classes(names: classes)), image: shape),
      columns: columns, labels: pictures.labels.map(Int.init))
  }
}

extension ImageShape {
  /// A column a pixel, named by its place: `pixel y3 x7`, `pixel y3 x7 red`.
  public var features: [Feature] {
    let colors = channels == 3 ? [" red", " green", " blue"] : nil
    return (0..<count).map { index in
      let (pixel, channel) = (index / channels, index % channels)
      let suffix = channels == 1 ? "" : colors?[channel] ?? " channel\(channel)"
      return Feature(Feature.ID("pixel y\(pixel / width) x\(pixel % width)\(suffix)"))
    }
  }
}
