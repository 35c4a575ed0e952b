import Datasets
import Explanations
import Rules

/// The text of rules: every rule in a report or on a terminal is formatted here.
public struct RuleText: Hashable, Sendable {
  private let schema: Schema
  private let positions: [String: Int]
  /// The thresholds above which hidden features are active, by the name of the feature.
  private let thresholds: [String: Double]
  /// Names that are equal after they are shortened: these are shown whole.
  private let alike: Set<String>

  /// Creates the text of the rules of an explanation, with its names, units and thresholds.
  public init(_ explanation: Explanation) {
    schema = explanation.data.schema
    positions = Dictionary(
      schema.features.enumerated().map { ($1.id.rawValue, $0) },
      uniquingKeysWith: { first, _ in first })
    thresholds = Dictionary(
      explanation.features.map { ($0.id, $0.threshold) }, uniquingKeysWith: { first, _ in first })
    let all =
      schema.features.flatMap { [$0.id.rawValue] + ($0.levels ?? []) } + schema.classes
      + [schema.target.name]
    let long = Set(all.filter { $0.utf8.count > longestShownName })
    alike = Set(
      Dictionary(grouping: long, by: { shown($0) }).values.filter { $0.count > 1 }.joined())
  }

  /// The name of a column, a class, a hidden feature or a score.
  private func name(_ name: String) -> Phrase {
    alike.contains(name) ? Phrase([.passage(name)]) : .name(name)
  }

  /// A level of a categorical column: in quotation marks where its text could be read as a part of the
  /// condition, such as `a or b`, `not a` and `missing`.
  func level(_ level: String) -> Phrase {
    Self.readsAsWords(level) ? "\u{201C}" + name(level) + "\u{201D}" : name(level)
  }

  private static func readsAsWords(_ level: String) -> Bool {
    let words = level.lowercased().split { $0 == " " || $0 == "\u{A0}" }
    guard let first = words.first else { return false }
    return level.contains(where: { ",\"\u{201C}\u{201D}]".contains($0) })
      || ["not", "neither", "missing", "known"].contains(first)
      || words.contains { ["or", "nor", "and", "then"].contains($0) }
  }

  /// `petal_length > 2.45 cm and odor is foul or musty`; `always` for an empty premise.
  public func premise(_ rule: RuleEntry) -> Phrase { conjunction(rule.if.map(condition)) }

  private func conjunction(_ conditions: [Phrase]) -> Phrase {
    conditions.isEmpty ? "always" : conditions.joined(by: Phrase([.small(" and ")]))
  }

  /// `if petal_length > 2.45 cm then species is versicolor`
  public func sentence(_ rule: RuleEntry) -> Phrase { sentence(premise(rule), rule.then) }

  private func sentence(_ premise: Phrase, _ name: String) -> Phrase {
    Phrase([.small("if ")]) + premise + Phrase([.small(" then ")]) + conclusion(name)
  }

  /// The text of a rule of a program.
  public func sentence(_ rule: RuleProgram.Rule, of program: RuleProgram) -> Phrase {
    let conditions = rule.premise.map { condition($0, of: program) }
    return sentence(conjunction(conditions), program.predictions[rule.conclusion].name)
  }

  /// The text of a condition of a program.
  public func condition(_ condition: RuleProgram.Condition, of program: RuleProgram) -> Phrase {
    self.condition(RuleEntry.Test(program.literal(condition), schema: program.schema))
  }

  /// The definition of a score of a program: `S1 = 2 × petal_length + 3 × [odor is foul]`; a condition in
  /// brackets is 1 where it holds, and 0 elsewhere.
  public func score(_ score: RuleProgram.Score, of program: RuleProgram) -> Phrase {
    name(score.name) + " = "
      + sum(
        score.terms.map { term in
          switch term.operand {
          case .indicator(let condition):
            return (term.weight.value, bracketed(self.condition(condition, of: program)))
          case .value(let quantity, let ifMissing):
            var value = name(program.name(of: .quantity(quantity)).rawValue)
            if term.step != 1 { value += " / \(number(term.step))" }
            if case .column = quantity { value += " (\(number(ifMissing)) if missing)" }
            return (term.weight.value, value)
          }
        })
  }

  /// The definition of a score of a result: `S1 = 2 × glucose / 20 + 3 × [odor is foul]`.
  public func score(_ score: ScoreEntry) -> Phrase {
    name(score.id) + " = " + sum(score.terms.map(part))
  }

  /// When a described hidden feature is active: `3 × petal_length + petal_width > 12`.
  public func description(_ description: FeatureDescription) -> Phrase {
    sum(description.terms.map(part)) + " > \(number(description.threshold))"
  }

  /// The terms of a score, one each: `2 × glucose / 20`, `−3 × [odor is foul]`.
  func terms(of score: ScoreEntry) -> [Phrase] { score.terms.map { sum([part($0)]) } }

  private func part(_ term: ScoreEntry.Term) -> (weight: Double, text: Phrase) {
    let name = name(term.input)
    if term.values != nil {
      return (Double(term.weight), bracketed(name + " is " + operand(of: term)))
    }
    let step = term.step ?? 1
    return (Double(term.weight), step == 1 ? name : name + " / \(number(step))")
  }

