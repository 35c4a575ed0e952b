import Foundation
import Testing

/// Compressed models in place of ONNX files.
@Suite struct CompressedModelCommandTests {
  private static let iris = Program.home.path + "/Datasets/iris/data.csv"

  @Test func aCompressedModelIsReadBackWithItsSize() throws {
    try withFolder { folder in
      let trained = try Program(
        "train", Self.iris, "--epochs", "5", "-o", "net.espalier", "--quiet", in: folder)
      #expect(trained.code == 0, "\(trained.errorOutput)")
      let pruned = try Program(
        "prune", "net.espalier", Self.iris, "--method", "deep-compression", "--keep", "0.3", "-o",
        "small.onnx", "--coded", "small.espalier", in: folder)
      #expect(pruned.code == 0, "\(pruned.errorOutput)")
      let size = try Data(contentsOf: folder.appendingPathComponent("small.espalier")).count
      #expect(pruned.output.contains("compressed model \(size) bytes, "))
      for file in ["small.onnx", "small.espalier"] {
        let drawn = try Program("draw", file, "-o", file + ".dot", "--quiet", in: folder)
        #expect(drawn.code == 0, "\(drawn.errorOutput)")
      }
      let first = try Data(contentsOf: folder.appendingPathComponent("small.onnx.dot"))
      #expect(try first == Data(contentsOf: folder.appendingPathComponent("small.espalier.dot")))
    }
  }

  @Test func aDamagedFileIsRefusedInWords() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("net.espalier")
      _ = try Program(
        "train", Self.iris, "--epochs", "2", "-o", "net.espalier", "--quiet", in: folder)
      try Data(contentsOf: file).dropLast(3).write(to: file)
      let run = try Program("draw", "net.espalier", "-o", "net.svg", in: folder)
      #expect(run.code == 65)
      #expect(run.errorOutput.contains("net.espalier: the checksum does not match"))
    }
  }
}
