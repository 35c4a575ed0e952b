import Datasets
import Explanations
import Foundation
import Networks
import Reports
import Tensors

extension NetworkOptions {
  /// The first given setting of the preprocessing of inputs.
  var givenReading: Setting? {
    if pixelMean != nil { return .pixelMean }
    if pixelDeviation != nil { return .pixelDeviation }
    if pixelLayout != nil { return .pixelLayout }
    return scaleInputs == nil ? nil : .scaleInputs
  }

  /// The encoding of a network trained elsewhere, by the preprocessing options.
  /// - Parameters:
  ///   - table: the rows from which means, standard deviations and ranges are computed.
  ///   - plain: the network with the columns that its file reads, in their order.
  /// - Returns: `nil` if no option is given.
  /// - Throws: `PixelError` if an option does not apply to the data.
  func encoding(for table: Table, of plain: Model) throws(PixelError) -> Encoding? {
    let schema = table.schema
    if let scaleInputs {
      guard schema.image == nil else { throw .notForImages }
      if let column = schema.features.first(where: { $0.levels != nil }) {
        throw .notForLevels(column: column.id.rawValue)
      }
      return plain.encoding.scaled(scaleInputs, over: table)
    }
    guard pixelMean != nil || pixelDeviation != nil || pixelLayout != nil else { return nil }
    guard let image = schema.image ?? plain.imageOfColumns else { throw .nothingToScale }
    let isRaw = pixelMean == nil && pixelDeviation == nil
    let (means, deviations) = (pixelMean ?? [0], pixelDeviation ?? [isRaw ? 1 / image.maximum : 1])
    for list in [means, deviations] where list.count != 1 && list.count != image.channels {
      throw .channels(of: image.channels, found: list.count)
    }
    let layout = pixelLayout ?? .channelsLast
    let all = image.encoding(mean: means, deviation: deviations, layout: layout)
    guard layout == .channelsLast else { return all }
    // The file may read some of the pixels, in an order of its own.
    return Encoding(inputs: plain.encoding.inputs.map { all.inputs[$0.feature] })
  }
}

extension ImageShape {
  /// Normalised pixels: (x/maximum - mean)/std.
  /// - Parameters:
  ///   - mean: one value per channel, or one for all.
  ///   - deviation: the standard deviation, above 0; one value per channel, or one for all.
  ///   - layout: the layout of the network's inputs.
  /// - Returns: an encoding with one input per pixel and channel.
  func encoding(mean: [Double], deviation: [Double], layout: PixelLayout) -> Encoding {
    let pixels = height * width
    return Encoding(
      inputs: (0..<count).map { position in
        let channel =
          layout == .channelsLast ? position % channels : position / max(pixels, 1)
        let feature =
          layout == .channelsLast ? position : position % max(pixels, 1) * channels + channel
        return Encoding.Input(
          feature: feature,
          kind: .scaled(
            mean: mean[mean.count == 1 ? 0 : channel] * maximum,
            scale: deviation[deviation.count == 1 ? 0 : channel] * maximum))
      })
  }
}

extension Model {
  /// The images, with pixels from 0 to 255, that the network makes of numeric columns; `nil` where it reads
  /// rows, or only some of the columns.
  var imageOfColumns: ImageShape? {
    let shape = network.architecture.input
    guard schema.image == nil, shape.rank == 3, shape.count == schema.features.count,
      encoding.inputs.map(\.feature) == Array(0..<shape.count),
      schema.features.allSatisfy({ $0.levels == nil })
    else { return nil }
    return ImageShape(height: shape[0], width: shape[1], channels: shape[2], maximum: 255)
  }
}

extension Table {
  /// Whether all numbers are whole ones from 0 to 255, and not all 0 and 1.
  var holdsBytes: Bool {
    var largest = 0.0
    for column in columns {
      for value in column.values {
        guard value >= 0, value <= 255, value == value.rounded() else { return false }
        largest = max(largest, value)
      }
    }
    return largest > 1
  }
}

extension Encoding.Input {
  /// Whether the input is a scaled numeric column.
  var isScaled: Bool { if case .scaled = kind { true } else { false } }
}

