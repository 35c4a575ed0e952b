import Tensors

extension Architecture {
  /// How many numbers the parameters of a network of this architecture hold, before it is made.
  /// - Throws: `NetworkError` where two layers do not fit.
  public func parameterNumbers() throws(NetworkError) -> Double {
    let shapes = try shapes()
    return nodes.indices.reduce(0) { sum, index in
      let found = nodes[index].layer.parameterShapes(for: inputShape(of: index, among: shapes))
      return sum + found.reduce(0) { $0 + $1.dimensions.reduce(1) { $0 * Double($1) } }
    }
  }
}
