import Datasets
import Naming
import Networks
import Tensors

/// The contents of a model file: a network and the description of its inputs and outputs.
public struct ImportedNetwork: Hashable, Sendable {
  /// The network as read.
  public var network: Network
  /// The output head, if the file states one.
  public var head: Head?
  /// The schema of the training data; only in files that this program wrote.
  public var schema: Schema?
  /// How rows are encoded as inputs, where the file says it.
  public var encoding: Encoding?
  /// The preprocessing of the file; only in files of other programs.
  var columns: ONNXColumns?
  /// The inputs and outputs; only of files of other programs.
  var interface: ModelInterface?
  /// The class names; only in files of other programs.
  public internal(set) var classes: [String]?
  /// The output activation that was removed: a sigmoid or hard sigmoid.
  var outputActivation: Activation?
  /// Whether the file computes the probabilities 1 - p and p from the one output p.
  var isComplement = false

  /// Creates an imported network.
  public init(
    network: Network, head: Head? = nil, schema: Schema? = nil, encoding: Encoding? = nil
  ) {
    self.network = network
    self.head = head
    self.schema = schema
    self.encoding = encoding
  }

  /// The network as a model of data with this schema.
  ///
  /// A file with its own schema is matched to the data's columns, levels and classes by name, in
  /// any order. Any other network reads the data's columns in order, or through the preprocessing
  /// of the file; its classes are matched by name if the file names them.
  /// - Throws: `ModelFileError`, `NetworkError` if columns or classes do not match.
  public func model(for data: Schema) throws -> Model {
    try checkShape(of: data)
    if let schema { return try model(for: data, trainedWith: schema) }
    var data = data
    let encoding: Encoding
    if let columns {
      encoding = try columns.encoding(for: &data)
    } else {
      if let feature = data.features.first(where: { $0.levels != nil }) {
        throw ModelFileError.categoricalFeature(name: feature.id.rawValue)
      }
      encoding = .identity(for: data)
    }
    let network = try data.target.isNumeric ? giving(numbers: data) : withClasses(&data)
    return try Model(
      schema: data, encoding: encoding, network: network, head: head(for: data))
  }

  /// Checks the shape of images: pixels in the order of another shape are other images.
  private func checkShape(of data: Schema) throws(ModelFileError) {
    guard let image = data.image else { return }
    let found = [image.height, image.width, image.channels]
    if let own = schema {
      guard let other = own.image, [other.height, other.width, other.channels] != found else {
        return
      }
      throw .schema(
        .imageShape(found: found, expected: [other.height, other.width, other.channels]))
    }
    let shape = network.architecture.input
    let isOther =
      shape.rank == 3 ? shape.dimensions != found : columns == nil && shape.count != image.count
    if isOther { throw .schema(.imageShape(found: found, expected: shape.dimensions)) }
  }

  /// The network with its output activation, for a numeric target.
  private func giving(numbers data: Schema) throws(NetworkError) -> Network {
    guard let outputActivation else { return network }
    return try network.adding(outputActivation, originalIndices: network.originalIndices.last ?? [])
  }

  /// The network with its outputs in the order of the data's classes, matched by name if the file
  /// names them.
  private func withClasses(_ data: inout Schema) throws -> Network {
    var network = network
    if network.originalIndices.last?.count == 1 { network = try scoringTwoClasses() }
    guard let classes, case .classes(let names) = data.target.kind, !countsClasses(names) else {
      return network
    }
    if let unknown = names.first(where: { !classes.contains($0) }) {
      throw ModelFileError.schema(.unknownClass(name: unknown))
    }
    let all = names + classes.filter { !names.contains($0) }
    data.target.kind = .classes(names: all)
    return try network.withClasses(in: all.compactMap { classes.firstIndex(of: $0) })
  }

  /// The classes of the data, followed by those that the file names besides.
  public func classes(besidesThoseOf data: Schema) -> [String] {
    let names = data.classes
    let known = schema.map(\.classes) ?? (countsClasses(names) ? [] : classes ?? [])
    return data.target.isNumeric ? names : names + known.filter { !names.contains($0) }
  }