extension Encoding {
  /// The same inputs with their columns scaled over the rows of a table. A constant column is only
  /// shifted.
  func scaled(_ scaling: InputScaling, over table: Table) -> Encoding {
    var copy = self
    for (position, input) in inputs.enumerated() where input.isScaled {
      let values = table.columns[input.feature].values.filter { !$0.isNaN }
      switch scaling {
      case .none: copy.inputs[position].kind = .scaled(mean: 0, scale: 1)
      case .standard:
        let count = Double(max(values.count, 1))
        let mean = values.reduce(0) { $0 + $1 / count }
        let deviation =
          values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / count }.squareRoot()
        copy.inputs[position].kind = .scaled(mean: mean, scale: deviation > 0 ? deviation : 1)
      case .minmax:
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        copy.inputs[position].kind = .scaled(mean: low, scale: high > low ? high - low : 1)
      }
    }
    return copy
  }
}

extension Table {
  /// The mean and standard deviation of x/maximum for each channel, rounded to four digits, over
  /// a sample of at least 500 rows, or all if there are fewer.
  func channelStatistics(of image: ImageShape) -> (means: [Double], deviations: [Double]) {
    var (means, deviations): ([Double], [Double]) = ([], [])
    let rows = Array(stride(from: 0, to: count, by: max(count / 500, 1)))
    for channel in 0..<image.channels {
      var (sum, squares, total) = (0.0, 0.0, 0.0)
      for feature in stride(from: channel, to: columns.count, by: image.channels) {
        for row in rows {
          let value = columns[feature][row] / image.maximum
          (sum, squares, total) = (sum + value, squares + value * value, total + 1)
        }
      }
      let mean = sum / max(total, 1)
      means.append(mean.roundedTo(digits: 4))
      deviations.append(
        max(squares / max(total, 1) - mean * mean, 0).squareRoot().roundedTo(digits: 4))
    }
    return (means, deviations)
  }
}

extension Model {
  /// The random-shift augmentation of training images.
  /// - Throws: `PixelError` if the network does not read complete images.
  func randomShift(pixels: Int) throws(PixelError) -> RandomShift {
    guard let image = schema.image, encoding.width == image.count,
      encoding.inputs.indices.allSatisfy({ encoding.inputs[$0].feature == $0 })
    else { throw .nothingToMove }
    let black = encoding.inputs.prefix(image.channels).map { input -> Float in
      if case .scaled(let mean, let scale) = input.kind { Float(-mean / scale) } else { 0 }
    }
    return RandomShift(pixels: pixels, image: image, edge: black)
  }
}

/// A preprocessing setting does not apply to the data or to the model file.
public enum PixelError: LocalizedError, Hashable, Sendable {
  /// A pixel setting is given, and the data are not images.
  case nothingToScale
  /// The random shift is set, and the network does not read complete images.
  case nothingToMove
  /// The number of values differs from the number of channels.
  case channels(of: Int, found: Int)
  /// A scaling of the inputs is given, and the data are images.
  case notForImages
  /// A scaling of the inputs is given, and a column is categorical.
  case notForLevels(column: String)
  /// The model file already specifies the setting.
  case described(Setting)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .nothingToScale: "pixel settings require images, and the data are not images"
    case .nothingToMove: "the random shift requires complete images as network inputs"
    case .channels(let channels, let found):
      "\(found) values for the normalisation of \(channels) channels"
    case .notForImages:
      "the scaling of inputs is for the columns of a table, and the data are images"
    case .notForLevels(let column):
      "the scaling of inputs is for numeric columns, and '\(shown(column))' is categorical"
    case .described(let setting):
      "'\(setting.rawValue)' does not apply: the model file already specifies this setting"
    }
  }

  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? {
    switch self {
    case .nothingToScale: "omit the mean, the standard deviation and the layout of pixels"
    case .nothingToMove: "omit the random shift"
    case .channels: "give one value per channel, or one for all"
    case .notForImages: "use the mean and the standard deviation of pixels"
    case .notForLevels: "ignore the column"
    case .described: "omit the setting"
    }
  }
}
