import Datasets
import Foundation
import Networks
import ONNXSchema
import Tensors

/// The metadata of a model file that Espalier wrote: schema, encoding, head, names and masks.
struct ONNXMetadata {
  enum Key: String, CaseIterable {
    case architecture = "espalier.architecture"
    case originalIndices = "espalier.births"
    case encoding = "espalier.encoding"
    case head = "espalier.head"
    /// The pruning masks: for each node and parameter one bit per weight, or nothing.
    case masks = "espalier.masks"
    case schema = "espalier.schema"
  }

  private(set) var schema: Schema?
  private(set) var encoding: Encoding?
  private(set) var head: Head?
  private var architecture: Architecture?
  private var originalIndices: [[Int]]?
  private var masks: [[Data]]?
  private let file: String

  /// Whether the architecture in the metadata ends in an activation.
  var endsInActivation: Bool { architecture?.nodes.last?.layer.activation != nil }

  /// The names of the layers, which are those of their nodes.
  var layers: Set<String> { Set((architecture?.nodes ?? []).map(\.id.rawValue)) }

  // MARK: Writing

  /// The entries of a model; without schema, encoding and head if `describesRows` is false, so that the
  /// file is read as one of another program.
  static func entries(
    for model: Model, describesRows: Bool
  ) throws -> [Onnx_StringStringEntryProto] {
    let network = model.network
    var values: [(Key, any Encodable)] = [
      (.architecture, network.architecture), (.originalIndices, network.originalIndices),
    ]
    if describesRows {
      values += [(.encoding, model.encoding), (.head, model.head), (.schema, model.schema)]
    }
    if network.parameters.joined().contains(where: { $0.mask != nil }) {
      values.append((.masks, network.parameters.map { $0.map { bits(of: $0.mask) } }))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try values.sorted { $0.0.rawValue < $1.0.rawValue }.map { key, value in
      var entry = Onnx_StringStringEntryProto()
      entry.key = key.rawValue
      entry.value = String(decoding: try encoder.encode(value), as: UTF8.self)
      return entry
    }
  }

  private static func bits(of mask: Mask?) -> Data {
    guard let kept = mask?.kept else { return Data() }
    var bytes = Data(count: (kept.count + 7) / 8)
    for (index, isKept) in kept.enumerated() where isKept { bytes[index / 8] |= 1 << (index % 8) }
    return bytes
  }

  // MARK: Reading

  /// - Throws: `ModelFileError.metadata` for an invalid entry.
  init(_ entries: [Onnx_StringStringEntryProto], file: String) throws(ModelFileError) {
    self.file = file
    for entry in entries {
      guard let key = Key(rawValue: entry.key) else { continue }
      let data = Data(entry.value.utf8)
      do {
        let decoder = JSONDecoder()
        switch key {
        case .architecture: architecture = try decoder.decode(Architecture.self, from: data)
        case .originalIndices: originalIndices = try decoder.decode([[Int]].self, from: data)
        case .encoding: encoding = try decoder.decode(Encoding.self, from: data)
        case .head: head = try decoder.decode(Head.self, from: data)
        case .masks: masks = try decoder.decode([[Data]].self, from: data)
        case .schema: schema = try decoder.decode(Schema.self, from: data)
        }
      } catch DecodingError.dataCorrupted(let context)
        where key == .schema && !context.codingPath.isEmpty
      {
        let problem = context.underlyingError as? SchemaProblem
        throw wrong(
          key, .schema(problem ?? .undecodable(message: context.debugDescription, path: "")))
      } catch {
        throw wrong(key, .undecodable)
      }
    }
    try checkSchema()
    try checkEncoding()
    if let originalIndices,
      !originalIndices.allSatisfy({ Set($0).count == $0.count && $0.allSatisfy { $0 >= 0 } })
    {
      throw wrong(.originalIndices, .repeatedIndex)
    }
  }

  private func wrong(_ key: Key, _ problem: MetadataProblem) -> ModelFileError {
    .metadata(file: file, key: key.rawValue, problem)
  }

  private func checkSchema() throws(ModelFileError) {
    if let problem = schema?.inconsistency { throw wrong(.schema, .schema(problem)) }
  }

  private func checkEncoding() throws(ModelFileError) {
    guard let encoding else { return }
    guard let schema else { throw wrong(.encoding, .noSchema) }
    if let problem = encoding.inconsistency(with: schema) {
      throw wrong(.encoding, .encoding(problem))
    }
  }

  /// Compares the encoding with the preprocessing of the graph, and the classes with its labels.
  /// - Throws: `ModelFileError.metadata` if they differ.
  func check(_ columns: ONNXColumns?, classes: [String]?) throws(ModelFileError) {
    guard let encoding, let schema, let columns else { return }
    if let classes, !schema.target.isNumeric, classes != schema.classes {
      throw wrong(.schema, .otherClasses)
    }
    var own = schema
    guard let read = try? columns.encoding(for: &own), own == schema,
      read.inputs.count == encoding.inputs.count,
      zip(read.inputs, encoding.inputs).allSatisfy({ $0.isClose(to: $1) })
    else { throw wrong(.encoding, .otherPreprocessing) }
  }

  /// The network with the names, original indices and masks of the file.
  ///
  /// The graph defines the network: metadata that do not match it, as after changes by another
  /// program, are ignored.
  func named(_ network: Network) throws(ModelFileError) -> Network {
    guard let architecture, architecture.describes(network.architecture) else { return network }
    var parameters = network.parameters
    if let masks, masks.map(\.count) == parameters.map(\.count) {
      for node in parameters.indices {
        for (index, bits) in masks[node].enumerated() where !bits.isEmpty {
          let parameter = parameters[node][index]
          guard bits.count == (parameter.value.count + 7) / 8 else {
            throw wrong(.masks, .maskShape)
          }
          var kept = (0..<parameter.value.count).map {
            bits[bits.startIndex + $0 / 8] & (1 << ($0 % 8)) != 0
          }
          let values = parameter.value.elements
          // Pruned weights are zero: those of a graph in which weights have other places, as where the outputs are
          // in another order, are seen by their values.
          if kept.indices.contains(where: { !kept[$0] && values[$0] != 0 }) {
            kept = values.map { $0 != 0 }
          }
          parameters[node][index] = Parameter(parameter.role, parameter.value, mask: Mask(kept))
        }
      }
    }
    do {
      return try Network(architecture, parameters: parameters, originalIndices: originalIndices)
    } catch {
      throw wrong(.architecture, .otherGraph)
    }
  }
}

extension Encoding.Input {
  /// Whether both compute the same number from a cell, up to rounding.
  fileprivate func isClose(to other: Encoding.Input) -> Bool {
    guard feature == other.feature else { return false }
    switch (kind, other.kind) {
    case (.scaled(let mean, let scale), .scaled(let otherMean, let otherScale)):
      return abs(mean - otherMean) <= 1e-6 * max(abs(otherMean), abs(otherScale))
        && abs(scale - otherScale) <= 1e-6 * abs(otherScale)
    default: return kind == other.kind
    }
  }
}

extension Architecture {
  /// Whether both are the same architecture up to names.
  fileprivate func describes(_ other: Architecture) -> Bool {
    guard input.dimensions == other.input.dimensions, nodes.count == other.nodes.count,
      Set(nodes.map(\.id)).count == nodes.count, links == other.links
    else { return false }
    return zip(nodes, other.nodes).allSatisfy { own, read in
      switch (own.layer, read.layer) {
      case (let own as Dense, let read as Dense): own.units == read.units
      // The operator does not say whether training changes it.
      case (let own as BatchNormalization, let read as BatchNormalization):
        own.epsilon == read.epsilon && own.momentum == read.momentum
      default: AnyHashable(own.layer) == AnyHashable(read.layer)
      }
    }
  }
}
