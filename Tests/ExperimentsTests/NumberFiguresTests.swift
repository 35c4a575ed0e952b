import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Pruning
import Rules
import Tensors
import Testing

/// Figures of `explanation.json` that are not counts: differences and errors.
@Suite struct NumberFiguresTests {
  /// Only the second input x is read. Masked (x, 1 - 2x), compacted (x, 1 - 2.5x), over 5 rows of
  /// which one has another prediction: at most 3 apart, of 11.
  @Test func theEqualityIsThatOfTheCheck() throws {
    func network(_ weights: [Float], inputs: Int) throws -> Network {
      try Network(
        Architecture(input: [inputs]) { Dense(2) },
        parameters: [
          [
            Parameter(.weight, Tensor(weights, shape: [inputs, 2])),
            Parameter(.bias, Tensor([0, 1], shape: [2])),
          ]
        ])
    }
    let check = EqualityCheck(
      of: try network([1, -2.5], inputs: 1), with: try network([0, 0, 1, -2], inputs: 2),
      inputs: Tensor([7, 0, -5, 1, 3, -4, 2, 0.3, 8, 6], shape: [5, 2]), removed: [0],
      head: .softmax)
    let stated = NetworkSummary.Equality(check)
    #expect(stated.rows == 5 && stated.changedPredictions == 1)
    #expect(abs(stated.largestAbsolute - 3) < 1e-6)
    #expect(abs(stated.largestRelative - 3.0 / 11) < 1e-6)
  }

  @Test func theErrorOfANumberIsTheRootOfTheMeanSquare() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("figures-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var rng = SeededGenerator(seed: 4)
    let lines = (0..<160).map { _ -> String in
      let x = (0..<2).map { _ in Double(rng.index(below: 201)) / 20 }
      return "\(x[0]),\(x[1]),\(3 * x[0] - x[1] + 40)"
    }
    let (rows, held) = (
      folder.appendingPathComponent("rows.csv"), folder.appendingPathComponent("held.csv")
    )
    try Data(("u,v,price\n" + lines[..<120].joined(separator: "\n") + "\n").utf8).write(to: rows)
    try Data(("u,v,price\n" + lines[120...].joined(separator: "\n") + "\n").utf8).write(to: held)
    var experiment = Experiment(data: rows.path)
    experiment.heldOut = .rows(of: held.path)
    experiment.network.epochs = 5
    experiment.network.prunes = false
    let outcome = try experiment.run()
    let written = try #require(outcome.files.first { $0.name == "model.onnx" })
    let schema = outcome.explanation.data.schema
    let model = try ModelFile.read(data: written.data, name: "model.onnx").model(for: schema)
    let table = try DataSource.load(held.path, options: ReadingOptions(schema: schema)).table
    var sum = 0.0
    for (found, wanted) in zip(model.numbers(from: model.outputs(for: table)), table.numbers) {
      sum += (found - wanted) * (found - wanted)
    }
    let error = (sum / 40).squareRoot()
    let stated = try #require(outcome.explanation.network.rootMeanSquaredError)
    #expect(error > 0.1 && abs(stated - error) < 1e-3 * error)
    #expect(outcome.explanation.pruned.rootMeanSquaredError == stated)
    // A prediction is correct if it is in the label's interval.
    let right = zip(model.classify(table), table.labels).count { $0 == $1 }
    #expect(outcome.explanation.network.accuracy == Proportion(right, of: 40))
    // The numbers of the rules against the outputs of the network.
    let numeric = try #require(outcome.explanation.fidelity.numeric)
    let rules = try #require(try outcome.explanation.ruleSet(.inputs))
    let outputs = model.numbers(from: model.outputs(for: table))
    let numbers = rules.deciding(table).map { numeric.numbers[$0 ?? rules.rules.count].value }
    let mean = outputs.reduce(0, +) / 40
    let missed = zip(outputs, numbers).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    let spread = outputs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    #expect(abs(try #require(numeric.rSquared).value - (1 - missed / spread)) < 1e-4)
    let near = zip(outputs, numbers).count { abs($0 - $1) <= numeric.tolerance }
    #expect(numeric.within == Proportion(near, of: 40))
  }
}
