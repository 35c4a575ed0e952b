import Foundation

/// Repeated stratified cross-validation of a run: networks and rules are fitted again without the
/// rows of a fold and measured on them (Kohavi 1995, "A study of cross-validation and bootstrap for
/// accuracy estimation and model selection", IJCAI).
public struct CrossValidation: Codable, Hashable, Sendable {
  /// The number of folds.
  public var folds: Int
  /// How often the rows are divided into folds.
  public var repeats: Int
  /// The number of rows that are divided.
  public var rows: Int
  /// The accuracy of the networks before pruning; `nil` if the network was given.
  public var network: Spread?
  /// The accuracy of the pruned networks; `nil` if the network was given.
  public var pruned: Spread?
  /// The accuracy of the most frequent class of the training rows; `nil` if the network was given.
  public var majority: Spread?
  /// The agreement of the rules with their network; `nil` if no rules were extracted.
  public var fidelity: Spread?
  /// The agreement of the most frequent prediction on training rows with the network.
  public var fidelityMajority: Spread?

  /// The figures of all folds of all repeats, each a share from 0 to 1.
  public struct Spread: Codable, Hashable, Sendable {
    /// The mean over the folds.
    public var mean: Double
    /// The sample standard deviation over the folds.
    public var standardDeviation: Double
    /// The least figure of a fold.
    public var minimum: Double
    /// The largest figure of a fold.
    public var maximum: Double

    /// The spread of shares; shares of no rows are left out. `nil` if there are no others.
    public init?(_ shares: [Proportion]) {
      let values = shares.filter { $0.total > 0 }.map { Double($0.count) / Double($0.total) }
      guard let least = values.min(), let most = values.max() else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean.roundedTo(digits: 6)
      standardDeviation =
        values.count > 1
        ? (squares / Double(values.count - 1)).squareRoot().roundedTo(digits: 6) : 0
      minimum = least.roundedTo(digits: 6)
      maximum = most.roundedTo(digits: 6)
    }
  }

  /// Creates a value.
  public init(
    folds: Int, repeats: Int, rows: Int, network: Spread?, pruned: Spread?, majority: Spread?,
    fidelity: Spread?, fidelityMajority: Spread?
  ) {
    self.folds = folds
    self.repeats = repeats
    self.rows = rows
    self.network = network
    self.pruned = pruned
    self.majority = majority
    self.fidelity = fidelity
    self.fidelityMajority = fidelityMajority
  }
}
