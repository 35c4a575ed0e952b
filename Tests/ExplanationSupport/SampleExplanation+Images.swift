import Datasets
import Drawing
import Explanations
import Foundation
import Networks
import Rules
import Tensors

extension SampleExplanation {
  /// Handwritten digits: 784 pixels, 18 features with maps, 10 classes, 40 rules.
  static func images() -> Explanation {
    var base = iris()
    let schema = Schema(
      features: (0..<784).map { Feature(Feature.ID("pixel_\($0 / 28)_\($0 % 28)")) },
      target: Target("digit", .classes(names: (0...9).map(String.init))),
      image: ImageShape(height: 28, width: 28, channels: 1, maximum: 255))
    var generator = SeededGenerator(seed: 9)
    base.features = (1...18).map { number in
      let drivers = (0..<8).map { index in
        FeatureSummary.Driver(
          input: "pixel_\(6 + Int(generator.uniform() * 16))_\(6 + Int(generator.uniform() * 16))",
          strength: (1 - 0.1 * Double(index)).roundedTo(digits: 2),
          sign: generator.uniform() < 0.7 ? 1 : -1)
      }
      return FeatureSummary(
        id: "F\(number)", neuron: Neuron(Node.ID("activation-2"), number * 3),
        layer: "activation-2",
        drivers: drivers, threshold: 0.5,
        activeShare: (0.08 + 0.5 * generator.uniform()).roundedTo(digits: 4),
        effects: (0...9).map {
          .init(class: "\($0)", weight: (generator.normal() * 1.4).roundedTo(digits: 3))
        }, image: map(number, &generator))
    }
    base.featureRules = RuleSetEntry(
      rules: (1...40).map { number in
        let literals = 3 + number % 4
        let tests = (0..<literals).map { index in
          test(
            "F\((number * 7 + index * 5) % 18 + 1)",
            generator.uniform() < 0.6 ? above(0.5) : atMost(0.5), schema)
        }
        let covered = 5200 - 120 * number
        return rule(
          number, tests, "\(number % 10)", covered - 4 * number, covered, of: 54_000,
          held: covered / 6, heldAgreeing: covered / 6 - number, heldTotal: 10_000)
      }, defaultClass: "1", resolution: .firstMatch, extractor: attributeSearch,
      complexity: ComplexitySummary(
        Complexity(rules: 40, literals: 181, variables: 18), level: .features))
    let byClass = (0...9).map { ("\($0)", Proportion(940 + 3 * $0, of: 1000)) }
    base.fidelity = Fidelity(
      heldOut: Proportion(9_512, of: 10_000),
      byClass: Dictionary(byClass, uniquingKeysWith: { first, _ in first }),
      toOriginal: Proportion(9_462, of: 10_000), training: Proportion(51_830, of: 54_000),
      majorityBaseline: Proportion(1_135, of: 10_000), majorityClass: "1",
      coverage: Proportion(9_731, of: 10_000))
    base.featureFidelity = base.fidelity
    base.level = .features
    base.extractor = attributeSearch
    base.complexity = base.featureRules?.complexity ?? base.complexity
    base.rules = (1...4).map { number in
      rule(
        number,
        [
          test("pixel_\(number + 8)_14", above(127.5), schema),
          test(
            "pixel_20_\(number + 6)", .interval(lower: 12.5, upper: 200.5, orMissing: false), schema
          ),
        ], "\(number)", 4000, 4400, of: 54_000, held: 800, heldAgreeing: 702, heldTotal: 10_000)
    }
    base.defaultClass = "8"
    base.data = DataSummary(
      name: "mnist", sha256: String(repeating: "77d1", count: 16), rows: 70_000, rowsUsed: 70_000,
      rowsDropped: [], rowsAltered: [], training: 54_000, validation: 6_000, heldOut: 10_000,
      heldOutFrom: "the published test files", schema: schema)
    base.network = network(
      ["784 inputs", "dense 128", "relu", "dense 64", "relu", "dense 10"], parameters: 109_386,
      neurons: 64, inputs: 784, right: 9_788, of: 10_000)
    base.pruned = network(
      ["512 inputs", "dense 60", "relu", "dense 18", "relu", "dense 10"], parameters: 32_068,
      neurons: 18, inputs: 512, right: 9_731, of: 10_000)
    base.pruned.agreementWithOriginal = Proportion(9_801, of: 10_000)
    base.accuracy = AccuracySummary(
      rules: Proportion(9_380, of: 10_000), network: Proportion(9_731, of: 10_000),
      whereBothAgree: Proportion(9_361, of: 9_512))
    base.curve = [5, 10, 15, 20, 30, 40, 60, 90].enumerated().map { index, count in
      CurvePoint(
        Complexity(rules: count, literals: count == 40 ? 181 : count * 4, variables: 0),
        fidelity: Proportion([4120, 7411, 8423, 8990, 9361, 9512, 9533, 9550][index], of: 10_000))
    }
    base.binarisation = Proportion(9_644, of: 10_000)
    base.clarity = 0.081
    base.disagreements = (1...50).map {
      Disagreement(
        row: 60_000 + 61 * $0, values: ["F\($0 % 18 + 1)": "0.412"], network: "\($0 % 10)",
        rules: "\(($0 + 3) % 10)", rule: "R\($0 % 40 + 1)")
    }
    base.disagreementsTotal = 488
    base.provenance = provenance(["explain", "mnist", "--rules", "features"])
    return base
  }

