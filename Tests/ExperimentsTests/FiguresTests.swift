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

/// Every figure of `explanation.json`, recomputed row by row from the data, the rules in the file,
/// the given network and the written network.
@Suite struct FiguresTests {
  /// The rows of a run with the predictions of its networks.
  private struct Run {
    var explanation: Explanation
    var original: Model
    var pruned: Model
    var training: Table
    var validation: Table
    var heldOut: Table

    var explained: Model { usesOriginal ? original : pruned }
    var usesOriginal: Bool
    var schema: Schema { training.schema }
  }

  private static let classes = ["a", "b", "c"]
  /// So many rows that the rules disagree with the network on more than fifty of them.
  private static let heldOutRows = 2000

  /// The prediction depends on p, but is c for high q; r has little or no effect. Weights are set
  /// by hand.
  private func network(reading r: Float = 4) throws -> Model {
    let schema = Schema(
      features: ["p", "q", "r"].map { Feature($0) },
      target: Target("y", .classes(names: Self.classes)))
    let network = try Network(
      Architecture(input: [3]) {
        Dense(4)
        Activation(.sigmoid)
        Dense(3)
      },
      parameters: [
        [
          Parameter(.weight, Tensor([4, 4, 0, 0, 0, 0, 4, 0, 0, 0, 0, r], shape: [3, 4])),
          Parameter(.bias, Tensor([-12, -24, -20, -30], shape: [4])),
        ], [],
        [
          Parameter(
            .weight, Tensor([-8, 6, 3, 0, -5, 5, -2, -7, 9, 3, 1, -2], shape: [4, 3])),
          Parameter(.bias, Tensor([4, -3, -9], shape: [3])),
        ],
      ])
    return try Model(
      schema: schema, encoding: .identity(for: schema), network: network, head: .softmax)
  }

