import Networks
import Tensors

/// The sizes of a network that an architecture from a file asks for, before any memory is.
struct CheckedSizes {
  /// For each node the roles and shapes of its parameters.
  let parameters: [[(role: Parameter.Role, shape: Shape)]]
  /// For each node how many neurons it has.
  let neurons: [Int]

  /// Entries of all parameters, 1 GiB of numbers; and numbers that all nodes give for one row.
  static let most = 1 << 28
  /// A file of few bytes tells of few numbers: no bit of an index names more zeros.
  private static let mostFromOneByte = 8 << 16

  /// `bytes`: of the file.
  /// - Throws: `CodingProblem` where the sizes are more than the file can hold, or not known.
  init(_ architecture: Architecture, bytes: Int) throws(CodingProblem) {
    let limit = min(Self.most, bytes * Self.mostFromOneByte)
    let tooLarge = CodingProblem("the network is larger than its bytes can hold")
    guard let inputs = architecture.input.checkedCount, inputs <= limit else { throw tooLarge }
    var shapes: [Shape] = []
    var (numbers, entries) = (inputs, 0)
    var parameters: [[(role: Parameter.Role, shape: Shape)]] = []
    for (index, node) in architecture.nodes.enumerated() {
      let links = architecture.links[index]
      guard links.allSatisfy({ $0 < index }), !links.isEmpty,
        node.layer.arity.map({ $0 == links.count }) ?? true
      else { throw CodingProblem("the layers do not read each other in order") }
      let read = links.map { $0 < 0 ? architecture.input : shapes[$0] }
      guard let output = try? node.layer.outputShape(joining: read) else {
        throw CodingProblem("the layers do not fit each other")
      }
      guard let count = output.checkedCount, numbers + count <= limit else { throw tooLarge }
      numbers += count
      shapes.append(output)
      var own: [(role: Parameter.Role, shape: Shape)] = []
      for (role, shape) in zip(node.layer.roles, node.layer.parameterShapes(for: read[0])) {
        guard let count = shape.checkedCount, entries + count <= limit else { throw tooLarge }
        entries += count
        own.append((role, shape))
      }
      parameters.append(own)
    }
    guard !shapes.isEmpty else { throw CodingProblem("there are no layers") }
    self.parameters = parameters
    neurons = shapes.map(\.neurons)
  }

  /// Whether a network has just these parameters.
  func fit(_ network: Network) -> Bool {
    network.parameters.elementsEqual(parameters) { own, expected in
      own.elementsEqual(expected) { $0.role == $1.role && $0.value.shape == $1.shape }
    }
  }
}

extension Layer {
  /// The shapes of what the layer learns, in the order of `roles`, without making it.
  fileprivate func parameterShapes(for input: Shape) -> [Shape] {
    let channels = input.dimensions.last ?? 1
    switch self {
    case let dense as Dense: return [[channels, dense.units], [dense.units]]
    case let convolution as Convolution:
      let window = convolution.window
      let weight: Shape = [
        window.height, window.width, channels / convolution.groups, convolution.units,
      ]
      return [weight, [convolution.units]]
    default: return roles.map { _ in [channels] }
    }
  }
}

extension Shape {
  /// The number of elements; `nil` where a dimension is negative or there are too many.
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
