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

/// What the scripts of a page read.
@Suite struct PageTests {
  /// A network over the columns of an explanation with as many hidden features as it describes.
  private func model(
    for explanation: Explanation, units: Int, _ layers: [any Layer] = []
  ) throws -> Model {
    let encoding = Encoding.identity(for: explanation.data.schema)
    var builder = ArchitectureBuilder(input: [encoding.width])
    for layer in layers { builder.add(layer) }
    builder.add(Dense(units))
    builder.add(Activation(.relu))
    builder.add(Dense(explanation.data.schema.classes.count))
    return try Model(
      schema: explanation.data.schema, encoding: encoding,
      network: try Network(builder.architecture, seed: 3), head: .softmax)
  }

  /// The sample without descriptions of the features of another network.
  private var iris: Explanation {
    var explanation = SampleExplanation.iris.explanation
    explanation.features = []
    explanation.featureRules = nil
    explanation.featureFidelity = nil
    return explanation
  }

  private func data(_ report: Report) throws -> [String: Any] {
    let json = try #require(try report.document().data)
    return try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  @Test func theRulesOfAPageAreThoseOfTheResult() throws {
    let explanation = SampleExplanation.iris.explanation
    let data = try data(Report(explanation))
    #expect(data["classes"] as? [String] == ["setosa", "versicolor", "virginica"])
    let lists = try #require(data["rules"] as? [[String: Any]])
    // Nobody can compute the hidden features without the network.
    #expect(lists.map { $0["level"] as? String } == ["inputs"])
    #expect(lists[0]["table"] as? String == "rules-table")
    #expect(lists[0]["order"] as? [Int] == [0, 1, 2])
    let rules = try #require(lists[0]["rules"] as? [[String: Any]])
    #expect(rules.map { $0["then"] as? Int } == [0, 1, 2])
    #expect(rules[1]["confidence"] as? [Int] == [30, 31])
    let conditions = try #require(data["conditions"] as? [[String: Any]])
    let text = RuleText(explanation)
    for (rule, entry) in zip(rules, explanation.rules) {
      let own = try #require(rule["if"] as? [Int]).map { conditions[$0]["text"] as? String }
      #expect(own == entry.if.map { text.condition($0).plain })
    }
    let second = conditions[1]
    #expect(second["in"] as? String == "column" && second["at"] as? Int == 2)
    #expect(second["above"] as? Double == 2.45 && second["atMost"] as? Double == 4.95)
    let columns = try #require(data["columns"] as? [[String: Any]])
    #expect(columns.map { $0["isRead"] as? Bool } == [false, false, true, true])
  }

  @Test func aVoteIsListedFromTheHighestPriority() throws {
    var explanation = iris
    explanation.resolution = .vote
    let lists = try #require(try data(Report(explanation))["rules"] as? [[String: Any]])
    let set = try #require(try explanation.ruleSet(.inputs))
    #expect(lists[0]["order"] as? [Int] == RuleSet.Resolution.vote.order(of: set.rules))
  }

  @Test func theWeightsAreBitForBitThoseOfTheNetwork() throws {
    let model = try model(for: iris, units: 3)
    let network = try #require(
      try data(Report(iris, network: .model(model)))["network"] as? [String: Any])
    #expect(network["featureLayers"] as? Int == 1 && network["head"] as? String == "softmax")
    let layers = try #require(network["layers"] as? [[String: Any]])
    #expect(layers.map { $0["function"] as? String } == ["relu", nil])
    for (layer, node) in zip(layers, [0, 2]) {
      let bytes = try #require((layer["parameters"] as? String).flatMap { Data(base64Encoded: $0) })
      let found = stride(from: 0, to: bytes.count, by: 4).map { start in
        bytes[start..<start + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      }
      let own = model.network.parameters[node].flatMap { $0.value.elements.map(\.bitPattern) }
      #expect(found == own)
    }
  }

  @Test func whatAPageCannotComputeItSays() throws {
    func note(_ network: ReportNetwork, _ explanation: Explanation? = nil) throws -> String? {
      let data = try data(Report(explanation ?? iris, network: network))
      #expect(data["network"] == nil)
      return data["networkNote"] as? String
    }
    let elsewhere = "Predictions of single rows are explained on the command line."
    #expect(
      try note(.absent("there is no model.onnx beside the result"))
        == "The network is not in this page: there is no model.onnx beside the result. "
        + elsewhere)
    let other = try model(for: SampleExplanation.iris.explanation, units: 2)
    #expect(
      try note(.model(other), SampleExplanation.iris.explanation)
        == "The network is not in this page: model.onnx is another network than that of the result. "
        + elsewhere)
    let wide = try model(for: iris, units: 2000)
    #expect(
      try note(.model(wide))
        == "The network is not in this page: its weights would take more than the 24.0 KB that a page "
        + "has for them. \(elsewhere)")
    let normalized = try model(for: iris, units: 3, [BatchNormalization()])
    #expect(
      try note(.model(normalized))
        == "The network is not in this page: it has other layers than dense ones. \(elsewhere)")
  }

  @Test(arguments: SampleExplanation.allCases)
  func aPageIsSmallAndTheSameEachTime(sample: SampleExplanation) throws {
    let explanation = sample.explanation
    let report = Report(explanation)
    let first = try report.document()
    #expect(try report.document().data == first.data)
    #expect((first.data == nil) == (sample == .withoutRules))
    let page = try HTMLWriter().write(first)
    // The hostile sample has 20 columns of 20 long levels.
    let isUsual = explanation.data.features <= 30 && sample != .hostile
    #expect(page.utf8.count < (isUsual ? 200_000 : 2_000_000))
    #expect(page.contains("<section id=\"try\" hidden=\"\">") == (first.data != nil))
  }

  @Test func rulesOverImagesAreOnlySavedAndShown() throws {
    let explanation = SampleExplanation.images.explanation
    let data = try data(Report(explanation))
    #expect(data["isImage"] as? Bool == true && data["network"] == nil)
    #expect(data["networkNote"] == nil)
    let lists = try #require(data["rules"] as? [[String: Any]])
    let levels = RuleLevel.allCases.filter { explanation.entry($0)?.rules.isEmpty == false }
    #expect(Set(lists.compactMap { $0["level"] as? String }).isSuperset(of: levels.map(\.rawValue)))
    #expect(try self.data(Report(iris))["isImage"] as? Bool == false)
  }

  @Test func whatIsTooLargeForAPageIsSaid() throws {
    var explanation = iris
    explanation.data.schema.features += (0..<30_000).map { number in
      Feature(Feature.ID("column number \(number)"))
    }
    let document = try Report(explanation).document()
    #expect(document.data == nil)
    let notes = document.blocks.compactMap { block in
      if case .note(let words) = block { words.plain } else { nil }
    }
    #expect(
      notes.contains { note in
        note.hasPrefix("Rows cannot be tried in this page: the rules and columns would take ")
          && note.hasSuffix("MB. Predictions of single rows are explained on the command line.")
      })
    let page = try HTMLWriter().write(document)
    #expect(page.utf8.count < 2_000_000 && !page.contains("id=\"try\""))
  }

  @Test func namesInTheDataAreNoMarkup() throws {
    let document = try Report(SampleExplanation.hostile.explanation).document()
    let json = try #require(document.data)
    #expect(!json.contains("<") && !json.contains(">") && !json.contains("&"))
    #expect(
      json.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) })
    let columns = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])["columns"]
    let names = try #require(columns as? [[String: Any]]).map { $0["name"] as? String }
    #expect(
      names == SampleExplanation.hostile.explanation.data.schema.features.map { $0.id.rawValue })
    let page = try HTMLWriter().write(document)
    #expect(page.components(separatedBy: "</script").count == 3)
    // The head of printed pages is a string of CSS.
    let head = try #require(page.firstMatch(of: /@top-left { content: "([^"]*)"; }/))
    #expect(!head.1.contains("<") && !head.1.contains("\n"))
  }

  @Test func otherFormatsHaveNothingOfIt() throws {
    let report = Report(SampleExplanation.iris.explanation)
    let blocks = report.blocks
    let without = blocks.filter { if case .built = $0 { false } else { true } }
    #expect(without.count == blocks.count - 1)
    var document = try report.document()
    let text = try MarkdownWriter().write(document)
    let plain = document.plain
    document.blocks = without
    #expect(try MarkdownWriter().write(document) == text && document.plain == plain)
    document.data = nil
    document.blocks = blocks
    let page = try HTMLWriter().write(document)
    #expect(!page.contains("id=\"try\"") && !page.contains("function tryARow"))
  }
}
