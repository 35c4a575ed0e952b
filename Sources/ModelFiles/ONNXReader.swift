import Foundation
import Networks
import ONNXSchema
import Tensors

/// What has been read of a chain of nodes so far: layers, and what is still to be folded into one.
struct ONNXReader {
  /// A dense layer in double precision, until all scaling is folded into it.
  struct DenseStep {
    var inputs: Int
    var units: Int
    /// `[inputs, units]`
    var weights: [Double]
    var bias: [Double]
  }

  /// `factor · x + offset` for each column, or one of either for all.
  struct Scaling {
    var factors: [Double]
    var offsets: [Double]

    func factor(_ column: Int) -> Double { factors.count == 1 ? factors[0] : factors[column] }
    func offset(_ column: Int) -> Double { offsets.count == 1 ? offsets[0] : offsets[column] }
  }

  enum Step {
    case dense(DenseStep)
    case activation(Activation)
  }

  /// What turns the last layer's outputs into answers; nothing but answers may follow it.
  enum Ending { case softmax, position }

  let file: String
  var constants: ONNXConstants
  /// The name of the value that the next node reads.
  private(set) var current: String
  /// The lengths of the current value, the batch first, where they are known.
  private(set) var shape: [Int?]
  /// Whether the value before the last change of shape was a row of numbers already.
  private(set) var wasFlat = true
  private(set) var ending: Ending?
  private var hasSoftmax = false
  private var steps: [Step] = []
  private var pending: (scaling: Scaling, node: Onnx_NodeProto)?

  /// Reads a whole chain.
  init(_ graph: ONNXGraph, file: String) throws(ModelFileError) {
    self.file = file
    constants = graph.constants
    current = graph.input.name
    let type = graph.input.type.tensorType
    let element = Onnx_TensorProto.DataType(rawValue: Int(type.elemType))
    guard element == .float || element == .double || element == .undefined else {
      throw .graph(
        file: file, problem: "the input '\(shown(current))' is not of the type float or double")
    }
    shape = type.hasShape ? type.shape.dim.map { $0.dimValue > 0 ? Int($0.dimValue) : nil } : []
    if !type.hasShape { shape = [nil, nil] }
    guard (2...8).contains(shape.count) else {
      throw .graph(
        file: file,
        problem: "the input '\(shown(current))' has \(shape.count) dimensions where rows of "
          + "numbers, [batch, numbers], are read")
    }
    if let scaling = graph.columns?.scaling, let first = graph.chain.first {
      pending = (scaling, first)
    }
    for node in graph.chain {
      guard let read = ONNXOperator.named(node)?.read else {
        throw problem(node, "is supported for constants, not for rows")
      }
      if ending != nil, !["ArgMax", "Cast", "Identity"].contains(node.opType) {
        throw problem(node, "follows the softmax or argmax, which must be the last step")
      }
      try read(&self, node)
      current = node.output.first ?? ""
    }
    if let pending { throw problem(pending.node, "no dense layer is beside it to be folded into") }
  }

  /// How many numbers a row of the current value has, where that is known.
  var width: Int? { shape.count == 2 ? shape[1] : nil }

  func problem(_ node: Onnx_NodeProto, _ text: String) -> ModelFileError {
    .node(file: file, node: node.title, operator: shown(node.opType), problem: text)
  }

  // MARK: Reading constants

  /// A dense layer without a bias from a constant of two dimensions.
  mutating func weights(
    _ name: String, transposed: Bool, node: Onnx_NodeProto, scale: Double
  ) throws(ModelFileError) -> DenseStep {
    if transposed {
      constants.define(name + "ᵀ", as: name, transposed: true)
    }
    let numbers = try constants.numbers(transposed ? name + "ᵀ" : name)
    guard numbers.dimensions.count == 2 else {
      throw problem(
        node, "its weights have \(numbers.dimensions.count) dimensions where 2 are read")
    }
    let (inputs, units) = (numbers.dimensions[0], numbers.dimensions[1])
    guard inputs > 0, units > 0 else { throw problem(node, "its weights are empty") }
    return DenseStep(
      inputs: inputs, units: units,
      weights: scale == 1 ? numbers.values : numbers.values.map { $0 * scale },
      bias: [Double](repeating: 0, count: units))
  }

  /// A constant with one number for each column, or one for all.
  mutating func columns(
    _ name: String, width: Int?, node: Onnx_NodeProto
  ) throws(ModelFileError) -> [Double] {
    let numbers = try constants.numbers(name)
    let count = numbers.values.count
    let fits = numbers.dimensions.dropLast().allSatisfy { $0 == 1 }
    guard fits, count == 1 || (shape.count == 2 && count == width ?? count), count > 0 else {
      let shape = numbers.dimensions.map(String.init).joined(separator: " x ")
      throw problem(
        node, "its constant of \(shape) does not fit \(width.map { "\($0)" } ?? "the") columns")
    }
    return numbers.values
  }

  // MARK: Adding steps