  private func bracketed(_ condition: Phrase) -> Phrase { "[" + condition + "]" }

  /// A sum of weights times values or conditions.
  private func sum(_ terms: [(weight: Double, text: Phrase)]) -> Phrase {
    var sum = Phrase()
    for (position, term) in terms.enumerated() {
      switch (position, term.weight < 0) {
      case (0, false): break
      case (0, true): sum += "\u{2212}"
      case (_, false): sum += " + "
      case (_, true): sum += " \u{2212} "
      }
      let size = Phrase(number(abs(term.weight)))
      sum += abs(term.weight) == 1 ? term.text : size + " × " + term.text
    }
    return terms.isEmpty ? "0" : sum
  }

  /// What a term of a score counts: `20 mg/dl`, `1`, or `foul or musty`.
  func operand(of term: ScoreEntry.Term) -> Phrase {
    let feature = positions[term.input].map { schema.features[$0] }
    if let values = term.values {
      return values.map(level).listed("or")
        + (term.orMissing == true ? Phrase(" or missing") : Phrase())
    }
    return Phrase(number(term.step ?? 1))
      + (feature?.unit.map { Phrase(" ") + .name($0) } ?? Phrase())
  }

  /// The number in place of a missing one; 0 points for a missing level.
  func missing(of term: ScoreEntry.Term) -> Phrase {
    term.values == nil
      ? Phrase(number(term.ifMissing ?? 0)) : term.orMissing == true ? "as above" : "0 points"
  }

  /// `species is versicolor`
  public func conclusion(_ name: String) -> Phrase {
    self.name(schema.target.name) + " is " + self.name(name)
  }

  /// The text of one condition on a column or a hidden feature.
  public func condition(_ test: RuleEntry.Test) -> Phrase {
    if positions[test.feature] == nil, let switched = switching(test) { return switched }
    let feature = positions[test.feature].map { schema.features[$0] }
    let unit = feature?.unit.map { Phrase(" ") + .name($0) } ?? Phrase()
    let missing: Phrase = test.orMissing == true ? Phrase([.small(" or missing")]) : Phrase()
    let name = name(test.feature)
    switch test.operator {
    case .greater:
      guard let value = test.value else { return name + " is known" }
      return name + " > \(number(value))" + unit + missing
    case .atMost:
      guard let value = test.value else { return name + " is known" }
      return name + " ≤ \(number(value))" + unit + missing
    case .between:
      let bounds = (test.bounds ?? []).map(number)
      guard bounds.count == 2 else { return name + " is known" }
      return name + " > \(bounds[0]) and ≤ \(bounds[1])" + unit + missing
    case .missing: return name + " is missing"
    case .oneOf: return name + levels(test.values ?? [], of: feature) + missing
    }
  }

  /// "is foul or musty", or the excluded levels if they are at most a third as many.
  private func levels(_ values: [String], of feature: Feature?) -> Phrase {
    let chosen = Set(values)
    let others = (feature?.levels ?? []).filter { !chosen.contains($0) }
    guard values.count > 2, !others.isEmpty, others.count * 3 <= values.count else {
      return " is " + values.map(level).listed("or")
    }
    return others.count == 1
      ? " is not " + level(others[0])
      : " is neither " + others.map(level).listed("nor")
  }

  /// `F2 is on` or `F2 is off` for a condition at the feature's own threshold; `nil` for others.
  private func switching(_ test: RuleEntry.Test) -> Phrase? {
    guard let threshold = thresholds[test.feature], test.value == threshold else { return nil }
    switch test.operator {
    case .greater: return name(test.feature) + " is on"
    case .atMost: return name(test.feature) + " is off"
    default: return nil
    }
  }

  /// How conditions are applied to missing values and to levels that the training rows do not have.
  package var unknownValues: Phrase {
    let missing: Phrase =
      "A condition on a missing value does not hold, unless it ends in \u{201C}missing\u{201D}."
    guard schema.features.contains(where: { $0.levels != nil }) else { return missing }
    return missing + """
       A level that its column does not have in the training rows meets no condition, not \
      even \u{201C}is not \u{2026}\u{201D}.
      """
  }

  /// A bound, exactly as it is stored, with a minus sign (U+2212).
  private func number(_ value: Double) -> String { signed(shortest(value)) }
}

/// How the conditions of rules over hidden features use thresholds.
package enum FeatureConditions: Hashable, Sendable {
  /// Every condition tests the feature's own threshold: whether the feature is active.
  case activity
  /// Some condition has another threshold.
  case thresholds
}

extension RuleText {
  /// How the conditions of rules on hidden features use thresholds; `nil` without such a condition.
  package func featureConditions(of rules: [RuleEntry]) -> FeatureConditions? {
    let tests = rules.flatMap(\.if).filter { positions[$0.feature] == nil }
    if tests.isEmpty { return nil }
    return tests.allSatisfy { switching($0) != nil } ? .activity : .thresholds
  }
}

extension RuleEntry.Test {
  /// Whether the condition has an upper bound only.
  var isNegated: Bool { self.operator == .atMost }
}
