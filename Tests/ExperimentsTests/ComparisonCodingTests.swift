import Experiments
import Foundation
import Pruning
import Testing

@Suite struct ComparisonCodingTests {
  private func keys(_ comparison: Comparison) throws -> Set<String> {
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(comparison))
    return Set(try #require(object as? [String: Any]).keys)
  }

  @Test func optionsAreKeysOfTheComparison() throws {
    var comparison = try Comparison(
      Experiment(data: "iris"), methods: ["taylor"], measure: .parameters, points: [0.25, 0.5],
      seeds: [3, 4])
    let plain: Set = ["base", "methods", "measure", "points", "seeds"]
    #expect(try keys(comparison) == plain)
    comparison.options.schedule = .cubic
    comparison.options.recovery = .fineTuneBudget
    comparison.options.epochs = 4
    comparison.options.distillation = 0.5
    #expect(
      try keys(comparison) == plain.union(["schedule", "recovery", "epochs", "distillation"]))
    let copy = try JSONDecoder().decode(
      Comparison.self, from: JSONEncoder().encode(comparison))
    #expect(copy == comparison)
  }

  @Test func aRecoveryIsStoredByItsName() throws {
    var comparison = try Comparison(
      Experiment(data: "iris"), methods: [], measure: .macs, points: [0.5], seeds: [1])
    comparison.options.recovery = .scratchBudget
    let text = String(decoding: try JSONEncoder().encode(comparison), as: UTF8.self)
    #expect(text.contains("\"recovery\":\"scratch-budget\""))
    let other = text.replacingOccurrences(of: "scratch-budget", with: "rest")
    #expect(throws: DecodingError.self) {
      _ = try JSONDecoder().decode(Comparison.self, from: Data(other.utf8))
    }
  }
}