  /// Two blurred strokes on black, like an activation map.
  private static func map(_ number: Int, _ generator: inout SeededGenerator) -> String? {
    let angle = Double(number) * 0.6
    let (x, y) = (14 + 5 * cos(angle), 14 + 5 * sin(angle))
    let pixels = (0..<784).map { index -> UInt8 in
      let (px, py) = (Double(index % 28) - x, Double(index / 28) - y)
      let along = px * cos(angle) + py * sin(angle)
      let across = -px * sin(angle) + py * cos(angle)
      let light = exp(-along * along / 40 - across * across / 5) + 0.06 * generator.uniform()
      return UInt8(min(255, 240 * light))
    }
    return (try? PNGEncoder.grey(pixels, width: 28, height: 28))?.base64EncodedString()
  }

  /// Strings that break output formats if they are not escaped.
  public static let hostileTexts = [
    "<script>alert(1)</script>", "\"quoted\" and 'single'", "back\\slash \\N \\n \\\" \\",
    "line\nbreak\r\n\ttab", "control \u{1}\u{8}\u{1B}[31m\u{7F}\u{85} end",
    "\u{202E}txt.exe\u{202C}",
    "שלום عالم", "a|b|c `code` **bold** [link](javascript:alert(1))", "&amp; &bogus; &#60; ]]> -->",
    String(repeating: "long ", count: 4000), "", "  ", "%s%n %d {{mustache}} {{{raw}}}",
    "\u{FFFE}\u{FEFF}\u{2028}x\u{2029}", "</style></svg><!-- ",
    "e\u{301}\u{1F469}\u{200D}\u{1F680}",
    "\"\"\" + __import__('os') + \"\"\"", "#!/bin/sh\n# not a comment",
    "Z" + String(repeating: "\u{302}", count: 500),
    "javascript:alert(1)",
  ]

  static func hostile() -> Explanation {
    var base = iris()
    let texts = hostileTexts
    let classes = [texts[0], texts[2], texts[9]]
    let features = texts.enumerated().map { index, text in
      Feature(
        Feature.ID("\(text)#\(index)"),
        index % 2 == 0 ? .numeric(unit: text) : .categorical(levels: texts.map { $0 + "!" }))
    }
    let schema = Schema(
      features: features, target: Target(texts[7], .classes(names: classes)), missingMarks: texts)
    base.data.schema = schema
    base.data.features = features.count
    base.data.name = texts[0] + texts[5]
    base.data.classes = classes
    base.data.heldOutFrom = texts[8] + texts[1]
    base.data.rowsDropped = texts.enumerated().map { .init(reason: $1, count: $0) }
    base.rules = features.enumerated().map { index, feature in
      rule(
        index + 1,
        [
          feature.levels == nil
            ? test(feature.id.rawValue, above(Double(index)), schema)
            : test(
              feature.id.rawValue, .levels(among: [index, (index + 5) % 20], orMissing: true),
              schema)
        ], classes[index % 3], 3, 4, of: 96, held: 2, heldAgreeing: 1, heldTotal: 30)
    }
    base.complexity = complexity(base.rules)
    base.defaultClass = classes[1]
    base.fidelity.majorityClass = classes[0]
    base.fidelity.byClass = [
      classes[0]: Proportion(9, of: 10), classes[1]: Proportion(9, of: 10),
      classes[2]: Proportion(10, of: 10),
    ]
    for index in base.features.indices {
      base.features[index].drivers = features.enumerated().map { number, feature in
        .init(
          input: feature.levels.map { "\(feature.id.rawValue) = \($0[number])" }
            ?? feature.id.rawValue, strength: 1 - Double(number) / 40,
          sign: number % 3 == 0 ? -1 : 1)
      }
      for effect in base.features[index].effects.indices {
        base.features[index].effects[effect].class = classes[effect]
      }
      base.features[index].neuron = Neuron(Node.ID(texts[index]), index)
    }
    base.featureRules?.defaultClass = classes[2]
    for index in base.featureRules?.rules.indices ?? 0..<0 {
      base.featureRules?.rules[index].then = classes[index]
    }
    base.disagreements = texts.enumerated().map { index, text in
      Disagreement(
        row: index + 1, values: [features[index].id.rawValue: text], network: classes[index % 3],
        rules: classes[(index + 1) % 3], rule: index % 2 == 0 ? "R\(index + 1)" : nil)
    }
    base.disagreementsTotal = texts.count
    base.extractor.notes = texts
    base.pruning.method = texts[3]
    base.pruning.source = texts[0]
    base.network.architecture = texts
    base.provenance = Provenance(
      version: texts[0], seed: .max, arguments: texts, startedFrom: texts[4])
    return base
  }
}
