import Datasets
import Explanations
import Networks
import Rules
import Synchronization
import Tensors
import Testing

/// The number of rules and the cost of the search.
@Suite struct SurrogateStudyTests {
  /// A checkerboard of 8 × 8 fields: a list of twenty rules cannot represent it.
  private func board(rows: Int, seed: UInt64) -> Table {
    var rng = SeededGenerator(seed: seed)
    let columns = (0..<2).map { _ in (0..<rows).map { _ in (rng.uniform() * 800).rounded() / 100 } }
    return Table(
      schema: Schema(
        features: ["x", "y"].map { Feature($0) },
        target: Target("colour", .classes(names: ["black", "white"]))),
      columns: columns.map { .doubles($0) }, labels: [Int](repeating: 0, count: rows))
  }

  private func colours(_ table: Table) -> [Int] {
    (0..<table.count).map { row in
      table.row(row).reduce(0) { $0 + Int($1.rounded(.down)) } % 2
    }
  }

  /// `answers`: the predictions of the network on real rows.
  private func subject(_ training: Table, _ validation: Table) throws -> ExtractionSubject {
    let network = try Network(Architecture(input: [training.columns.count]) { Dense(2) }, seed: 1)
    return ExtractionSubject(
      model: try Model(
        schema: training.schema, encoding: .identity(for: training.schema), network: network,
        head: .softmax),
      training: training, validation: validation, predictions: colours(training),
      validationPredictions: colours(validation), level: .inputs, maxRules: nil, seed: 1)
  }

  private func rules(rows: Int, validation: Int) throws -> ExtractedRules {
    let subject = try subject(
      board(rows: rows, seed: 1), board(rows: validation, seed: 2))
    return try SurrogateStudy(subject, asking: colours).result
  }

  /// At most twenty rules for two classes and few rows, more for many rows and classes.
  @Test(arguments: [0, 300]) func twentyRulesAreUsual(validation: Int) throws {
    let found = try rules(rows: 1200, validation: validation)
    #expect(found.rules.rules.count <= 20)
    #expect(found.rules.rules.count >= 15)
    #expect(found.curve.allSatisfy { $0.rules.count <= 20 })
  }

  @Test func drawnRowsAreSaidWhereThereAreSome() throws {
    #expect(
      try rules(rows: 400, validation: 0).notes == [
        "the network was queried on 10,000 synthetic rows sampled near the 400 real ones"
      ])
    let board = board(rows: 60, seed: 1)
    var schema = board.schema
    schema.image = ImageShape(height: 1, width: 2, channels: 1, maximum: 7)
    let images = Table(
      schema: schema,
      columns: board.columns.map { .bytes($0.values.map { UInt8($0) }) }, labels: board.labels)
    let study = SurrogateStudy(
      try subject(images, images.selecting([])), asking: colours)
    #expect(try study.result.notes == [])
  }

  /// Only trees near the limit are refined, not all larger ones.
  @Test func aListOfFewRulesRefinesFewTrees() throws {
    let table = board(rows: 600, seed: 3)
    var setup = SurrogateSetup()
    setup.minimumSupport = 3
    let steps = Mutex(0)
    func taken(_ body: () throws -> Void) rethrows -> Int {
      steps.withLock { $0 = 0 }
      try body()
      return steps.withLock { $0 }
    }
    let onStep = { steps.withLock { $0 += 1 } }
    let rows = try SurrogateRows(
      setup, real: table, predictions: colours(table), seed: 1, asking: colours, onStep: {})
    setup.passes = 0
    let plain = SurrogateLearner(setup, rows: rows, onStep: onStep)
    let without = try taken { _ = try plain.list(atMost: 4) }
    setup.passes = 1
    let refined = SurrogateLearner(setup, rows: rows, onStep: onStep)
    let with = try taken { _ = try refined.list(atMost: 4) }
    // One pass over a tree visits each of its splits once.
    #expect(try refined.list(atMost: 4).rules.count <= 4)
    #expect(with > without)
    #expect(with - without < 300, "\(with), \(without)")
  }
}
