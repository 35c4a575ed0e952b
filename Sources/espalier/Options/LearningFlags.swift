import ArgumentParser
import Experiments

/// How a network learns, and how it reads pictures.
struct LearningFlags: ParsableArguments {
  @Option(help: "The size of a step of training.")
  var learningRate: Double?
  @Option(help: "Rows in a step of training.")
  var batch: Int?
  @Option(help: "Pixels by which training pictures move at most, anew in every epoch.")
  var shift: Int?
  @OptionGroup var pixels: PixelFlags

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
  }
}

/// How a network from elsewhere reads pictures.
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

  mutating func validate() throws {
    for mean in pixelMean?.numbers ?? [] { try check(.pixelMean, mean) }
    for deviation in pixelDeviation?.numbers ?? [] { try check(.pixelDeviation, deviation) }
  }

  func apply(to options: inout NetworkOptions) {
    if let pixelMean { options.pixelMean = pixelMean.numbers }
    if let pixelDeviation { options.pixelDeviation = pixelDeviation.numbers }
  }
}
