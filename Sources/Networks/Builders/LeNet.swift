import Naming
import Tensors

/// Two hidden layers of 300 and 100 units: 266,610 parameters for 784 inputs and 10 classes.
public struct LeNet300: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "lenet-300-100"
  /// The description in one line.
  public static let summary = "dense 300, dense 100, output layer"
  /// The publication.
  public static let source = LeNet5.source

  /// Creates the architecture; it has no settings.
  public init() {}

  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    Architecture(input: input) {
      if input.rank > 1 { Flattening() }
      Dense(300)
      Activation(.relu)
      Dense(100)
      Activation(.relu)
      Dense(outputs, start: .glorot)
    }
  }
}

/// Two convolutions with 20 and 50 filters and a hidden layer of 500 units: 431,080 parameters for
/// images of 28 x 28 and 10 classes.
public struct LeNet5: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "lenet-5"
  /// The description in one line.
  public static let summary =
    "convolutions with 20 and 50 filters of 5 x 5, dense 500, output layer"
  /// The publication.
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791; sizes as in Caffe")

  /// Creates the architecture; it has no settings.
  public init() {}

  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    Architecture(input: input) {
      Convolution(20, Window(5))
      Activation(.relu)
      Pooling(.largest, Window(2, stride: 2))
      Convolution(50, Window(5))
      Activation(.relu)
      Pooling(.largest, Window(2, stride: 2))
      Flattening()
      Dense(500)
      Activation(.relu)
      Dense(outputs, start: .glorot)
    }
  }
}
