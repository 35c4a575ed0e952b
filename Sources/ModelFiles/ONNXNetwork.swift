import Networks
import Tensors

/// Builds a network from the steps of a graph: folds scalings into adjacent layers, removes unread
/// steps and removes the output activation.
struct ONNXNetwork {
  private let file: String
  private let input: Shape
  private var steps: [ONNXReader.Step]
  /// The step that computes the scores.
  private var output: Int
  private let hasSoftmax: Bool
  /// The number of scores.
  private let outputs: Int

  /// - Throws: `ModelFileError.graph` if the output is not of the form `[batch, outputs]`.
  init(_ reader: ONNXReader, output name: String) throws(ModelFileError) {
    (file, input, hasSoftmax) = (reader.file, reader.input, reader.hasSoftmax)
    steps = reader.steps
    guard let last = reader.values[name] else {
      throw .graph(file: file, .noWeights)
    }
    output = last.step
    outputs = last.shape.count
    if last.shape.rank == 3, last.shape[0] * last.shape[1] == 1 {
      steps.append(.init(layer: Flattening(), inputs: [last.step]))
      output = steps.count - 1
    } else if last.shape.rank != 1 {
      throw .graph(file: file, .outputShape)
    }
    if case .flattened = last.order {
      throw .graph(file: file, .outputShape)
    }
    fold()
  }

  // MARK: Folding

  private func readers(of step: Int) -> [Int] {
    steps.indices.filter { steps[$0].inputs.contains(step) }
  }