  /// Whether the classes of the file are named 0, 1, 2, …: the data's classes in order.
  func countsClasses(_ names: [String]) -> Bool {
    guard let classes else { return true }
    return names.allSatisfy { !classes.contains($0) }
      && classes == classes.indices.map { "\($0)" }
  }

  /// The network with one output that is positive for the second of two classes.
  private func scoringTwoClasses() throws -> Network {
    let nodes = network.architecture.nodes
    // A hard sigmoid is 1/2 where its clipped input is 1/2.
    if isProbability { return try network.scaled(by: 1, adding: -0.5) }
    if outputActivation == nil, let range = network.outputRange {
      // Scores with a range around 0, such as clamped logits, are compared with 0.
      guard range.upperBound.isFinite,
        abs(range.lowerBound + range.upperBound) <= 1e-6 * range.upperBound
      else {
        if nodes[max(network.lastComputingNode, 0)].layer.activation?.range == range,
          let function = nodes[max(network.lastComputingNode, 0)].layer.activation?.function
        {
          throw ModelFileError.schema(.thresholdOfActivation(function))
        }
        throw ModelFileError.schema(.thresholdOfScaling)
      }
      return network
    }
    let signed: Set<Activation.Function> = [.tanh, .softsign, .elu, .selu, .leakyReLU]
    let last = max(network.lastComputingNode, 0)
    if let activation = nodes[last].layer.activation, !signed.contains(activation.function) {
      throw ModelFileError.schema(.thresholdOfActivation(activation.function))
    }
    if nodes[last].layer.scalesUnits, let read = network.architecture.links[last].first,
      read >= 0, nodes[read].layer.activation != nil
    {
      throw ModelFileError.schema(.thresholdOfScaling)
    }
    return network
  }

  private func head(for data: Schema) throws(NetworkError) -> Head {
    if data.target.isNumeric { return .number }
    let outputs = try network.architecture.shapes().last?.count ?? 0
    if outputs != 1 { return head ?? .softmax }
    return isProbability ? .hardSigmoid : .oneVersusRest
  }

  /// Whether the one output is a probability as it stands, not a logit: a hard sigmoid, a mean of sigmoids, or p
  /// of the file's 1 - p and p.
  private var isProbability: Bool {
    if let outputActivation { return outputActivation.function == .clippedReLU }
    if isComplement { return true }
    guard let range = network.outputRange else { return false }
    return range.lowerBound >= -1e-6 && abs(range.lowerBound + range.upperBound - 1) <= 1e-5
  }

  private func model(for data: Schema, trainedWith own: Schema) throws -> Model {
    guard data.target.isNumeric == own.target.isNumeric else {
      throw ModelFileError.schema(
        .target(name: data.target.name, isNumeric: data.target.isNumeric))
    }
    var merged = data
    let encoding = try encoding(meeting: &merged, from: own)
    var network = network
    if case .classes(let names) = data.target.kind {
      if let unknown = names.first(where: { !own.classes.contains($0) }) {
        throw ModelFileError.schema(.unknownClass(name: unknown))
      }
      let all = names + own.classes.filter { !names.contains($0) }
      merged.target.kind = .classes(names: all)
      let order = all.compactMap { own.classes.firstIndex(of: $0) }
      network = try network.withClasses(in: order)
    }
    return try Model(
      schema: merged, encoding: encoding, network: network, head: head ?? head(for: own))
  }

