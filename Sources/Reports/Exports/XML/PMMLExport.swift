import Datasets
import Explanations
import Foundation
import Naming
import Rules

/// A PMML 4.4 file with a `RuleSetModel`: the first rule that holds decides, and the output `rule`
/// is its identifier. A vote is written as the equal list, sorted by confidence; scores and hidden
/// features are derived fields.
public struct PMMLExport: TextualExport {
  /// The name in commands, settings and files.
  public static let name = "pmml"
  /// The description in one line.
  public static let summary = "one PMML 4.4 file with a RuleSetModel: first hit decides"
  /// The publication.
  public static let source = Citation(
    authors: "Data Mining Group", title: "PMML 4.4: Ruleset", year: 2019,
    venue: "dmg.org/pmml/v4-4/RuleSet.html")
  /// The extension of file names, without the dot.
  public static let fileExtension = "pmml"
  /// Whether the text computes predictions.
  public static let evaluatesRules = true

  /// Creates the format.
  public init(_ options: ExportOptions = ExportOptions()) {}

  /// The rules as the text of a file.
  /// - Throws: `ReportError.unsupportedCharacter` if XML does not have a character of a name.
  public func export(_ program: RuleProgram, of explanation: Explanation) throws -> String {
    let schema = program.schema
    let read = program.columnsRead.map { schema.features[$0] }
    try XMLElement.check(
      [schema.target.name] + schema.missingMarks + schema.numberMarks
        + program.predictions.map(\.name)
        + program.rules.map(\.id)
        + read.flatMap { [$0.id.rawValue] + ($0.levels ?? []) }, format: "PMML")
    let names = PMMLNames(program)
    let report = Report(explanation)
    return XMLElement(
      "PMML", [("xmlns", "http://www.dmg.org/PMML-4_4"), ("version", "4.4")],
      [
        XMLElement(
          "Header", [("description", visible(report.fidelitySentence.plain))],
          [
            XMLElement(
              "Application",
              [("name", "espalier"), ("version", visible(explanation.provenance.version))])
          ]),
        dictionary(program, names),
        XMLElement(
          "RuleSetModel",
          [
            ("modelName", "rules"), ("functionName", "classification"),
            ("algorithmName", "espalier"),
          ],
          [miningSchema(read, names), Self.output(names)]
            + transformations(program, names) + [ruleSet(program, names, RuleText(explanation))]),
      ]
    ).document
  }

  /// Without valid values, any level is valid: an unknown one is equal to none of a rule, and is
  /// not missing. Some programs take an invalid level for a missing one.
  private func dictionary(_ program: RuleProgram, _ names: PMMLNames) -> XMLElement {
    let schema = program.schema
    var fields: [XMLElement] = []
    for feature in program.columnsRead.map({ schema.features[$0] }) {
      var missing = [""] + schema.missingMarks.filter { !$0.isEmpty }
      if let number = feature.notation?.missing { missing.append(shortest(number)) }
      let levels = feature.levels ?? []
      // NaN is read as missing in a column of levels too.
      let marks = feature.levels == nil ? schema.numberMarks : ["NaN", "-NaN", "+NaN"]
      missing += marks.flatMap(Self.spellings).filter { !missing.contains($0) }
      let type =
        feature.levels == nil ? ("continuous", "double") : ("categorical", "string")
      fields.append(
        XMLElement(
          "DataField",
          [("name", feature.id.rawValue), ("optype", type.0), ("dataType", type.1)],
          missing.filter { !levels.contains($0) }.map {
            XMLElement("Value", [("value", $0), ("property", "missing")])
          }))
    }
    fields.append(
      XMLElement(
        "DataField", [("name", names.target), ("optype", "categorical"), ("dataType", "string")],
        program.predictions.map { XMLElement("Value", [("value", $0.name)]) }))
    return XMLElement("DataDictionary", [("numberOfFields", "\(fields.count)")], fields)
  }

  /// A marker of missing numbers in each case: the columns are read in any, and PMML compares exactly.
  private static func spellings(_ mark: String) -> [String] {
    var all: [String] = []
    for text in [mark, mark.lowercased(), mark.uppercased(), mark.lowercased().capitalized]
    where !all.contains(text) && !text.isEmpty {
      all.append(text)
    }
    return all
  }

  private func miningSchema(_ read: [Feature], _ names: PMMLNames) -> XMLElement {
    let fields = read.map { XMLElement("MiningField", [("name", $0.id.rawValue)]) }
    return XMLElement(
      "MiningSchema", [],
      fields + [XMLElement("MiningField", [("name", names.target), ("usageType", "target")])])
  }

  private static func output(_ names: PMMLNames) -> XMLElement {
    XMLElement(
      "Output", [],
      [(names.prediction, "predictedValue"), (names.rule, "entityId")].map {
        XMLElement(
          "OutputField",
          [("name", $0), ("optype", "categorical"), ("dataType", "string"), ("feature", $1)])
      })
  }

