import Datasets
import NetworkSupport
import Networks
import Tensors

/// Random models to compress.
extension SeededGenerator {
  /// A dense, convolutional or residual network with random parameters, some masked, some shared.
  mutating func model() throws -> Model {
    let pick = index(below: 3)
    var network =
      pick == 0
      ? try denseNetwork(inputs: 16)
      : try Network(pick == 1 ? convolutional() : residual(), seed: next())
    for node in network.parameters.indices {
      for place in network.parameters[node].indices {
        network.parameters[node][place] = changed(network.parameters[node][place])
      }
    }
    let names =
      uniform() < 0.5 ? nil : network.originalIndices.map { self.originalIndices(like: $0) }
    network = try Network(
      network.architecture, parameters: network.parameters, originalIndices: names)
    return try model(of: network)
  }

  /// A network with a schema: of a table if it reads rows, of images otherwise.
  mutating func model(of network: Network) throws -> Model {
    let input = network.architecture.input
    let outputs = try network.architecture.shapes().last?.count ?? 0
    let target = Target("kind", .classes(names: (0..<outputs).map { "class \($0)" }))
    guard input.rank == 3 else {
      let features = (0..<input.count).map { Feature(Feature.ID("column \($0)")) }
      return try Model(
        schema: Schema(features: features, target: target),
        encoding: Encoding(
          inputs: features.indices.map {
            .init(feature: $0, kind: .scaled(mean: normal(), scale: 0.1 + uniform()))
          }), network: network, head: .softmax)
    }
    let image = ImageShape(height: input[0], width: input[1], channels: input[2], maximum: 255)
    var encoding = Encoding(
      inputs: (0..<image.count).map { .init(feature: $0, kind: .scaled(mean: 0, scale: 255)) })
    if uniform() < 0.3 { encoding.inputs[0].kind = .scaled(mean: 0.5, scale: 3) }
    return try Model(
      schema: Schema(features: image.features, target: target, image: image), encoding: encoding,
      network: network, head: .oneVersusRest)
  }

  private mutating func convolutional() -> Architecture {
    let units = 1 + index(below: 5)
    // Some flattened units, as after pruning, or all.
    let read = (0..<18 * units).filter { $0 == 0 || uniform() < 0.6 }
    return Architecture(input: [6, 6, 1 + index(below: 3)]) {
      Convolution(units, Window(3, padding: 1), hasBias: uniform() < 0.5)
      BatchNormalization(epsilon: 1e-3)
      Activation(.leakyReLU, slope: 0.3)
      Convolution(2 * units, Window(3, padding: 1), groups: units)
      Pooling(.largest, Window(2, stride: 2))
      Flattening()
      if uniform() < 0.5 { ChannelSelection(read) }
      Dropout(0.25)
      Dense(4, start: .glorot)
    }
  }

  private mutating func residual() -> Architecture {
    ResidualStages(blocks: 1, shortcut: uniform() < 0.5 ? .padding : .projection)
      .architecture(input: [8, 8, 3], outputs: 4)
  }

  /// Zeros with or without a mask, few or many distinct values, or unchanged.
  private mutating func changed(_ parameter: Parameter) -> Parameter {
    var parameter = parameter
    let values = (0..<1 + index(below: 9)).map { _ in Float(normal()) }
    let share = uniform()
    let isShared = uniform() < 0.5
    var elements = parameter.value.elements
    var kept = [Bool](repeating: true, count: elements.count)
    for entry in elements.indices {
      if isShared { elements[entry] = values[index(below: values.count)] }
      if parameter.role == .variance { elements[entry] = abs(elements[entry]) }
      kept[entry] = uniform() < share
    }
    parameter.value = Tensor(elements, shape: parameter.value.shape)
    switch index(below: 4) {
    case 0: return parameter
    case 1:
      // Kept zeros and masked zeros.
      if !elements.isEmpty { parameter.value.withElements { $0[0] = 0 } }
      return Parameter(parameter.role, parameter.value, mask: Mask(kept))
    default:
      var masked = Parameter(parameter.role, parameter.value, mask: Mask(kept))
      masked.mask = nil
      return masked
    }
  }

  private mutating func originalIndices(like numbers: [Int]) -> [Int] {
    var all = Array(0..<3 * numbers.count)
    if uniform() < 0.5 { shuffle(&all) }
    return Array(all.prefix(numbers.count))
  }
}

/// The bit pattern of every parameter, because `==` does not distinguish the sign of zero.
func bits(of network: Network) -> [[[UInt32]]] {
  network.parameters.map { $0.map { $0.value.elements.map(\.bitPattern) } }
}
