import Datasets

/// How unique an explanation is: the number of decision trees that approximate the network nearly as
/// well as the best one (the Rashomon set; Xin, Zhong, Chen, Takagi, Seltzer & Rudin 2022,
/// arXiv:2209.08040), and what they test.
///
/// The trees test at most `depth` conditions on a path, out of `candidates`: those of the reported
/// rules, and others fitted to the predictions of the network. Both sides of a node have training
/// rows, a leaf predicts the network's most frequent class of its training rows, and two leaves
/// below one node predict different classes. Trees that differ in a condition at a node are counted
/// separately, also if they predict the same.
public struct Multiplicity: Codable, Hashable, Sendable {
  /// What is counted, in one sentence.
  public var form: String
  /// The largest number of conditions on a path of a tree: 2, 3 or 4.
  public var depth: Int
  /// The number of conditions that trees may test, at most 40.
  public var candidates: Int
  /// The number of training rows on which the objective is counted: all, or every second, third, …
  /// row if there are more than 30,000.
  public var rows: Int
  /// What each leaf adds to the objective: a hundredth of the rows, at least 1.
  public var leafPenalty: Int
  /// The least objective of a tree: rows on which tree and network disagree, plus the penalty of the
  /// leaves.
  public var objective: Int
  /// The objective of the reported rules, in which each rule that decides a row, and the default
  /// class if it decides one, is a leaf.
  public var shownObjective: Int
  /// The number of trees near the best one, by ascending tolerance.
  public var within: [Within]
  /// The number of trees whose objective is at most that of the reported rules.
  public var asGoodAsShown: Count
  /// The share of the trees of the largest tolerance that test each condition, in descending order;
  /// without conditions that none tests.
  public var conditions: [ConditionShare]
  /// The share of the trees of the largest tolerance that test each column or hidden feature, in
  /// descending order; without those that none tests.
  public var columns: [ColumnShare]

  /// Creates a value from its properties.
  public init(
    form: String, depth: Int, candidates: Int, rows: Int, leafPenalty: Int, objective: Int,
    shownObjective: Int, within: [Within], asGoodAsShown: Count, conditions: [ConditionShare],
    columns: [ColumnShare]
  ) {
    self.form = form
    self.depth = depth
    self.candidates = candidates
    self.rows = rows
    self.leafPenalty = leafPenalty
    self.objective = objective
    self.shownObjective = shownObjective
    self.within = within
    self.asGoodAsShown = asGoodAsShown
    self.conditions = conditions
    self.columns = columns
  }

  /// A number of trees.
  public struct Count: Codable, Hashable, Sendable {
    /// The number; above 2^53 it is rounded.
    public var ruleSets: Double
    /// Whether all trees are counted; otherwise there are at least as many.
    public var exact: Bool

    /// Creates a count.
    public init(ruleSets: Double, exact: Bool) {
      self.ruleSets = ruleSets
      self.exact = exact
    }
  }

  /// The number of trees within a tolerance.
  public struct Within: Codable, Hashable, Sendable {
    /// How much the objective may be above the least one, as a share of the rows.
    public var tolerance: Double
    /// The number of trees; above 2^53 it is rounded.
    public var ruleSets: Double
    /// Whether all trees are counted; otherwise there are at least as many.
    public var exact: Bool

    /// Creates a count.
    public init(tolerance: Double, ruleSets: Double, exact: Bool) {
      self.tolerance = tolerance
      self.ruleSets = ruleSets
      self.exact = exact
    }
  }

  /// The share of trees that test a condition.
  public struct ConditionShare: Codable, Hashable, Sendable {
    /// The condition; a tree that tests it may predict either class where it holds.
    public var condition: RuleEntry.Test
    /// The share; 1 only if all trees test it.
    public var share: Double

    /// Creates a share.
    public init(condition: RuleEntry.Test, share: Double) {
      self.condition = condition
      self.share = share
    }
  }

  /// The share of trees that test a column or hidden feature.
  public struct ColumnShare: Codable, Hashable, Sendable {
    /// The name.
    public var column: String
    /// The share; 1 only if all trees test it.
    public var share: Double

    /// Creates a share.
    public init(column: String, share: Double) {
      self.column = column
      self.share = share
    }
  }
}
