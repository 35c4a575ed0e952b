import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// The test data of the onnx package, written by `Tests/Fixtures/models/package.py` with
/// onnxruntime's outputs. They are not shipped.
@Suite struct ONNXPackageTests {
  private static let folder = ProcessInfo.processInfo.environment["ESPALIER_ONNX_PACKAGE"]

  private struct ExpectedOutputs: Decodable {
    var rows: [[Float]]
    var outputs: [[Float]]
    /// The operator of the last node.
    var ends: String
  }

  @Test(.enabled(if: folder != nil)) func whatIsReadPredictsAsInAnotherRuntime() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    var read: [String] = []
    for name in names {
      let expected = try JSONDecoder().decode(
        ExpectedOutputs.self, from: Data(contentsOf: folder.appending(path: name + ".json")))
      let imported: ImportedNetwork
      do {
        imported = try ModelFile.read(folder.appending(path: name + ".onnx"))
      } catch let error as ModelFileError {
        print("refused \(error.errorDescription ?? "")")
        continue
      }
      read.append(name)
      let width = expected.rows[0].count
      let rows = Tensor(expected.rows.flatMap { $0 }, shape: [expected.rows.count, width])
      var outputs = imported.network.outputs(for: rows)
      if expected.ends == "Softmax" { outputs = outputs.softmax }
      let wanted = expected.outputs.flatMap { $0 }
      let largest = wanted.map(abs).max() ?? 0
      let difference = zip(outputs.elements, wanted).map { abs($0 - $1) }.max() ?? .infinity
      #expect(outputs.elements.count == wanted.count, "\(name)")
      #expect(difference <= 1e-4 * max(largest, 1e-3), "\(name): \(difference) of \(largest)")
    }
    print("read: \(read)")
    #expect(read.count >= 5)
  }
}
