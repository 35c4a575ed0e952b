import Datasets
import Drawing
import Explanations
import Foundation

/// A map over the network's inputs as a picture: blue drives up, orange drives down, white nothing.
struct FeaturePicture: Sendable {
  let image: ImageShape
  /// One value a pixel, the mean over the channels, -1...1.
  private(set) var values: [Double]

  /// `map`: a value for each of the encoding's inputs.
  /// `encoding`: of the pruned network, whose inputs may be some of the pixels only.
  init(map: [Double], encoding: Encoding, image: ImageShape) {
    self.image = image
    values = [Double](repeating: 0, count: image.height * image.width)
    for (input, value) in zip(encoding.inputs, map) {
      let pixel = input.feature / image.channels
      if values.indices.contains(pixel) { values[pixel] += value / Double(image.channels) }
    }
    let largest = values.reduce(0) { max($0, abs($1)) }
    if largest > 0 { values = values.map { $0 / largest } }
  }

  /// The picture in base64, enlarged so that a pixel can be seen.
  /// - Throws: `DrawingError` where the encoder fails.
  func base64() throws -> String {
    let up = (0.0, 114.0, 178.0)
    let down = (213.0, 94.0, 0.0)
    let zoom = max(1, 56 / max(image.width, 1))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * zoom * zoom * values.count)
    for y in 0..<image.height * zoom {
      for x in 0..<image.width * zoom {
        let value = values[y / zoom * image.width + x / zoom]
        let color = value >= 0 ? up : down
        for channel in [color.0, color.1, color.2] {
          pixels.append(UInt8((255 - (255 - channel) * abs(value)).rounded()))
        }
      }
    }
    return try PNGEncoder.rgb(pixels, width: image.width * zoom, height: image.height * zoom)
      .base64EncodedString()
  }
}
