import Foundation
import Tensors
import TestSupport
import Testing

/// The files of `Tests/Fixtures/models/make.py`, and onnxruntime's outputs for them.
enum ModelFixtures {
  struct ExpectedOutputs: Decodable {
    var head: String?
    /// The last node of the file: `outputs`, `softmax`, `sigmoid` or `position`.
    var ends: String
    var inputs: [[Float]]
    var outputs: [[Float]]

    var rows: Tensor { Tensor(inputs.flatMap { $0 }, shape: [inputs.count, inputs[0].count]) }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/models")

  static func good(_ name: String) -> URL { folder.appending(path: "good/\(name).onnx") }
  static func broken(_ name: String) -> URL { folder.appending(path: "broken/\(name).onnx") }

  /// Compares a written file with the one that `check.py` verified in onnxruntime; writes it for
  /// `check.py` if `ESPALIER_WRITTEN` names a folder.
  static func checkWritten(_ data: Data, _ name: String) throws {
    if let folder = ProcessInfo.processInfo.environment["ESPALIER_WRITTEN"] {
      try data.write(to: URL(filePath: folder).appending(path: name + ".onnx"))
      return
    }
    let file = folder.appending(path: "written.json")
    let sums = try JSONDecoder().decode([String: String].self, from: Data(contentsOf: file))
    #expect(sums[name] == checksum(data), "\(name) is written otherwise than when it was checked")
  }

  static func predictions() throws -> [String: ExpectedOutputs] {
    let data = try Data(contentsOf: folder.appending(path: "answers.json"))
    return try JSONDecoder().decode([String: ExpectedOutputs].self, from: data)
  }
}
