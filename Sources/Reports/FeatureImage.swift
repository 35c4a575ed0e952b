import Datasets
import Drawing
import Explanations
import Foundation
import Tensors

/// An attribution map over the network's inputs as an image: blue is positive, orange negative,
/// white zero.
package struct FeatureImage: Sendable {
  let image: ImageShape
  /// One attribution per pixel, the mean over the channels, scaled to -1...1.
  private(set) var values: [Double]

  /// `map`: the attribution of each of the encoding's inputs.
  /// `encoding`: that of the pruned network, whose inputs may be a subset of the pixels.
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

  /// Maximum number of features with an image.
  private static let most = 48

  /// The images of the features with the largest output weights, as base64 PNG by feature index.
  ///
  /// `effects`: the output weights of each feature by class.
  /// - Throws: `DrawingError` if the encoder fails.
  package static func ofStrongest(
    _ effects: [[FeatureSummary.Effect]], in subject: AttributionSubject, encoding: Encoding,
    image: ImageShape
  ) throws -> [Int: String] {
    let sizes = effects.map { $0.reduce(0) { max($0, abs($1.weight)) } }
    let chosen = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }.prefix(most).sorted()
    let shown = AttributionSubject(
      network: subject.network, node: subject.node, inputs: subject.inputs,
      values: subject.values.selectingColumns(chosen),
      thresholds: chosen.map { subject.thresholds[$0] })
    let maps = DifferenceOfMeans().maps(of: shown)
    var images: [Int: String] = [:]
    for (feature, map) in zip(chosen, maps) {
      images[feature] = try FeatureImage(map: map, encoding: encoding, image: image).base64()
    }
    return images
  }

  /// The longest side of a drawn image in pixels; larger images are average-pooled.
  private static let longestSide = 64

  /// The image as base64 PNG, enlarged by an integer factor.
  /// - Throws: `DrawingError` if the encoder fails.
  func base64() throws -> String {
    let up = (0.0, 114.0, 178.0)
    let down = (213.0, 94.0, 0.0)
    let (image, values) = shrunk
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

  /// The image, average-pooled to sides of at most `longestSide` pixels.
  private var shrunk: (image: ImageShape, values: [Double]) {
    let step = (max(image.height, image.width) + Self.longestSide - 1) / Self.longestSide
    guard step > 1 else { return (image, values) }
    var small = image
    small.height = (image.height + step - 1) / step
    small.width = (image.width + step - 1) / step
    var sums = [Double](repeating: 0, count: small.height * small.width)
    var counts = sums
    for (pixel, value) in values.enumerated() {
      let place =
        pixel / image.width / step * small.width + pixel % image.width / step
      sums[place] += value
      counts[place] += 1
    }
    return (small, zip(sums, counts).map { $0 / $1 })
  }
}
