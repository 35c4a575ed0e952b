import Foundation
import Naming
import Networks
import Tensors

extension Network {
  /// The outputs by a naive reference implementation, one row at a time and without kernels; each
  /// sum starts with the bias and adds its terms in order.
  /// - Returns: `[rows, outputs]`
  public func outputsByPlainLoops(for inputs: Tensor) throws -> Tensor {
    let shapes = try architecture.shapes()
    var outputs: [Float] = []
    for row in 0..<inputs.rows {
      let own = Image(shape: architecture.input, numbers: Array(inputs.row(row)))
      var values: [Image] = []
      for (index, links) in architecture.links.enumerated() {
        let read = links.map { $0 < 0 ? own : values[$0] }
        let numbers = try architecture.nodes[index].layer.plainly(
          read, to: shapes[index], parameters[index].map { Array($0.value.elements) })
        values.append(Image(shape: shapes[index], numbers: numbers))
      }
      outputs += values[values.count - 1].numbers
    }
    return Tensor(outputs, shape: [inputs.rows, outputs.count / max(inputs.rows, 1)])
  }
}

/// The activations of one node for one row: `[height, width, channels]`, or a vector.
private struct Image {
  var shape: Shape
  var numbers: [Float]

  var height: Int { shape.rank == 3 ? shape[0] : 1 }
  var width: Int { shape.rank == 3 ? shape[1] : 1 }
  var channels: Int { shape.neurons }

  /// The element at a position; `nil` outside the image.
  func at(_ y: Int, _ x: Int, _ channel: Int) -> Float? {
    guard y >= 0, y < height, x >= 0, x < width else { return nil }
    return numbers[(y * width + x) * channels + channel]
  }
}

/// A layer type without a reference implementation.
struct NoPlainLoops: Error { var layer: String }

extension Layer {
  fileprivate func plainly(
    _ read: [Image], to shape: Shape, _ parameters: [[Float]]
  ) throws -> [Float] {
    let input = read[0]
    let target = Image(shape: shape, numbers: [])
    func each(_ body: (Int, Int, Int) -> Float) -> [Float] {
      var numbers: [Float] = []
      for y in 0..<target.height {
        for x in 0..<target.width {
          for channel in 0..<target.channels { numbers.append(body(y, x, channel)) }
        }
      }
      return numbers
    }
    switch self {
    case let layer as Dense:
      return (0..<layer.units).map { unit in
        input.numbers.indices.reduce(parameters[1][unit]) {
          $0 + input.numbers[$1] * parameters[0][$1 * layer.units + unit]
        }
      }
    case let layer as Convolution:
      let (window, own) = (layer.window, input.channels / layer.groups)
      return each { y, x, unit in
        let first = unit / (layer.outputChannels / layer.groups) * own
        var sum = layer.hasBias ? parameters[1][unit] : 0
        for tap in 0..<window.height * window.width {
          for channel in 0..<own {
            let value = input.at(
              y * window.strideHeight - window.top + tap / window.width,
              x * window.strideWidth - window.left + tap % window.width, first + channel)
            sum += (value ?? 0) * parameters[0][(tap * own + channel) * layer.outputChannels + unit]
          }
        }
        return sum
      }
    case let layer as BatchNormalization:
      return input.numbers.enumerated().map { entry, value in
        let channel = entry % input.channels
        let deviation = (parameters[3][channel] + layer.epsilon).squareRoot()
        return (value - parameters[2][channel]) / deviation * parameters[0][channel]
          + parameters[1][channel]
      }
    case let layer as Activation:
      return input.numbers.map { Float(layer.plainly(Double($0))) }
    case is ParametricReLU:
      return input.numbers.enumerated().map { entry, value in
        value > 0 ? value : parameters[0][entry % input.channels] * value
      }
    case let layer as LayerNormalization:
      return each { y, x, channel in
        let own = (0..<input.channels).map { input.at(y, x, $0) ?? .nan }
        let mean = own.reduce(0, +) / Float(own.count)
        let variance = own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(own.count)
        return (own[channel] - mean) / (variance + layer.epsilon).squareRoot()
          * parameters[0][channel] + parameters[1][channel]
      }
    case is Sum:
      return input.numbers.indices.map { entry in
        read.dropFirst().reduce(input.numbers[entry]) { $0 + $1.numbers[entry] }
      }
    case is GatedSum:
      return each { y, x, channel in
        let share = 1 / (1 + exp(-parameters[0][channel]))
        let (first, second) = (read[0].at(y, x, channel) ?? .nan, read[1].at(y, x, channel) ?? .nan)
        return share * first + (1 - share) * second
      }
    case is Concatenation:
      let channels = read.flatMap { part in (0..<part.channels).map { (part, $0) } }
      return each { channels[$2].0.at($0, $1, channels[$2].1) ?? .nan }
    case let layer as ZeroPadding:
      return each { y, x, channel in
        let inner = channel - layer.front
        guard (0..<input.channels).contains(inner) else { return 0 }
        return input.at(y - layer.top, x - layer.left, inner) ?? 0
      }
    case let layer as ChannelSelection:
      return each { input.at($0, $1, layer.channels[$2]) ?? .nan }
    case let layer as Pooling where layer.kind == .largest:
      let window = layer.window
      return each { y, x, channel in
        (0..<window.height * window.width).compactMap {
          input.at(
            y * window.strideHeight - window.top + $0 / window.width,
            x * window.strideWidth - window.left + $0 % window.width, channel)
        }.max() ?? .nan
      }
    case is GlobalAveragePooling:
      return (0..<input.channels).map { channel in
        let pixels = stride(from: channel, to: input.numbers.count, by: input.channels)
        return pixels.reduce(0) { $0 + input.numbers[$1] } / Float(input.height * input.width)
      }
    case is Flattening: return input.numbers
    default: throw NoPlainLoops(layer: Self.name)
    }
  }
}

extension Activation {
  /// The activation function of one value, using only the standard mathematics library.
  fileprivate func plainly(_ x: Double) -> Double {
    let slope = Double(slope)
    return switch function {
    case .relu: max(x, 0)
    case .leakyReLU: x > 0 ? x : slope * x
    case .elu: x > 0 ? x : slope * expm1(x)
    case .sigmoid: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    case .selu: 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * expm1(x))
    case .softplus: x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
    case .softsign: x / (1 + abs(x))
    case .thresholdedReLU: x > slope ? x : 0
    case .clippedReLU: min(max(x, 0), slope)
    case .hardSwish: x * min(max(x / 6 + 0.5, 0), 1)
    case .silu: x / (1 + exp(-x))
    case .gelu: x * erfc(-x / 2.0.squareRoot()) / 2
    case .geluTanh: x / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    case .mish: x * tanh(log1p(exp(min(x, 50))))
    }
  }
}