  /// Rows with one decimal; labels follow p alone and are wrong on one row in eight.
  private func csv(rows: Int, seed: UInt64) -> String {
    var rng = SeededGenerator(seed: seed)
    var lines = ["p,q,r,y"]
    for _ in 0..<rows {
      let cells = (0..<3).map { _ in Double(rng.index(below: 101)) / 10 }
      let label =
        rng.index(below: 8) == 0 ? rng.index(below: 3) : cells[0] > 6 ? 2 : cells[0] > 3 ? 1 : 0
      lines.append((cells.map { "\($0)" } + [Self.classes[label]]).joined(separator: ","))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func run(
    _ explain: Experiment.ExplainedNetwork, level: RuleLevel = .inputs, maxRules: Int = 2,
    network: Model? = nil
  ) throws -> Run {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("figures-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (rows, held, file) = (
      folder.appendingPathComponent("rows.csv"), folder.appendingPathComponent("held.csv"),
      folder.appendingPathComponent("net.onnx")
    )
    try Data(csv(rows: 300, seed: 1).utf8).write(to: rows)
    try Data(csv(rows: Self.heldOutRows, seed: 2).utf8).write(to: held)
    try ModelFile.write(network ?? self.network(), to: file)
    var experiment = Experiment(data: rows.path)
    experiment.model = file.path
    experiment.heldOut = .rows(of: held.path)
    experiment.explain = explain
    experiment.level = level
    experiment.describes = false
    experiment.seed = 3
    // So small that its predictions differ from those of the original network.
    experiment.maxNeurons = 2
    experiment.maxInputs = 2
    // By default so few rules that they cannot imitate the network completely.
    experiment.maxRules = maxRules
    let outcome = try experiment.run()
    let written = try #require(outcome.files.first { $0.name == "model.onnx" })
    let schema = outcome.explanation.data.schema
    let table = try DataSource.load(rows.path, options: ReadingOptions(schema: schema)).table
    let split = Split.stratified(table.labels, heldOut: 0, validation: 0.15, seed: 3)
    return Run(
      explanation: outcome.explanation, original: try ModelFile.read(file).model(for: schema),
      pruned: try ModelFile.read(data: written.data, name: "model.onnx").model(for: schema),
      training: table.selecting(split.training), validation: table.selecting(split.validation),
      heldOut: try DataSource.load(held.path, options: ReadingOptions(schema: schema)).table,
      usesOriginal: explain == .original)
  }

  // MARK: - Reference computations

  /// Whether a rule of the file covers a row.
  private func holds(_ rule: RuleEntry, _ value: (String) -> Double) -> Bool {
    rule.if.allSatisfy { test in
      let number = value(test.feature)
      return switch test.operator {
      case .greater: number > test.value ?? .nan
      case .atMost: number <= test.value ?? .nan
      case .between: number > test.bounds?[0] ?? .nan && number <= test.bounds?[1] ?? .nan
      case .oneOf, .missing: false
      }
    }
  }

  /// The index of the first rule that covers each row.
  private func deciding(_ rules: [RuleEntry], _ table: Table) -> [Int?] {
    (0..<table.count).map { row in
      rules.firstIndex { rule in
        holds(rule) { name in
          table.schema.index(of: Feature.ID(name)).map { table.columns[$0][row] } ?? .nan
        }
      }
    }
  }

  private func predictions(
    _ rules: [RuleEntry], otherwise: String, _ table: Table
  ) -> [String] {
    deciding(rules, table).map { $0.map { rules[$0].then } ?? otherwise }
  }

  private func names(_ model: Model, _ table: Table) -> [String] {
    model.classify(table).map { model.schema.classes[$0] }
  }

  private func labels(_ table: Table) -> [String] { table.labels.map { table.schema.classes[$0] } }

  private func equal(_ first: [String], _ second: [String]) -> Proportion {
    var count = 0
    for row in first.indices where first[row] == second[row] { count += 1 }
    return Proportion(count, of: first.count)
  }

  @Test(arguments: [Experiment.ExplainedNetwork.original, .pruned])
  func agreementIsCountedOnTheRowsAndNetworksThatItNames(
    explain: Experiment.ExplainedNetwork
  ) throws {
    let run = try run(explain)
    let explanation = run.explanation
    let rules = predictions(explanation.rules, otherwise: explanation.defaultClass, run.heldOut)
    let network = names(run.explained, run.heldOut)
    let original = names(run.original, run.heldOut)
    let pruned = names(run.pruned, run.heldOut)
    // Otherwise the figures below could not be told apart.
    #expect(original != pruned && rules != network && rules != original)
    #expect(explanation.fidelity.heldOut == equal(rules, network))
    #expect(explanation.fidelity.toOriginal == equal(rules, original))
    #expect(explanation.pruned.agreementWithOriginal == equal(pruned, original))
    let taught = predictions(explanation.rules, otherwise: explanation.defaultClass, run.training)
    let known = names(run.explained, run.training)
    #expect(explanation.fidelity.training == equal(taught, known))
    for name in Self.classes {
      let rows = network.indices.filter { network[$0] == name }
      #expect(
        explanation.fidelity.byClass[name]
          == Proportion(rows.count { rules[$0] == name }, of: rows.count))
    }
    let majority = Self.classes.max { first, second in
      known.count { $0 == first } < known.count { $0 == second }
    }
    #expect(explanation.fidelity.majorityClass == majority)
    #expect(
      explanation.fidelity.majorityBaseline
        == Proportion(network.count { $0 == majority }, of: Self.heldOutRows))
    let deciding = deciding(explanation.rules, run.heldOut)
    #expect(
      explanation.fidelity.coverage
        == Proportion(deciding.count { $0 != nil }, of: Self.heldOutRows))

