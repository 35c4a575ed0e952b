import Datasets
import ExplanationSupport
import Explanations
import Foundation
import Networks
import Reports
import RuleSupport
import Rules
import Tensors
import Testing

/// Rules over a data set, with the rows on which each export format must answer as the rules do.
struct ExportCase {
  var name: String
  var table: Table
  var program: RuleProgram

  /// For each row the predicted class and the name of the deciding rule.
  var expected: [[String?]] {
    get throws {
      try (0..<table.count).map { row in
        let rule = try program.deciding(table.row(row)).map { program.rules[$0] }
        let prediction = rule?.conclusion ?? program.defaultPrediction
        return [program.predictions[prediction].name, rule?.id]
      }
    }
  }

  /// Texts about any rules.
  static var plainExplanation: Explanation { SampleExplanation.iris.explanation }

  /// An explanation of the data, for the texts of an export.
  var explanation: Explanation {
    var explanation = Self.plainExplanation
    explanation.data.schema = table.schema
    explanation.data.classes = table.schema.classes
    return explanation
  }

  /// Numeric, categorical and mixed columns, each with rules over inputs as a list and as a vote,
  /// rules over scores, and rules over hidden features; and names with quotes and line ends.
  static let all: Result<[ExportCase], any Error> = Result {
    let activations: [[Activation.Function]] = [
      [.leakyReLU, .elu, .sigmoid, .tanh], [.relu, .selu, .softplus, .softsign, .mish],
      [.clippedReLU, .hardSwish, .silu, .geluTanh], [.thresholdedReLU],
    ]
    var tables = try ["iris", "house-votes", "heart"].map {
      ($0, try DataSource.load($0).table)
    }
    tables.append(("hostile names", hostile))
    var cases: [ExportCase] = []
    for (number, (name, table)) in tables.enumerated() {
      var generator = SeededGenerator(seed: UInt64(number) + 10)
      let rows = generator.damaged(table)
      for resolution in [RuleSet.Resolution.firstMatch, .vote] {
        let set = generator.ruleSet(onRowsOf: rows, rules: 14, resolution: resolution)
        let ids = set.rules.indices.map { "R\($0 + 1)" }
        cases.append(
          ExportCase(
            name: "\(name), inputs, \(resolution)", table: rows,
            program: try RuleProgram(set, ids: ids, schema: table.schema)))
      }
      cases.append(
        ExportCase(
          name: "\(name), scores", table: rows, program: try generator.scoredProgram(rows)))
      cases.append(
        ExportCase(
          name: "\(name), features", table: rows,
          program: try generator.featureProgram(rows, activations[number])))
    }
    return cases
  }

  /// Rules over hidden features with an activation that SQL and DMN cannot compute.
  static let gelu: Result<ExportCase, any Error> = Result {
    var generator = SeededGenerator(seed: 50)
    let rows = generator.damaged(try DataSource.load("iris").table)
    return ExportCase(
      name: "iris, gelu", table: rows, program: try generator.featureProgram(rows, [.gelu]))
  }

  /// Columns, levels and classes with quotes, line ends, other scripts, and words of languages.
  private static var hostile: Table {
    var generator = SeededGenerator(seed: 99)
    let levels = [
      "select", "a \"b\" 'c'", "line\nbreak", "'); DROP TABLE data;--", "\u{E9}t\u{E9}", "x\\y",
      "10", "*/ /* ??/", "</value>&amp;",
    ]
    let schema = Schema(
      features: [
        Feature("select"), Feature("a\"b'c"), Feature("gr\u{F6}\u{DF}e \u{65E5}\u{672C}"),
        Feature("x'); DROP TABLE data;--", .categorical(levels: levels)),
        Feature("int", .categorical(levels: ["0", "1"])),
      ], target: Target("class\"", .classes(names: ["it's", "b\\", "c\nd", "\"\u{E9}"])))
    let columns = schema.features.map { feature in
      Datasets.Column.doubles(
        (0..<60).map { _ in
          feature.levels.map { Double(generator.index(below: $0.count)) }
            ?? (generator.normal() * 10).roundedTo(digits: 2)
        })
    }
    return Table(
      schema: schema, columns: columns, labels: (0..<60).map { _ in generator.index(below: 4) })
  }
}