  private func transformations(_ program: RuleProgram, _ names: PMMLNames) -> [XMLElement] {
    var fields: [XMLElement] = []
    if program.usesFeatures, let layers = program.layers {
      fields += PMMLFeatures(layers, program.schema, names).fields
    }
    let expressions = PMMLExpressions(program.schema, names)
    for (position, score) in program.scores.enumerated() {
      fields.append(PMMLNames.derived(names.scores[position], expressions.sum(score)))
    }
    return fields.isEmpty ? [] : [XMLElement("LocalTransformations", [], fields)]
  }

  private func ruleSet(
    _ program: RuleProgram, _ names: PMMLNames, _ text: RuleText
  ) -> XMLElement {
    let predicates = PMMLPredicates(program.schema, names)
    let rules = program.order.map { position in
      let rule = program.rules[position]
      return XMLElement(
        "SimpleRule",
        [
          ("id", rule.id), ("score", program.predictions[rule.conclusion].name),
          ("recordCount", "\(rule.support.covered)"), ("nbCorrect", "\(rule.support.agreeing)"),
          ("confidence", shortest(rule.support.confidence)),
        ], [predicates.premise(rule)])
    }
    // Programs ask for a confidence where no rule fires, and none was measured.
    return XMLElement(
      "RuleSet",
      [
        ("defaultScore", program.predictions[program.defaultPrediction].name),
        ("defaultConfidence", "0"),
      ],
      [XMLElement("RuleSelectionMethod", [("criterion", "firstHit")])] + rules)
  }
}

/// The names of fields; a derived field has a name that no column has.
struct PMMLNames {
  let columns: [String]
  let scores: [String]
  let features: [String]
  let target: String
  let prediction: String
  let rule: String
  private let taken: Set<String>

  init(_ program: RuleProgram) {
    var taken = Set(program.schema.features.map(\.id.rawValue))
    columns = program.schema.features.map(\.id.rawValue)
    func free(_ name: String) -> String {
      var name = name
      while !taken.insert(name).inserted { name += "_" }
      return name
    }
    target = free(program.schema.target.name)
    prediction = free("predicted " + program.schema.target.name)
    rule = free("rule")
    scores = program.scores.map { free($0.name) }
    features = program.features.map { free($0.rawValue) }
    self.taken = taken
  }

  /// A name of an intermediate field.
  func intermediate(_ name: String) -> String {
    var name = name
    while taken.contains(name) { name += "_" }
    return name
  }

  func name(of variable: RuleProgram.Variable) -> String {
    switch variable {
    case .level(let column), .quantity(.column(let column)): columns[column]
    case .quantity(.feature(let position)): features[position]
    case .quantity(.score(let position)): scores[position]
    }
  }

  /// A numeric derived field.
  static func derived(_ name: String, _ value: XMLElement) -> XMLElement {
    XMLElement(
      "DerivedField", [("name", name), ("optype", "continuous"), ("dataType", "double")], [value])
  }
}

/// The premises of rules as predicates; a comparison with a missing value is unknown.
private struct PMMLPredicates {
  private let schema: Schema
  private let names: PMMLNames

  init(_ schema: Schema, _ names: PMMLNames) { (self.schema, self.names) = (schema, names) }

  func premise(_ rule: RuleProgram.Rule) -> XMLElement {
    Self.compound("and", rule.premise.map(condition)) ?? XMLElement("True")
  }

  private static func compound(_ sign: String, _ parts: [XMLElement]) -> XMLElement? {
    guard let first = parts.first else { return nil }
    return parts.count == 1
      ? first : XMLElement("CompoundPredicate", [("booleanOperator", sign)], parts)
  }

  private func condition(_ condition: RuleProgram.Condition) -> XMLElement {
    let name = names.name(of: condition.variable)
    func test(_ sign: String, _ value: String? = nil) -> XMLElement {
      XMLElement(
        "SimplePredicate",
        [("field", name), ("operator", sign)] + (value.map { [("value", $0)] } ?? []))
    }
    let body: XMLElement?
    let isMissingEnough: Bool
    switch condition {
    case .known: return test("isNotMissing")
    case .missing: return test("isMissing")
    case .number(_, let bounds, let orMissing):
      isMissingEnough = orMissing
      switch bounds {
      case .above(let lower): body = test("greaterThan", "\(lower)")
      case .atMost(let upper): body = test("lessOrEqual", "\(upper)")
      case .between(let lower, let upper):
        body = Self.compound(
          "and", [test("greaterThan", "\(lower)"), test("lessOrEqual", "\(upper)")])
      }
    case .level(let column, let among, let orMissing):
      isMissingEnough = orMissing
      let levels = schema.features[column].levels ?? []
      body = Self.compound("or", among.map { test("equal", levels[$0]) })
    }
    guard isMissingEnough else { return body ?? XMLElement("False") }
    return Self.compound("or", [test("isMissing")] + (body.map { [$0] } ?? []))
      ?? XMLElement("False")
  }
}
