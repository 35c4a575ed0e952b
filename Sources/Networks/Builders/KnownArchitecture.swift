import Naming
import Tensors

/// A published architecture, selected by name.
public protocol KnownArchitecture: Named {
  /// Creates the published architecture with its default settings.
  init()
  /// The architecture for an input shape and a number of outputs.
  func architecture(input: Shape, outputs: Int) -> Architecture
}

/// All published architectures, by name.
public let architectureCatalog = Catalog<any KnownArchitecture.Type>(
  "architecture",
  [LeNet300.self, LeNet5.self, ResNet20.self, ResNet32.self, ResNet56.self, VGG16.self]
) { $0 }
