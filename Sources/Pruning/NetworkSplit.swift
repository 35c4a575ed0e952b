import Networks
import Tensors

/// A network in two: a trunk that stays as it is, and the dense layers behind it.
///
/// What makes hidden features may be large. Where the layers behind it are dense, one after the
/// other, they are pruned as a network of their own, which reads what the trunk gives.
public struct NetworkSplit: Hashable, Sendable {
  /// The whole network.
  public let network: Network
  /// The layers behind the trunk.
  public let head: Network
  /// The node of the trunk that the head reads.
  public let joint: Node.ID
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
      architecture.nodes[index - 1].layer is Dense, let joint = architecture.links[index - 1].first,
      joint >= 0, let shapes = try? architecture.shapes()
    else { return nil }
    start = index - 1
    let behind = architecture.nodes.indices.dropFirst(start)
    guard behind.dropFirst().allSatisfy({ architecture.links[$0] == [$0 - 1] }),
      behind.allSatisfy({
        architecture.nodes[$0].layer is Dense || architecture.nodes[$0].layer is Activation
      })
    else { return nil }
    let nodes = behind.map { Node(architecture.nodes[$0].id, architecture.nodes[$0].layer) }
    guard
      let head = try? Network(
        Architecture(input: shapes[joint], nodes: nodes),
        parameters: behind.map { network.parameters[$0] }, births: behind.map { network.births[$0] }
      )
    else { return nil }
    self.network = network
    self.head = head
    self.joint = architecture.nodes[joint].id
  }

  /// The parameters of the trunk.
  public var trunkParameters: Int { network.parameterCount - head.parameterCount }

  /// The whole network with another head on its trunk.
  /// - Throws: `NetworkError` where the head does not fit.
  public func joined(with head: Network) throws -> Network {
    var nodes = network.architecture.nodes
    for (offset, node) in head.architecture.nodes.enumerated() {
      nodes[start + offset].layer = node.layer
    }
    return try Network(
      Architecture(input: network.architecture.input, nodes: nodes),
      parameters: Array(network.parameters[..<start]) + head.parameters,
      births: Array(network.births[..<start]) + head.births)
  }
}
