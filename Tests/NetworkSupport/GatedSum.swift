import Naming
import Networks
import Tensors

/// A learned gate over two branches: `sigmoid(g) · a + (1 - sigmoid(g)) · b`, with one `g` per unit.
///
/// It is not in the catalogue: tests add it with `LayerCatalog.$current.withValue(GatedSum.catalog)`.
public struct GatedSum: Layer {
  public static let name = "gated-sum"
  public static let summary = "two branches mixed by a learned gate per unit"
  public static let source = Citation(
    authors: "Srivastava, Greff & Schmidhuber", title: "Highway networks", year: 2015,
    venue: "arXiv:1505.00387 (here with a gate that does not depend on the input)")

  /// The catalogue with this layer.
  public static let catalog = Catalog<any Layer.Type>(
    layerCatalog.family, layerCatalog.types + [GatedSum.self]
  ) { $0 }

  public init() {}

  public var arity: Int? { 2 }
  public var roles: [Parameter.Role] { [.gate] }
  public var coupling: Coupling { .unitwise }

  public func outputShape(for inputs: [Shape]) throws(NetworkError) -> Shape {
    guard inputs[0] == inputs[1] else {
      throw .shapeMismatch(layer: Self.name, expected: .shape(inputs[0]), found: inputs[1])
    }
    return inputs[0]
  }

  public func parameterShapes(for inputs: [Shape]) -> [Shape] { [[inputs[0].neurons]] }

  private func shares(_ parameters: [Parameter]) -> [Float] {
    Array(parameters[.gate].value.activated(.sigmoid, slope: 0).elements)
  }

  public func forward(_ inputs: [Tensor], _ parameters: [Parameter]) -> Tensor {
    let (shares, other) = (shares(parameters), inputs[1].elements)
    var output = inputs[0]
    output.withElements { elements in
      for index in other.indices {
        let share = shares[index % shares.count]
        elements[index] = share * elements[index] + (1 - share) * other[index]
      }
    }
    return output
  }

  public func backward(
    _ gradient: Tensor, through pass: LayerPass, wanted: LayerGradients.Kinds
  ) -> LayerGradients {
    let shares = shares(pass.parameters)
    let (first, second) = (pass.inputs[0].elements, pass.inputs[1].elements)
    var sums = [Double](repeating: 0, count: shares.count)
    var (toFirst, toSecond) = (gradient.elements, gradient.elements)
    for (index, above) in gradient.elements.enumerated() {
      let unit = index % shares.count
      toFirst[index] = shares[unit] * above
      toSecond[index] = (1 - shares[unit]) * above
      sums[unit] += Double(above) * (Double(first[index]) - Double(second[index]))
    }
    let toGate = zip(shares, sums).map { Float(Double($0 * (1 - $0)) * $1) }
    return LayerGradients(
      inputs: [toFirst, toSecond].map { Tensor($0, shape: gradient.shape) },
      parameters: [Tensor(toGate, shape: [shares.count])])
  }
}

extension Parameter.Role {
  /// The logit of a gate, `[units]`.
  public static let gate = Parameter.Role(rawValue: "gate")
}
