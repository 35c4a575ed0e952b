import Foundation
import ModelFiles
import Testing

@Suite struct ModelFileErrorTests {
  /// What each broken file is refused with, word for word.
  static let refusals: [(name: String, text: String)] = []

  @Test func everyBrokenFileHasItsText() throws {
    let files = try FileManager.default.contentsOfDirectory(
      at: ModelFixtures.folder.appending(path: "broken"), includingPropertiesForKeys: nil)
    let names = files.map { $0.deletingPathExtension().lastPathComponent }.sorted()
    #expect(names == Self.refusals.map(\.name).sorted())
    for (name, text) in Self.refusals {
      do {
        _ = try ModelFile.read(ModelFixtures.broken(name))
        Issue.record("\(name) was read")
      } catch {
        let found = error as? ModelFileError
        #expect(found?.errorDescription == text, "\(name)")
        #expect(found?.recoverySuggestion?.isEmpty == false, "\(name)")
        #expect(found?.exitCode == (name == "external-gone" ? 66 : 65), "\(name)")
      }
    }
  }

  @Test func hintsSayWhatIsSupported() {
    #expect {
      try ModelFile.read(ModelFixtures.broken("unsupported"))
    } throws: { error in
      (error as? ModelFileError)?.recoverySuggestion
        == "supported: Add, ArgMax, Cast, Constant, Div, Dropout, Elu, Flatten, Gemm, Identity, "
        + "LeakyRelu, LogSoftmax, MatMul, Mul, Relu, Reshape, Sigmoid, Softmax, Sub, Tanh, "
        + "Transpose"
    }
  }

  @Test func aMissingFileIsUnreadable() {
    #expect {
      try ModelFile.read(ModelFixtures.good("no such"))
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "no such.onnx: cannot be read: there is no such file"
        && found?.exitCode == 66
    }
    #expect {
      try ModelFile.read(ModelFixtures.folder)
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "models: cannot be read: it is not a file of bytes"
        && found?.exitCode == 66
    }
  }
}
