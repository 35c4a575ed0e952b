import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

/// Trained networks that are too large to ship; `Tests/Fixtures/models/large.py` prepares them.
@Suite struct LargeModelTests {
  private static let folder = ProcessInfo.processInfo.environment["ESPALIER_LARGE"]

  private func numbers(_ name: String) throws -> [Float] {
    let url = URL(filePath: Self.folder ?? "").appending(path: name)
    return try Data(contentsOf: url).withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }

  /// Outputs of another runtime for many images, and their labels.
  @Test(.enabled(if: folder != nil))
  func predictionsAreThoseOfAnotherRuntime() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder ?? "")
    for name in files.filter({ $0.hasSuffix(".onnx") }).sorted() {
      let stem = String(name.dropLast(5))
      let network = try ModelFile.read(
        URL(filePath: Self.folder ?? "").appending(path: name)
      ).network
      let wanted = try numbers(stem + ".logits")
      let labels = try numbers("labels").map { Int($0) }
      let count = labels.count
      let rows = Tensor(
        try numbers(stem + ".rows"), shape: [count, network.architecture.input.count])
      let outputs = network.outputs(for: rows)
      let difference = zip(outputs.elements, wanted).map { abs($0 - $1) }.max() ?? .infinity
      let right = zip(outputs.largestColumns, labels).count { $0 == $1 }
      print(
        "\(name): \(network.parameterCount) parameters, \(network.macs) "
          + "MACs, largest difference \(difference), correct on \(right) of \(count)")
      #expect(outputs.elements.count == wanted.count)
      #expect(difference < 1e-4)
    }
  }
}
