import Naming
import Tensors

/// VGG-16 for images of 32 x 32: thirteen convolutions with batch normalisation and one dense
/// layer.
public struct VGG16: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "vgg-16"
  /// The description in one line.
  public static let summary = "thirteen convolutions of 3 x 3 in five stages, output layer"
  /// The publication.
  public static let source = Citation(
    authors: "Simonyan & Zisserman",
    title: "Very deep convolutional networks for large-scale image recognition", year: 2015,
    venue: "ICLR 2015, arXiv:1409.1556; with batch normalisation, one dense layer for CIFAR")

  /// Creates the architecture; it has no settings.
  public init() {}

  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    Architecture(input: input) {
      for (channels, count) in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)] {
        for _ in 0..<count {
          Convolution(channels, Window(3, padding: 1))
          BatchNormalization()
          Activation(.relu)
        }
        Pooling(.largest, Window(2, stride: 2))
      }
      Flattening()
      Dense(outputs, start: .glorot)
    }
  }
}
