import Foundation
import Tensors

/// The files that `Tests/Fixtures/models/make.py` wrote, and onnxruntime's answers to them.
enum ModelFixtures {
  struct Answers: Decodable {
    var head: String?
    /// What the file's last node is: `outputs`, `softmax`, `sigmoid` or `position`.
    var ends: String
    var inputs: [[Float]]
    var outputs: [[Float]]

    var rows: Tensor { Tensor(inputs.flatMap { $0 }, shape: [inputs.count, inputs[0].count]) }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/models")

  static func good(_ name: String) -> URL { folder.appending(path: "good/\(name).onnx") }
  static func broken(_ name: String) -> URL { folder.appending(path: "broken/\(name).onnx") }

  static func answers() throws -> [String: Answers] {
    let data = try Data(contentsOf: folder.appending(path: "answers.json"))
    return try JSONDecoder().decode([String: Answers].self, from: data)
  }
}
