import Datasets
import Drawing
import Explanations
import Foundation
import Networks
import Reports
import Tensors
import TestSupport
import Testing

@Suite struct DiagramTests {
  @Test(arguments: SampleExplanation.allCases)
  func dotIsAsRecorded(sample: SampleExplanation) throws {
    for (id, diagram) in Report(sample.explanation).diagrams {
      let text = String(decoding: try diagram.drawn(as: .dot), as: UTF8.self)
      try expectSnapshot(text, named: "\(sample.rawValue)-\(id).dot")
    }
  }

  @Test(arguments: SampleExplanation.allCases)
  func imagesAreWellFormed(sample: SampleExplanation) throws {
    for (id, svg) in try Report(sample.explanation).images() {
      #expect(malformation(of: svg) == nil, "\(id)")
      #expect(svg.contains("role=\"img\"") && svg.contains("<desc>"), "\(id)")
      #expect(!svg.contains("file:") && !svg.contains(".png\""), "\(id)")
    }
  }

  @Test func hostileNamesAreShownAsTheyAre() throws {
    let texts = ["\\N \\G \\n \\\\ \\", "&amp; &#60; &bogus;", "<B>x</B>", "\"'", "--> ]]>"]
    for text in texts {
      let diagram = Diagram(
        title: text, caption: "", columns: [.init(text, [.init("n-0", .input, text)])], edges: [])
      let svg = String(decoding: try diagram.drawn(as: .svg), as: UTF8.self)
      let shownText = svg.replacingOccurrences(of: "&#45;", with: "-")
        .replacingOccurrences(of: "&#160;", with: " ").replacingOccurrences(of: "&#39;", with: "'")
        .replacingOccurrences(of: "&quot;", with: "\"").replacingOccurrences(of: "&lt;", with: "<")
        .replacingOccurrences(of: "&gt;", with: ">").replacingOccurrences(of: "&amp;", with: "&")
      #expect(shownText.contains(">\(text)</text>"), "\(svg)")
    }
  }

  @Test func whatIsLeftOutIsSaid() {
    let diagram = Diagram(network: SampleExplanation.images.explanation)
    #expect(diagram.edges.count { $0.sign != 0 } == 100)
    #expect(
      diagram.caption.plain.contains("Only the 100 strongest lines are drawn; 80 weaker ones"))
    #expect(diagram.edges.allSatisfy { $0.label == nil })
    let rules = Diagram(rules: SampleExplanation.images.explanation)
    #expect(
      rules.caption.plain.contains("The 12 rules with the largest coverage are drawn, of 40."))
  }

  @Test func captionsDescribeTheConditionsOnFeatures() {
    let switched = Diagram(rules: SampleExplanation.images.explanation).caption.plain
    #expect(switched.contains("Conditions test only whether a feature is active;"))
    let compared = Diagram(rules: SampleExplanation.iris.explanation).caption.plain
    #expect(compared.contains("Conditions compare features with thresholds of their own,"))
  }

  @Test func prunedPartsAreCounted() {
    let diagram = Diagram(network: SampleExplanation.iris.explanation)
    #expect(
      diagram.columns.map(\.title)
        == ["Inputs (3 of 4 kept)", "Hidden features (3 of 16 kept)", "species"])
  }

  @Test func aModelIsDrawnByItself() throws {
    let schema = Schema(
      features: [Feature("length"), Feature("odor", .categorical(levels: ["foul", "none"]))],
      target: Target("kind", .classes(names: ["a", "b"])))
    let encoding = Encoding(inputs: [
      .init(feature: 0, kind: .scaled(mean: 0, scale: 1)), .init(feature: 0, kind: .missing),
      .init(feature: 1, kind: .level(index: 0)), .init(feature: 1, kind: .level(index: 1)),
    ])
    let network = try Network(
      Architecture(input: [4]) {
        Dense(3)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    let model = try Model(schema: schema, encoding: encoding, network: network, head: .softmax)
    let diagram = Diagram(model)
    #expect(
      diagram.columns.map { $0.nodes.map(\.title) } == [
        ["length", "length missing", "odor = foul", "odor = none"], ["0", "1", "2"], ["a", "b"],
      ])
    #expect(diagram.edges.count == 18)
    let large = try Network(
      Architecture(input: [784]) {
        Dense(64)
        Activation(.relu)
        Dense(10)
      }, seed: 1)
    let blocks = Diagram(network: large)
    #expect(
      blocks.columns.map { $0.nodes.first?.title }
        == ["784 inputs", "64 neurons", "0"])
    #expect(blocks.edges.first?.label == "50,176 weights")
    let svg = String(decoding: try blocks.drawn(as: .svg), as: UTF8.self)
    #expect(malformation(of: svg) == nil)
  }
}
