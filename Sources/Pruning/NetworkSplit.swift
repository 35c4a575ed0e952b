import Networks
import Tensors

/// A network in two: a trunk that stays as it is, and the dense layers behind it.
///
/// What makes hidden features may be large. Where the layers behind it are dense, one after the
/// other, they are pruned as a network of their own, which reads what the trunk gives. Either they make
/// the features, or the features are what they read: pooled channels, of which some are read no more.
public struct NetworkSplit: Hashable, Sendable {
  /// The whole network.
  public let network: Network
  /// The layers behind the trunk.
  public let head: Network
  /// The node of the trunk that the head reads.
  public let splitPoint: Node.ID
  /// Whether the features are what the head reads, not what it makes.
  public let readsFeatures: Bool
  /// The position of the head's first node in the whole network.
  private let start: Int

  /// Splits a network before the dense layer that makes the neurons of a node.
  ///
  /// `nil` where there are other layers than dense ones and activations behind it, where they are no
  /// chain, or where nothing comes before.
  public init?(_ network: Network, beforeMakerOf node: Node.ID) {
    let architecture = network.architecture
    guard let index = architecture.index(of: node), index >= 1,
      architecture.nodes[index].layer is Activation, architecture.links[index] == [index - 1],
      architecture.nodes[index - 1].layer is Dense,
      let splitPoint = architecture.links[index - 1].first,
      splitPoint >= 0
    else { return nil }
    self.init(network, from: index - 1, splitPoint: splitPoint, readsFeatures: false)
  }

  /// Splits a network behind a node whose numbers the last dense layer reads.
  ///
  /// `nil` where there is anything else than activations behind that layer.
  public init?(_ network: Network, behind node: Node.ID) {
    let architecture = network.architecture
    guard let index = architecture.index(of: node),
      let reader = architecture.nodes.indices.last(where: {
        architecture.nodes[$0].layer is Dense
      }), let splitPoint = architecture.links[reader].first
    else { return nil }
    var source = splitPoint
    while source > index, architecture.nodes[source].layer is Dropout {
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
        architecture.nodes[$0].layer is Dense || architecture.nodes[$0].layer is Activation
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

  /// The parameters of the trunk.
  public var backboneParameters: Int { network.parameterCount - head.parameterCount }

  /// The whole network with another head on its trunk.
  ///
  /// `unread`: the numbers of the trunk that the head no longer reads; a selection stands between the
  /// two, whose neurons keep the names they have in the trunk.
  /// - Throws: `NetworkError` where the head does not fit.
  public func joined(with head: Network, unread: [Int] = []) throws -> Network {
    var nodes = network.architecture.nodes
    for (offset, node) in head.architecture.nodes.enumerated() {
      nodes[start + offset].layer = node.layer
    }
    var parameters = Array(network.parameters[..<start])
    var originalIndices = Array(network.originalIndices[..<start])
    if !unread.isEmpty, let splitPoint = network.architecture.index(of: splitPoint) {
      let gone = Set(unread)
      let kept = originalIndices[splitPoint].indices.filter { !gone.contains($0) }
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
