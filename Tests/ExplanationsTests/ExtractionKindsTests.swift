import Datasets
import Explanations
import Naming
import Networks
import RuleSupport
import Rules
import Tensors
import TestSupport
import Testing

/// Rules of every extractor for networks of several kinds, compared with a snapshot: a number with three
/// intervals, one output for two classes, four outputs. Columns with levels and missing cells, hidden
/// features of any size, few rows.
///
/// Cells are multiples of 1/4 and weights of 1/8, so that all sums are exact.
@Suite struct ExtractionKindsTests {
  private struct Kind {
    var head: Head
    var target: Target.Kind
    var outputs: Int
    var validation: Int
    var missing: Double

    static let all = [
      Kind(
        head: .number, target: .numeric(unit: nil, cuts: [-0.5, 1.25]), outputs: 1, validation: 40,
        missing: 0),
      Kind(
        head: .oneVersusRest, target: .classes(names: ["no", "yes"]), outputs: 1, validation: 0,
        missing: 0.1),
      Kind(
        head: .softmax, target: .classes(names: ["a", "b", "c", "d"]), outputs: 4, validation: 50,
        missing: 0.1),
    ]
  }

  private func model(
    _ kind: Kind, over table: Table, _ rng: inout SeededGenerator
  ) throws -> Model {
    var inputs: [Encoding.Input] = []
    for (index, feature) in table.schema.features.enumerated() {
      if let levels = feature.levels {
        inputs += levels.indices.map { .init(feature: index, kind: .level(index: $0)) }
      } else {
        inputs.append(.init(feature: index, kind: .scaled(mean: 0, scale: 1)))
      }
      inputs.append(.init(feature: index, kind: .missing))
    }
    let layers: [any Layer] = [Dense(6), Activation(.relu), Dense(kind.outputs)]
    var network = try Network(Architecture(input: [inputs.count]) { layers }, seed: 1)
    for node in [0, 2] {
      for index in 0..<2 {
        let shape = network.parameters[node][index].value.shape
        network.parameters[node][index].value = Tensor(
          (0..<shape.count).map { _ in Float(rng.index(below: 33) - 16) / 8 }, shape: shape)
      }
    }
    return try Model(
      schema: table.schema,
      encoding: Encoding(inputs: inputs, targetMean: 0.25, targetScale: 0.5), network: network,
      head: kind.head)
  }

  private func rows(_ count: Int, _ kind: Kind, _ rng: inout SeededGenerator) -> Table {
    var table = rng.table(rows: count, numeric: 3, categorical: 1, missing: kind.missing)
    table.schema.target = Target("y", kind.target)
    table.labels = [Int](repeating: 0, count: count)
    if kind.head == .number { table.numbers = [Double](repeating: 0, count: count) }
    return table
  }

  private func lines(_ found: ExtractedRules) -> [String] {
    [found.rules.words] + found.scores.map { "  \($0.id.rawValue): \($0.words)" }
      + ["curve \(found.curve.map { [$0.rules.count, $0.complexity.literals] })"] + found.notes
  }

  @Test func everyExtractorFindsTheRecordedRules() throws {
    var text: [String] = []
    for (number, kind) in Kind.all.enumerated() {
      var rng = SeededGenerator(seed: UInt64(number) + 21)
      let training = rows(140, kind, &rng)
      let validation = rows(kind.validation, kind, &rng)
      let model = try model(kind, over: training, &rng)
      let counts = model.classify(training).reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
      text.append("# \(kind.head), \(counts.sorted { $0.key < $1.key }.map(\.value)) predictions")
      for name in extractorCatalog.names {
        let type = try extractorCatalog.type(named: name)
        for level in type.levels {
          text.append("## \(name), \(level)")
          let subject = ExtractionSubject(
            model: model, training: training, validation: validation, level: level,
            maxRules: number == 1 ? 5 : nil, seed: 4)
          text += lines(try type.init().extract(from: subject))
        }
      }
      let features = try #require(HiddenFeatures(of: model, over: training))
      let values = features.values(in: model, for: training)
      let kept = features.binarisation(values, in: model, predictions: model.classify(training))
      text.append("thresholds \(features.thresholds), binarised \(kept.count) of \(kept.total)")
    }
    try expectSnapshot(text.joined(separator: "\n") + "\n", named: "kinds.txt")
  }
}
