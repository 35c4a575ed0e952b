import Naming

/// Global magnitude pruning of individual weights, with layer-adaptive normalisation.
public struct WeightMagnitude: PruningMethod {
  /// The name in commands, settings and files.
  public static let name = "weight-magnitude"
  /// The description in one line.
  public static let summary = "individual weights by magnitude"
  /// The publication.
  public static let source = Citation(
    authors: "Han, Pool, Tran & Dally",
    title: "Learning both weights and connections for efficient neural networks", year: 2015,
    venue: "NeurIPS 2015, arXiv:1506.02626")

  /// Creates the method with its defaults.
  public init() {}

  /// Rounds as in Zhu & Gupta (2017); normalisation between layers as in Lee et al. (2021).
  public var recipe: Recipe {
    Recipe(
      .weights, normalization: .layerAdaptive, schedule: Schedule(.cubic, rounds: 5),
      recovery: .fineTune(epochs: 2), floor: 0)
  }
}
