import Datasets
import Explanations
import Foundation
import Networks
import Rules
import Tensors

extension SampleExplanation {
  private static let irisSchema = Schema(
    features: ["sepal_length", "sepal_width", "petal_length", "petal_width"].map {
      Feature(Feature.ID($0), .numeric(unit: "cm"))
    }, target: Target("species", .classes(names: ["setosa", "versicolor", "virginica"])))

  static func iris() -> Explanation {
    let schema = irisSchema
    let rules = [
      rule(
        1, [test("petal_length", atMost(2.45), schema)], "setosa", 32, 32, of: 96, held: 10,
        heldAgreeing: 10, heldTotal: 30),
      rule(
        2,
        [
          test("petal_length", .interval(lower: 2.45, upper: 4.95, orMissing: false), schema),
          test("petal_width", atMost(1.65), schema),
        ], "versicolor", 30, 31, of: 96, held: 10, heldAgreeing: 9, heldTotal: 30),
      rule(
        3, [test("petal_width", above(1.65), schema)], "virginica", 31, 32, of: 96, held: 9,
        heldAgreeing: 8, heldTotal: 30),
    ]
    let features = [
      irisFeature(
        "F1", 3, [("petal_length", 1, -1), ("petal_width", 0.71, -1), ("sepal_width", 0.32, 1)],
        on: 0.34, threshold: 0.31, effects: [2.9, -1.1, -2.2]),
      irisFeature(
        "F2", 7, [("petal_width", 1, 1), ("petal_length", 0.83, 1)],
        on: 0.36, threshold: 0.44, effects: [-1.8, -0.7, 3.1]),
      irisFeature(
        "F3", 12, [("sepal_width", 1, -1), ("petal_length", 0.64, 1), ("petal_width", 0.18, -1)],
        on: 0.41, threshold: 0.27, effects: [-0.9, 1.7, 0.2]),
    ]
    let featureRules = [
      rule(
        1, [test("F1", above(0.31), schema)], "setosa", 32, 33, of: 96, held: 10,
        heldAgreeing: 10, heldTotal: 30),
      rule(
        2, [test("F1", atMost(0.31), schema), test("F2", above(0.44), schema)], "virginica", 31, 33,
        of: 96, held: 10, heldAgreeing: 9, heldTotal: 30),
      rule(
        3, [test("F2", atMost(0.44), schema), test("F3", above(0.5), schema)], "versicolor", 26, 27,
        of: 96, held: 9, heldAgreeing: 9, heldTotal: 30),
    ]
    var pruned = network(
      ["3 inputs", "dense 3", "relu", "dense 3"], parameters: 24, neurons: 3, inputs: 3, right: 28,
      of: 30)
    pruned.agreementWithOriginal = Proportion(29, of: 30)
    pruned.equality = .init(
      rows: 150, largestAbsolute: 4.77e-7, largestRelative: 1.9e-7, changedPredictions: 0)
    let fidelity = Fidelity(
      heldOut: Proportion(28, of: 30),
      byClass: [
        "setosa": Proportion(10, of: 10), "versicolor": Proportion(9, of: 10),
        "virginica": Proportion(9, of: 10),
      ], toOriginal: Proportion(27, of: 30), training: Proportion(94, of: 96),
      majorityBaseline: Proportion(10, of: 30), majorityClass: "versicolor",
      coverage: Proportion(29, of: 30))
    return Explanation(
      data: DataSummary(
        name: "iris", sha256: String(repeating: "4f2a", count: 16), rows: 150, rowsUsed: 150,
        rowsDropped: [], rowsAltered: [], training: 96, validation: 24, heldOut: 30,
        heldOutFrom: "every class split in the same proportion, 20 % of the rows, seed 42",
        schema: schema),
      network: network(
        ["4 inputs", "dense 16", "relu", "dense 3"], parameters: 131, neurons: 16, inputs: 4,
        right: 29, of: 30),
      pruned: pruned,
      pruning: PruningSummary(
        method: "feature-based", source: "Lee & Kim (2021), Feature-based rule explanation",
        steps: [(12, 4, true), (8, 4, true), (5, 4, true), (3, 3, true), (2, 3, false)].map {
          neurons, inputs, kept in
          .init(
            parameters: neurons * (inputs + 4) + 3, neurons: neurons, inputs: inputs,
            accuracy: Proportion(kept ? 23 : 18, of: 24),
            removed: inputs == 3
              ? ["activation-1:9", "activation-1:14", "sepal_length"]
              : ["activation-1:1", "activation-1:4", "activation-1:8", "activation-1:15"],
            kept: kept)
        }),
      features: features, binarisation: Proportion(29, of: 30), clarity: 0.021, rules: rules,
      defaultClass: "versicolor", resolution: .firstMatch, level: .inputs, extractor: tree,
      fidelity: fidelity,
      accuracy: AccuracySummary(
        rules: Proportion(28, of: 30), network: Proportion(28, of: 30),
        whereBothAgree: Proportion(27, of: 28)),
      complexity: complexity(rules),
      curve: [(0, 0, 10), (1, 1, 20), (2, 3, 27), (3, 4, 28), (4, 7, 28), (6, 13, 29)].map {
        CurvePoint(
          Complexity(rules: $0.0, literals: $0.1, variables: 0), fidelity: Proportion($0.2, of: 30))
      },
      disagreements: [
        Disagreement(
          row: 71, values: ["petal_length": "4.8", "petal_width": "1.8"], network: "versicolor",
          rules: "virginica", rule: "R3"),
        Disagreement(
          row: 107, values: ["petal_length": "4.5", "petal_width": "1.7"], network: "virginica",
          rules: "versicolor", rule: nil),
      ], disagreementsTotal: 2,
      featureRules: RuleSetEntry(
        rules: featureRules, defaultClass: "versicolor", resolution: .firstMatch,
        extractor: attributeSearch, complexity: complexity(featureRules, level: .features)),
      featureFidelity: fidelity, provenance: provenance(["explain", "iris"]))
  }

