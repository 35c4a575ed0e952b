import ArgumentParser
import Experiments

/// Training hyperparameters and the preprocessing of inputs.
struct LearningFlags: ParsableArguments {
  @Option(help: "The learning rate.")
  var learningRate: Double?
  @Option(help: "The batch size.")
  var batch: Int?
  @Option(
    help: """
      The weight decay coefficient (default: by the size of the data; explain and train select it \
      by cross-validation for small tables).
      """)
  var weightDecay: Double?
  @Option(
    help:
      "Random-shift augmentation: maximum shift of training images in pixels, drawn every epoch.")
  var shift: Int?
  @OptionGroup var pixels: PixelFlags
  @OptionGroup var scaling: ScalingFlags

  mutating func validate() throws {
    try check(.batch, batch)
    try check(.shift, shift)
    try check(.learningRate, learningRate)
    try check(.weightDecay, weightDecay)
  }

  func apply(to options: inout NetworkOptions) {
    if let learningRate { options.learningRate = learningRate }
    if let batch { options.batch = batch }
    if let weightDecay { options.weightDecay = weightDecay }
    if let shift { options.shift = shift }
    pixels.apply(to: &options)
    scaling.apply(to: &options)
  }
}

extension InputScaling: ExpressibleByArgument {}
extension PixelLayout: ExpressibleByArgument {}

/// The scaling of table columns for an imported network.
struct ScalingFlags: ParsableArguments {
  @Option(
    help:
      "For an imported network: scaling of the columns, fitted to the training rows (default: none)."
  )
  var scaleInputs: InputScaling?

  func apply(to options: inout NetworkOptions) {
    if let scaleInputs { options.scaleInputs = scaleInputs }
  }
}

/// The pixel normalisation, pixel layout and class order of an imported network.
struct PixelFlags: ParsableArguments {
  @Option(
    help:
      "For an imported network: mean per channel in (x/255 - mean)/std: 0.485,0.456,0.406."
  )
  var pixelMean: NumberList?
  @Option(
    help:
      "For an imported network: std per channel in (x/255 - mean)/std: 0.229,0.224,0.225."
  )
  var pixelDeviation: NumberList?
  @Option(
    help:
      "For an imported network of flattened images: order of the units (default: channels-last)."
  )
  var pixelLayout: PixelLayout?
  @Option(
    help:
      "For an imported network: classes in output order, a,b,c; for one output negative first."
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