  /// The encoding with the data's indices of features and levels.
  ///
  /// Levels that the data lack are appended to the data's own.
  private func encoding(
    meeting data: inout Schema, from own: Schema
  ) throws(ModelFileError) -> Encoding {
    var result = encoding ?? .identity(for: own)
    let indices = data.indices
    for (index, input) in result.inputs.enumerated() {
      let feature = own.features[input.feature]
      guard let position = indices[feature.id] else {
        throw .schema(.missingColumn(name: feature.id.rawValue))
      }
      result.inputs[index].feature = position
      switch (feature.levels, data.features[position].levels) {
      case (nil, nil): continue
      case (let levels?, var known?):
        guard case .level(let level) = input.kind else { continue }
        if !known.contains(levels[level]) {
          known.append(levels[level])
          data.features[position].kind = .categorical(levels: known)
        }
        result.inputs[index].kind = .level(index: known.firstIndex(of: levels[level]) ?? level)
      case (let levels, _):
        throw .schema(.columnKind(name: feature.id.rawValue, hasLevels: levels == nil))
      }
    }
    return result
  }
}

extension Network {
  /// The network with its outputs permuted: output `i` is the previous output `order[i]`.
  /// - Throws: `ModelFileError`, `NetworkError` if the number of outputs differs.
  fileprivate func withClasses(in order: [Int]) throws -> Network {
    guard order != Array(order.indices) else { return self }
    let outputs = originalIndices.last?.count ?? 0
    // The sign of one output decides between two classes.
    if outputs == 1 { return try scaled(by: -1, adding: 0) }
    guard outputs == order.count else {
      throw NetworkError.wrongOutputs(expected: order.count, found: outputs)
    }
    let nodes = architecture.nodes
    guard let dense = nodes.lastIndex(where: { $0.layer.isFullyConnected }),
      nodes.indices.dropFirst(dense + 1).allSatisfy({
        nodes[$0].layer.activation != nil && architecture.links[$0] == [$0 - 1]
      })
    else {
      // Layers after the last dense layer have parameters or several inputs: a channel selection
      // permutes the outputs instead.
      return try adding(
        ChannelSelection(order),
        originalIndices: order.map { (self.originalIndices.last ?? [])[$0] })
    }
    var (parameters, originalIndices) = (parameters, originalIndices)
    parameters[dense] = parameters[dense].map { parameter in
      let width = order.count
      let positions = parameter.value.elements.indices.map {
        $0 / width * width + order[$0 % width]
      }
      return Parameter(
        parameter.role,
        Tensor(positions.map { parameter.value.elements[$0] }, shape: parameter.value.shape),
        mask: parameter.mask.map { mask in Mask(positions.map { mask.kept[$0] }) })
    }
    for node in dense..<originalIndices.count {
      originalIndices[node] = order.map { originalIndices[node][$0] }
    }
    return try Network(architecture, parameters: parameters, originalIndices: originalIndices)
  }

  /// The network with its one output scaled and shifted: in the last layer if that is dense, by an
  /// appended batch normalization otherwise.
  fileprivate func scaled(by factor: Float, adding offset: Float) throws(NetworkError) -> Network {
    guard let last = parameters.indices.last, architecture.nodes[last].layer.isFullyConnected else {
      return try adding(
        BatchNormalization(epsilon: 0, isFrozen: true), originalIndices: originalIndices.last ?? [],
        parameters: [factor, offset, 0, 1].map { Tensor([$0], shape: [1]) })
    }
    var parameters = parameters
    for index in parameters[last].indices {
      let parameter = parameters[last][index]
      let added = parameter.role == .bias ? offset : 0
      parameters[last][index] = Parameter(
        parameter.role,
        Tensor(
          parameter.value.elements.map { factor == -1 ? added - $0 : factor * $0 + added },
          shape: parameter.value.shape), mask: parameter.mask)
    }
    return try Network(architecture, parameters: parameters, originalIndices: originalIndices)
  }

  /// The network with an appended layer.
  fileprivate func adding(
    _ layer: some Layer, originalIndices own: [Int], parameters tensors: [Tensor] = []
  ) throws(NetworkError) -> Network {
    var grown = architecture
    let kind = type(of: layer).name
    grown.nodes.append(Node(grown.unusedID(for: kind), layer))
    return try Network(
      grown, parameters: parameters + [zip(layer.roles, tensors).map { Parameter($0, $1) }],
      originalIndices: originalIndices + [own])
  }
}