  /// The number of readers of each step; the output has one more.
  private var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: steps.count)
    for step in steps { for input in step.inputs where input >= 0 { counts[input] += 1 } }
    if output >= 0 { counts[output] += 1 }
    return counts
  }

  private mutating func redirect(_ step: Int, to other: Int) {
    for index in steps.indices where steps[index].inputs.contains(step) {
      steps[index].inputs = steps[index].inputs.map { $0 == step ? other : $0 }
    }
    if output == step { output = other }
    steps[step].inputs = []
  }

  /// Folds scalings into adjacent layers until no more can be folded.
  private mutating func fold() {
    removeUnread()
    var changes = true
    while changes {
      changes = false
      for index in steps.indices where steps[index].isScaling && !steps[index].inputs.isEmpty {
        if foldBack(index) || foldForward(index) || moveBefore(index) { changes = true }
      }
    }
    for index in steps.indices where steps[index].isPreparation && !steps[index].inputs.isEmpty {
      foldSums(index)
    }
    removeUnread()
  }

  /// Folds a linear map into the dense layer before it, or into those after it.
  private mutating func foldSums(_ index: Int) {
    let before = steps[index].inputs[0]
    if before >= 0, steps[before].layer.isFullyConnected, readerCounts[before] == 1 {
      steps[before].append(steps[index])
      return redirect(index, to: before)
    }
    let readers = readers(of: index)
    guard index != output, readers.allSatisfy({ steps[$0].layer.isFullyConnected }) else { return }
    for reader in readers {
      var both = steps[index]
      both.append(steps[reader])
      (steps[reader].layer, steps[reader].parameters) = (both.layer, both.parameters)
    }
    redirect(index, to: steps[index].inputs[0])
  }

  /// Folds a scaling into the step before it.
  private mutating func foldBack(_ index: Int) -> Bool {
    let before = steps[index].inputs[0]
    guard before >= 0, readerCounts[before] == 1 else { return false }
    let (factors, offsets) = steps[index].scaling
    switch steps[before].layer.activation?.function {
    case nil where steps[before].isScaling || steps[before].layer.roles == [.scale, .bias]:
      steps[before].scaleNormalized(by: factors, adding: offsets)
    case nil where steps[before].layer.roles.contains(.weight):
      steps[before].scaleUnits(by: factors, adding: offsets)
    case .sigmoid:
      // 2 sigmoid(x) - 1 = tanh(x / 2)
      if factors.allSatisfy({ $0 == 2 }), offsets.allSatisfy({ $0 == -1 }) {
        exchange(before, index, factor: 0.5, .tanh)
        return true
      }
      // 1 - sigmoid(x) = sigmoid(-x)
      guard factors.allSatisfy({ $0 == -1 }), offsets.allSatisfy({ $0 == 1 }) else { return false }
      exchange(before, index, factor: -1, .sigmoid)
      return true
    case .tanh:
      // (1 + tanh(x)) / 2 = sigmoid(2x)
      guard factors.allSatisfy({ $0 == 0.5 }), offsets.allSatisfy({ $0 == 0.5 }) else {
        return false
      }
      exchange(before, index, factor: 2, .sigmoid)
      return true
    default: return false
    }
    redirect(index, to: before)
    return true
  }

  /// Moves a scaling by positive factors before a ReLU, with which it commutes.
  private mutating func moveBefore(_ index: Int) -> Bool {
    let before = steps[index].inputs[0]
    guard before >= 0, readerCounts[before] == 1,
      let activation = steps[before].layer.activation
    else { return false }
    let (factors, offsets) = steps[index].scaling
    guard factors.allSatisfy({ $0 > 0 }), offsets.allSatisfy({ $0 == 0 }),
      let factor = factors.first
    else { return false }
    var moved = activation
    switch activation.function {
    case .relu, .leakyReLU: break
    case .clippedReLU where factors.allSatisfy({ $0 == factor }):
      moved.slope = Float(Double(activation.slope) * factor)
      guard moved.slope > 0, moved.slope.isFinite else { return false }
    default: return false
    }
    let new = ONNXReader.scaling(factors, offsets, reading: steps[before].inputs[0])
    steps[before] = new
    steps[index] = .init(layer: moved, inputs: [before])
    return true
  }

  /// Replaces an activation followed by a scaling with a scaling followed by an activation.
  private mutating func exchange(
    _ activation: Int, _ scaling: Int, factor: Double, _ function: Activation.Function
  ) {
    let width = steps[scaling].scaling.factors.count
    let new = ONNXReader.scaling(
      .init(repeating: factor, count: width), .init(repeating: 0, count: width),
      reading: steps[activation].inputs[0])
    steps[activation] = new
    steps[scaling] = .init(layer: Activation(function), inputs: [activation])
  }

  /// Folds a scaling into every step after it.
  private mutating func foldForward(_ index: Int) -> Bool {
    guard index != output else { return false }
    let (factors, offsets) = steps[index].scaling
    var targets: [(step: Int, channels: Int)] = []
    for reader in readers(of: index) {
      guard steps[reader].inputs.count == 1 else { return false }
      switch steps[reader].layer {
      case let layer where layer.isFullyConnected: targets.append((reader, factors.count))
      case let convolution as Convolution:
        let window = convolution.window
        guard
          max(window.top, window.bottom, window.left, window.right) == 0
            || offsets.allSatisfy({ $0 == 0 })
        else { return false }
        targets.append((reader, factors.count))
      case let layer where layer.coupling == .spreading:
        let next = readers(of: reader)
        guard reader != output,
          next.allSatisfy({ steps[$0].layer.isFullyConnected && steps[$0].inputs == [reader] })
        else { return false }
        targets += next.map { ($0, factors.count) }
      default: return false
      }
    }
    guard !targets.isEmpty else { return false }
    for (target, _) in targets { steps[target].scaleInputs(by: factors, adding: offsets) }
    redirect(index, to: steps[index].inputs[0])
    return true
  }

  /// Removes the steps that the output does not depend on.
  private mutating func removeUnread() {
    var isRead = [Bool](repeating: false, count: steps.count)
    var open = output >= 0 ? [output] : []
    while let step = open.popLast() {
      guard !isRead[step] else { continue }
      isRead[step] = true
      open += steps[step].inputs.filter { $0 >= 0 }
    }
    var places: [Int] = []
    for read in isRead { places.append((places.last ?? -1) + (read ? 1 : 0)) }
    steps = zip(steps, isRead).filter(\.1).map { step, _ in
      var moved = step
      moved.inputs = step.inputs.map { $0 < 0 ? $0 : places[$0] }
      return moved
    }
    if output >= 0 { output = places[output] }
  }

  // MARK: The network

  /// A network without its output activation, which belongs to the head of a classifier.
  struct Assembled {
    var network: Network
    var head: Head?
    /// The removed output activation.
    var outputActivation: Activation?
  }

  /// The network without its output activation.
  /// - Parameters:
  ///   - keepsOutputActivation: whether a final sigmoid is kept as a layer.
  ///   - keepsDropout: whether dropout is kept in networks of dense layers and activations, and sigmoids
  ///     before a concatenation, as in files that Espalier wrote.
  /// - Returns: the network, its head, and the removed activation.
  /// - Throws: `ModelFileError.graph` if no layer has weights or a weight is not finite.
  func network(keepsOutputActivation: Bool, keepsDropout: Bool) throws(ModelFileError) -> Assembled
  {
    var copy = self
    if !keepsDropout { copy.removeDropout() }
    guard copy.steps.contains(where: { $0.layer.roles.contains(.weight) }) else {
      throw .graph(file: file, .noWeights)
    }
    if !keepsDropout { copy.foldScoreSelections() }
    copy.moveActivationToEnd()
    if !keepsDropout { copy.joinScores() }
    var head: Head? = hasSoftmax ? .softmax : nil
    var outputActivation: Activation?
    if !keepsOutputActivation, !hasSoftmax, copy.steps.count > 1,
      copy.output == copy.steps.count - 1,
      let end = copy.steps.last?.layer.activation,
      end.function == .sigmoid || (end == Activation(.clippedReLU, slope: 1) && outputs == 1)
    {
      copy.output = copy.steps[copy.output].inputs[0]
      copy.steps.removeLast()
      if end.function == .sigmoid { head = .oneVersusRest }
      outputActivation = end
    }
    return Assembled(network: try copy.assembled(), head: head, outputActivation: outputActivation)
  }

  /// Moves an activation from before a final channel selection to behind it; activations are
  /// elementwise.
  private mutating func moveActivationToEnd() {
    guard let end = steps.last, case .selecting = end.layer.coupling, let before = end.inputs.first,
      before >= 0, readerCounts[before] == 1, let activation = steps[before].layer.activation
    else { return }
    (steps[before].layer, steps[steps.count - 1].layer) = (end.layer, activation)
  }

  /// Removes the units of dense layers that a final selection, or one before a final concatenation, leaves
  /// out.
  private mutating func foldScoreSelections() {
    guard output == steps.count - 1, let end = steps.last else { return }
    for index in end.layer.coupling == .joining ? end.inputs : [output] where index >= 0 {
      guard case .selecting(let channels) = steps[index].layer.coupling else { continue }
      let counts = readerCounts
      var (place, before) = (index, steps[index].inputs[0])
      if before >= 0, counts[before] == 1, let activation = steps[before].layer.activation {
        // Activations are elementwise.
        (steps[before].layer, steps[index].layer) = (steps[index].layer, activation)
        (place, before) = (before, steps[before].inputs[0])
      }
      guard before >= 0, counts[before] == 1, steps[before].layer.isFullyConnected else { continue }
      steps[before].select(units: channels)
      redirect(place, to: before)
    }
    removeUnread()
  }

  /// Moves the sigmoids of the scores of single classes behind a final concatenation: `p, q` and
  /// `p, 1 - p`, where `1 - sigmoid(x) = sigmoid(-x)`.
  private mutating func joinScores() {
    guard output == steps.count - 1, var end = steps.last, end.layer.coupling == .joining else {
      return
    }
    let parts = end.inputs.compactMap(logit)
    guard parts.count == end.inputs.count else { return }
    steps.removeLast()
    end.inputs = parts.map { part in
      guard let factors = part.factors else { return part.step }
      steps.append(
        ONNXReader.scaling(factors, factors.map { _ in 0 }, reading: part.step))
      return steps.count - 1
    }
    steps += [end, .init(layer: Activation(.sigmoid), inputs: [steps.count])]
    output = steps.count - 1
    removeUnread()
  }

  /// The step whose sigmoid, or 1 minus its sigmoid, a step computes, and in the second case the factors
  /// -1; `nil` if it is neither.
  private func logit(of index: Int) -> (step: Int, factors: [Double]?)? {
    guard index >= 0 else { return nil }
    if steps[index].layer.activation?.function == .sigmoid { return (steps[index].inputs[0], nil) }
    guard steps[index].isScaling, let before = steps[index].inputs.first, before >= 0,
      steps[before].layer.activation?.function == .sigmoid
    else { return nil }
    let (factors, offsets) = steps[index].scaling
    guard factors.allSatisfy({ $0 == -1 }), offsets.allSatisfy({ $0 == 1 }) else { return nil }
    return (steps[before].inputs[0], factors)
  }

  private mutating func removeDropout() {
    guard input.rank == 1,
      steps.allSatisfy({
        $0.layer.isFullyConnected || $0.layer.activation != nil || $0.layer.isIdentityAtInference
      })
    else { return }
    for index in steps.indices where steps[index].layer.isIdentityAtInference {
      redirect(index, to: steps[index].inputs[0])
    }
    removeUnread()
  }

  private func assembled() throws(ModelFileError) -> Network {
    guard output == steps.count - 1 else {
      throw .graph(file: file, .outputBeforeEnd)
    }
    var builder = ArchitectureBuilder(input: input)
    var (ids, parameters) = ([Node.ID](), [[Parameter]]())
    for step in steps {
      ids.append(builder.add(step.layer, reading: step.inputs.map { $0 < 0 ? .input : ids[$0] }))
      var own: [Parameter] = []
      for (role, numbers) in zip(step.layer.roles, step.parameters) {
        let values = numbers.values.map { Float($0) }
        guard values.allSatisfy(\.isFinite) else {
          throw .graph(file: file, .infiniteFolding)
        }
        own.append(Parameter(role, Tensor(values, shape: Shape(numbers.dimensions))))
      }
      parameters.append(own)
    }
    do {
      return try Network(builder.architecture, parameters: parameters)
    } catch {
      throw .graph(file: file, .network(error))
    }
  }
}

