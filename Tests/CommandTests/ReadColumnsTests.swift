import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors
import Testing

/// On the shipped tables, rules use only columns that the explained network reads.
@Suite struct ReadColumnsTests {
  @Test(arguments: ["iris", "wine", "digits", "heart"])
  func noRuleNamesAColumnThatTheNetworkDoesNotRead(data: String) throws {
    try withFolder { folder in
      let run = try Program(
        "explain", data, "--epochs", "8", "--output", "r", "--quiet", in: folder)
      #expect(run.code == 0)
      let result = try ResultFolder(folder.appendingPathComponent("r"))
      let (model, table) = try result.modelAndRows(data)
      let explanation = try result.explanation
      let read = Set(model.readColumns.map { table.schema.features[$0].id.rawValue })
      #expect(read.count == explanation.pruned.inputs)
      let named = Set(explanation.rules.flatMap { $0.if.map(\.feature) })
      #expect(!named.isEmpty && named.isSubset(of: read))
      let features = Set(explanation.features.map(\.id))
      let asked = Set((explanation.featureRules?.rules ?? []).flatMap { $0.if.map(\.feature) })
      #expect(asked.isSubset(of: features))

      // Shuffling the unread columns changes no prediction of the network or the rules.
      var rng = SeededGenerator(seed: 1)
      var shuffled = table
      for column in table.columns.indices where !model.readColumns.contains(column) {
        var order = Array(0..<table.count)
        rng.shuffle(&order)
        shuffled.columns[column] = table.columns[column].selecting(order)
      }
      #expect(model.classify(shuffled) == model.classify(table))
      let rules = try #require(try explanation.ruleSet(.inputs))
      #expect(rules.classify(shuffled) == rules.classify(table))
    }
  }
}
