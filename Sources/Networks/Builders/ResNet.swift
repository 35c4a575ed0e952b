import Naming
import Tensors

/// A residual network for small images: three stages of residual blocks with 16, 32 and 64
/// channels.
public struct ResidualStages: Hashable, Codable, Sendable {
  /// The shortcut of a block that halves the image size and doubles the channels.
  public enum Shortcut: String, Codable, Sendable, CaseIterable {
    /// Subsampling with stride 2 and zero-padded channels, without parameters (option A).
    case padding
    /// A strided 1 x 1 convolution (option B).
    case projection
  }

  /// Residual blocks per stage: 3, 5 and 9 for networks of 20, 32 and 56 layers.
  public var blocks: Int
  /// The shortcut of the blocks that change the width.
  public var shortcut: Shortcut

  /// Creates the settings; by default with shortcuts without parameters (option A).
  public init(blocks: Int, shortcut: Shortcut = .padding) {
    self.blocks = blocks
    self.shortcut = shortcut
  }

  /// - Returns: `6 · blocks + 2` layers with weights.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    var builder = ArchitectureBuilder(input: input)
    builder.add(Convolution(16, Window(3, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    builder.add(Activation(.relu))
    for (stage, channels) in [16, 32, 64].enumerated() {
      for block in 0..<blocks {
        addBlock(channels, stride: stage > 0 && block == 0 ? 2 : 1, to: &builder)
      }
    }
    builder.add(GlobalAveragePooling())
    builder.add(Dense(outputs, start: .glorot))
    return builder.architecture
  }

  private func addBlock(_ channels: Int, stride: Int, to builder: inout ArchitectureBuilder) {
    let start = builder.last
    builder.add(Convolution(channels, Window(3, stride: stride, padding: 1), hasBias: false))
    builder.add(BatchNormalization())
    builder.add(Activation(.relu))
    builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
    let body = builder.add(BatchNormalization())
    var other = start
    if stride > 1 {
      switch shortcut {
      case .padding:
        builder.add(StridedSlice(stride, stride), reading: start)
        // A stage has twice the channels of the previous stage.
        other = builder.add(ZeroPadding(front: channels / 4, back: channels / 4))
      case .projection:
        builder.add(
          Convolution(channels, Window(1, stride: stride), hasBias: false), reading: start)
        other = builder.add(BatchNormalization())
      }
    }
    builder.add(Sum(), reading: body, other)
    builder.add(Activation(.relu))
  }
}

private let residualSource = Citation(
  authors: "He, Zhang, Ren & Sun", title: "Deep residual learning for image recognition",
  year: 2016, venue: "CVPR 2016, arXiv:1512.03385")

/// ResNet with 20 layers.
public struct ResNet20: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "resnet-20"
  /// The description in one line.
  public static let summary = "three stages of 3 residual blocks"
  /// The publication.
  public static let source = residualSource
  /// Creates the architecture; it has no settings.
  public init() {}
  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    ResidualStages(blocks: 3).architecture(input: input, outputs: outputs)
  }
}

/// ResNet with 32 layers.
public struct ResNet32: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "resnet-32"
  /// The description in one line.
  public static let summary = "three stages of 5 residual blocks"
  /// The publication.
  public static let source = residualSource
  /// Creates the architecture; it has no settings.
  public init() {}
  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    ResidualStages(blocks: 5).architecture(input: input, outputs: outputs)
  }
}

/// ResNet with 56 layers: 853,018 parameters, 125,485,696 MACs per image.
public struct ResNet56: KnownArchitecture {
  /// The name in commands, settings and files.
  public static let name = "resnet-56"
  /// The description in one line.
  public static let summary = "three stages of 9 residual blocks"
  /// The publication.
  public static let source = residualSource
  /// Creates the architecture; it has no settings.
  public init() {}
  /// The architecture for an input shape and a number of outputs.
  public func architecture(input: Shape, outputs: Int) -> Architecture {
    ResidualStages(blocks: 9).architecture(input: input, outputs: outputs)
  }
}
