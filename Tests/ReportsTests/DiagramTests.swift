import Datasets
import Drawing
import ExplanationSupport
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

  /// Of each feature the four largest attributions are drawn, not the first four: a and b, with 0.3 of
  /// 2.5, are omitted, and so are two of the six columns.
  @Test func rulesAreDrawnWithTheLargestAttributions() {
    var explanation = SampleExplanation.iris.explanation
    let names = ["a", "b", "c", "d", "e", "f"]
    explanation.data.schema.features = names.map { Feature(Feature.ID($0)) }
    explanation.pruned.inputs = 6
    let strengths = [0.1, 0.2, 0.3, 0.4, 0.5, 1]
    for index in explanation.features.indices {
      explanation.features[index].drivers = zip(names, strengths).map {
        .init(input: $0, strength: $1, sign: 1)
      }
    }
    func isTested(_ feature: String) -> Bool {
      explanation.featureRules?.rules.contains { $0.if.contains { $0.feature == feature } } == true
    }
    let tested = explanation.features.count { isTested($0.id) }
    let diagram = Diagram(rules: explanation)
    #expect(diagram.columns[0].title == "Inputs (4 of 6)")
    #expect(diagram.columns[0].nodes.map(\.title) == ["c", "d", "e", "f"])
    let part = tested < explanation.features.count
    #expect(
      diagram.caption.plain.contains(
        " Of each feature the 4 largest attributions are drawn; \(2 * tested) smaller ones (12.0 % "
          + "of the total) are omitted. 2 of the 6 columns that the network reads have "
          + "\(part ? "no or " : "")small attributions only\(part ? " in these features" : "") and "
          + "are not drawn."), "\(diagram.caption.plain)")
  }

  @Test func theCurveHasATitleForEachAxis() throws {
    let svg = try #require(try Report(SampleExplanation.iris.explanation).images()["curve"])
    #expect(svg.contains(">rules</text>"))
    #expect(
      svg.contains(
        "rotate(-90)\" text-anchor=\"middle\" fill=\"#444\">fidelity, held-out rows</text>"))
  }

  @Test func similarFeaturesAreMarked() throws {
    var explanation = SampleExplanation.iris.explanation
    let names = explanation.features.map(\.id)
    try #require(names.count > 1)
    func marks(_ diagram: Diagram) -> [String: [String]] {
      Dictionary(
        uniqueKeysWithValues: diagram.columns.flatMap(\.nodes).filter { names.contains($0.title) }
          .map { ($0.title, $0.lines.filter { $0.contains(" on 99") }) })
    }
    func diagrams() -> [Diagram] {
      [
        Diagram(network: explanation), Diagram(features: explanation), Diagram(rules: explanation),
      ]
    }
    #expect(diagrams().allSatisfy { marks($0).values.allSatisfy(\.isEmpty) })
    for (isOpposite, mark) in [(false, "as "), (true, "opposite of ")] {
      explanation.features[1].similar = SimilarFeature(
        feature: names[0], isOpposite: isOpposite, agreement: Proportion(199, of: 200))
      for diagram in diagrams() where marks(diagram)[names[1]] != nil {
        #expect(marks(diagram)[names[1]] == ["\(mark)\(names[0]) on 99.5 %"])
        #expect(marks(diagram)[names[0]]?.isEmpty ?? true)
      }
      #expect(marks(diagrams()[0])[names[1]] != nil)
      let text = try MarkdownWriter().write(
        Document(
          title: "t", kind: "k", origin: "o", source: "s", blocks: Report(explanation).blocks))
      #expect(
        text.contains(
          "\(names[1]), \(isOpposite ? "opposite of" : "as") \(names[0]) on 99.5 % of training rows"
        ))
    }
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

