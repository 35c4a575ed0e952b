import Datasets
import Networks
import Tensors

/// An alternative preprocessing of the rows.
struct InputReading {
  var encoding: Encoding
  /// The settings that select it.
  var settings: [SettingValue]
  /// Its description in messages: "pixels scaled to 0...1".
  var words: String
  /// Whether it uses constants of another data set: offered where it is clearly better than the others.
  var isPublished = false

  /// The normalisations of networks that are published for other data sets, by the number of channels.
  private static let published: [Int: [(mean: [Double], deviation: [Double], of: String)]] = [
    1: [([0.1307], [0.3081], "MNIST"), ([0.286], [0.353], "Fashion-MNIST")],
    3: [
      ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225], "ImageNet"),
      ([0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616], "CIFAR-10"),
    ],
  ]

  /// The common preprocessings of images and numeric columns.
  static func usual(for plain: Model, _ table: Table) -> [InputReading] {
    guard let image = table.schema.image else {
      guard plain.encoding.inputs.allSatisfy(\.isScaled) else { return [] }
      let image = plain.imageOfColumns.flatMap { table.holdsBytes ? $0 : nil }
      let pixels = image.map { ofImages($0, for: plain, table) } ?? []
      return pixels
        + InputScaling.allCases.map { scaling in
          let words =
            switch scaling {
            case .none: "unscaled columns"
            case .standard: "standardised columns"
            case .minmax: "columns scaled to 0...1"
            }
          return InputReading(
            encoding: plain.encoding.scaled(scaling, over: table),
            settings: [SettingValue(.scaleInputs, scaling.rawValue)], words: words)
        }
    }
    return ofImages(image, for: plain, table)
  }

  /// The common normalisations of pixels.
  private static func ofImages(
    _ image: ImageShape, for plain: Model, _ table: Table
  ) -> [InputReading] {
    guard plain.encoding.width == image.count else { return [] }
    let (means, deviations) = table.channelStatistics(of: image)
    var scalings: [(mean: [Double], deviation: [Double], words: String, isPublished: Bool)] = [
      ([0], [1], "pixels scaled to 0...1", false),
      ([0.5], [0.5], "pixels scaled to -1...1", false),
    ]
    if !deviations.contains(0) {
      scalings.append((means, deviations, "pixels standardised by channel", false))
    }
    scalings += (published[image.channels] ?? []).map {
      ($0.mean, $0.deviation, "pixels normalised as for \($0.of)", true)
    }
    let layouts: [PixelLayout] =
      image.channels > 1 && plain.network.architecture.input.rank == 1
      ? PixelLayout.allCases : [.channelsLast]
    func list(_ numbers: [Double]) -> String { numbers.map { shortest($0) }.joined(separator: ",") }
    return layouts.flatMap { layout in
      let transposed = layout == .channelsFirst
      let order = transposed ? [SettingValue(.pixelLayout, layout.rawValue)] : []
      let raw = InputReading(
        encoding: image.encoding(mean: [0], deviation: [1 / image.maximum], layout: layout),
        settings: order, words: "channels first")
      return (transposed ? [raw] : [])
        + scalings.map { scaling in
          InputReading(
            encoding: image.encoding(
              mean: scaling.mean, deviation: scaling.deviation, layout: layout),
            settings: [
              SettingValue(.pixelMean, list(scaling.mean)),
              SettingValue(.pixelDeviation, list(scaling.deviation)),
            ] + order,
            words: scaling.words + (transposed ? " and channels first" : ""),
            isPublished: scaling.isPublished)
        }
    }
  }
}