  mutating func append(_ dense: DenseStep, _ node: Onnx_NodeProto) throws(ModelFileError) {
    guard shape.count == 2 else { throw problem(node, "it reads more than rows of numbers") }
    try expect(width: dense.inputs, node)
    var dense = dense
    if let (scaling, _) = pending {
      for input in 0..<dense.inputs {
        for unit in 0..<dense.units {
          let position = input * dense.units + unit
          dense.bias[unit] += scaling.offset(input) * dense.weights[position]
          dense.weights[position] *= scaling.factor(input)
        }
      }
      pending = nil
    }
    steps.append(.dense(dense))
    shape[1] = dense.units
  }

  mutating func append(_ scaling: Scaling, _ node: Onnx_NodeProto) throws(ModelFileError) {
    let count = max(scaling.factors.count, scaling.offsets.count)
    if count > 1 { try expect(width: count, node) }
    if let (first, _) = pending {
      let both = max(first.factors.count, first.offsets.count, count)
      pending = (
        Scaling(
          factors: (0..<both).map { first.factor($0) * scaling.factor($0) },
          offsets: (0..<both).map {
            first.offset($0) * scaling.factor($0) + scaling.offset($0)
          }), node
      )
    } else if case .dense(var dense) = steps.last {
      steps.removeLast()
      for unit in 0..<dense.units {
        dense.bias[unit] = dense.bias[unit] * scaling.factor(unit) + scaling.offset(unit)
      }
      if scaling.factors != [1] {
        for position in dense.weights.indices {
          dense.weights[position] *= scaling.factor(position % dense.units)
        }
      }
      steps.append(.dense(dense))
    } else {
      pending = (scaling, node)
    }
  }

  mutating func append(
    _ activation: Activation, _ node: Onnx_NodeProto
  ) throws(ModelFileError) {
    if let pending { throw problem(pending.node, "no dense layer is beside it to be folded into") }
    guard !steps.isEmpty else { throw problem(node, "no dense layer comes before it") }
    try constants.spend(width ?? 0)
    steps.append(.activation(activation))
  }

  mutating func end(with ending: Ending, _ node: Onnx_NodeProto) throws(ModelFileError) {
    guard self.ending != .position else { throw problem(node, "follows another argmax") }
    self.ending = ending
    if ending == .softmax { hasSoftmax = true }
  }

  func checkAxis(_ node: Onnx_NodeProto, standard: Int64) throws(ModelFileError) {
    let axis = node.integer("axis", standard)
    guard shape.count == 2, axis == 1 || axis == -1 else {
      throw problem(node, "axis \(axis) mixes rows; 1 is supported")
    }
  }

  /// Notes how wide the current value is.
  mutating func expect(width found: Int, _ node: Onnx_NodeProto) throws(ModelFileError) {
    guard shape.count == 2 else { throw problem(node, "it reads more than rows of numbers") }
    guard shape[1] == nil || shape[1] == found else {
      throw problem(node, "it reads \(found) numbers where \(shape[1] ?? 0) come in")
    }
    shape[1] = found
  }

  /// One row of numbers out of a grey picture; rows of numbers stay what they are.
  mutating func flatten(_ node: Onnx_NodeProto) throws(ModelFileError) {
    wasFlat = shape.count == 2
    if wasFlat { return }
    var count = 1
    for length in shape.dropFirst() {
      let (product, overflow) = count.multipliedReportingOverflow(by: length ?? 0)
      guard length != nil, !overflow else {
        throw problem(node, "the lengths of what it flattens are not known")
      }
      count = product
    }
    guard shape.count == 3 || shape[1] == 1 || shape.last == 1 else {
      throw problem(node, "it flattens a picture of several channels; one is supported")
    }
    shape = [shape[0], count]
  }

  // MARK: The network

  /// The network of all that was read, without the squashing at its end.
  /// - Parameter keepsSquashing: whether a sigmoid at the end is a layer, not the head.
  /// - Returns: the network, and the head that the squashing means.
  /// - Throws: `ModelFileError.graph` where no dense layer is left or a number is not finite.
  func network(
    keepsSquashing: Bool = false
  ) throws(ModelFileError) -> (network: Network, head: Head?) {
    var steps = steps
    var head: Head? = hasSoftmax ? .softmax : nil
    if !keepsSquashing, !hasSoftmax, case .activation(let last) = steps.last,
      last.function == .sigmoid
    {
      steps.removeLast()
      head = .oneVersusRest
    }
    var layers: [any Layer] = []
    var parameters: [[Parameter]] = []
    var input: Int?
    for step in steps {
      switch step {
      case .activation(let activation):
        layers.append(activation)
        parameters.append([])
      case .dense(let dense):
        input = input ?? dense.inputs
        layers.append(Dense(dense.units))
        let tensors = [
          Tensor(dense.weights.map { Float($0) }, shape: [dense.inputs, dense.units]),
          Tensor(dense.bias.map { Float($0) }, shape: [dense.units]),
        ]
        for tensor in tensors where tensor.elements.contains(where: { !$0.isFinite }) {
          throw .graph(
            file: file, problem: "folding a scaling into a layer leaves the finite floats")
        }
        parameters.append([Parameter(.weight, tensors[0]), Parameter(.bias, tensors[1])])
      }
    }
    guard let input else { throw .graph(file: file, problem: "there is no dense layer") }
    do {
      let architecture = Architecture(input: [input]) { layers }
      return (try Network(architecture, parameters: parameters), head)
    } catch {
      throw .graph(file: file, problem: error.errorDescription ?? "the layers do not fit")
    }
  }
}