/// Diagrams as they are placed: the order of nodes and the places of labels, read from the SVG.
@Suite struct PlacementTests {
  /// The texts of the nodes or edges of an SVG with their positions; y grows downwards.
  private func texts(_ kind: String, _ svg: String) -> [[(x: Double, y: Double, text: String)]] {
    svg.matches(of: /<g id="[^"]*" class="([a-z]+)">(.*?)<\/g>/.dotMatchesNewlines()).filter {
      $0.1 == kind
    }.map { group in
      group.2.matches(of: /<text[^>]* x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)<\/text>/).map {
        (Double($0.1) ?? .nan, Double($0.2) ?? .nan, String($0.3))
      }
    }
  }

  private func svg(_ diagram: Diagram) throws -> String {
    String(decoding: try diagram.drawn(as: .svg), as: UTF8.self)
  }

  @Test(arguments: SampleExplanation.allCases)
  func rulesStandInTheOrderInWhichTheyAreRead(sample: SampleExplanation) throws {
    for level in [RuleLevel.inputs, .features, .described] {
      let diagram = Diagram(rules: sample.explanation, level: level)
      let rules = diagram.columns.last?.nodes.filter { $0.role == .rule } ?? []
      let titles = try texts("node", svg(diagram)).compactMap(\.first).filter { title in
        title.text.wholeMatch(of: /R\d+ .*/) != nil || title.text.hasPrefix("always")
      }
      #expect(titles.count == rules.count, "\(sample) \(level)")
      let heights = rules.compactMap { rule in
        titles.first {
          $0.text.split(separator: " ").first == rule.title.split(separator: " ").first
        }
      }.map(\.y)
      #expect(heights == heights.sorted(), "\(sample) \(level)")
    }
  }

  /// Labels do not cover each other, also where many edges meet.
  @Test func labelsDoNotOverlap() throws {
    var diagrams = SampleExplanation.allCases.flatMap { sample in
      Report(sample.explanation).diagrams.map(\.diagram)
    }
    let nodes = { (prefix: String, role: Diagram.Role, count: Int) in
      (0..<count).map { Diagram.Node("\(prefix)-\($0)", role, "\(prefix) \($0)") }
    }
    diagrams.append(
      Diagram(
        title: "many edges", caption: "",
        columns: [
          .init("inputs", nodes("in", .input, 10)), .init("features", nodes("f", .hidden, 3)),
        ],
        edges: (0..<30).map {
          .init("in-\($0 / 3)", to: "f-\($0 % 3)", sign: 1, label: "+0.\(100 + $0)")
        }))
    var (labelled, drawn) = (0, 0)
    for diagram in diagrams {
      let labels = texts("edge", try svg(diagram)).flatMap { $0 }
      labelled += diagram.edges.count { $0.label != nil }
      drawn += labels.count
      for first in labels.indices {
        for second in labels.indices where second > first {
          let (a, b) = (labels[first], labels[second])
          // The figures are 8 points high and about 5 wide.
          let width = 2.4 * Double(a.text.count + b.text.count)
          #expect(
            abs(a.x - b.x) > width || abs(a.y - b.y) > 8,
            "\(diagram.title): \(a.text) and \(b.text)")
        }
      }
    }
    // Labels without a free place are left out.
    #expect(labelled > 50 && drawn > labelled * 9 / 10)
  }

  /// The end of an edge is where its condition is: the placement moves rules with their lines.
  @Test func featuresStandBesideTheirRules() throws {
    let nodes = { (prefix: String, role: Diagram.Role, count: Int) in
      (0..<count).map { Diagram.Node("\(prefix)-\($0)", role, "\(prefix)\($0) x") }
    }
    // The first feature is tested by the last rule, and the other way round.
    let diagram = Diagram(
      title: "crossing", caption: "",
      columns: [.init("features", nodes("f", .hidden, 4)), .init("rules", nodes("r", .rule, 4))],
      edges: (0..<4).map { .init("f-\($0)", to: "r-\(3 - $0)") })
    let all = texts("node", try svg(diagram)).compactMap(\.first).sorted { $0.y < $1.y }
    #expect(all.filter { $0.text.hasPrefix("r") }.map(\.text) == ["r0 x", "r1 x", "r2 x", "r3 x"])
    #expect(all.filter { $0.text.hasPrefix("f") }.map(\.text) == ["f3 x", "f2 x", "f1 x", "f0 x"])
  }

  /// Graphviz would put the last output first, beside the feature whose only line leads to it.
  @Test func outputsStandInTheOrderOfTheClasses() throws {
    let nodes = { (prefix: String, role: Diagram.Role, count: Int) in
      (0..<count).map { Diagram.Node("\(prefix)-\($0)", role, "\(prefix)\($0) x") }
    }
    let diagram = Diagram(
      title: "crossing", caption: "",
      columns: [.init("features", nodes("f", .hidden, 3)), .init("kind", nodes("o", .output, 3))],
      edges: (0..<3).map { .init("f-\($0)", to: "o-\(2 - $0)") })
    let all = texts("node", try svg(diagram)).compactMap(\.first).sorted { $0.y < $1.y }
    #expect(all.filter { $0.text.hasPrefix("o") }.map(\.text) == ["o0 x", "o1 x", "o2 x"])
  }
}
