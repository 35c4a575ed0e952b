import Datasets
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

/// Files that keep the inputs and outputs of the file that their network was read from.
@Suite struct KeptInterfaceTests {
  /// The file of a network that was not changed; `nil` if its interface cannot be kept.
  private func kept(
    _ name: String, _ expected: ExportedModel, scaled: Bool = false
  ) throws -> Data? {
    let imported = try ModelFile.read(
      ModelFixtures.folder.appending(path: "exported/\(name).onnx"))
    let table = try #require(try imported.fitting([expected.table]).first)
    var model = try imported.model(for: table.schema)
    if scaled {
      for index in model.encoding.inputs.indices {
        guard case .scaled(let mean, let scale) = model.encoding.inputs[index].kind else {
          continue
        }
        model.encoding.inputs[index].kind = .scaled(
          mean: mean + 0.25 * Double(index), scale: scale * (1 + Double(index)))
      }
    }
    do {
      return try ModelFile.data(
        for: model, named: name, keepingInterfaceOf: imported, read: model, checkedOn: table)
    } catch is InterfaceProblem {
      return nil
    }
  }

  /// The outputs are those of the given file in onnxruntime: `Tests/Fixtures/models/check.py`.
  @Test(arguments: ExportedModel.exporters)
  func inputsAndOutputsAreThoseOfTheGivenFile(_ exporter: String) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, expected) in try ExportedModel.all(exporter) {
      guard let data = try kept(name, expected) else { continue }
      try ModelFixtures.checkWritten(data, "kept-" + name)
      let file = folder.appending(path: "kept.onnx")
      try data.write(to: file)
      let given = try ModelFile.contents(
        ModelFixtures.folder.appending(path: "exported/\(name).onnx"))
      let found = try ModelFile.contents(file)
      #expect(found.inputs == given.inputs, "\(name)")
      #expect(found.outputs == given.outputs, "\(name)")
      #expect(found.network?.schema == nil && found.network?.encoding == nil, "\(name)")
    }
  }

  /// Scaling outside of the file stays outside: the file is that of the network without it.
  @Test(arguments: ["pytorch", "keras", "sklearn"])
  func scalingOutsideStaysOutside(_ exporter: String) throws {
    var compared = 0
    for (name, expected) in try ExportedModel.all(exporter) {
      guard expected.rows.allSatisfy({ $0.allSatisfy { $0.text == nil } }),
        let plain = try kept(name, expected), let scaled = try kept(name, expected, scaled: true)
      else { continue }
      let (first, second) = (
        try ModelFile.read(data: plain, name: name), try ModelFile.read(data: scaled, name: name)
      )
      #expect(first.network.architecture == second.network.architecture, "\(name)")
      let numbers = [first, second].map { $0.network.parameters.joined().flatMap(\.value.elements) }
      #expect(zip(numbers[0], numbers[1]).allSatisfy { abs($0 - $1) <= 1e-4 * max(1, abs($0)) })
      compared += 1
    }
    #expect(compared > 0)
  }

  /// Files with inputs and outputs that are not kept: mostly of layers after the last weighted sum, of
  /// scikit-learn's LinearClassifier, and outputs without a stated shape.
  @Test func theOthersAreNamed() throws {
    var (others, all): ([String], Int) = ([], 0)
    for exporter in ExportedModel.exporters {
      for (name, expected) in try ExportedModel.all(exporter) {
        all += 1
        if try kept(name, expected) == nil { others.append(name) }
      }
    }
    try expectSnapshot(
      others.joined(separator: "\n") + "\n\(others.count) of \(all)\n", named: "not-kept.txt")
  }
}
