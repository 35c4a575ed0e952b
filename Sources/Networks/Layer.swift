import Naming
import Tensors

/// One step of a network: what it computes, not the numbers it has learned.
///
/// `forward` and `backward` stand as a pair in the layer's file and pass the same
/// finite-difference check.
public protocol Layer: Named, Hashable {
  /// The shape of one row's output, without the batch.
  /// - Throws: `NetworkError.shapeMismatch` where the layer cannot read such an input.
  func outputShape(for input: Shape) throws(NetworkError) -> Shape
  /// What the layer learns, in the order in which `forward` takes it.
  var roles: [Parameter.Role] { get }
  /// Fresh numbers to start learning from, in the order of `roles`.
  func makeParameters(for input: Shape, using generator: inout SeededGenerator) -> [Tensor]
  /// `input`: `[rows, …]`
  func forward(_ input: Tensor, _ parameters: [Parameter]) -> Tensor
  /// The gradient with respect to the input (where `needsInput`) and to each parameter.
  ///
  /// `gradient`: with respect to the output, of the output's shape.
  func backward(
    _ gradient: Tensor, input: Tensor, output: Tensor, _ parameters: [Parameter], needsInput: Bool
  ) -> (input: Tensor?, parameters: [Tensor])
  /// What must go when a neuron goes.
  var coupling: Coupling { get }
}

/// How a layer's outputs depend on its inputs, as far as pruning is concerned.
public enum Coupling: Hashable, Sendable {
  /// Every output mixes every input: dense.
  case mixing
  /// Output i is made of input i: activation.
  case unitwise
}

/// The layers there are.
public let layerCatalog = Catalog<any Layer>("layer", [Dense.self, Activation.self])

/// Numbers that a network learns.
public struct Parameter: Hashable, Codable, Sendable {
  public enum Role: String, Codable, Sendable {
    /// `[inputs, units]`
    case weight
    /// `[units]`
    case bias
  }

  public var role: Role
  /// Zero wherever the mask removes.
  public var value: Tensor
  /// Which entries are kept; `nil` keeps all.
  public var mask: Mask?

  public init(_ role: Role, _ value: Tensor, mask: Mask? = nil) {
    self.role = role
    self.value = value
    self.mask = mask
    applyMask()
  }

  /// Sets to zero whatever the mask removes, as after every step of training.
  public mutating func applyMask() {
    guard let mask else { return }
    for (index, kept) in mask.kept.enumerated() where !kept { value.elements[index] = 0 }
  }

  /// How many entries the mask keeps.
  public var keptCount: Int { mask?.keptCount ?? value.count }
}

/// Which entries of a parameter are kept.
public struct Mask: Hashable, Codable, Sendable {
  public var kept: [Bool]
  public init(_ kept: [Bool]) { self.kept = kept }
  public var keptCount: Int { kept.count { $0 } }
}
