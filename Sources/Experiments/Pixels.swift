import Datasets
import Foundation
import Networks

extension NetworkOptions {
  /// The encoding of pictures for a network that was trained elsewhere, where it was asked for.
  /// - Throws: `PixelError` where the data are no pictures or have other channels.
  func pixels(for schema: Schema) throws(PixelError) -> Encoding? {
    guard pixelMean != nil || pixelDeviation != nil else { return nil }
    let (means, deviations) = (pixelMean ?? [0], pixelDeviation ?? [1])
    guard let image = schema.image else { throw .nothingToScale }
    for list in [means, deviations] where list.count != 1 && list.count != image.channels {
      throw .channels(of: image.channels, found: list.count)
    }
    return Encoding(
      inputs: schema.features.indices.map { position in
        let channel = position % image.channels
        return Encoding.Input(
          feature: position,
          kind: .scaled(
            mean: means[means.count == 1 ? 0 : channel] * image.maximum,
            scale: deviations[deviations.count == 1 ? 0 : channel] * image.maximum))
      })
  }
}

extension Model {
  /// The model as it reads pictures of `options`, where they say how.
  /// - Throws: `PixelError` where the data are no pictures or have other channels.
  public func reading(_ options: NetworkOptions) throws(PixelError) -> Model {
    guard let pixels = try options.pixels(for: schema) else { return self }
    var copy = self
    copy.encoding = pixels
    return copy
  }

  /// How training pictures move, where that was asked for.
  /// - Throws: `PixelError` where the network reads no whole pictures.
  func pictureShift(pixels: Int) throws(PixelError) -> PictureShift {
    guard let image = schema.image, encoding.width == image.count else {
      throw .nothingToMove
    }
    let black = encoding.inputs.prefix(image.channels).map { input -> Float in
      if case .scaled(let mean, let scale) = input.kind { Float(-mean / scale) } else { 0 }
    }
    return PictureShift(pixels: pixels, image: image, edge: black)
  }
}

/// Something was asked for that pixels alone have, or pixels have otherwise.
public enum PixelError: LocalizedError, Hashable, Sendable {
  /// The data are no pictures whose pixels could be scaled …
  case nothingToScale
  /// … or moved.
  case nothingToMove
  /// Pictures have other channels.
  case channels(of: Int, found: Int)

  public var errorDescription: String? {
    switch self {
    case .nothingToScale: "pixels are to be scaled, and the data are no pictures"
    case .nothingToMove: "pictures are to be moved, and the data are none"
    case .channels(let channels, let found):
      "\(found) numbers to scale pixels of \(channels) channels"
    }
  }

  public var recoverySuggestion: String? {
    switch self {
    case .nothingToScale: "leave out --pixel-mean and --pixel-deviation"
    case .nothingToMove: "leave out --shift"
    case .channels: "give one number for each channel, or one for all"
    }
  }
}
