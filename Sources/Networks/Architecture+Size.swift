import Tensors

extension Architecture {
  /// The number of parameter elements of a network of this architecture, computed without creating
  /// it.
  /// - Throws: `NetworkError` if the shapes of two connected layers do not match.
  public func parameterNumbers() throws(NetworkError) -> Double {
    let shapes = try shapes()
    return nodes.indices.reduce(0) { sum, index in
      let found = nodes[index].layer.parameterShapes(for: inputShapes(of: index, among: shapes))
      return sum + found.reduce(0) { $0 + $1.dimensions.reduce(1) { $0 * Double($1) } }
    }
  }
}