  private static func irisFeature(
    _ id: String, _ originalIndex: Int, _ drivers: [(String, Double, Int)], on: Double,
    threshold: Double,
    effects: [Double]
  ) -> FeatureSummary {
    FeatureSummary(
      id: id, neuron: Neuron(Node.ID("activation-1"), originalIndex), layer: "activation-1",
      drivers: drivers.map { .init(input: $0.0, strength: $0.1, sign: $0.2) },
      threshold: threshold, activeShare: on,
      effects: zip(irisSchema.classes, effects).map { .init(class: $0, weight: $1) }, image: nil)
  }

  static func mushroom() -> Explanation {
    let columns: [(String, [String])] = [
      ("cap-shape", ["bell", "conical", "convex", "flat", "knobbed", "sunken"]),
      (
        "cap-color",
        ["brown", "buff", "cinnamon", "gray", "green", "pink", "red", "white", "yellow"]
      ),
      ("bruises", ["bruises", "no"]),
      (
        "odor",
        ["almond", "anise", "creosote", "fishy", "foul", "musty", "none", "pungent", "spicy"]
      ),
      ("gill-size", ["broad", "narrow"]),
      ("gill-color", ["black", "brown", "buff", "chocolate", "green", "white"]),
      ("stalk-root", ["bulbous", "club", "equal", "rooted"]),
      ("stalk-surface-above-ring", ["fibrous", "scaly", "silky", "smooth"]),
      ("ring-type", ["evanescent", "flaring", "large", "none", "pendant"]),
      (
        "spore-print-color",
        ["black", "brown", "buff", "chocolate", "green", "orange", "purple", "white"]
      ),
      ("population", ["abundant", "clustered", "numerous", "scattered", "several", "solitary"]),
      ("habitat", ["grasses", "leaves", "meadows", "paths", "urban", "waste", "woods"]),
    ]
    let extra = (columns.count..<22).map { ("column-\($0)", ["a", "b"]) }
    let schema = Schema(
      features: (columns + extra).map { Feature(Feature.ID($0.0), .categorical(levels: $0.1)) },
      target: Target("edibility", .classes(names: ["edible", "poisonous"])))
    var base = iris()
    let rules = [
      rule(
        1,
        [
          test(
            "odor",
            among(
              ["creosote", "fishy", "foul", "musty", "pungent", "spicy"], of: "odor", in: schema),
            schema)
        ],
        "poisonous", 2410, 2410, of: 5200, held: 740, heldAgreeing: 740, heldTotal: 1625),
      rule(
        2,
        [
          test(
            "spore-print-color",
            among(
              ["black", "brown", "buff", "chocolate", "orange", "purple", "white"],
              of: "spore-print-color", in: schema), schema),
          test("stalk-root", .levels(among: [0, 1], orMissing: true), schema),
        ], "edible", 1702, 1710, of: 5200, held: 530, heldAgreeing: 527, heldTotal: 1625),
      rule(
        3,
        [
          test("gill-size", among(["broad"], of: "gill-size", in: schema), schema),
          test("habitat", among(["grasses", "woods"], of: "habitat", in: schema), schema),
        ],
        "edible", 930, 951, of: 5200, held: 301, heldAgreeing: 296, heldTotal: 1625),
    ]
    var generator = SeededGenerator(seed: 5)
    base.features = (1...6).map { number in
      var drivers: [FeatureSummary.Driver] = []
      for column in columns {
        for level in column.1 where generator.uniform() < 0.16 {
          drivers.append(
            .init(
              input: "\(column.0) = \(level)", strength: (generator.uniform()).roundedTo(digits: 3),
              sign: generator.uniform() < 0.5 ? 1 : -1))
        }
      }
      drivers.sort { $0.strength > $1.strength }
      if !drivers.isEmpty { drivers[0].strength = 1 }
      return FeatureSummary(
        id: "F\(number)", neuron: Neuron(Node.ID("activation-1"), number * 3),
        layer: "activation-1",
        drivers: drivers, threshold: 0.5, activeShare: generator.uniform().roundedTo(digits: 4),
        effects: [
          .init(class: "edible", weight: (generator.normal() * 2).roundedTo(digits: 3)),
          .init(class: "poisonous", weight: (generator.normal() * 2).roundedTo(digits: 3)),
        ], image: nil)
    }
    let featureRules = (1...7).map { number in
      rule(
        number,
        [
          test("F\(number % 6 + 1)", above(0.5), schema),
          test("F\((number + 2) % 6 + 1)", atMost(0.5), schema),
        ], number % 2 == 0 ? "edible" : "poisonous", 700 - 40 * number, 720 - 40 * number, of: 5200,
        held: 200, heldAgreeing: 197, heldTotal: 1625)
    }
    base.data = DataSummary(
      name: "mushroom", sha256: String(repeating: "09be", count: 16), rows: 8124, rowsUsed: 8124,
      rowsDropped: [], rowsAltered: [.init(reason: "missing value in 'stalk-root'", count: 2480)],
      training: 5200, validation: 1299, heldOut: 1625,
      heldOutFrom: "every class split in the same proportion, 20 % of the rows, seed 42",
      schema: schema)
    base.network = network(
      ["126 inputs", "dense 16", "relu", "dense 2"], parameters: 2066, neurons: 16, inputs: 22,
      right: 1625, of: 1625)
    base.pruned = network(
      ["48 inputs", "dense 6", "relu", "dense 2"], parameters: 308, neurons: 6, inputs: 12,
      right: 1625, of: 1625)
    base.pruned.agreementWithOriginal = Proportion(1625, of: 1625)
    base.rules = rules
    base.defaultClass = "edible"
    base.resolution = .vote
    base.fidelity = Fidelity(
      heldOut: Proportion(1617, of: 1625),
      byClass: ["edible": Proportion(836, of: 842), "poisonous": Proportion(781, of: 783)],
      toOriginal: Proportion(1617, of: 1625), training: Proportion(5171, of: 5200),
      majorityBaseline: Proportion(842, of: 1625), majorityClass: "edible",
      coverage: Proportion(1571, of: 1625))
    base.accuracy = AccuracySummary(
      rules: Proportion(1617, of: 1625), network: Proportion(1625, of: 1625),
      whereBothAgree: Proportion(1617, of: 1617))
    base.complexity = complexity(rules)
    base.curve = [(1, 1, 1510), (2, 3, 1590), (3, 5, 1617), (9, 20, 1625)].map {
      CurvePoint(
        Complexity(rules: $0.0, literals: $0.1, variables: 0), fidelity: Proportion($0.2, of: 1625))
    }
    base.disagreements = (1...8).map {
      Disagreement(
        row: 600 * $0 + 17,
        values: ["odor": "none", "stalk-root": "", "gill-size": "broad", "habitat": "leaves"],
        network: "poisonous", rules: "edible", rule: $0 % 2 == 0 ? "R2" : nil)
    }
    base.disagreementsTotal = 8
    base.featureRules = RuleSetEntry(
      rules: featureRules, defaultClass: "edible", resolution: .vote, extractor: attributeSearch,
      complexity: complexity(featureRules, level: .features))
    base.featureFidelity = base.fidelity
    base.binarisation = Proportion(1622, of: 1625)
    base.provenance = provenance(["explain", "mushroom", "--max-rules", "3"])
    return base
  }

