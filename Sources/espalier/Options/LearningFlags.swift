import ArgumentParser
import Experiments

/// How a network learns, and how it reads images.
struct LearningFlags: ParsableArguments {
  @Option(help: "The size of a step of training.")
  var learningRate: Double?
  @Option(help: "Rows in a step of training.")
  var batch: Int?
  @Option(help: "Pixels by which training images move at most, anew in every epoch.")
  var shift: Int?
  @OptionGroup var pixels: PixelFlags
  @OptionGroup var scaling: ScalingFlags

  mutating func validate() throws {
    try check(.batch, batch)
    try check(.shift, shift)
    try check(.learningRate, learningRate)
  }

  func apply(to options: inout NetworkOptions) {
    if let learningRate { options.learningRate = learningRate }
    if let batch { options.batch = batch }
    if let shift { options.shift = shift }
    pixels.apply(to: &options)
    scaling.apply(to: &options)
  }
}

extension InputScaling: ExpressibleByArgument {}
extension PixelLayout: ExpressibleByArgument {}

/// How the columns of a table are scaled for a network from elsewhere.
struct ScalingFlags: ParsableArguments {
  @Option(
    help:
      "For a network from elsewhere: columns as they are, standardised, or scaled to 0...1, by the training rows (default: none)."
  )
  var scaleInputs: InputScaling?

  func apply(to options: inout NetworkOptions) {
    if let scaleInputs { options.scaleInputs = scaleInputs }
  }
}

/// How a network from elsewhere reads images, and in which order it has the classes.
struct PixelFlags: ParsableArguments {
  @Option(
    help:
      "For a network from elsewhere: subtracted from each channel's share of white: 0.485,0.456,0.406."
  )
  var pixelMean: NumberList?
  @Option(
    help:
      "For a network from elsewhere: what each channel is divided by after that: 0.229,0.224,0.225."
  )
  var pixelDeviation: NumberList?
  @Option(
    help:
      "For a network from elsewhere that reads flat images: the order of their numbers (default: channels-last)."
  )
  var pixelLayout: PixelLayout?
  @Option(
    help:
      "For a network from elsewhere: the classes in the order of its outputs, a,b,c; of one output, the negative class first."
  )
  var classOrder: String?

  mutating func validate() throws {
    for mean in pixelMean?.numbers ?? [] { try check(.pixelMean, mean) }
    for deviation in pixelDeviation?.numbers ?? [] { try check(.pixelDeviation, deviation) }
  }

  func apply(to options: inout NetworkOptions) {
    if let pixelMean { options.pixelMean = pixelMean.numbers }
    if let pixelDeviation { options.pixelDeviation = pixelDeviation.numbers }
    if let pixelLayout { options.pixelLayout = pixelLayout }
    if let classOrder {
      options.classOrder = classOrder.split(separator: ",", omittingEmptySubsequences: false)
        .map(String.init)
    }
  }
}
