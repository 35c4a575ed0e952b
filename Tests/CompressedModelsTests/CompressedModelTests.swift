import CompressedModels
import Datasets
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@Suite struct CompressedModelTests {
  @Test func aCompressedModelIsReadBackExactly() throws {
    try withEverySeed(150) { generator in
      let model = try generator.model()
      let data = try CompressedModel.data(for: model)
      let read = try CompressedModel.model(from: data, name: "x.espalier")
      #expect(read == model)
      #expect(bits(of: read.network) == bits(of: model.network))
      #expect(read.network.originalIndices == model.network.originalIndices)
      let rows = generator.normalTensor([5, model.encoding.width])
      let predictions = [read, model].map { model in
        model.network.outputs(for: rows).elements.map(\.bitPattern)
      }
      #expect(predictions[0] == predictions[1])
      #expect(try CompressedModel.data(for: read) == data)
    }
  }

  @Test func theReportedBitsAreTheFiles() throws {
    try withEverySeed(30) { generator in
      let model = try generator.model()
      let compressed = CompressedNetwork(model.network)
      #expect((compressed.parts.reduce(0) { $0 + $1.bits } + 7) / 8 == compressed.bytes.count)
      let data = try CompressedModel.data(for: model)
      let heading = try CompressedHeader(model).packed()
      #expect(data.count == 17 + heading.bytes.count + compressed.bytes.count)
      let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).espalier")
      defer { try? FileManager.default.removeItem(at: url) }
      try data.write(to: url)
      let size = try FileManager.default.attributesOfItem(atPath: url.path)[.size] as? NSNumber
      #expect(size?.intValue == data.count)
    }
  }

  @Test func imagesHaveAShortHeading() throws {
    var generator = SeededGenerator(seed: 3)
    let network = try Network(LeNet300().architecture(input: [28, 28, 1], outputs: 10), seed: 1)
    var model = try generator.model(of: network)
    model.encoding.inputs[0].kind = .scaled(mean: 0, scale: 255)
    #expect(try CompressedHeader(model).packed().bytes.count < 400)
  }

  @Test func whatSharesFewValuesIsSmall() throws {
    var generator = SeededGenerator(seed: 4)
    var network = try Network(LeNet300().architecture(input: [28, 28, 1], outputs: 10), seed: 1)
    for node in network.parameters.indices where !network.parameters[node].isEmpty {
      let shape = network.parameters[node][0].value.shape
      let kept = (0..<shape.count).map { _ in generator.uniform() < 0.08 }
      let values = kept.map { _ in Float(generator.index(below: 32)) - 15.5 }
      network.parameters[node][0] = Parameter(
        .weight, Tensor(values, shape: shape), mask: Mask(kept))
    }
    let parts = CompressedNetwork(network).parts
    let first = try #require(parts.first { $0.entries == 235_200 })
    #expect(first.values == "packed" && first.distinct == 32 && first.positions == "huffman")
    // 5 bits per codebook index; the entropy of a gap is 5.03 bits if one of 12.5 weights is kept.
    #expect(Double(first.bits) / Double(first.kept) < 10.2)
    #expect(first.sharingRatio > 6.3 && first.sharingRatio < 6.4)
  }

  // MARK: Corrupted files

  @Test func everyTruncationIsRefused() throws {
    let data = try Self.small()
    for count in 0..<data.count {
      #expect(throws: CompressedModelError.self) {
        try CompressedModel.model(from: data.prefix(count), name: "x.espalier")
      }
    }
    #expect(throws: CompressedModelError.self) {
      try CompressedModel.model(from: data + [0], name: "x.espalier")
    }
  }

  @Test func everyChangedByteIsRefused() throws {
    let data = try Self.small()
    for position in data.indices {
      for change in [1, 0x80, 0xFF] as [UInt8] {
        var changed = data
        changed[position] ^= change
        #expect(throws: CompressedModelError.self) {
          try CompressedModel.model(from: changed, name: "x.espalier")
        }
      }
    }
  }

  /// With a recomputed checksum, decoding never traps: it throws or returns a model.
  @Test func changesBehindTheChecksumAreHarmless() throws {
    let data = try Self.small()
    for position in 9..<data.count {
      for change in UInt8(1)...255 where position < 17 || change.nonzeroBitCount < 3 {
        var changed = [UInt8](data)
        changed[position] ^= change
        Self.readsOrRefuses(Self.sealed(changed))
      }
    }
    for count in 17..<data.count { Self.readsOrRefuses(Self.sealed(Array(data.prefix(count)))) }
  }

  @Test func randomBytesAreHarmless() throws {
    let data = try Self.small()
    withEverySeed(200) { generator in
      var changed = [UInt8](data)
      for _ in 0..<1 + generator.index(below: 12) {
        changed[9 + generator.index(below: changed.count - 9)] = UInt8(generator.index(below: 256))
      }
      Self.readsOrRefuses(Self.sealed(changed))
    }
  }

  /// Headers with invalid values; `nil` stands for a network that is too large for the file.
  @Test(arguments: [
    (#""units":3"#, #""units":3000000000000000000"#, CodingProblem.invalidHeader),
    (#""units":3"#, #""units":16777216"#, .endsTooEarly),
    (#""units":3"#, #""units":-3"#, nil),
    (#""units":3"#, #""units":9000000"#, .endsTooEarly),
    (#""input":[4]"#, #""input":[4000000,4000000,4000000]"#, .invalidHeader),
    (#""input":[4]"#, #""input":[-4]"#, nil),
    (#""input":[4]"#, #""input":[]"#, .layerShapes(node: 0)),
    (#""head":"softmax""#, #""head":"best""#, .undecodableHeader),
    (
      #""feature":0"#, #""feature":77"#,
      .encoding(.unknownFeature(77))
    ),
    (#""births":["#, #""births":[null,"#, .originalIndices(node: nil)),
    (#""name":"dense""#, #""name":"magic""#, .undecodableHeader),
    (#""nodes":["#, #""nodes":[],"other":["#, .noLayers),
  ])
  func headingsThatCannotBeAreRefused(
    _ original: String, _ wrong: String, _ problem: CodingProblem?
  ) throws {
    let model = try Self.model()
    let heading = try CompressedHeader(model).packed()
    let json = try Deflation.inflated(heading.bytes[...], to: heading.count)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.contains(original), "\(text)")
    let changed = Array(text.replacingOccurrences(of: original, with: wrong).utf8)
    let packed = try Deflation.deflated(changed)
    var bytes = Array("ESPL".utf8) + [1, 0, 0, 0, 0]
    for size in [packed.count, changed.count] {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
    }
    bytes += packed + CompressedNetwork(model.network).bytes
    let expected = problem ?? .tooLarge(bytes: bytes.count)
    #expect(throws: CompressedModelError.malformed(file: "x.espalier", expected)) {
      try CompressedModel.model(from: Self.sealed(bytes), name: "x.espalier")
    }
  }

  @Test func errorsSayWhatIsWrong() throws {
    let data = try Self.small()
    func words(_ data: Data) -> String? {
      do {
        _ = try CompressedModel.model(from: data, name: "a.espalier")
        return nil
      } catch {
        return (error.errorDescription ?? "") + " | " + (error.recoverySuggestion ?? "")
      }
    }
    let again = "the file is corrupted or truncated; copy or write it again"
    #expect(words(Data()) == "a.espalier: the file is not a compressed model | " + again)
    #expect(words(data.prefix(12)) == "a.espalier: unexpected end of file | " + again)
    #expect(
      words(data.dropLast()) == "a.espalier: the checksum does not match | " + again)
    var later = data
    later[4] = 2
    #expect(
      words(later) == "a.espalier: unsupported compressed model version 2; expected version 1 | "
        + "read it with the version of espalier that wrote it")
  }

  @Test func whatIsNotANumberIsNotWritten() throws {
    var model = try Self.model()
    model.network.parameters[0][0].value[0, 0] = .nan
    #expect(
      throws: CompressedModelError.unwritable(.notANumber)
    ) { try CompressedModel.data(for: model) }
  }

  // MARK: A small file

  private static func model() throws -> Model {
    var generator = SeededGenerator(seed: 11)
    var network = try Network(
      Architecture(input: [4]) {
        Dense(8)
        Activation(.relu)
        Dense(3)
      }, seed: 11)
    let shape = network.parameters[0][0].value.shape
    let kept = (0..<shape.count).map { $0 % 3 != 1 }
    let values = (0..<shape.count).map { Float($0 % 4) - 1.5 }
    network.parameters[0][0] = Parameter(.weight, Tensor(values, shape: shape), mask: Mask(kept))
    return try generator.model(of: network)
  }

  private static func small() throws -> Data { try CompressedModel.data(for: model()) }

  private static func sealed(_ bytes: [UInt8]) -> Data {
    var bytes = bytes
    let sum = Deflation.checksum(bytes[9...])
    for place in 0..<4 { bytes[5 + place] = UInt8(truncatingIfNeeded: sum >> UInt32(8 * place)) }
    return Data(bytes)
  }

  private static func readsOrRefuses(_ data: Data) {
    guard let model = try? CompressedModel.model(from: data, name: "x.espalier") else { return }
    let rows = Tensor(repeating: 1, shape: [2, model.encoding.width])
    #expect(model.network.outputs(for: rows).rows == 2)
  }
}
