import Datasets
import Networks
import Rules
import Tensors

/// The search for few rules over hidden features.
///
/// Trees fitted to real rows, and to real and synthetic rows, are compared on validation rows and on
/// synthetic rows near them; the best kind and the number of rules are refitted to all real rows.
struct FeatureTreeStudy {
  let subject: ExtractionSubject
  let features: HiddenFeatures
  /// The minimum number of training rows of a leaf; `nil`: 5, or 1/2000 of the rows if that is more.
  let minimumSupport: Int?

  /// The sample weight of a real row beside a synthetic one.
  private static let realWeight = 5
  /// The least difference of feature values on the two sides of a condition, relative to the largest
  /// value: in single precision, a value computed in another order may differ by about a tenth of it.
  static let leastGap = 1e-6
  /// The number of real rows above which a tree is refined in few passes.
  private static let manyRows = 50_000

  init(_ subject: ExtractionSubject, features: HiddenFeatures, minimumSupport: Int?) {
    self.subject = subject
    self.features = features
    self.minimumSupport = minimumSupport
  }

  /// Rows over the features with the predictions of the explained network.
  private struct Rows {
    var table: Table
    var predictions: [Int]
    var real: Int

    func weights(_ weight: Int) -> [Int] {
      predictions.indices.map { $0 < real ? weight : 1 }
    }

    func appending(_ other: Rows?) -> Rows {
      guard let other else { return self }
      return Rows(
        table: table.appending(other.table), predictions: predictions + other.predictions,
        real: real)
    }
  }

  /// A kind of tree: its criterion and whether it is fitted to synthetic rows too.
  private struct Kind {
    var criterion: Criterion
    var draws: Bool
  }

  private var kinds: [Kind] {
    let real = Kind(criterion: .entropy, draws: false)
    guard draws else { return [real] }
    return [real, Kind(criterion: .gini, draws: true), Kind(criterion: .entropy, draws: true)]
  }

  private var draws: Bool { Neighbourhood.isWorthwhile(near: subject.training) }

  /// The largest number of rules: by default sixteen, or four per class, at most forty.
  private var limit: Int {
    let classes = subject.training.schema.classes.count
    return max(subject.maxRules ?? max(16, min(4 * classes, 40)), 0)
  }

  private var sizes: [Int] {
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 20, 24, 32, 40, 50, 80, 100, 200]
      .filter { $0 < limit } + [limit]
  }

  private func table(_ values: Tensor, like rows: Table) -> Table {
    // A feature without a weight to any output changes no prediction: rules do not use it.
    features.activationTable(of: values, like: rows).selectingColumns(features.readFeatures)
  }

  private func synthetic(_ count: Int, near rows: Table, seed: UInt64) throws -> Rows? {
    guard draws, rows.count > 1 else { return nil }
    let columns = Array(Set(subject.readColumns).union(subject.explained.readColumns)).sorted()
    let drawn = try Neighbourhood.nearAndWideRows(
      count, near: rows.selectingColumns(columns), seed: seed, onStep: subject.onStep
    ).expanded(to: rows.schema, from: columns)
    try subject.onStep()
    let values = features.values(in: subject.model, for: drawn)
    return Rows(
      table: table(values, like: drawn), predictions: subject.explained.classify(drawn), real: 0)
  }

  private func learner(_ kind: Kind, on rows: Rows) throws -> SurrogateLearner {
    var setup = SurrogateSetup()
    setup.criterion = kind.criterion
    let support = minimumSupport ?? max(5, rows.real / 2000)
    setup.minimumSupport = kind.draws ? support * Self.realWeight : support
    setup.passes = rows.table.count > Self.manyRows ? 3 : 20
    return SurrogateLearner(
      setup,
      rows: try SurrogateRows(
        table: rows.table, predictions: rows.predictions,
        weights: kind.draws ? rows.weights(Self.realWeight) : nil, real: rows.real,
        leastGap: Self.leastGap,
        onStep: subject.onStep), onStep: subject.onStep)
  }

  var result: ExtractedRules {
    get throws {
      let training = Rows(
        table: table(subject.trainingValues(features), like: subject.training),
        predictions: subject.predictions, real: subject.training.count)
      let validation = Rows(
        table: table(subject.validationValues(features), like: subject.validation),
        predictions: subject.validationPredictions, real: subject.validation.count)
      let drawn = try synthetic(4000, near: subject.training, seed: subject.seed)
      let (kind, size) = try chosen(training, drawn, validation)
      var all = training
      if validation.real > 0, training.real <= 5000 {
        all = Rows(
          table: training.table.appending(validation.table),
          predictions: training.predictions + validation.predictions,
          real: training.real + validation.real)
      }
      let rows = kind.draws ? all.appending(drawn) : all
      let learner = try learner(kind, on: rows)
      var lists: [RuleSet] = []
      var rules = try learner.list(atMost: size)
      for other in sizes {
        let list = other == size ? rules : try learner.list(atMost: other)
        lists.appendIfLonger(list)
      }
      rules = supported(rules, training, all)
      var result = ExtractedRules(rules: rules)
      result.curve = lists.map { supported($0, training, all) }
      if kind.draws, let drawn {
        result.notes.append(Neighbourhood.note(rows: drawn.table.count))
      }
      return result
    }
  }

  /// The rules that decide a real row, with supports on the training rows.
  private func supported(_ rules: RuleSet, _ training: Rows, _ all: Rows) -> RuleSet {
    rules.withoutUnused(on: all.table, labels: all.predictions)
      .supported(by: training.table, labels: training.predictions)
  }

  /// The kind of tree and the number of rules, by the disagreement on validation rows and on
  /// synthetic rows near them.
  private func chosen(
    _ training: Rows, _ drawn: Rows?, _ validation: Rows
  ) throws -> (Kind, size: Int) {
    guard validation.real > 0 else { return (kinds[0], limit) }
    let asked = validation.appending(
      try synthetic(1000, near: subject.validation, seed: subject.seed &+ 2))
    var tried: [(kind: Kind, size: Int, rules: RuleSet)] = []
    for kind in kinds {
      let learner = try learner(kind, on: kind.draws ? training.appending(drawn) : training)
      for size in sizes { tried.append((kind, size, try learner.list(atMost: size))) }
    }
    // The kind with the fewest errors of a size comes first.
    let given = tried.map { $0.rules.classify(asked.table) }
    let weights = asked.weights(Self.realWeight)
    let errors = given.map { predicted in
      predicted.indices.reduce(0) {
        $0 + (predicted[$1] == asked.predictions[$1] ? 0 : weights[$1])
      }
    }
    let order = tried.indices.sorted {
      (tried[$0].rules.rules.count, errors[$0], $0) < (tried[$1].rules.rules.count, errors[$1], $1)
    }
    let choice = SizeChoice(predictions: asked.predictions, real: asked.real, weights: weights)
      .choice(of: order.map { given[$0] })
    return choice.map { (tried[order[$0]].kind, tried[order[$0]].size) } ?? (kinds[0], limit)
  }
}

extension Table {
  /// The rows with the columns of `schema`; a column that is not among `positions` is 0.
  func expanded(to schema: Schema, from positions: [Int]) -> Table {
    guard positions.count < schema.features.count else { return self }
    // No prediction depends on the other columns, so they share one column of values.
    let unread = Column.doubles([Double](repeating: 0, count: count))
    var all = [Column](repeating: unread, count: schema.features.count)
    for (position, column) in zip(positions, columns) { all[position] = column }
    return Table(schema: schema, columns: all, labels: labels, numbers: numbers)
  }
}
