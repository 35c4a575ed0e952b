import Datasets
import Foundation
import ModelFiles
import Networks
import Testing

/// Networks whose inputs are read by more than the first layer. The labels in
/// `Tests/Fixtures/branches` are onnxruntime's predictions, so a correctly imported network has an
/// accuracy of 1.
@Suite struct BranchedInputTests {
  private static let folder = Program.home.appending(path: "Tests/Fixtures/branches")

  private func rightPredictions(of file: URL, on name: String) throws -> (right: Int, rows: Int) {
    let data = Self.folder.appending(path: name + ".csv").path
    let table = try DataSource.load(data, options: ReadingOptions(keepsConstants: true)).table
    let model = try ModelFile.read(file).model(for: table.schema)
    return (zip(model.classify(table), table.labels).count { $0 == $1 }, table.count)
  }

  @Test(arguments: ["wide-deep", "wide-torch", "res-input"])
  func theReportsModelPredictsAsTheOneThatWasGiven(_ name: String) throws {
    try withFolder { folder in
      let (data, model) = (
        Self.folder.appending(path: name + ".csv").path,
        Self.folder.appending(path: name + ".onnx").path
      )
      for (index, extra) in [["--no-pruning"], []].enumerated() {
        let report = folder.appending(path: "report-\(index)")
        let run = try Program(
          [
            "explain", data, "--model", model, "--rules", "inputs", "--extractor",
            "surrogate-tree", "-o", report.path, "--quiet",
          ] + extra)
        #expect(run.code == 0, "\(run.errorOutput)")
        let result = try JSONSerialization.jsonObject(
          with: Data(contentsOf: report.appending(path: "explanation.json")))
        let pruned = (result as? [String: Any])?["pruned"] as? [String: Any]
        let agreement = pruned?["agreementWithOriginal"] as? [String: Any]
        #expect(agreement?["value"] as? Double == 1, "\(name) \(extra)")
        let (right, rows) = try rightPredictions(
          of: report.appending(path: "model.onnx"), on: name)
        #expect(right == rows, "\(name) \(extra)")
      }
    }
  }

  @Test(arguments: ["wide-deep", "wide-torch", "res-input"])
  func trainingOnAndPruningNothingKeepEveryPrediction(_ name: String) throws {
    try withFolder { folder in
      let (data, model) = (
        Self.folder.appending(path: name + ".csv").path,
        Self.folder.appending(path: name + ".onnx").path
      )
      let tuned = folder.appending(path: "tuned.onnx")
      let train = try Program(
        "train", data, "--model", model, "--epochs", "1", "--learning-rate", "1e-9", "-o",
        tuned.path, "--quiet")
      #expect(train.code == 0, "\(train.errorOutput)")
      var (right, rows) = try rightPredictions(of: tuned, on: name)
      #expect(right == rows)
      let same = folder.appending(path: "same.onnx")
      let prune = try Program(
        "prune", model, data, "--keep", "1", "-o", same.path, "--quiet")
      #expect(prune.code == 0, "\(prune.errorOutput)")
      (right, rows) = try rightPredictions(of: same, on: name)
      #expect(right == rows)
    }
  }
}
