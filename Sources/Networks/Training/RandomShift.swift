import Datasets
import Tensors

/// Random-shift augmentation: each training image is translated at random every time it is used
/// (Simard, Steinkraus & Platt 2003, doi:10.1109/ICDAR.2003.1227801).
public struct RandomShift: Hashable, Codable, Sendable {
  /// The maximum shift in pixels in each direction.
  public var pixels: Int
  /// The shape of the images.
  public var image: ImageShape
  /// The fill value of each channel: black in the network's encoding.
  public var edge: [Float]

  /// Creates the augmentation; `edge` has one value per channel.
  public init(pixels: Int, image: ImageShape, edge: [Float]) {
    precondition(
      edge.count == image.channels, "\(edge.count) edges for \(image.channels) channels")
    self.pixels = pixels
    self.image = image
    self.edge = edge
  }

  /// Shifts each image by a random whole number of pixels, uniformly distributed.
  ///
  /// `images`: `[rows, height · width · channels]`
  package func moved(_ images: Tensor, using generator: inout SeededGenerator) -> Tensor {
    let line = image.width * image.channels
    let empty = (0..<image.width).flatMap { _ in edge }
    let most = max(0, min(pixels, max(image.height, image.width)))
    let moves = (0..<images.rows).map { _ in
      (
        down: generator.index(below: 2 * most + 1) - most,
        right: generator.index(below: 2 * most + 1) - most
      )
    }
    return Tensor(uninitialized: images.shape) { output in
      for (row, move) in moves.enumerated() {
        let start = row * image.count
        let right = min(abs(move.right), image.width) * image.channels
        for y in 0..<image.height {
          let to = start + y * line
          let source = y - move.down
          guard (0..<image.height).contains(source) else {
            for x in 0..<line { output[to + x] = empty[x] }
            continue
          }
          let from = start + source * line
          let (gap, kept) = move.right > 0 ? (0, right) : (line - right, 0)
          for x in 0..<line - right {
            output[to + kept + x] = images.elements[from + right - kept + x]
          }
          for x in gap..<gap + right { output[to + x] = empty[x] }
        }
      }
    }
  }
}
