import Datasets
import Networks
import Tensors

/// What a model file holds: a network, and what it says of the rows that the network reads.
public struct ImportedNetwork: Hashable, Sendable {
  public var network: Network
  /// How the outputs become answers, where the file tells.
  public var head: Head?
  /// The columns that the network was trained with; only in files that this program wrote.
  public var schema: Schema?
  public var encoding: Encoding?
  /// How the file turns rows into what the network reads; only in files of other programs.
  var columns: ONNXColumns?
  /// What the answers are called; only in files of other programs.
  public internal(set) var classes: [String]?

  public init(
    network: Network, head: Head? = nil, schema: Schema? = nil, encoding: Encoding? = nil
  ) {
    self.network = network
    self.head = head
    self.schema = schema
    self.encoding = encoding
  }

  /// The network as a model of data that have this schema.
  ///
  /// A file with a schema of its own meets the data's columns, levels and classes by their names, in
  /// whatever order they are. Any other network reads the data's columns as they are, in order, or
  /// as the preprocessing in the file says; its classes meet the data's by their names where the
  /// file has names.
  /// - Throws: `ModelFileError`, `NetworkError` where columns or classes do not fit.
  public func model(for data: Schema) throws -> Model {
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
    let network = try answering(&data)
    return try Model(
      schema: data, encoding: encoding, network: network, head: head(for: data))
  }

  /// The network with its outputs in the order of the data's classes, as far as names tell.
  private func answering(_ data: inout Schema) throws -> Network {
    guard let classes, case .classes(let names) = data.target.kind else { return network }
    if names.allSatisfy({ !classes.contains($0) }), classes == classes.indices.map({ "\($0)" }) {
      // Counted classes mean the data's, in order.
      return network
    }
    if let stranger = names.first(where: { !classes.contains($0) }) {
      throw ModelFileError.schema(
        problem: "the class '\(shown(stranger))' is none that the model answers with")
    }
    let all = names + classes.filter { !names.contains($0) }
    data.target.kind = .classes(names: all)
    return try network.answering(in: all.compactMap { classes.firstIndex(of: $0) })
  }

  private func head(for data: Schema) throws(NetworkError) -> Head {
    if data.target.isNumeric { return .number }
    let outputs = try network.architecture.shapes().last?.count ?? 0
    return outputs == 1 ? .oneVersusRest : head ?? .softmax
  }

  private func model(for data: Schema, trainedWith own: Schema) throws -> Model {
    guard data.target.isNumeric == own.target.isNumeric else {
      let (asked, known) = data.target.isNumeric ? ("a number", "a class") : ("a class", "a number")
      throw ModelFileError.schema(
        problem: "the target '\(shown(data.target.name))' is \(asked) where the model answers with "
          + known)
    }
    var merged = data
    let encoding = try encoding(meeting: &merged, from: own)
    var network = network
    if case .classes(let names) = data.target.kind {
      if let stranger = names.first(where: { !own.classes.contains($0) }) {
        throw ModelFileError.schema(
          problem: "the class '\(shown(stranger))' is none that the model answers with")
      }
      let all = names + own.classes.filter { !names.contains($0) }
      merged.target.kind = .classes(names: all)
      let order = all.compactMap { own.classes.firstIndex(of: $0) }
      network = try network.answering(in: order)
    }
    return try Model(
      schema: merged, encoding: encoding, network: network, head: head ?? head(for: own))
  }

  /// The encoding with the data's positions of features and levels.
  ///
  /// Levels that the data do not have are put behind the data's own.
  private func encoding(
    meeting data: inout Schema, from own: Schema
  ) throws(ModelFileError) -> Encoding {
    var result = encoding ?? .identity(for: own)
    for (index, input) in result.inputs.enumerated() {
      let feature = own.features[input.feature]
      guard let position = data.index(of: feature.id) else {
        throw .schema(problem: "the data have no column '\(shown(feature.id.rawValue))'")
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
        let (held, read) = levels == nil ? ("levels", "numbers") : ("numbers", "levels")
        throw .schema(
          problem: "the column '\(shown(feature.id.rawValue))' holds \(held) where the model reads "
            + read)
      }
    }
    return result
  }
}

extension Network {
  /// The same network with its outputs in another order: for each the position that it had.
  /// - Throws: `ModelFileError`, `NetworkError` where there are other outputs than that.
  fileprivate func answering(in order: [Int]) throws -> Network {
    guard order != Array(order.indices),
      let dense = architecture.nodes.lastIndex(where: { $0.layer is Dense })
    else { return self }
    var (parameters, births) = (parameters, births)
    if births[dense].count == 1 {
      // One output for two classes is read by its sign.
      guard dense == architecture.nodes.count - 1 else {
        throw ModelFileError.schema(
          problem: "the data's two classes are in another order than the model's")
      }
      parameters[dense] = parameters[dense].map {
        Parameter(
          $0.role, Tensor($0.value.elements.map { 0 - $0 }, shape: $0.value.shape), mask: $0.mask)
      }
    } else {
      guard births[dense].count == order.count else {
        throw NetworkError.wrongAnswers(expected: order.count, found: births[dense].count)
      }
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
      for node in dense..<births.count { births[node] = order.map { births[node][$0] } }
    }
    return try Network(architecture, parameters: parameters, births: births)
  }
}
