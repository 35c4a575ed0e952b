import CompressedModels
import Foundation
import Networks
import ONNXSchema
import SwiftProtobuf
import Tensors

/// Reading and writing of ONNX files and compressed models.
public enum ModelFile {
  /// The maximum size of a protobuf message in bytes.
  private static let mostBytes = 1 << 31
  /// The oldest supported version of the operator set.
  private static let oldestOperators: Int64 = 6

  /// The bytes of an ONNX file; deterministic.
  /// - Throws: `ModelFileError.unwritableLayer`
  public static func data(for model: Model) throws -> Data {
    try ONNXWriter.message(for: model).serializedData()
  }

  /// The bytes of a model file: compressed for the extension `.espalier`, ONNX otherwise.
  /// - Throws: `ModelFileError.unwritableLayer`, `CompressedModelError.unwritable`
  public static func data(for model: Model, named name: String) throws -> Data {
    name.hasSuffix("." + CompressedModel.fileExtension)
      ? try CompressedModel.data(for: model) : try data(for: model)
  }

  /// Writes an ONNX file, or a compressed model for the extension `.espalier`, atomically: to a
  /// temporary file that is then renamed.
  /// - Throws: `ModelFileError`, `CompressedModelError.unwritable`
  public static func write(_ model: Model, to url: URL) throws {
    let data = try data(for: model, named: url.lastPathComponent)
    do {
      try data.write(to: url, options: .atomic)
    } catch {
      throw ModelFileError.unwritable(file: url.lastPathComponent, AccessProblem(error))
    }
  }

  /// Reads an ONNX file with its external data, or a compressed model.
  /// - Throws: `ModelFileError`, `CompressedModelError`
  public static func read(_ url: URL) throws -> ImportedNetwork {
    let name = shown(url.lastPathComponent)
    let place = url.resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: place) else {
      throw ModelFileError.unreadable(file: name, .noFile)
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw ModelFileError.unreadable(file: name, .notRegular)
    }
    guard let size = (attributes[.size] as? NSNumber)?.intValue, size < mostBytes else {
      throw ModelFileError.malformed(file: name, .tooLarge(gibibytes: mostBytes >> 30))
    }
    try ModelFileError.admit(size, of: name)
    let data: Data
    do {
      data = try Data(contentsOf: url)
    } catch {
      throw ModelFileError.unreadable(file: name, AccessProblem(error))
    }
    return try read(data: data, name: name, folder: url.deletingLastPathComponent())
  }

  /// The files with external data of an ONNX file, in the order of their names; none for other files.
  public static func externalFiles(of url: URL) -> [URL] {
    guard
      let attributes = try? FileManager.default.attributesOfItem(
        atPath: url.resolvingSymlinksInPath().path),
      attributes[.type] as? FileAttributeType == .typeRegular,
      let size = (attributes[.size] as? NSNumber)?.intValue, size < mostBytes,
      (try? ModelFileError.admit(size, of: "")) != nil, let data = try? Data(contentsOf: url),
      let message = try? message(data)
    else { return [] }
    let locations = message.graph.initializer.flatMap(\.externalData)
      .filter { $0.key == "location" }.map(\.value)
    return Set(locations).sorted().compactMap {
      ONNXConstants.place(of: $0, in: url.deletingLastPathComponent())
    }
  }

  private static func message(_ data: Data) throws -> Onnx_ModelProto {
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 32
    options.discardUnknownFields = true
    return try Onnx_ModelProto(serializedBytes: data, options: options)
  }

  /// Reads the bytes of a compressed model, or of an ONNX file without external data.
  /// - Parameters:
  ///   - data: the bytes.
  ///   - name: the name of the file in errors.
  /// - Returns: the network and the description of its inputs and outputs.
  /// - Throws: `ModelFileError`, `CompressedModelError`
  public static func read(data: Data, name: String) throws -> ImportedNetwork {
    try read(data: data, name: name, folder: nil)
  }

  private static func read(data: Data, name: String, folder: URL?) throws -> ImportedNetwork {
    if CompressedModel.isCompressed(data) {
      let model = try CompressedModel.model(from: data, name: name)
      return ImportedNetwork(
        network: model.network, head: model.head, schema: model.schema, encoding: model.encoding)
    }
    let message: Onnx_ModelProto
    do {
      message = try Self.message(data)
    } catch {
      throw ModelFileError.malformed(file: name, .undecodable)
    }
    guard message.hasGraph, !message.graph.node.isEmpty else {
      throw ModelFileError.malformed(file: name, .noGraph)
    }
    let version = message.opsetImport.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version
    guard let version, version >= oldestOperators else {
      throw ModelFileError.malformed(
        file: name, .operatorSet(version: version, least: oldestOperators))
    }
    do {
      return try network(of: message, version: version, name: name, folder, bytes: data.count)
    } catch let error as ModelFileError {
      throw error.of(
        ModelExporter(producer: message.producerName), nodes: message.graph.node)
    }
  }

  private static func network(
    of message: Onnx_ModelProto, version: Int64, name: String, _ folder: URL?, bytes: Int
  ) throws -> ImportedNetwork {
    let metadata = try ONNXMetadata(message.metadataProps, file: name)
    var written = try ONNXFunctions.inlined(message, file: name)
    ONNXRecognition.joinRowNormalizations(in: &written)
    ONNXRecognition.joinSelections(in: &written)
    let graph = try ONNXGraph(
      written, opset: version, file: name, folder: folder,
      bytes: bytes, readsRows: metadata.encoding != nil, layers: metadata.layers,
      exporter: ModelExporter(producer: message.producerName))
    try metadata.check(graph.columns, classes: graph.classes)
    let reader = try ONNXReader(graph, file: name)
    let assembled = try ONNXNetwork(reader, output: graph.output).network(
      keepsOutputActivation: metadata.endsInActivation, keepsDropout: metadata.encoding != nil)
    let network = assembled.network
    let isNormalized = graph.isNormalized && assembled.head == .oneVersusRest
    let head = isNormalized ? .normalizedOneVersusRest : assembled.head
    var imported = ImportedNetwork(
      network: try metadata.named(network), head: metadata.head ?? head,
      schema: metadata.schema, encoding: metadata.encoding)
    if metadata.schema == nil {
      imported.columns = graph.columns
      imported.interface = graph.interface
      imported.interface?.isChannelsFirst =
        reader.values[graph.input.name]?.order == .channelsFirst
      imported.classes = graph.classes.map { classes in
        // Blanks around the cells of a table are not read.
        let trimmed = classes.map(\.trimmingBlanks)
        return Set(trimmed).count == classes.count ? trimmed : classes
      }
      imported.outputActivation = assembled.outputActivation
      imported.isComplement = graph.isComplement
      if let node = graph.binarizer, try network.architecture.shapes().last?.count ?? 0 > 1 {
        throw ModelFileError.foreignModel(
          file: name, node: node.title, operator: shown(node.opType), .multilabel)
      }
      try check(graph.classes ?? [], of: network, file: name)
    }
    return imported
  }

  /// Checks that each output has one class name, and that they are distinct.
  private static func check(
    _ classes: [String], of network: Network, file: String
  ) throws(ModelFileError) {
    guard !classes.isEmpty else { return }
    let scores = (try? network.architecture.shapes().last?.count) ?? 0
    guard classes.count == scores || (classes.count == 2 && scores == 1) else {
      throw .graph(file: file, .classCount(found: classes.count, outputs: scores))
    }
    var seen: Set<String> = []
    if let twice = classes.first(where: { !seen.insert($0).inserted }) {
      throw .graph(file: file, .repeatedClass(name: twice))
    }
  }
}
