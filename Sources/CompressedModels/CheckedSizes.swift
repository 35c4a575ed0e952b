import Networks
import Tensors

/// The sizes of a network, computed and checked before its memory is allocated.
struct CheckedSizes {
  /// The roles and shapes of each node's parameters.
  let parameters: [[(role: Parameter.Role, shape: Shape)]]
  /// The number of neurons of each node.
  let neurons: [Int]

  /// The maximum number of parameter elements (1 GiB), and of output elements of all nodes per row.
  static let most = 1 << 28
  /// The maximum number of elements per byte of the file: 8 bits, each a gap of up to 2¹⁶ zeros.
  private static let mostFromOneByte = 8 << 16

  /// `bytes`: the size of the file.
  /// - Throws: `CodingProblem` if the sizes exceed what the file can hold, or the shapes are
  ///   invalid.
  init(_ architecture: Architecture, bytes: Int) throws(CodingProblem) {
    let limit = min(Self.most, bytes * Self.mostFromOneByte)
    let tooLarge = CodingProblem.tooLarge(bytes: bytes)
    guard let inputs = architecture.input.checkedCount, inputs <= limit else { throw tooLarge }
    var shapes: [Shape] = []
    var (numbers, entries) = (inputs, 0)
    var parameters: [[(role: Parameter.Role, shape: Shape)]] = []
    for (index, node) in architecture.nodes.enumerated() {
      let links = architecture.links[index]
      guard links.allSatisfy({ $0 < index }), !links.isEmpty,
        node.layer.arity.map({ $0 == links.count }) ?? true
      else { throw .layerInputs(node: index) }
      let read = links.map { $0 < 0 ? architecture.input : shapes[$0] }
      guard let output = try? node.layer.outputShape(for: read) else {
        throw .layerShapes(node: index)
      }
      guard let count = output.checkedCount, numbers + count <= limit else { throw tooLarge }
      numbers += count
      shapes.append(output)
      var own: [(role: Parameter.Role, shape: Shape)] = []
      for (role, shape) in zip(node.layer.roles, node.layer.parameterShapes(for: read)) {
        guard let count = shape.checkedCount, entries + count <= limit else { throw tooLarge }
        entries += count
        own.append((role, shape))
      }
      parameters.append(own)
    }
    guard !shapes.isEmpty else { throw .noLayers }
    self.parameters = parameters
    neurons = shapes.map(\.neurons)
  }

  /// Whether a network's parameters have these roles and shapes.
  func fit(_ network: Network) -> Bool {
    network.parameters.elementsEqual(parameters) { own, expected in
      own.elementsEqual(expected) { $0.role == $1.role && $0.value.shape == $1.shape }
    }
  }
}

extension Shape {
  /// The number of elements; `nil` if a dimension is negative or there are more than
  /// `CheckedSizes.most`.
  fileprivate var checkedCount: Int? {
    var count = 1
    for dimension in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: dimension)
      guard dimension >= 0, !overflow, product <= CheckedSizes.most else { return nil }
      count = product
    }
    return count
  }
}
