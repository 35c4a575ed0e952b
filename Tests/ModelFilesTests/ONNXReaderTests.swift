import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

@Suite struct ONNXReaderTests {
  /// The outputs after the file's last node.
  private func finished(_ outputs: Tensor, _ ends: String) -> [Float] {
    switch ends {
    case "softmax": outputs.softmax.elements
    case "sigmoid": outputs.elements.map { 1 / (1 + Foundation.exp(-$0)) }
    case "position": outputs.largestColumns.map(Float.init)
    default: outputs.elements
    }
  }

  @Test func predictionsAreThoseOfAnotherRuntime() throws {
    let predictions = try ModelFixtures.predictions()
    #expect(predictions.count == 30)
    for (name, expected) in predictions.sorted(by: { $0.key < $1.key }) {
      let imported = try ModelFile.read(ModelFixtures.good(name))
      #expect(imported.head?.rawValue == expected.head, "\(name)")
      let found = finished(imported.network(expected.rows), expected.ends)
      let wanted = expected.outputs.flatMap { $0 }
      #expect(found.count == wanted.count, "\(name)")
      let difference = zip(found, wanted).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference < 1e-5, "\(name)")
    }
  }

  @Test func theOrderInTheFileDoesNotMatter() throws {
    let ordered = try ModelFile.read(ModelFixtures.good("shared-weight"))
    let shuffled = try ModelFile.read(ModelFixtures.good("shuffled"))
    #expect(ordered == shuffled)
    let weights = ordered.network.parameters.filter { !$0.isEmpty }.map { $0[0].value }
    #expect(weights.count == 2)
    #expect(weights[0][1, 2] == weights[1][2, 1])
  }

  @Test func scalingInFrontIsFoldedIntoTheFirstLayer() throws {
    let network = try ModelFile.read(ModelFixtures.good("scaling")).network
    #expect(network.architecture.summary == ["dense 5", "relu", "dense 3"])
  }

  @Test func slopesAreKept() throws {
    let network = try ModelFile.read(ModelFixtures.good("leakyrelu")).network
    #expect(
      network.architecture.nodes[1].layer as? Activation == Activation(.leakyReLU, slope: 0.2))
  }

  @Test func everyPrefixOfAFileIsRefusedOrRead() throws {
    let data = try Data(contentsOf: ModelFixtures.good("matmul-add"))
    for length in 0..<data.count {
      #expect(throws: ModelFileError.self) {
        try ModelFile.read(data: data.prefix(length), name: "cut.onnx")
      }
    }
  }

  @Test(arguments: ["nothing-changed", "conv-pool", "residual", "grouped", "rows-to-picture"])
  func changedBytesNeverTrap(_ name: String) throws {
    let data = try Data(contentsOf: ModelFixtures.good(name))
    var (read, refused) = (0, 0)
    for position in data.indices {
      for change: UInt8 in [1, 0x80, 0xFF] {
        var changed = data
        changed[position] ^= change
        do {
          let network = try ModelFile.read(data: changed, name: "changed.onnx").network
          if network.macs < 1_000_000 {
            let input = Shape([1] + network.architecture.input.dimensions)
            _ = network(Tensor(shape: input))
          }
          read += 1
        } catch {
          #expect(error is ModelFileError)
          refused += 1
        }
      }
    }
    #expect(read > 0 && refused > 0)
  }

  @Test func externalNumbersNeedTheFolder() throws {
    let data = try Data(contentsOf: ModelFixtures.good("external"))
    #expect {
      try ModelFile.read(data: data, name: "external.onnx")
    } throws: { error in
      (error as? ModelFileError)?.errorDescription
        == "external.onnx: 'w1' is stored in 'external.weights', outside the model's folder"
    }
  }

  @Test func linksOutOfTheFolderAreNotFollowed() throws {
    let home = FileManager.default.temporaryDirectory.appending(path: "links-\(UUID())")
    let inside = home.appending(path: "inside")
    try FileManager.default.createDirectory(at: inside, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: home) }
    let weights = ModelFixtures.folder.appending(path: "good/external.weights")
    let model = inside.appending(path: "external.onnx")
    try FileManager.default.copyItem(at: ModelFixtures.good("external"), to: model)
    try FileManager.default.copyItem(at: weights, to: home.appending(path: "elsewhere"))
    let link = inside.appending(path: "external.weights")
    try FileManager.default.createSymbolicLink(
      at: link, withDestinationURL: home.appending(path: "elsewhere"))
    #expect(
      throws: ModelFileError.initializer(
        file: "external.onnx", name: "w1", .outside(location: "external.weights"))
    ) { try ModelFile.read(model) }
    try FileManager.default.removeItem(at: link)
    try FileManager.default.copyItem(at: weights, to: link)
    #expect(try ModelFile.read(model) == ModelFile.read(ModelFixtures.good("external")))
    try Data(count: 20).write(to: link)
    #expect(throws: ModelFileError.self) { try ModelFile.read(model) }
  }
}
