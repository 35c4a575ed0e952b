import Tensors

/// What a layer requires of its inputs or parameters.
public enum ShapeRequirement: Hashable, Sendable {
  /// The same shape as the first input.
  case shape(Shape)
  /// The same shape as the first input, except for the channels.
  case shapeExceptChannels(Shape)
  /// One dimension.
  case vector
  /// Three dimensions: height, width and channels.
  case image
  /// The dimensions with these names, for layers outside of the catalogue.
  case axes([String])
  /// An image that is, with padding, not smaller than the window.
  case imageOfAtLeast(height: Int, width: Int)
  /// A window that is larger than its padding.
  case windowAbovePadding
  /// Numbers of input and output channels that are multiples of the number of groups.
  case channelGroups(Int)
  /// A number of elements.
  case elements(Int)
  /// A number of dimensions.
  case dimensions(Int)
  /// A minimum number of channels.
  case channels(atLeast: Int)
  /// A selection that is not empty.
  case selectedChannel
  /// Parameters with these shapes.
  case parameters([Shape])

  /// The requirement as the object of a sentence.
  var text: String {
    switch self {
    case .shape(let shape): "\(shape)"
    case .shapeExceptChannels(let shape): "\(shape) except for the channels"
    case .vector: "a vector"
    case .image: "an image of height x width x channels"
    case .axes(let names): names.joined(separator: " x ")
    case .imageOfAtLeast(let height, let width): "an image of at least \(height) x \(width)"
    case .windowAbovePadding: "a window larger than its padding"
    case .channelGroups(let groups): "channel counts divisible by \(groups) groups"
    case .elements(let count): "\(count) elements"
    case .dimensions(let count): "\(count) dimensions"
    case .channels(let count): "at least \(count) channels"
    case .selectedChannel: "at least one selected channel"
    case .parameters(let shapes):
      "parameters of " + shapes.map(\.description).joined(separator: ", ")
    }
  }
}
