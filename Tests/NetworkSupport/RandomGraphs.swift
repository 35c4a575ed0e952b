import Networks
import Tensors
import TestSupport

extension SeededGenerator {
  /// A convolutional network with branches: residual sums of three kinds, concatenations (also of a
  /// node with itself), splits, grouped and depthwise convolutions, normalisations with non-zero
  /// shifts, pooling, and dense layers after flattening or global average pooling. All parameters
  /// are random.
  public mutating func graphNetwork(hasGroups: Bool = true) throws -> Network {
    let side = 4 + 2 * index(below: 2)
    var builder = ArchitectureBuilder(
      input: [side, side, 1 + index(below: 3)])
    var channels = 2 + index(below: 5)
    builder.add(Convolution(channels, Window(3, padding: 1), hasBias: uniform() < 0.5))
    addNorm(to: &builder)
    for _ in 0..<1 + index(below: 4) {
      let start = builder.last
      switch index(below: hasGroups ? 8 : 7) {
      case 0:
        builder.add(Convolution(channels, Window(3, padding: 1), hasBias: uniform() < 0.5))
        addNorm(to: &builder)
        let body = builder.add(Convolution(channels, Window(3, padding: 1)))
        builder.add(Sum(), reading: body, start)
      case 1:
        let body = builder.add(Convolution(2 * channels, Window(3, padding: 1), hasBias: false))
        let norm = builder.add(BatchNormalization(), reading: body)
        let other = builder.add(
          ZeroPadding(front: channels / 2, back: channels - channels / 2), reading: start)
        builder.add(Sum(), reading: norm, other)
        channels *= 2
      case 2:
        let body = builder.add(Convolution(channels + 1, Window(1)))
        let other = builder.add(Convolution(channels + 1, Window(1)), reading: start)
        builder.add(Sum(), reading: body, other)
        channels += 1
      case 3:
        builder.add(Concatenation(), reading: start, start)
        channels *= 2
        builder.add(Convolution(4, Window(1)))
        channels = 4
      case 4:
        let body = builder.add(Convolution(3, Window(3, padding: 1)))
        builder.add(Concatenation(), reading: body, start)
        channels += 3
      case 5:
        // A split, one part of which passes further layers before both are concatenated.
        let cut = channels / 2
        let part = builder.add(ChannelSelection(Array(0..<cut)), reading: start)
        let rest = builder.add(ChannelSelection((cut..<channels).reversed()), reading: start)
        let body = builder.add(Convolution(cut + 1, Window(3, padding: 1)), reading: part)
        builder.add(Concatenation(), reading: rest, body)
        channels += 1
      case 6:
        builder.add(Convolution(channels, Window(3, padding: 1), groups: channels))
      default:
        builder.add(Convolution(4, Window(1)))
        builder.add(Activation(.relu))
        builder.add(Convolution(6, Window(3, padding: 1), groups: 2))
        channels = 6
      }
      addNorm(to: &builder)
    }
    if uniform() < 0.5 { builder.add(Pooling(.largest, Window(2, stride: 2))) }
    builder.add(uniform() < 0.5 ? Flattening() as any Layer : GlobalAveragePooling() as any Layer)
    builder.add(Dense(5))
    builder.add(Activation(.sigmoid))
    builder.add(Dense(3))
    var network = try Network(builder.architecture, seed: next())
    for node in network.parameters.indices {
      for parameter in network.parameters[node].indices {
        let own = network.parameters[node][parameter]
        let numbers = normalTensor(own.value.shape)
        network.parameters[node][parameter].value =
          own.role == .variance
          ? Tensor(numbers.elements.map { abs($0) + 0.5 }, shape: numbers.shape) : numbers
      }
    }
    return network
  }

  private mutating func addNorm(to builder: inout ArchitectureBuilder) {
    if uniform() < 0.7 { builder.add(BatchNormalization()) }
    let functions = Activation.Function.allCases
    builder.add(Activation(functions[index(below: functions.count)]))
  }
}

extension SeededGenerator {
  /// Architectures in which several layers read the inputs of a row.
  public enum InputBranch: CaseIterable, Sendable {
    /// A concatenation of the inputs with hidden units (wide and deep).
    case wide
    /// Two towers over the same inputs.
    case towers
    /// A linear layer over the inputs added to the outputs.
    case linearSkip
    /// The inputs added to hidden units of the same width.
    case residual
    /// The inputs among the outputs of a channel selection.
    case selection
  }

  /// A network over rows whose inputs are read by several layers. All parameters are random.
  public mutating func branchedNetwork(
    _ branch: InputBranch, inputs: Int, outputs: Int
  ) throws -> Network {
    var builder = ArchitectureBuilder(input: [inputs])
    func hidden(_ units: Int, reading nodes: [Node.ID]) -> Node.ID {
      builder.add(Dense(units), reading: nodes)
      return builder.add(Activation(.relu))
    }
    switch branch {
    case .wide:
      let deep = hidden(5, reading: [.input])
      let both = builder.add(Concatenation(), reading: .input, hidden(4, reading: [deep]))
      builder.add(Dense(outputs), reading: both)
    case .towers:
      let (first, second) = (hidden(4, reading: [.input]), hidden(3, reading: [.input]))
      let both = builder.add(Concatenation(), reading: second, first)
      builder.add(Dense(outputs), reading: both)
    case .linearSkip:
      let deep = builder.add(Dense(outputs), reading: hidden(5, reading: [.input]))
      let wide = builder.add(Dense(outputs), reading: .input)
      builder.add(Sum(), reading: deep, wide)
    case .residual:
      let body = builder.add(Dense(inputs), reading: hidden(5, reading: [.input]))
      let sum = builder.add(Sum(), reading: body, .input)
      builder.add(Dense(outputs), reading: sum)
    case .selection:
      let some = builder.add(
        ChannelSelection(Array((0..<inputs).reversed().prefix(2))), reading: .input)
      let both = builder.add(Concatenation(), reading: hidden(4, reading: [.input]), some)
      builder.add(Dense(outputs), reading: both)
    }
    var network = try Network(builder.architecture, seed: next())
    for node in network.parameters.indices {
      for parameter in network.parameters[node].indices {
        network.parameters[node][parameter].value = normalTensor(
          network.parameters[node][parameter].value.shape)
      }
    }
    return network
  }
}