extension ONNXReader.Step {
  /// The position of the parameter with a role, which the layer must have.
  private func position(of role: Parameter.Role) -> Int {
    layer.roles.firstIndex(of: role) ?? parameters.count
  }

  /// The factors and offsets of a scaling, one of each per channel.
  fileprivate var scaling: (factors: [Double], offsets: [Double]) {
    (parameters[position(of: .scale)].values, parameters[position(of: .bias)].values)
  }

  /// Scales the output of a scaling or normalization: `scale · factor`, `bias · factor + offset`.
  fileprivate mutating func scaleNormalized(by factors: [Double], adding offsets: [Double]) {
    let (scale, bias) = (position(of: .scale), position(of: .bias))
    for channel in factors.indices {
      parameters[scale].values[channel] *= factors[channel]
      parameters[bias].values[channel] =
        parameters[bias].values[channel] * factors[channel] + offsets[channel]
    }
  }

  /// Scales the output of a layer with weights: `weight · factor`, `bias · factor + offset`.
  fileprivate mutating func scaleUnits(by factors: [Double], adding offsets: [Double]) {
    let units = factors.count
    addBias(units)
    let (weight, bias) = (position(of: .weight), position(of: .bias))
    if factors.contains(where: { $0 != 1 }) {
      for position in parameters[weight].values.indices {
        parameters[weight].values[position] *= factors[position % units]
      }
    }
    for unit in 0..<units {
      parameters[bias].values[unit] = parameters[bias].values[unit] * factors[unit] + offsets[unit]
    }
  }

