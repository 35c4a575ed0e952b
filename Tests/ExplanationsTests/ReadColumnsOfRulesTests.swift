import Datasets
import Explanations
import Naming
import Networks
import Rules
import Tensors
import Testing

/// Rules use only the columns that the network reads, for all values of the others.
@Suite struct ReadColumnsOfRulesTests {
  /// The small network with an additional first column that it does not read and that is equal to
  /// `p` on all rows.
  private func subject(
    head: Head, level: RuleLevel, seed: UInt64, unread: (Table) -> Column = { $0.columns[0] }
  ) throws -> ExtractionSubject {
    let small = try SmallNetwork.subject(head: head, level: level, seed: seed)
    func widened(_ table: Table) -> Table {
      var schema = table.schema
      schema.features.insert(Feature("copy"), at: 0)
      return Table(
        schema: schema, columns: [unread(table)] + table.columns, labels: table.labels)
    }
    let training = widened(small.training)
    var network = small.model.network
    // r is the input of a separate feature, which no output reads.
    for output in 0..<3 { network.parameters[2][0].value[3, output] = 0 }
    let wider = try Network(
      Architecture(input: [4], nodes: network.architecture.nodes),
      parameters: [
        [
          Parameter(
            .weight,
            Tensor([0, 0, 0, 0] + network.parameters[0][0].value.elements, shape: [4, 4])),
          network.parameters[0][1],
        ], [], network.parameters[2],
      ])
    let model = try Model(
      schema: training.schema, encoding: .identity(for: training.schema), network: wider,
      head: head)
    return ExtractionSubject(
      model: model, training: training, validation: widened(small.validation), level: level,
      seed: seed)
  }

  private func names(_ rules: [RuleSet]) -> Set<Feature.ID> {
    Set(rules.flatMap { $0.rules.flatMap { $0.premise.literals.map(\.variable) } })
  }

  private func extractor(_ name: String) throws -> any RuleExtractor {
    try testedExtractors.type(named: name).init()
  }

  @Test(arguments: testedExtractors.names)
  func noRuleNamesWhatTheNetworkDoesNotRead(name: String) throws {
    let extractor = try extractor(name)
    for head in [Head.softmax, .oneVersusRest] {
      for level in type(of: extractor).levels {
        let subject = try subject(head: head, level: level, seed: 3)
        #expect(subject.readColumns == [1, 2])
        let found = try extractor.extract(from: subject)
        let scores = found.scores + found.curveScores
        let named = names([found.rules] + found.curve).subtracting(scores.map(\.id))
          .union(scores.flatMap { $0.terms.map(\.variable) })
        #expect(!named.isEmpty)
        #expect(named.isSubset(of: level == .features ? ["F1", "F2", "F3"] : ["p", "q"]))
      }
    }
  }

  @Test(arguments: testedExtractors.names)
  func whatStandsInUnreadColumnsChangesNoRule(name: String) throws {
    let extractor = try extractor(name)
    for level in type(of: extractor).levels {
      let first = try extractor.extract(from: subject(head: .softmax, level: level, seed: 5))
      let second = try extractor.extract(
        from: subject(head: .softmax, level: level, seed: 5) { table in
          .doubles(table.columns[0].values.reversed().map { 7 * $0 - 100 })
        })
      #expect(first == second)
    }
  }

  @Test func otherValuesInUnreadColumnsChangeNoPrediction() throws {
    let subject = try subject(head: .softmax, level: .inputs, seed: 1)
    #expect(
      subject.predictions(toRead: subject.readTraining) == subject.model.classify(subject.training))
    #expect(subject.predictions(toRead: subject.readTraining) == subject.predictions)
  }

  @Test func aNetworkThatReadsNothingHasNoConditions() throws {
    var subject = try subject(head: .softmax, level: .inputs, seed: 1)
    var model = subject.model
    for position in 0..<16 { model.network.parameters[0][0].value[position / 4, position % 4] = 0 }
    subject.model = model
    #expect(subject.readColumns.isEmpty)
    subject.predictions = model.classify(subject.training)
    subject.validationPredictions = model.classify(subject.validation)
    for name in [SurrogateTree.name, TreesOverFeatures.name] {
      let found = try extractor(name).extract(from: subject)
      #expect(names([found.rules] + found.curve).isEmpty)
      #expect(found.rules.classify(subject.training) == subject.predictions)
    }
  }

  /// An error thrown by the caller ends an extraction at every step.
  @Test(arguments: testedExtractors.names) func anExtractionCanBeEnded(name: String) throws {
    struct Stop: Error {}
    let extractor = try extractor(name)
    for level in type(of: extractor).levels {
      var subject = try subject(head: .softmax, level: level, seed: 3)
      subject.onStep = { throw Stop() }
      #expect(throws: Stop.self) { try extractor.extract(from: subject) }
    }
  }
}
