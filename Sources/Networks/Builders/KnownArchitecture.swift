import Naming
import Tensors

/// A published architecture that users call by name.
public protocol KnownArchitecture: Named {
  init()
  /// The whole architecture for images, or rows, of this shape and so many answers.
  func architecture(input: Shape, answers: Int) -> Architecture
}

/// The published architectures there are.
public let architectureCatalog = Catalog<any KnownArchitecture>(
  "architecture",
  [LeNet300.self, LeNet5.self, ResNet20.self, ResNet32.self, ResNet56.self, VGG16.self])
