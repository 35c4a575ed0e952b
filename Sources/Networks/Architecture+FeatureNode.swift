import Tensors

extension Architecture {
  /// The node whose neurons are the hidden features: the activation, pooling or flattening node
  /// that the last dense layer reads; `nil` if there is none.
  public var featureNode: Node.ID? {
    guard let reader = nodes.lastIndex(where: { $0.layer.isFullyConnected }),
      let shapes = try? shapes()
    else { return nil }
    var index = links[reader].first ?? -1
    while index >= 0, nodes[index].layer.isIdentityAtInference {
      index = links[index].first ?? -1
    }
    guard index >= 0, shapes[index].rank == 1 else { return nil }
    let (id, layer) = (nodes[index].id, nodes[index].layer)
    switch layer.coupling {
    case .selecting: return id
    case .spreading: return links[index] == [-1] ? nil : id
    case .unitwise:
      // The channels of images have been pooled if the inputs are no vectors.
      let isPooled = inputShapes(of: index, among: shapes).allSatisfy { $0.rank > 1 }
      return layer.isActivation || isPooled ? id : nil
    default: return nil
    }
  }
}
