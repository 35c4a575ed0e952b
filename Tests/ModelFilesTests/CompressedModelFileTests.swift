import CompressedModels
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

@Suite struct CodedModelFileTests {
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  @Test func compressedModelsAreModelFiles() throws {
    try withFolder { folder in
      let model = try RoundTripTests.model(seed: 5)
      let url = folder.appending(path: "small.espalier")
      try ModelFile.write(model, to: url)
      #expect(try Data(contentsOf: url) == CompressedModel.data(for: model))
      let imported = try ModelFile.read(url)
      #expect(imported.network == model.network)
      #expect(try imported.model(for: model.schema) == model)
    }
  }

  @Test func activationsAndNormalizationsAreCompressed() throws {
    let functions: [Activation.Function] = [.gelu, .silu, .mish, .clippedReLU, .softplus]
    for function in functions {
      let architecture = Architecture(input: [6]) {
        Dense(5)
        ParametricReLU()
        LayerNormalization(epsilon: 1e-3)
        Activation(function)
        Dense(2)
      }
      let model = try Model(
        schema: RoundTripTests.schema, encoding: RoundTripTests.encoding,
        network: try Network(architecture, seed: 4), head: .softmax)
      let data = try CompressedModel.data(for: model)
      let imported = try ModelFile.read(data: data, name: "x.espalier")
      #expect(try imported.model(for: model.schema) == model, "\(function)")
    }
  }

  /// The format is detected from the bytes, not from the name.
  @Test func filesAreKnownByTheirBytes() throws {
    let model = try RoundTripTests.model(seed: 6)
    let compressed = try CompressedModel.data(for: model)
    #expect(try ModelFile.read(data: compressed, name: "x.onnx").network == model.network)
    let onnx = try ModelFile.data(for: model)
    #expect(try ModelFile.read(data: onnx, name: "x.espalier").network == model.network)
    #expect(throws: CompressedModelError.self) {
      try ModelFile.read(data: compressed.dropLast(), name: "x.onnx")
    }
  }

  @Test func namesDecideWhatIsWritten() throws {
    let model = try RoundTripTests.model(seed: 7)
    #expect(try ModelFile.data(for: model, named: "a.espalier") == CompressedModel.data(for: model))
    #expect(try ModelFile.data(for: model, named: "a.onnx") == ModelFile.data(for: model))
  }
}
