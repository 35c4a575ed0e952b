import Datasets
import Networks
import Tensors

extension Compensation {
  /// Training rows on which activations are sampled.
  private static let rows = 4096
  /// The approximate maximum of sampled pixels, over all images.
  private static let pixels = 8192

  /// Returns the network with the weights and biases of the following layers adjusted to compensate
  /// for the neurons that a plan prunes.
  func applied(
    to network: Network, _ plan: ResolvedPlan, on context: PruningContext
  ) throws -> Network {
    guard self != .none, plan.zeroed.contains(true) else { return network }
    var copy = network
    let widest = plan.groups.ofNodes.map { Set($0).count }.max() ?? 1
    let sample = context.sample(of: Self.rows, for: network, passes: 2, fewest: widest)
    let changed = plan.groups.slots.filter { slot in
      !slot.isOutput && plan.reachable[slot.node] && slot.groups.contains { plan.zeroed[$0] }
    }
    func source(of slot: NeuronGroups.Slot) -> Int { network.architecture.links[slot.node][0] }
    var activations = network.channelValues(
      of: changed.map(source).filter { $0 >= 0 }, for: sample.inputs, limit: Self.pixels)
    if changed.contains(where: { source(of: $0) < 0 }) { activations[-1] = sample.inputs }
    let sources = activations.keys.sorted()
    let found = Workers.map(sources.count) { index in
      let values = Matrix(activations[sources[index]] ?? sample.inputs)
      return self == .leastSquares ? values.centeredGram() : (gram: nil, means: values.means)
    }
    let moments = Dictionary(uniqueKeysWithValues: zip(sources, found))
    for slot in changed {
      guard let (gram, means) = moments[source(of: slot)], means.count == slot.groups.count
      else { continue }
      let removed = slot.groups.indices.filter { plan.zeroed[slot.groups[$0]] }
      copy.compensate(for: removed, slot, means: means, gram: gram)
    }
    return copy
  }
}

extension Network {
  /// Adds the mean contribution of removed inputs to a layer's bias and, for least squares, their
  /// weights to those of the kept inputs.
  ///
  /// `means`: the mean activation of each input.
  /// `gram`: the centred Gram matrix of the inputs; with `nil` only the bias changes.
  fileprivate mutating func compensate(
    for removed: [Int], _ slot: NeuronGroups.Slot, means: [Double], gram: Matrix?
  ) {
    var constants = removed.map { means[$0] }
    var shares: [(from: Int, to: Int, factor: Double)] = []
    if let gram {
      let all = Set(removed)
      let kept = slot.groups.indices.filter { !all.contains($0) }
      let fit = Fit(gram, kept: kept, removed: removed)
      for (index, column) in removed.enumerated() {
        for (other, factor) in fit.coefficients[index] {
          shares.append((from: column, to: other, factor: factor))
          constants[index] -= factor * means[other]
        }
      }
    }
    let weight = parameters[slot.node][slot.parameter].value
    let mask = parameters[slot.node][slot.parameter].mask
    let dimensions = weight.shape.dimensions
    let inner = dimensions.dropFirst(slot.axis + 1).reduce(1, *)
    let length = dimensions[slot.axis]
    let outer = dimensions.prefix(slot.axis).reduce(1, *)
    var changed = weight
    var constant = [Double](repeating: 0, count: inner)
    changed.withElements { elements in
      for block in 0..<outer {
        for share in shares {
          for unit in 0..<inner {
            let entry = (block * length + share.to) * inner + unit
            guard mask?.kept[entry] ?? true else { continue }
            let from = weight.elements[(block * length + share.from) * inner + unit]
            elements[entry] = Float(Double(elements[entry]) + share.factor * Double(from))
          }
        }
        for (index, column) in removed.enumerated() {
          for unit in 0..<inner {
            let from = weight.elements[(block * length + column) * inner + unit]
            constant[unit] += constants[index] * Double(from)
          }
        }
      }
    }
    parameters[slot.node][slot.parameter].value = changed
    add(constant, behind: slot.node)
  }

  /// Adds a constant to the output of a layer with weights: to its bias, or, without a bias, to the
  /// running mean of the batch normalisation that alone reads it.
  private mutating func add(_ constant: [Double], behind node: Int) {
    if let bias = parameters[node].index(of: .bias) {
      change(node, bias, by: constant, sign: 1)
      return
    }
    let readers = architecture.nodes.indices.filter { architecture.links[$0].contains(node) }
    guard readers.count == 1, let reader = readers.first,
      let mean = parameters[reader].index(of: .mean)
    else { return }
    change(reader, mean, by: constant, sign: -1)
  }

  private mutating func change(
    _ node: Int, _ parameter: Int, by constant: [Double], sign: Double
  ) {
    guard parameters[node][parameter].value.count == constant.count else { return }
    parameters[node][parameter].value.withElements { elements in
      for unit in constant.indices {
        elements[unit] = Float(Double(elements[unit]) + sign * constant[unit])
      }
    }
    parameters[node][parameter].applyMask()
  }
}

/// A least-squares fit of removed columns as linear combinations of kept columns.
private struct Fit {
  /// For each removed column, the kept columns with non-zero coefficients.
  let coefficients: [[(column: Int, factor: Double)]]

  init(_ gram: Matrix, kept: [Int], removed: [Int]) {
    let columns = kept + removed
    var small = Matrix(rows: columns.count, columns: columns.count)
    for (row, first) in columns.enumerated() {
      for (column, second) in columns.enumerated() { small[row, column] = gram[first, second] }
    }
    // Ridge term: bounds the coefficients if kept columns are nearly collinear.
    let trace = kept.reduce(0.0) { $0 + gram[$1, $1] } / Double(max(kept.count, 1))
    for index in kept.indices { small[index, index] += 1e-9 * trace }
    let factor = PivotedFactor(small, tolerance: 1e-10, only: Array(kept.indices))
    let solved = factor.coefficients
    var found = [[(column: Int, factor: Double)]](repeating: [], count: removed.count)
    for column in 0..<solved.columns {
      let target = factor.order[factor.rank + column]
      guard target >= kept.count else { continue }
      for row in 0..<factor.rank where solved[row, column] != 0 {
        let source = factor.order[row]
        guard source < kept.count else { continue }
        found[target - kept.count].append((columns[source], solved[row, column]))
      }
    }
    coefficients = found
  }
}