  /// Folds a scaling of the input of a layer with weights: `factor · weight`, and `offset · weight`
  /// added to the bias.
  ///
  /// All pixels of a flattened image are scaled alike.
  fileprivate mutating func scaleInputs(by factors: [Double], adding offsets: [Double]) {
    let place = position(of: .weight)
    let weight = parameters[place]
    let units = weight.dimensions[weight.dimensions.count - 1]
    let own = weight.dimensions[weight.dimensions.count - 2]
    let groups = if case .mixing(let groups) = layer.coupling { groups } else { 1 }
    if offsets.contains(where: { $0 != 0 }) { addBias(units) }
    let bias = position(of: .bias)
    for position in weight.values.indices {
      let unit = position % units
      let channel = (position / units % own + unit / (units / groups) * own) % factors.count
      if offsets[channel] != 0 {
        parameters[bias].values[unit] += offsets[channel] * weight.values[position]
      }
      parameters[place].values[position] *= factors[channel]
    }
  }

  /// Keeps these units of a dense layer, in this order.
  fileprivate mutating func select(units: [Int]) {
    for index in parameters.indices {
      let (old, width) = (parameters[index], parameters[index].dimensions.last ?? 1)
      let rows = old.values.count / max(width, 1)
      parameters[index] = .init(
        dimensions: old.dimensions.dropLast() + [units.count],
        values: (0..<rows).flatMap { row in units.map { old.values[row * width + $0] } })
    }
    layer = Dense(units.count)
  }

  /// Merges a dense layer with the dense layer `other` after it.
  fileprivate mutating func append(_ other: ONNXReader.Step) {
    let first = parameters[position(of: .weight)]
    let second = other.parameters[other.position(of: .weight)]
    let (inputs, inner, units) = (
      first.dimensions[0], first.dimensions[1], second.dimensions[1]
    )
    var product = [Double](repeating: 0, count: inputs * units)
    let firstBias = parameters[position(of: .bias)].values
    var bias = other.parameters[other.position(of: .bias)].values
    for place in 0..<inner {
      for unit in 0..<units {
        let factor = second.values[place * units + unit]
        bias[unit] += firstBias[place] * factor
        for input in 0..<inputs {
          product[input * units + unit] += first.values[input * inner + place] * factor
        }
      }
    }
    layer = other.layer
    parameters = [
      .init(dimensions: [inputs, units], values: product), .init(dimensions: [units], values: bias),
    ]
  }

  private mutating func addBias(_ units: Int) {
    guard parameters.count == 1 else { return }
    parameters.append(.init(dimensions: [units], values: .init(repeating: 0, count: units)))
    if var convolution = layer as? Convolution {
      convolution.hasBias = true
      layer = convolution
    }
  }
}
