import Naming
import Networks
import Tensors

/// A way to say how strongly each input drives each hidden feature: an activation map.
public protocol AttributionMethod: Named, Hashable {
  /// `subject`: the features, the rows and which features are on there.
  /// - Returns: for each feature the map over the network's inputs; positive drives it up.
  func maps(of subject: AttributionSubject) -> [[Double]]
}

/// The features that maps are asked of.
public struct AttributionSubject: Sendable {
  public let network: Network
  /// The position of the node whose neurons are the features.
  public let node: Int
  /// `[rows, inputs]`
  public let inputs: Tensor
  /// `[rows, features]`
  public let values: Tensor
  /// For each feature the value above which it is on.
  public let thresholds: [Double]

  public init(
    network: Network, node: Int, inputs: Tensor, values: Tensor, thresholds: [Double]
  ) {
    self.network = network
    self.node = node
    self.inputs = inputs
    self.values = values
    self.thresholds = thresholds
  }

  /// Whether a feature is on in a row.
  func isOn(_ feature: Int, _ row: Int) -> Bool {
    Double(values[row, feature]) > thresholds[feature]
  }

  /// The gradient of one feature's net input with respect to the inputs, for some rows.
  ///
  /// The net input is taken before the squashing, so that a saturated feature keeps its gradient.
  func netGradient(of feature: Int, rows: [Int]) -> Tensor {
    let below = network.architecture.links[node].first ?? -1
    let before =
      below >= 0 && network.architecture.nodes[node].layer is Activation ? below : node
    var seed = Tensor(shape: [rows.count, thresholds.count])
    for row in rows.indices { seed[row, feature] = 1 }
    return network.inputGradient(of: before, inputs: inputs.selectingRows(rows), gradient: seed)
  }
}

/// The attribution methods there are.
public let attributionCatalog = Catalog<any AttributionMethod>(
  "attribution method", [DifferenceOfMeans.self, MeanGradient.self, MeanContribution.self])
