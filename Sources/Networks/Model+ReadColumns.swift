import Datasets
import Tensors

extension Model {
  /// The positions of the columns that the network's outputs depend on, in ascending order.
  ///
  /// A column counts as read if a path of non-zero weights connects one of its encoded inputs to an
  /// output. Changing the values of any other column never changes a prediction, so no explanation
  /// of the predictions may name it.
  /// - Complexity: that of the input gradient of one row
  public var readColumns: [Int] {
    let isRead = network.readInputs
    return Set(encoding.inputs.indices.filter { isRead[$0] }.map { encoding.inputs[$0].feature })
      .sorted()
  }
}

extension Network {
  /// Whether a path of non-zero weights connects each input to an output.
  public var readInputs: [Bool] {
    let nodes = architecture.nodes
    let width = architecture.input.count
    guard let shapes = try? architecture.shapes(), let output = shapes.last else {
      return [Bool](repeating: true, count: width)
    }
    // A backward pass over one row: 1 where a path leads to an output, 0 elsewhere.
    var reaching = [Tensor?](repeating: nil, count: nodes.count)
    reaching[nodes.count - 1] = Tensor(repeating: 1, shape: Shape([1] + output.dimensions))
    var reached = [Bool](repeating: false, count: width)
    for index in nodes.indices.reversed() {
      guard let above = reaching[index] else { continue }
      reaching[index] = nil
      let links = architecture.links[index]
      let read = links.map { link in
        Tensor(shape: Shape([1] + (link < 0 ? architecture.input : shapes[link]).dimensions))
      }
      let parts = nodes[index].layer.paths(to: above, from: read, parameters[index])
      for (link, part) in zip(links, parts) {
        let paths = part.elements.map { $0 > 0 }
        if link < 0 {
          for position in paths.indices where paths[position] { reached[position] = true }
        } else {
          var sum = reaching[link] ?? Tensor(shape: Shape([1] + shapes[link].dimensions))
          for position in paths.indices where paths[position] { sum.elements[position] = 1 }
          reaching[link] = sum
        }
      }
    }
    return reached
  }
}

extension Layer {
  /// The paths by which the layer reaches other nodes.
  public func paths(
    to above: Tensor, from inputs: [Tensor], _ parameters: [Parameter]
  ) -> [Tensor] {
    let paths = parameters.map { parameter in
      switch parameter.role {
      case .weight, .scale:
        Parameter(
          parameter.role,
          Tensor(
            parameter.value.elements.map { $0 == 0 ? 0 : 1 }, shape: parameter.value.shape))
      case .variance:
        Parameter(parameter.role, Tensor(repeating: 1, shape: parameter.value.shape))
      default: Parameter(parameter.role, Tensor(shape: parameter.value.shape))
      }
    }
    return backward(
      above,
      through: LayerPass(inputs: inputs, output: Tensor(shape: above.shape), parameters: paths),
      wanted: .inputs
    ).inputs
  }
}
