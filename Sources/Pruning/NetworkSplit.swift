import Networks
import Tensors

/// A network split into a frozen backbone and a head of dense layers.
///
/// A head that consists of a chain of dense layers and activations is pruned as a separate network
/// whose inputs are the backbone's outputs. The hidden features are either neurons of the head or
/// the inputs of the head: pooled channels, some of which the pruned head does not read.
public struct NetworkSplit: Hashable, Sendable {
  /// The whole network.
  public let network: Network
  /// The layers after the backbone.
  public let head: Network
  /// The backbone node that the head reads.
  public let splitPoint: Node.ID
  /// Whether the features are the head's inputs instead of its hidden neurons.
  public let readsFeatures: Bool
  /// The position of the head's first node in the whole network.
  private let start: Int

  /// Splits a network before the dense layer whose activation is `node`.
  ///
  /// `nil` if the layers from there on are not a chain of dense layers and activations, or if no
  /// layer precedes them.
  public init?(_ network: Network, beforeMakerOf node: Node.ID) {
    let architecture = network.architecture
    guard let index = architecture.index(of: node), index >= 1,
      architecture.nodes[index].layer.activation != nil, architecture.links[index] == [index - 1],
      architecture.nodes[index - 1].layer.isFullyConnected,
      let splitPoint = architecture.links[index - 1].first,
      splitPoint >= 0
    else { return nil }
    self.init(network, from: index - 1, splitPoint: splitPoint, readsFeatures: false)
  }

  /// Splits a network after a node whose outputs the last dense layer reads, directly or through
  /// dropout.
  ///
  /// `nil` if a layer other than an activation follows that dense layer.
  public init?(_ network: Network, behind node: Node.ID) {
    let architecture = network.architecture
    guard let index = architecture.index(of: node),
      let reader = architecture.nodes.indices.last(where: {
        architecture.nodes[$0].layer.isFullyConnected
      }), let splitPoint = architecture.links[reader].first
    else { return nil }
    var source = splitPoint
    while source > index, architecture.nodes[source].layer.isIdentityAtInference {
      source = architecture.links[source].first ?? -1
    }
    guard source == index else { return nil }
    self.init(network, from: reader, splitPoint: splitPoint, readsFeatures: true)
  }

  private init?(_ network: Network, from start: Int, splitPoint: Int, readsFeatures: Bool) {
    let architecture = network.architecture
    guard let shapes = try? architecture.shapes() else { return nil }
    let behind = architecture.nodes.indices.dropFirst(start)
    guard behind.dropFirst().allSatisfy({ architecture.links[$0] == [$0 - 1] }),
      behind.allSatisfy({
        architecture.nodes[$0].layer.isFullyConnected
          || architecture.nodes[$0].layer.activation != nil
      })
    else { return nil }
    let nodes = behind.map { Node(architecture.nodes[$0].id, architecture.nodes[$0].layer) }
    guard
      let head = try? Network(
        Architecture(input: shapes[splitPoint], nodes: nodes),
        parameters: behind.map { network.parameters[$0] },
        originalIndices: behind.map { network.originalIndices[$0] }
      )
    else { return nil }
    self.network = network
    self.head = head
    self.start = start
    self.readsFeatures = readsFeatures
    self.splitPoint = architecture.nodes[splitPoint].id
  }

  /// The cost of the backbone, which reads all inputs of the network.
  /// - Throws: `NetworkError` if the architecture is invalid.
  public var backboneCost: Cost {
    get throws {
      var cost = try Cost(of: network)
      let above = try Cost(of: head)
      cost.parameters -= above.parameters
      cost.macs -= above.macs
      cost.neurons -= above.neurons
      cost.bytes -= above.bytes
      return cost
    }
  }

  /// Returns the whole network with another head on its backbone.
  ///
  /// `unread`: the backbone outputs that the head does not read; a channel selection with the
  /// original indices of the kept outputs is inserted before the head.
  /// - Throws: `NetworkError` if the head does not fit the backbone.
  public func joined(with head: Network, unread: [Int] = []) throws -> Network {
    var nodes = network.architecture.nodes
    for (offset, node) in head.architecture.nodes.enumerated() {
      nodes[start + offset].layer = node.layer
    }
    var parameters = Array(network.parameters[..<start])
    var originalIndices = Array(network.originalIndices[..<start])
    if !unread.isEmpty, let splitPoint = network.architecture.index(of: splitPoint) {
      let removed = Set(unread)
      let kept = originalIndices[splitPoint].indices.filter { !removed.contains($0) }
      let id = network.architecture.unusedID(for: ChannelSelection.name)
      nodes[start] = Node(nodes[start].id, nodes[start].layer, reading: [id])
      nodes.insert(Node(id, ChannelSelection(kept), reading: [self.splitPoint]), at: start)
      parameters.append([])
      originalIndices.append(kept.map { originalIndices[splitPoint][$0] })
    }
    return try Network(
      Architecture(input: network.architecture.input, nodes: nodes),
      parameters: parameters + head.parameters,
      originalIndices: originalIndices + head.originalIndices)
  }
}