  /// A numeric target, whose predictions are intervals.
  static func number() -> Explanation {
    var base = iris()
    let schema = Schema(
      features: [
        Feature("rooms"), Feature("age", .numeric(unit: "years")),
        Feature("distance", .numeric(unit: "km")), Feature("tax"),
      ], target: Target("price", .numeric(unit: "k$", cuts: [150, 252.5])))
    let classes = schema.classes
    base.data.schema = schema
    base.data.name = "houses.csv"
    base.data.classes = classes
    base.rules = [
      rule(
        1, [test("rooms", above(6.5), schema), test("distance", atMost(-1.5), schema)], classes[2],
        30, 31, of: 96, held: 9, heldAgreeing: 9, heldTotal: 30),
      rule(
        2, [test("age", above(1e-7, orMissing: true), schema)], classes[0], 28, 30, of: 96,
        held: 11,
        heldAgreeing: 10, heldTotal: 30),
    ]
    base.complexity = complexity(base.rules)
    base.defaultClass = classes[1]
    base.fidelity.majorityClass = classes[1]
    base.fidelity.byClass = [
      classes[0]: Proportion(11, of: 11), classes[1]: Proportion(8, of: 10),
      classes[2]: Proportion(9, of: 9),
    ]
    base.network.rootMeanSquaredError = 41.732
    base.pruned.rootMeanSquaredError = 43.118
    base.disagreements = []
    base.disagreementsTotal = 0
    let names = ["petal_length": "rooms", "petal_width": "age", "sepal_width": "distance"]
    for index in base.features.indices {
      for driver in base.features[index].drivers.indices {
        let old = base.features[index].drivers[driver].input
        base.features[index].drivers[driver].input = names[old] ?? "tax"
      }
      for effect in base.features[index].effects.indices {
        base.features[index].effects[effect].class = classes[effect]
      }
    }
    base.featureRules = nil
    base.featureFidelity = nil
    base.provenance = provenance(["explain", "houses.csv", "--target", "price"])
    return base
  }

  static func withoutFeatures() -> Explanation {
    var base = iris()
    base.features = []
    base.featureRules = nil
    base.featureFidelity = nil
    base.binarisation = nil
    base.clarity = nil
    base.network.neurons = 0
    base.pruned.neurons = 0
    base.pruned.architecture = ["4 inputs", "dense 3"]
    base.pruned.equality = nil
    base.pruning.steps = []
    base.curve = []
    return base
  }

  static func withoutRules() -> Explanation {
    var base = iris()
    base.rules = []
    base.complexity = complexity([])
    base.featureRules?.rules = []
    base.fidelity.heldOut = Proportion(10, of: 30)
    base.fidelity.coverage = Proportion(0, of: 30)
    return base
  }
}
