import Tensors

/// The layers of a network with their shapes, sizes and what of them can be pruned.
public struct NetworkOutline: Codable, Hashable, Sendable {
  /// A layer.
  public struct Layer: Codable, Hashable, Sendable {
    /// The name of the node: "dense-1".
    public var node: String
    /// The layer: "dense 64".
    public var layer: String
    /// The nodes that it reads; "input" is the network's input.
    public var reads: [String]
    /// The shape of its output for one row.
    public var shape: [Int]
    /// The number of learned parameters, masked ones excluded.
    public var parameters: Int
    /// The number of multiply-accumulate operations (MACs) per row.
    public var macs: Int
    /// The neurons or channels that it computes from weights; 0 for other layers.
    public var neurons: Int
    /// How many of them can be pruned.
    public var prunable: Int
    /// How many of them can only be pruned together with neurons of other layers.
    public var coupled: Int
    /// Why the others cannot be pruned; `nil` if all can.
    public var protection: String?
    /// The same as a value; `nil` after decoding.
    public var protectionReason: NeuronGroups.Protection?

    private enum CodingKeys: String, CodingKey {
      case node, layer, reads, shape, parameters, macs = "multiplications", neurons, prunable
      case coupled, protection
    }
  }

  /// The shape of the input for one row.
  public var input: [Int]
  /// The layers, in order.
  public var layers: [Layer]
  /// The number of learned parameters.
  public var parameters: Int
  /// The number of multiply-accumulate operations (MACs) per row.
  public var macs: Int
  /// The MACs per row with the zeros that are stored in the weights; `nil` if there are none.
  public var denseMACs: Int?
  /// The size of the parameters in bytes.
  public var bytes: Int
  /// The number of neurons that can be pruned, coupled ones counted once.
  public var prunable: Int
  /// The node whose neurons are the hidden features that rules use; `nil` if there is none.
  public var featureNode: String?
  /// The number of hidden features; 0 without such a node.
  public var features: Int

  private enum CodingKeys: String, CodingKey {
    case input, layers, parameters, macs = "multiplications", denseMACs = "denseMultiplications"
    case bytes, prunable
    case featureNode = "featureLayer", features
  }

  /// The outline of a network.
  /// - Throws: `NetworkError` if the shapes of its layers do not match.
  public init(_ network: Network) throws(NetworkError) {
    let architecture = network.architecture
    let shapes = try architecture.shapes()
    let groups = try NeuronGroups(architecture)
    input = architecture.input.dimensions
    parameters = network.parameterCount
    macs = network.macs
    denseMACs = network.denseMACs
    bytes = network.bytes
    prunable = groups.prunable.count { !groups.groups[$0].producers.isEmpty }
    featureNode = architecture.featureNode?.rawValue
    features = architecture.featureNode.map { network.neurons(of: $0).count } ?? 0
    var made: [Int: [NeuronGroups.Group]] = [:]
    for group in groups.groups {
      for producer in group.producers { made[producer.node, default: []].append(group) }
    }
    layers = architecture.nodes.enumerated().map { index, node in
      let own = made[index] ?? []
      let kept = own.compactMap(\.protection)
      return Layer(
        node: node.id.rawValue, layer: node.layer.title,
        reads: architecture.links[index].map {
          $0 < 0 ? "input" : architecture.nodes[$0].id.rawValue
        },
        shape: shapes[index].dimensions,
        parameters: network.parameters[index].reduce(0) {
          $0 + ($1.role.isLearned ? $1.keptCount : 0)
        },
        macs: node.layer.macs(
          for: architecture.inputShapes(of: index, among: shapes), network.parameters[index]),
        neurons: own.count, prunable: own.count - kept.count,
        coupled: own.count { group in
          group.protection == nil && Set(group.producers.map(\.node)).count > 1
        },
        protection: kept.first?.description, protectionReason: kept.first)
    }
  }
}
