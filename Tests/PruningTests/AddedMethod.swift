import Naming
import Networks
import Pruning
import Tensors

/// A pruning method outside of the library, added as CONTRIBUTING.md says: neurons by a norm of their
/// incoming weights, with the norm's exponent as its own hyperparameter.
struct IncomingNorm: PruningMethod, NeuronScore {
  static let name = "incoming-norm"
  static let summary = "neurons by the Lp norm of their incoming weights"
  static let source = Citation(
    authors: "Li, Kadav, Durdanovic, Samet & Graf", title: "Pruning filters for efficient ConvNets",
    year: 2017, venue: "ICLR 2017, arXiv:1608.08710")

  /// The exponent of the norm, above 0.
  var exponent: Float = 1

  var samplesRows: Bool { false }

  static let ownHyperparameters: [MethodHyperparameter<Self>] = [
    .init("exponent", \.exponent, 0.5...2, "exponent of the norm (default: 1)")
  ]

  var recipe: Recipe { Recipe(.neurons(self), normalization: .mean, scope: .layer) }

  func scores(
    of network: Network, _ groups: NeuronGroups, on context: PruningContext,
    using generator: inout SeededGenerator
  ) -> [Int: [Double]] {
    var scores: [Int: [Double]] = [:]
    for (node, parameters) in network.parameters.enumerated() {
      guard let weight = parameters.first(where: { $0.role == .weight })?.value else { continue }
      let units = groups.ofNodes[node].count
      var sums = [Double](repeating: 0, count: units)
      for (entry, value) in weight.elements.enumerated() {
        sums[entry % units] += power(abs(Double(value)), exponent)
      }
      scores[node] = sums
    }
    return scores
  }

  private func power(_ base: Double, _ exponent: Float) -> Double {
    exponent == 1 ? base : exponent == 2 ? base * base : base.squareRoot()
  }
}

/// The methods of the library and the added one.
let testedMethods = Catalog<any PruningMethod.Type>(
  pruningCatalog.family, pruningCatalog.types + [IncomingNorm.self]
) { $0 }