    let truth = labels(run.heldOut)
    #expect(explanation.accuracy.rules == equal(rules, truth))
    #expect(explanation.accuracy.network == equal(network, truth))
    let agreed = rules.indices.filter { rules[$0] == network[$0] }
    #expect(
      explanation.accuracy.whereBothAgree
        == Proportion(agreed.count { rules[$0] == truth[$0] }, of: agreed.count))
    #expect(explanation.network.accuracy == equal(original, truth))
    #expect(explanation.pruned.accuracy == equal(pruned, truth))

    let disagreeing = rules.indices.filter { rules[$0] != network[$0] }
    #expect(disagreeing.count > (explain == .original ? 50 : 5))
    #expect(explanation.disagreements.count == min(disagreeing.count, 50))
    #expect(explanation.disagreementsTotal == disagreeing.count)
    #expect(explanation.disagreements.map(\.row) == disagreeing.prefix(50).map { $0 + 1 })
    let used = Set(explanation.rules.flatMap { $0.if.map(\.feature) })
    for (row, found) in zip(disagreeing, explanation.disagreements) {
      #expect(found.network == network[row] && found.rules == rules[row])
      #expect(found.rule == deciding[row].map { explanation.rules[$0].id })
      #expect(Set(found.values.keys) == used)
      for (name, text) in found.values {
        let column = try #require(run.schema.index(of: Feature.ID(name)))
        #expect(Double(text) == run.heldOut.columns[column][row])
      }
    }
  }

  @Test(arguments: [Experiment.ExplainedNetwork.original, .pruned])
  func aRuleCoversTheRowsThatItIsTheFirstToDecide(explain: Experiment.ExplainedNetwork) throws {
    let run = try run(explain)
    for (table, isTraining) in [(run.training, true), (run.heldOut, false)] {
      let network = names(run.explained, table)
      let deciding = deciding(run.explanation.rules, table)
      for (index, rule) in run.explanation.rules.enumerated() {
        let rows = deciding.indices.filter { deciding[$0] == index }
        let agreeing = rows.count { network[$0] == rule.then }
        #expect(rule.id == "R\(index + 1)")
        #expect(
          (isTraining ? rule.coverage : rule.heldOutCoverage)
            == Proportion(rows.count, of: table.count))
        #expect(
          (isTraining ? rule.confidence : rule.heldOutConfidence)
            == Proportion(agreeing, of: rows.count))
      }
    }
  }

  @Test func sizesAreThoseOfTheRulesAndOfTheWrittenNetwork() throws {
    let run = try run(.pruned)
    let explanation = run.explanation
    let tests = explanation.rules.flatMap(\.if)
    let size = explanation.complexity
    #expect(size.rules == explanation.rules.count && size.literals == tests.count)
    #expect(
      abs(size.meanLiterals - Double(tests.count) / Double(explanation.rules.count)) < 0.00006)
    #expect(size.inputsUsed == Set(tests.map(\.feature)).count && size.featuresUsed == 0)

    let curve = explanation.curve
    #expect(curve.map(\.rules) == Set(curve.map(\.rules)).sorted())
    #expect(curve.allSatisfy { $0.fidelity.total == Self.heldOutRows })
    let own = try #require(curve.first { $0.rules == size.rules })
    #expect(own.literals == size.literals && own.fidelity == explanation.fidelity.heldOut)

    // Three columns and four features before; the pruned network as it was written.
    #expect(explanation.network.neurons == 4 && explanation.network.inputs == 3)
    #expect(explanation.network.parameters == 31 && explanation.network.macs == 24)
    #expect(explanation.network.bytes == 4 * 31)
    #expect(explanation.pruned.neurons == 2 && explanation.pruned.inputs == 2)
    #expect(explanation.pruned.inputs == run.pruned.readColumns.count)
    #expect(explanation.pruned.parameters == 6 + 9 && explanation.pruned.macs == 10)
    #expect(explanation.data.training == run.training.count)
    #expect(explanation.data.validation == run.validation.count)
    #expect(explanation.data.rowsUsed == 300)
    #expect(explanation.data.heldOut == Self.heldOutRows && explanation.data.rows == 300)
    let equality = try #require(explanation.pruned.equality)
    // Fewer than 200 validation rows: the training rows are added to the validation set.
    #expect(equality.rows == 300 && equality.changedPredictions == 0)
    #expect(equality.largestRelative < 1e-4 && equality.largestAbsolute >= 0)
    let last = try #require(explanation.pruning.steps.last { $0.kept })
    #expect(last.neurons == 2 && last.inputs == 2 && last.accuracy.total == 300)
    #expect(last.parameters == 6 + 9)
    // The first step is the original network on the validation set.
    let first = explanation.pruning.steps[0]
    #expect(first.parameters == 31 && first.neurons == 4 && first.inputs == 3)
    let right = [run.training, run.validation].reduce(0) { sum, table in
      sum + equal(names(run.original, table), labels(table)).count
    }
    #expect(first.accuracy == Proportion(right, of: 300))
  }

  /// Two of three encoded columns are network inputs.
  @Test func inputsAreTheColumnsThatTheNetworkReads() throws {
    let run = try run(.original, network: network(reading: 0))
    #expect(run.explanation.network.inputs == 2)
    #expect(run.original.encoding.width == 3)
    #expect(run.explanation.rules.allSatisfy { $0.if.allSatisfy { $0.feature != "r" } })
  }

  /// Where held-out rows are drawn, a disagreement names its row in the file.
  @Test func aDisagreementNamesItsRowOfTheFile() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("figures-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let (rows, file) = (
      folder.appendingPathComponent("rows.csv"), folder.appendingPathComponent("net.onnx")
    )
    try Data(csv(rows: 500, seed: 5).utf8).write(to: rows)
    try ModelFile.write(network(), to: file)
    var experiment = Experiment(data: rows.path)
    experiment.model = file.path
    experiment.explain = .original
    experiment.maxRules = 2
    experiment.network.prunes = false
    let explanation = try experiment.run().explanation
    let table = try DataSource.load(
      rows.path, options: ReadingOptions(schema: explanation.data.schema)
    ).table
    let network = names(try network(), table)
    let rules = predictions(explanation.rules, otherwise: explanation.defaultClass, table)
    #expect(explanation.disagreements.count > 3)
    #expect(explanation.data.rowsUsed == 500 && explanation.data.heldOut == 100)
    for found in explanation.disagreements {
      let row = found.row - 1
      #expect(network[row] != rules[row])
      #expect(found.network == network[row] && found.rules == rules[row])
      for (name, text) in found.values {
        let column = try #require(table.schema.index(of: Feature.ID(name)))
        #expect(Double(text) == table.columns[column][row])
      }
    }
  }

  @Test func theCurveIsOfTheRuleSetsThatTheExtractorOffers() throws {
    let run = try run(.original, maxRules: 12)
    let extracted = try SurrogateTree().extract(
      from: ExtractionSubject(
        model: run.original, training: run.training, validation: run.validation, level: .inputs,
        maxRules: 12, seed: 3))
    let network = names(run.original, run.heldOut)
    let nothing = Proportion(0, of: 0)
    var expected: [Int: CurvePoint] = [:]
    for set in extracted.curve + [extracted.rules] {
      let entries = set.rules.map { rule in
        RuleEntry(
          id: "", if: rule.premise.literals.map { RuleEntry.Test($0, schema: run.schema) },
          then: Self.classes[rule.conclusion], coverage: nothing, confidence: nothing,
          heldOutCoverage: nothing, heldOutConfidence: nothing)
      }
      let rules = predictions(entries, otherwise: Self.classes[set.defaultClass], run.heldOut)
      expected[entries.count] = CurvePoint(
        Complexity(
          rules: entries.count, literals: entries.reduce(0) { $0 + $1.if.count }, variables: 0),
        fidelity: equal(rules, network))
    }
    #expect(expected.count >= 3 && expected.values.contains { $0.literals > $0.rules })
    #expect(
      run.explanation.curve
        == expected.values.sorted { first, second in first.rules < second.rules })
  }

  @Test func aFeatureIsOnAboveItsThresholdAndFeedsItsClasses() throws {
    let run = try run(.pruned)
    let node = try #require(run.pruned.featureNode)
    func values(_ table: Table) -> Tensor {
      run.pruned.network.activations(of: node, for: run.pruned.encoding.encode(table).inputs)
    }
    let (training, heldOut) = (values(run.training), values(run.heldOut))
    let (inner, outer) = (
      run.pruned.network.parameters[0][0].value, run.pruned.network.parameters[2]
    )
    #expect(run.explanation.features.count == 2)
    for (index, feature) in run.explanation.features.enumerated() {
      let column = (0..<training.rows).map { Double(training[$0, index]) }
      #expect(feature.id == "F\(index + 1)" && feature.threshold == 0.5)
      let share = Double(column.count { $0 > 0.5 }) / Double(column.count)
      #expect(abs(feature.activeShare - share) < 1e-6)
      let mean = column.reduce(0, +) / Double(column.count)
      let spread =
        (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)).squareRoot()
      for (output, effect) in feature.effects.enumerated() {
        #expect(effect.class == Self.classes[output])
        #expect(abs(effect.weight - Double(outer[0].value[index, output]) * spread) < 1e-4)
      }
      // The net input is linear: a driver is a column's weight times its spread.
      let encoded = run.pruned.encoding.encode(run.training).inputs
      let sizes = (0..<2).map { input -> Double in
        let cells = (0..<encoded.rows).map { Double(encoded[$0, input]) }
        let mean = cells.reduce(0, +) / Double(cells.count)
        let spread =
          (cells.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(cells.count)).squareRoot()
        return Double(inner[input, index]) * spread
      }
      let largest = sizes.map(abs).max() ?? 1
      for driver in feature.drivers {
        let input = try #require(
          (0..<2).first {
            run.pruned.encoding.name(ofInput: $0, in: run.schema) == driver.input
          })
        #expect(abs(driver.strength - abs(sizes[input]) / largest) < 2e-4)
        #expect(driver.sign == (sizes[input] > 0 ? 1 : -1))
      }
      #expect(feature.drivers.map(\.strength) == feature.drivers.map(\.strength).sorted(by: >))
    }

    // Every feature is 1 or 0, and the largest output is the predicted class.
    let pruned = names(run.pruned, run.heldOut)
    let switched = (0..<heldOut.rows).map { row -> String in
      let sums = (0..<3).map { output in
        (0..<2).reduce(Double(outer[1].value[output, 0])) { sum, feature in
          heldOut[row, feature] > 0.5 ? sum + Double(outer[0].value[feature, output]) : sum
        }
      }
      let best = sums.indices.max { (sums[$0], $1) < (sums[$1], $0) } ?? 0
      return Self.classes[best]
    }
    #expect(run.explanation.binarisation == equal(switched, pruned))
    let distances = training.elements.map { Double(min($0, 1 - $0)) }
    let clarity = distances.reduce(0, +) / Double(distances.count)
    #expect(abs(try #require(run.explanation.clarity) - clarity) < 2e-6)
  }

  @Test(arguments: [Experiment.ExplainedNetwork.original, .pruned])
  func rulesOverFeaturesAreMeasuredOnTheFeaturesOfThePrunedNetwork(
    explain: Experiment.ExplainedNetwork
  ) throws {
    let run = try run(explain, level: .features)
    let set = try #require(run.explanation.featureRules)
    let node = try #require(run.pruned.featureNode)
    func features(_ table: Table) -> Table {
      let values = run.pruned.network.activations(
        of: node, for: run.pruned.encoding.encode(table).inputs)
      return Table(
        schema: Schema(features: [Feature("F1"), Feature("F2")], target: run.schema.target),
        columns: (0..<2).map { feature in
          .doubles((0..<table.count).map { Double(values[$0, feature]) })
        }, labels: table.labels)
    }
    let heldOut = features(run.heldOut)
    let rules = predictions(set.rules, otherwise: set.defaultClass, heldOut)
    let fidelity = try #require(run.explanation.featureFidelity)
    #expect(fidelity == run.explanation.fidelity && set.resolution == .firstMatch)
    #expect(fidelity.heldOut == equal(rules, names(run.explained, run.heldOut)))
    #expect(fidelity.toOriginal == equal(rules, names(run.original, run.heldOut)))
    let taught = predictions(set.rules, otherwise: set.defaultClass, features(run.training))
    #expect(fidelity.training == equal(taught, names(run.explained, run.training)))
    let size = run.explanation.complexity
    #expect(size.inputsUsed == 0)
    #expect(size.featuresUsed == Set(set.rules.flatMap { $0.if.map(\.feature) }).count)
    let deciding = deciding(set.rules, heldOut)
    for (index, rule) in set.rules.enumerated() {
      #expect(
        rule.heldOutCoverage == Proportion(deciding.count { $0 == index }, of: Self.heldOutRows))
    }
  }
}
