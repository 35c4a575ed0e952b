import Datasets
import Explanations

/// The largest number of rules in a diagram.
private let mostRules = 12
/// The largest number of lines for the conditions of a rule.
private let mostConditions = 9
/// The largest number of attributions drawn for a feature.
private let mostDrivers = 4

extension Diagram {
  /// The diagram of inputs, hidden features or scores, and rules; without features if no rule uses one.
  ///
  /// `level`: the rules to draw; by default those over hidden features, or those over inputs if there
  /// are none. Rules over inputs are drawn if there are none of the level.
  public init(rules explanation: Explanation, level: RuleLevel = .features) {
    let entry = explanation.entry(level) ?? explanation.inputRules
    if level == .described, explanation.describedRules != nil {
      self.init(described: entry, of: explanation)
      return
    }
    let shownRules = Self.mostCovering(entry.rules)
    let asked = Set(shownRules.flatMap { $0.if.map(\.feature) })
    let features = explanation.features.filter { asked.contains($0.id) }
    var places: [String: Place] = [:]
    var edges: [Edge] = []
    var columns: [Column] = []

    let schema = explanation.data.schema
    let columnsTested = schema.features.map(\.id.rawValue).filter {
      asked.contains($0) && !features.map(\.id).contains($0)
    }
    var inputs: [Node] = []
    if !columnsTested.isEmpty {
      let nodes = DiagramInputs(columnsTested.map { ($0, 1) }, schema: schema)
      inputs = nodes.nodes
      for name in columnsTested { places[name] = nodes.place(of: name) }
    }
    var (inputsTitle, omitted) = ("Inputs", Phrase())
    if !features.isEmpty {
      if schema.image == nil, inputs.isEmpty {
        let (short, left) = Self.strongest(features, most: mostDrivers)
        inputs = Self.inputColumn(explanation, features: short, edges: &edges)
        let read = explanation.pruned.inputs
        if inputs.count < read { inputsTitle += " (\(counted(inputs.count)) of \(counted(read)))" }
        omitted =
          left
          + Self.undrawn(
            inputs, explanation, isPartial: features.count < explanation.features.count)
      }
      for (number, feature) in features.enumerated() {
        places[feature.id] = Place(node: "f-\(number)", isFeature: true)
      }
    }
    columns.append(Column(inputsTitle, inputs))
    columns.append(
      Column(
        "Hidden features (\(features.count) of \(explanation.features.count) used)",
        features.enumerated().map { number, feature in
          Node(
            "f-\(number)", .hidden, feature.id,
            lines: (feature.image == nil ? feature.drivingLines(most: 2) : [])
              + ["active on \(percent(feature.activeShare)) of rows"] + feature.similarLines,
            image: feature.image)
        }))
    let text = RuleText(explanation)
    columns.append(
      Self.rulesColumn(
        shownRules, of: entry, fidelity: explanation.agreement(level), text: text, places: places,
        edges: &edges))
    self.init(
      title: features.isEmpty
        ? "Inputs and rules" : "Inputs, hidden features and rules",
      caption: Self.caption(
        drawn: shownRules.count, of: entry.rules.count,
        conditions: features.isEmpty ? nil : text.featureConditions(of: shownRules)) + omitted,
      columns: columns, edges: edges)
    thin()
  }

  /// The diagram of columns, scores and the rules over them.
  private init(described entry: RuleSetEntry, of explanation: Explanation) {
    let shownRules = Self.mostCovering(entry.rules)
    let asked = Set(shownRules.flatMap { $0.if.map(\.feature) })
    let scores = (entry.scores ?? []).filter { asked.contains($0.id) }
    let schema = explanation.data.schema
    let used = asked.union(scores.flatMap { $0.terms.map(\.input) })
    let names = schema.features.map(\.id.rawValue).filter(used.contains)
    let inputs = DiagramInputs(names.map { ($0, 1) }, schema: schema)
    var places: [String: Place] = [:]
    for name in names { places[name] = inputs.place(of: name) }
    var edges: [Edge] = []
    let text = RuleText(explanation)
    for (number, score) in scores.enumerated() {
      let largest = score.terms.map { abs($0.weight) }.max() ?? 1
      for term in score.terms {
        guard let place = places[term.input] else { continue }
        edges.append(
          Edge(
            place.node, part: place.part, to: "s-\(number)", sign: term.weight.signum(),
            strength: Double(abs(term.weight)) / Double(largest)))
      }
    }
    for (number, score) in scores.enumerated() { places[score.id] = Place(node: "s-\(number)") }
    let middle = scores.enumerated().map { number, score in
      Node("s-\(number)", .hidden, score.id, lines: text.terms(of: score).map(\.plain))
    }
    let rules = Self.rulesColumn(
      shownRules, of: entry, fidelity: explanation.agreement(.described), text: text,
      places: places, edges: &edges)
    var caption: Phrase = """
      A score is the sum of its terms\
      \(scores.contains { $0.terms.contains { $0.values != nil } }
        ? "; a condition in brackets is 1 where it holds, else 0" : ""). Blue, solid lines are terms with a positive weight; orange, \
      dashed lines have a negative one. Lines into a rule come from the scores and columns in its \
      conditions.
      """
    if shownRules.count < entry.rules.count {
      caption += Self.leftOut(shownRules.count, of: entry.rules.count)
    }
    self.init(
      title: "Inputs, scores and rules", caption: caption,
      columns: [
        Column("Inputs", inputs.nodes), Column(counted(scores.count, "score"), middle), rules,
      ].filter { !$0.nodes.isEmpty }, edges: edges)
    thin()
  }

