import Naming
import Networks
import Tensors

/// A method that attributes each hidden feature to the inputs: an attribution map per feature.
public protocol AttributionMethod: Named, Hashable {
  init()
  /// `subject`: the features, the rows and the active features of each row.
  /// - Returns: for each feature the map over the network's inputs; positive values increase it.
  func maps(of subject: AttributionSubject) -> [[Double]]
}

/// The network, rows and features of an attribution.
public struct AttributionSubject: Sendable {
  /// The network that computes the features.
  public let network: Network
  /// The position of the node whose neurons are the features.
  public let node: Int
  /// `[rows, inputs]`
  public let inputs: Tensor
  /// `[rows, features]`
  public let values: Tensor
  /// For each feature the threshold above which it is active.
  public let thresholds: [Double]

  /// Creates a subject; `values` are the features' values on the rows of `inputs`.
  public init(
    network: Network, node: Int, inputs: Tensor, values: Tensor, thresholds: [Double]
  ) {
    self.network = network
    self.node = node
    self.inputs = inputs
    self.values = values
    self.thresholds = thresholds
  }

  /// Whether a feature is active on a row.
  func isOn(_ feature: Int, _ row: Int) -> Bool {
    Double(values[row, feature]) > thresholds[feature]
  }

  /// The gradient of one feature's net input with respect to the inputs, for some rows.
  ///
  /// The net input is the pre-activation, so a saturated feature has a gradient.
  func netGradient(of feature: Int, rows: [Int]) -> Tensor {
    let below = network.architecture.links[node].first ?? -1
    let before =
      below >= 0 && network.architecture.nodes[node].layer.activation != nil ? below : node
    var seed = Tensor(shape: [rows.count, thresholds.count])
    for row in rows.indices { seed[row, feature] = 1 }
    return network.inputGradient(of: before, inputs: inputs.selectingRows(rows), gradient: seed)
  }
}

/// The catalogue of attribution methods.
public let attributionCatalog = Catalog<any AttributionMethod.Type>(
  "attribution method", [DifferenceOfMeans.self, MeanGradient.self, MeanContribution.self]
) { $0 }
