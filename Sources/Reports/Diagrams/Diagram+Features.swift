import Explanations

extension Diagram {
  /// What drives each hidden feature; for images, a sheet of activation maps.
  public init(features explanation: Explanation) {
    let features = explanation.features
    guard !features.isEmpty else {
      self.init(
        title: "Hidden features", caption: "No hidden features were described.",
        columns: [Column("Hidden features", [Node("none", .pruned, "none described")])], edges: [])
      return
    }
    if features.contains(where: { $0.image != nil }) {
      let pictured = features.filter { $0.image != nil }
      let nodes = pictured.enumerated().map { number, feature in
        Node(
          "f-\(number)", .hidden, feature.id,
          lines: ["on for \(percent(feature.activeShare))"] + Self.pushes(of: feature),
          image: feature.image)
      }
      let left: Phrase =
        pictured.count < features.count
        ? """
         The \(pictured.count) features that change the outputs most are drawn, of \
        \(counted(features.count)).
        """ : ""
      self.init(
        title: "What each hidden feature looks for",
        caption: """
          Each map shows what drives the feature, on how many of the training rows it is on, and \
          the answers that it speaks most strongly for (+) and against (−).\(left)
          """,
        columns: [Column("Hidden features", nodes)], edges: [], isSheet: true)
      return
    }
    let (drawn, left) = Self.strongest(Array(features.prefix(40)))
    var edges: [Edge] = []
    let inputs = Self.inputColumn(explanation, features: drawn, edges: &edges)
    let hidden = drawn.enumerated().map { number, feature in
      Node(
        "f-\(number)", .hidden, feature.id,
        lines: ["on where its value > \(significant(feature.threshold))"]
          + ["on for \(percent(feature.activeShare)) of rows"] + Self.pushes(of: feature))
    }
    self.init(
      title: "What drives each hidden feature",
      caption: """
        Blue, solid lines drive a feature up; orange, dashed lines drive it down. Numbers are \
        shares of the feature\u{2019}s strongest driver.\(left)
        """,
      columns: [Column("Inputs", inputs), Column("Hidden features", hidden)], edges: edges)
    thin()
  }

  /// The answers that a feature speaks most strongly for and against.
  private static func pushes(of feature: FeatureSummary) -> [String] {
    let sorted = feature.effects.sorted { $0.weight > $1.weight }
    var lines: [String] = []
    if let best = sorted.first, best.weight > 0 {
      lines.append("+ \(shown(best.class, limit: 20))")
    }
    if let worst = sorted.last, worst.weight < 0 {
      lines.append("\u{2212} \(shown(worst.class, limit: 20))")
    }
    return lines
  }
}