  /// The rules as nodes, with edges from the variables of their conditions.
  private static func rulesColumn(
    _ shownRules: [RuleEntry], of entry: RuleSetEntry, fidelity: Proportion?, text: RuleText,
    places: [String: Place], edges: inout [Edge]
  ) -> Column {
    var rules: [Node] = []
    for (number, rule) in shownRules.enumerated() {
      let limit = rule.if.count > mostConditions ? mostConditions - 1 : mostConditions
      var parts = rule.if.prefix(limit).enumerated().map { index, test in
        Node.Part(id: "t-\(index)", title: text.condition(test).plain)
      }
      if rule.if.count > limit {
        parts.append(Node.Part(id: "t-\(limit)", title: "and \(rule.if.count - limit) more"))
      }
      rules.append(
        Node(
          "r-\(number)", .rule, "\(rule.id)  \u{2192} \(shown(rule.then, limit: 30))",
          lines: [
            "coverage \(percent(rule.coverage)), confidence \(percent(rule.confidence))"
          ], parts: parts))
      for (index, test) in rule.if.enumerated() {
        guard let place = places[test.feature] else { continue }
        edges.append(
          Edge(
            place.node, part: place.part, to: "r-\(number)", toPart: "t-\(min(index, limit))",
            isNegated: place.isFeature && test.isNegated))
      }
    }
    let otherwise = "default class: \(shown(entry.defaultClass, limit: 30))"
    if rules.isEmpty {
      rules = [Node("r-else", .rule, "always \(shown(entry.defaultClass, limit: 30))")]
    }
    return Column(
      Self.rulesTitle(fidelity), subtitle: shownRules.isEmpty ? nil : otherwise, rules)
  }

  private static func rulesTitle(_ fidelity: Proportion?) -> String {
    guard let fidelity, fidelity.total > 0 else { return "Rules" }
    return "Rules (fidelity \(percent(fidelity)) on held-out rows)"
  }

  private static func caption(
    drawn: Int, of all: Int, conditions: FeatureConditions?
  ) -> Phrase {
    let dots: Phrase? =
      switch conditions {
      case .activity:
        """
        Conditions test only whether a feature is active; a hollow dot marks a feature that must \
        be off.
        """
      case .thresholds:
        """
        Conditions compare features with thresholds of their own, not only with the threshold \
        above which a feature is active; a hollow dot marks a condition with an upper bound only.
        """
      case nil: nil
      }
    var caption: Phrase =
      dots.map { dots in
        """
        Lines connect each rule with the hidden features in its conditions. \(dots) Below each \
        rule are its coverage (share of training rows) and its confidence (share of these rows on \
        which the network predicts the same class). Blue, solid lines are positive attributions; \
        orange, dashed lines are negative ones.
        """
      } ?? "Lines connect each rule with the columns in its conditions."
    if drawn < all {
      caption += leftOut(drawn, of: all)
    }
    return caption
  }

  private static func leftOut(_ drawn: Int, of all: Int) -> Phrase {
    " The \(drawn) rules with the largest coverage are drawn, of \(all)."
  }

  /// The rules with the largest coverage, in their original order.
  private static func mostCovering(_ rules: [RuleEntry]) -> [RuleEntry] {
    let ranked = rules.indices.sorted { first, second in
      let (a, b) = (rules[first].coverage.count, rules[second].coverage.count)
      return a != b ? a > b : first < second
    }
    return ranked.prefix(mostRules).sorted().map { rules[$0] }
  }
}

extension Explanation {
  /// The held-out agreement of the rules of a level; of those over inputs if there are none of the level;
  /// `nil` if it is not in the result.
  fileprivate func agreement(_ level: RuleLevel) -> Proportion? {
    fidelity(of: entry(level) == nil ? .inputs : level)?.heldOut
  }
}

/// A text broken between words into at most `most` lines of at most `width` characters.
func wrapped(_ text: String, width: Int, most: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  if !line.isEmpty { lines.append(line) }
  guard lines.count > most else { return lines }
  return Array(lines.prefix(most - 1)) + [lines[most - 1] + " …"]
}
