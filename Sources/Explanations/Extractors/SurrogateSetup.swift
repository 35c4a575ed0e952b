import Rules

/// The hyperparameters of one rule list over inputs.
package struct SurrogateSetup: Hashable, Sendable {
  /// What is fitted to the rows.
  package enum Form: String, Hashable, Sendable {
    /// A greedy tree, refined by alternating optimisation.
    case tree
    /// A tree found by search over candidate conditions.
    case optimalTree
    /// An ordered list of conjunctions, optimised from the rules of a greedy tree.
    case list
  }

  package var form = Form.tree
  package var criterion = Criterion.gini
  package var minimumSupport = 1
  /// The number of synthetic rows sampled near the real ones.
  package var drawn = 0
  /// How the synthetic rows are sampled, equally many in each way.
  package var neighbourhoods = [Neighbourhood()]
  /// The least sample weight of a real row; a synthetic row has weight 1.
  package var realWeight = 1
  /// The least share of real rows in the weighted rows; their weight is raised to reach it.
  package var realShare = 0.0
  /// Whether rules need a minimum support on real rows.
  package var needsSupport = false
  /// The number of refinement passes over the grown tree.
  package var passes = 20

  package init() {}

  /// The parameters that determine the synthetic rows.
  struct Drawing: Hashable {
    var drawn: Int
    var neighbourhoods: [Neighbourhood]
    var realWeight: Int
    var realShare: Double
  }

  var drawing: Drawing {
    Drawing(
      drawn: drawn, neighbourhoods: neighbourhoods, realWeight: realWeight, realShare: realShare)
  }

  /// The sample weight of each of some real rows beside synthetic ones.
  func weight(real: Int, drawn: Int) -> Int {
    let odds = realShare / max(1 - realShare, 0.01)
    return max(realWeight, Int(odds * Double(drawn) / Double(max(real, 1))))
  }

  /// The setting with the same rows and another form.
  func with(_ form: Form) -> SurrogateSetup {
    var copy = self
    copy.form = form
    return copy
  }

  /// The learner in words.
  var words: String {
    let taught =
      drawn == 0
      ? "real rows"
      : neighbourhoods.count > 1
        ? "synthetic rows at three distances"
        : neighbourhoods[0].candidates > 1
          ? "synthetic rows between near neighbours" : "synthetic rows between random pairs"
    let weight = realWeight > 1 ? ", real rows weighted at least \(realWeight) times" : ""
    let kind =
      switch form {
      case .tree: "a decision tree with the \(criterion.rawValue) criterion"
      case .optimalTree: "a decision tree found by search"
      case .list: "a rule list"
      }
    return "\(kind) on \(taught)\(weight)"
  }
}
