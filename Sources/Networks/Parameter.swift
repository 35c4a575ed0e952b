import Tensors

/// A parameter tensor of a layer, with an optional pruning mask.
public struct Parameter: Hashable, Codable, Sendable {
  /// The role of a parameter in its layer, by which it is found; unique within a layer.
  ///
  /// A layer may define further roles in its own file; they are learned.
  public struct Role: RawRepresentable, Hashable, Codable, Sendable, CustomStringConvertible {
    /// The name in files: `weight`.
    public let rawValue: String

    /// Creates a role from its name in files.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// `[inputs, units]`, or `[height, width, channels, units]` of a convolution. Weight decay, the
    /// L1 penalty and the pruning of weights apply to this role only.
    public static let weight = Role(rawValue: "weight")
    /// `[units]`
    public static let bias = Role(rawValue: "bias")
    /// The scale of a normalised channel (gamma), `[channels]`.
    public static let scale = Role(rawValue: "scale")
    /// The negative slope of a parametric ReLU, `[channels]`.
    public static let slope = Role(rawValue: "slope")
    /// The running mean of a channel, `[channels]`; not updated by gradients.
    public static let mean = Role(rawValue: "mean")
    /// The running variance of a channel, `[channels]`; not updated by gradients.
    public static let variance = Role(rawValue: "variance")

    /// Whether the parameter is updated by gradients.
    public var isLearned: Bool { self != .mean && self != .variance }
    /// The name.
    public var description: String { rawValue }
  }

  /// The role of the parameter in its layer.
  public var role: Role
  /// The values; masked elements are zero.
  public var value: Tensor
  /// The pruning mask; `nil` keeps all elements.
  public var mask: Mask?

  /// Creates a parameter; elements that the mask does not keep are set to zero.
  public init(_ role: Role, _ value: Tensor, mask: Mask? = nil) {
    self.role = role
    self.value = value
    self.mask = mask
    applyMask()
  }

  /// Sets masked elements to zero, as after every optimiser step.
  public mutating func applyMask() {
    guard let mask else { return }
    for (index, kept) in mask.kept.enumerated() where !kept { value.elements[index] = 0 }
  }

  /// The number of elements that the mask keeps.
  public var keptCount: Int { mask?.keptCount ?? value.count }
}

/// A pruning mask: the elements of a parameter that are kept.
public struct Mask: Hashable, Codable, Sendable {
  /// Whether each element is kept, in row-major order.
  public var kept: [Bool]
  /// Creates a mask; `kept` has one value per element, in row-major order.
  public init(_ kept: [Bool]) { self.kept = kept }
  /// The number of kept elements.
  public var keptCount: Int { kept.count { $0 } }
}

/// The parameters of one layer, found by role.
extension [Parameter] {
  /// The position of the parameter with a role; `nil` if the layer has none.
  /// - Complexity: O(roles of the layer), at most four in the layers of the catalogue
  public func index(of role: Parameter.Role) -> Int? { firstIndex { $0.role == role } }

  /// The parameter with a role, which the layer must have.
  /// - Complexity: that of `index(of:)`
  public subscript(role: Parameter.Role) -> Parameter {
    get { self[position(of: role)] }
    _modify { yield &self[position(of: role)] }
  }

  private func position(of role: Parameter.Role) -> Int {
    guard let position = index(of: role) else { preconditionFailure("no parameter is a \(role)") }
    return position
  }
}

/// The parameters of every node of a network, in the order of its layers' roles.
///
/// Parameters may be changed in place or replaced by others of the same roles and shapes; any other
/// change is a precondition failure.
public struct NetworkParameters: RandomAccessCollection, MutableCollection, Sendable {
  private var lists: [[Parameter]]
  private let forms: [[Form]]

  /// What a change of a parameter keeps.
  private struct Form: Equatable {
    var role: Parameter.Role
    var shape: Shape

    init(_ parameter: Parameter) { (role, shape) = (parameter.role, parameter.value.shape) }
  }

  init(_ lists: [[Parameter]]) {
    self.lists = lists
    forms = lists.map { $0.map(Form.init) }
  }

  /// The position of the first node, 0.
  public var startIndex: Int { 0 }
  /// The number of nodes.
  public var endIndex: Int { lists.count }

  /// The parameters of the node at a position.
  public subscript(node: Int) -> [Parameter] {
    get { lists[node] }
    _modify {
      yield &lists[node]
      precondition(
        lists[node].lazy.map(Form.init).elementsEqual(forms[node]),
        "parameters of node \(node) with other roles or shapes")
    }
  }

  /// Whether these can replace the parameters of the same network.
  func fit(_ others: NetworkParameters) -> Bool { forms == others.forms }
}

extension NetworkParameters: Hashable {
  /// Whether all compared fields are equal.
  public static func == (first: NetworkParameters, second: NetworkParameters) -> Bool {
    first.lists == second.lists
  }

  /// Hashes the compared fields.
  public func hash(into hasher: inout Hasher) { hasher.combine(lists) }
}