extension SeededGenerator {
  /// The rows of a table, and 40 more with missing values and unknown levels.
  fileprivate mutating func damaged(_ table: Table) -> Table {
    var columns = table.columns.map(\.values)
    for _ in 0..<40 {
      let row = table.row(index(below: table.count))
      for (column, value) in row.enumerated() {
        let isCategorical = table.schema.features[column].levels != nil
        let chance = uniform()
        let isUnknown = isCategorical && chance > 0.8
        columns[column].append(chance < 0.3 ? .nan : isUnknown ? Table.unknownLevel : value)
      }
    }
    return Table(
      schema: table.schema, columns: columns.map(Datasets.Column.doubles),
      labels: table.labels + Array(repeating: 0, count: 40))
  }

  /// Rules over scores with thresholds that tell the rows apart.
  fileprivate mutating func scoredProgram(_ table: Table) throws -> RuleProgram {
    let scores = scores(over: table.schema, count: 3)
    let support = Support(covered: 1, agreeing: 1)
    let classes = table.schema.classes.count
    var rules: [RuleProgram.Rule] = []
    for number in 0..<6 {
      // The threshold at which a rule holds for about a third of the rows.
      var low = -1e5
      var high = 1e5
      for _ in 0..<60 {
        let middle = ((low + high) / 2).roundedTo(digits: 3)
        let probe = try RuleProgram(
          [
            .init(
              id: "R1", if: [.number(.score(number % 3), .above(middle), orMissing: false)],
              then: 0, support: support)
          ], default: 0, resolution: .firstMatch, schema: table.schema, scores: scores)
        let share = try (0..<table.count).count { try probe.deciding(table.row($0)) != nil }
        if share * 3 > table.count { low = middle } else { high = middle }
      }
      let bounds: RuleProgram.Bounds =
        number % 2 == 0
        ? .above(high + Double(number)) : .between(low - 100, low - Double(number) / 3)
      let column = index(below: table.columns.count)
      let variable: RuleProgram.Variable =
        table.schema.features[column].levels == nil
        ? .quantity(.column(column)) : .level(column: column)
      let other: [RuleProgram.Condition] = number == 4 ? [.missing(variable)] : [.known(variable)]
      rules.append(
        .init(
          id: "R\(number + 1)",
          if: [.number(.score(number % 3), bounds, orMissing: false)] + (number > 3 ? other : []),
          then: index(below: classes),
          support: Support(covered: 9, agreeing: index(below: 10))))
    }
    return try RuleProgram(
      rules, default: 0, resolution: index(below: 2) == 0 ? .firstMatch : .vote,
      schema: table.schema, scores: scores)
  }

  /// Rules over the hidden features of a random network; thresholds lie between values.
  fileprivate mutating func featureProgram(
    _ table: Table, _ functions: [Activation.Function]
  ) throws -> RuleProgram {
    let encoding = Encoding(fitting: table)
    var layers = ArchitectureBuilder(input: [encoding.width])
    for function in functions {
      layers.add(Dense(6))
      layers.add(Activation(function))
    }
    layers.add(Dense(table.schema.classes.count))
    let network = try Network(layers.architecture, seed: next())
    let model = try Model(
      schema: table.schema, encoding: encoding, network: network, head: .softmax)
    let layersOfFeatures = try #require(FeatureProgram(model))
    let names = layersOfFeatures.neurons.indices.map { Feature.ID("F\($0)") }
    let values = (0..<table.count).map { layersOfFeatures.values(of: table.row($0)) }
    var rules: [RuleProgram.Rule] = []
    for feature in names.indices {
      let sorted = Set(values.map { $0[feature] }).sorted()
      let gaps = zip(sorted, sorted.dropFirst()).filter { $1 - $0 > 1e-6 }
      guard let gap = gaps.dropFirst(gaps.count * (feature + 1) / 8).first else { continue }
      let middle = (gap.0 + gap.1) / 2
      let bounds: RuleProgram.Bounds = feature % 2 == 0 ? .above(middle) : .atMost(middle)
      rules.append(
        .init(
          id: "R\(feature + 1)", if: [.number(.feature(feature), bounds, orMissing: false)],
          then: feature % table.schema.classes.count, support: Support(covered: 9, agreeing: 5)))
    }
    return try RuleProgram(
      rules, default: 0, resolution: .firstMatch, schema: table.schema, features: names,
      layers: layersOfFeatures)
  }
}
