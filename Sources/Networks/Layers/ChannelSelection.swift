import Naming
import Tensors

/// Selects channels or elements of a node by index, as ONNX Split and Gather do.
public struct ChannelSelection: Layer {
  /// The name in commands, settings and files.
  public static let name = "channel-selection"
  /// The description in one line.
  public static let summary = "selected channels of a node, such as one output of a split"
  /// The publication.
  public static let source = Citation(
    authors: "Ma, Zhang, Zheng & Sun",
    title: "ShuffleNet V2: practical guidelines for efficient CNN architecture design", year: 2018,
    venue: "ECCV 2018, arXiv:1807.11164")

  /// The selected indices, at least one; repetitions are allowed.
  public var channels: [Int]

  /// Creates a selection of input channels, by position, in order.
  public init(_ channels: [Int]) { self.channels = channels }

  /// How the layer couples its inputs and outputs for structured pruning.
  public var coupling: Coupling { .selecting(channels) }

  /// The copy of an output reads the copy of its input.
  public func selecting(inputs: NeuronSelection, outputs: NeuronSelection) -> ChannelSelection {
    var places = [Int](repeating: 0, count: inputs.count)
    for (place, position) in inputs.positions.enumerated().reversed() { places[position] = place }
    var before: Int?
    return ChannelSelection(
      outputs.positions.map { position in
        defer { before = position }
        return places[channels[position]] + (position == before ? 1 : 0)
      })
  }

  /// The shape of the output of one row.
  /// - Throws: `NetworkError.shapeMismatch` if the layer does not accept the inputs.
  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    let input = inputs[0]
    let count = input.dimensions.last ?? 0
    guard let most = channels.max(), let least = channels.min(), least >= 0, most < count else {
      throw .shapeMismatch(
        layer: Self.name,
        expected: channels.max().map { .channels(atLeast: $0 &+ 1) } ?? .selectedChannel,
        found: input)
    }
    return Shape(input.dimensions.dropLast() + [channels.count])
  }

  /// The output for a batch, `[rows, …]`.
  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    let input = inputs[0]
    let width = input.shape.dimensions[input.shape.rank - 1]
    var output = Tensor(shape: Shape(input.shape.dimensions.dropLast() + [channels.count]))
    let source = input.elements
    output.withElements { elements in
      for pixel in 0..<elements.count / channels.count {
        for (position, channel) in channels.enumerated() {
          elements[pixel * channels.count + position] = source[pixel * width + channel]
        }
      }
    }
    return output
  }

  /// The gradients with respect to the inputs and to the parameters, by their positions.
  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let input = pass.inputs[0]
    let width = input.shape.dimensions[input.shape.rank - 1]
    var below = Tensor(shape: input.shape)
    let source = gradient.elements
    below.withElements { elements in
      for pixel in 0..<source.count / channels.count {
        for (position, channel) in channels.enumerated() {
          elements[pixel * width + channel] += source[pixel * channels.count + position]
        }
      }
    }
    return LayerGradients(inputs: [below])
  }
}
