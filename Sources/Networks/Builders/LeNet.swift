import Naming
import Tensors

/// Two hidden layers of 300 and 100: 266,610 parameters over 784 pixels and ten digits.
public struct LeNet300: KnownArchitecture {
  public static let name = "lenet-300-100"
  public static let summary = "dense 300, dense 100, answers"
  public static let source = LeNet5.source

  public init() {}

  public func architecture(input: Shape, answers: Int) -> Architecture {
    Architecture(input: input) {
      if input.rank > 1 { Flattening() }
      Dense(300)
      Activation(.relu)
      Dense(100)
      Activation(.relu)
      Dense(answers, start: .glorot)
    }
  }
}

/// Two convolutions of 20 and 50 windows and a hidden layer of 500: 431,080 parameters over digits.
public struct LeNet5: KnownArchitecture {
  public static let name = "lenet-5"
  public static let summary = "convolutions of 20 and 50 windows of 5 x 5, dense 500, answers"
  public static let source = Citation(
    authors: "LeCun, Bottou, Bengio & Haffner",
    title: "Gradient-based learning applied to document recognition", year: 1998,
    venue: "Proceedings of the IEEE 86(11), doi:10.1109/5.726791; sizes as in Caffe")

  public init() {}

  public func architecture(input: Shape, answers: Int) -> Architecture {
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
      Dense(answers, start: .glorot)
    }
  }
}
