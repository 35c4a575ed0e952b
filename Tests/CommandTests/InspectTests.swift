import Explanations
import Foundation
import ModelFiles
import Networks
import Tensors
import Testing

@Suite struct InspectTests {
  private func fixture(_ path: String) -> URL {
    Program.home.appendingPathComponent("Tests/Fixtures/models/\(path).onnx")
  }

  private func described(_ path: String) throws -> [String: Any] {
    let run = try Program("inspect", fixture(path).path, "--json")
    #expect(run.code == 0 && run.errorOutput.isEmpty)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test(arguments: ["good/relu", "good/residual", "good/conv-pool", "good/grouped", "good/splits"])
  func figuresAreThoseOfTheNetwork(_ path: String) throws {
    let network = try ModelFile.read(fixture(path)).network
    let found = try described(path)
    let outline = try #require(found["network"] as? [String: Any])
    let layers = try #require(outline["layers"] as? [[String: Any]])
    #expect(layers.map { $0["node"] as? String } == network.architecture.nodes.map(\.id.rawValue))
    #expect(outline["parameters"] as? Int == network.parameterCount)
    #expect(layers.compactMap { $0["parameters"] as? Int }.reduce(0, +) == network.parameterCount)
    #expect(outline["multiplications"] as? Int == network.macs)
    #expect(layers.compactMap { $0["multiplications"] as? Int }.reduce(0, +) == network.macs)
    #expect(
      try layers.map { $0["shape"] as? [Int] } == network.architecture.shapes().map(\.dimensions))
    let groups = try NeuronGroups(network.architecture)
    let producers = groups.prunable.reduce(0) { $0 + groups.groups[$1].producers.count }
    #expect(layers.compactMap { $0["prunable"] as? Int }.reduce(0, +) == producers)
    #expect(outline["featureLayer"] as? String == network.architecture.featureNode?.rawValue)
    #expect((found["unsupported"] as? [Any])?.isEmpty == true && found["problem"] == nil)
  }

  @Test func aFileSaysWhoWroteItAndWhatItReads() throws {
    let found = try described("good/relu")
    #expect(found["format"] as? String == "onnx")
    let inputs = try #require(found["inputs"] as? [[String: Any]])
    #expect(inputs.count == 1 && inputs[0]["type"] as? String == "float")
    #expect((inputs[0]["shape"] as? [String])?.last == "4")
    #expect((found["operatorSet"] as? Int ?? 0) >= 6)
    let text = try Program("inspect", fixture("good/relu").path).output
    #expect(text.hasPrefix("relu.onnx: ONNX, operator set "))
    #expect(text.contains("\nPruning: ") && text.contains("\nExplanation: rules over columns, and"))
  }

  @Test func ownFilesSayTheirColumnsAndClasses() throws {
    try withFolder { folder in
      try SmallResult.write(to: folder.appendingPathComponent("r"))
      let run = try Program("inspect", "r/model.onnx", in: folder)
      #expect(run.code == 0 && run.errorOutput.isEmpty)
      #expect(
        run.output.contains(
          "\nColumns: sepal_length, sepal_width, petal_length, petal_width; target species\n"
            + "Classes: setosa, versicolor, virginica\n"))
      let result = try ResultFolder(folder.appendingPathComponent("r")).explanation
      #expect(run.output.contains("and over \(result.pruned.neurons) hidden feature"))
      try Program(
        "train", "iris", "-o", "m.espalier", "--epochs", "3", "--quiet", in: folder)
      let other = try Program("inspect", "m.espalier", in: folder)
      #expect(other.code == 0)
      #expect(other.output.hasPrefix("m.espalier: compressed network of espalier, "))
    }
  }

  @Test(arguments: [
    ("recurrent", "recurrent.onnx: 1 operator is not supported: 'LSTM' (1 node: 'lstm')\n"),
    (
      "choice-of-graphs",
      "choice-of-graphs.onnx: 1 operator is not supported: 'If' (1 node: 'if')\n"
    ),
  ])
  func unsupportedOperatorsAreListed(_ name: String, _ message: String) throws {
    let run = try Program("inspect", fixture("broken/\(name)").path)
    #expect(run.code == 65)
    #expect(run.output.hasPrefix("\(name).onnx: ONNX, "))
    #expect(run.errorOutput.hasPrefix("error: " + message + " hint: dense and convolutional"))
    let json = try Program("inspect", fixture("broken/\(name)").path, "--json")
    let found = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect((found["unsupported"] as? [Any])?.count == 1 && found["problem"] != nil)
    #expect(found["network"] == nil && json.code == 65)
  }

  @Test func otherProblemsAreThoseOfReading() throws {
    let file = fixture("broken/cycle").path
    let run = try Program("inspect", file)
    let drawn = try withResult { try Program("draw", file, "-o", "m.svg", in: $0) }
    #expect(run.code == 65 && run.errorOutput == drawn.errorOutput)
    #expect(run.output.hasPrefix("cycle.onnx: ONNX, "))
    let empty = try Program("inspect", fixture("broken/empty").path)
    #expect(empty.code == 65 && empty.output.isEmpty)
    let none = try Program("inspect", "none.onnx")
    #expect(none.code == 66 && none.output.isEmpty)
    #expect(none.errorOutput.hasPrefix("error: none.onnx: cannot be read: "))
  }

  private func withResult(_ body: (URL) throws -> Program) throws -> Program {
    var run: Program?
    try withFolder { run = try body($0) }
    return try #require(run)
  }
}
