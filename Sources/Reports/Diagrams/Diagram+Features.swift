import Explanations

extension Diagram {
  /// The attributions of each hidden feature; for images, a sheet of attribution maps.
  public init(features explanation: Explanation) {
    let features = explanation.features
    guard !features.isEmpty else {
      self.init(
        title: "Hidden features", caption: "No hidden features were described.",
        columns: [Column("Hidden features", [Node("none", .pruned, "none described")])], edges: [])
      return
    }
    if features.contains(where: { $0.image != nil }) {
      let withImages = features.filter { $0.image != nil }
      let nodes = withImages.enumerated().map { number, feature in
        Node(
          "f-\(number)", .hidden, feature.id,
          lines: ["active on \(percent(feature.activeShare))"] + Self.pushes(of: feature)
            + feature.similarLines,
          image: feature.image)
      }
      let left: Phrase =
        withImages.count < features.count
        ? """
         The \(withImages.count) features with the largest output weights are drawn, of \
        \(counted(features.count)).
        """ : ""
      self.init(
        title: "Attribution map of each hidden feature",
        caption: """
          Each map shows the attributions of the pixels. Below it are the share of training rows \
          on which the feature is active and the classes with its largest positive (+) and \
          negative (−) output weight.\(left)
          """,
        columns: [Column("Hidden features", nodes)], edges: [], layout: .sheet)
      return
    }
    let (drawn, left) = Self.strongest(Array(features.prefix(40)))
    var edges: [Edge] = []
    let inputs = Self.inputColumn(explanation, features: drawn, edges: &edges)
    let hidden = drawn.enumerated().map { number, feature in
      Node(
        "f-\(number)", .hidden, feature.id,
        lines: ["active where its value > \(significant(feature.threshold))"]
          + ["active on \(percent(feature.activeShare)) of rows"] + Self.pushes(of: feature)
          + feature.similarLines)
    }
    self.init(
      title: "Attributions of each hidden feature",
      caption: """
        Blue, solid lines are positive attributions; orange, dashed lines are negative ones. \
        Numbers are relative to the largest attribution of the feature.\(left)\
        \(Self.undrawn(inputs, explanation))
        """,
      columns: [Column("Inputs", inputs), Column("Hidden features", hidden)], edges: edges)
    thin()
  }

  /// The classes with the largest positive and negative output weight of a feature.
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
