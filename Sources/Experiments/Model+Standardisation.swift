import Datasets
import Networks
import Tensors

extension Model {
  /// The same function over standardised inputs: the scaling becomes part of the encoding, its
  /// inverse is folded into every layer that reads the inputs.
  ///
  /// It is needed to fine-tune a network that reads unscaled columns.
  ///
  /// Inputs are read by dense layers, directly or through concatenations, selections of neurons and
  /// dropout. If another layer reads them (a sum, an activation, a convolution), if the network
  /// outputs them, or if rounding changes predictions, the model is returned unchanged.
  ///
  /// - Parameter rows: the rows whose means and standard deviations are used, encoded for this
  ///   model; on return also for the standardised one.
  /// - Returns: a model with the same outputs up to rounding in Float32.
  package func standardised(over rows: inout EncodedRows) -> Model {
    guard network.architecture.input.rank == 1, rows.count > 0 else { return self }
    let table = rows.table
    let (means, deviations) = rows.inputs(by: encoding).columnStatistics
    let changes = encoding.inputs.enumerated().map { position, input -> Rescaling? in
      guard case .scaled = input.kind, deviations[position] > 0,
        !table.columns[input.feature].values.contains(where: \.isNaN)
      else { return nil }
      return Rescaling(center: means[position], spread: deviations[position])
    }
    guard let folded = network.reading(changes) else { return self }
    var copy = self
    copy.network = folded
    for (position, change) in changes.enumerated() {
      guard let change, case .scaled(let mean, let scale) = encoding.inputs[position].kind
      else { continue }
      copy.encoding.inputs[position].kind = .scaled(
        mean: mean + change.center * scale, scale: scale * change.spread)
    }
    var encoded = rows
    encoded.add(copy.encoding)
    let sample = min(rows.count, 10_000)
    let differing = zip(
      predictions(for: encoded, first: sample), copy.predictions(for: encoded, first: sample)
    ).count { $0 != $1 }
    guard differing * 1000 <= sample else { return self }
    rows = encoded
    return copy
  }

  /// The same function of inputs that are scaled as in another encoding: the difference is folded into
  /// every layer that reads the inputs, as in `standardised(over:)`.
  ///
  /// - Parameter other: an encoding with the columns of this one, and possibly more.
  /// - Returns: a model with the same outputs up to rounding in Float32; the model itself if a layer does not
  ///   support folding.
  func scaled(as other: Encoding) -> Model {
    var copy = self
    var changes: [Rescaling?] = []
    for (position, input) in encoding.inputs.enumerated() {
      let twin = other.inputs.first { $0.feature == input.feature }
      guard case .scaled(let mean, let scale) = input.kind, let twin,
        case .scaled(let center, let spread) = twin.kind, scale != 0, spread != 0
      else {
        changes.append(nil)
        continue
      }
      changes.append(Rescaling(center: (center - mean) / scale, spread: spread / scale))
      copy.encoding.inputs[position] = twin
    }
    guard network.architecture.input.rank == 1, let folded = network.reading(changes) else {
      return self
    }
    copy.network = folded
    return copy
  }

  /// The position of the predicted class of each of the first `count` rows.
  func predictions(for rows: EncodedRows, first count: Int = .max) -> [Int] {
    predictions(from: network.outputs(for: rows.inputs(by: encoding, first: count)))
  }
}

/// An affine map from the new to the old input: `old = spread · new + center`.
private struct Rescaling {
  var center: Double
  var spread: Double
}

extension Network {
  /// The same function of rescaled inputs; `nil` if a layer does not support folding.
  fileprivate func reading(_ changes: [Rescaling?]) -> Network? {
    guard let shapes = try? architecture.shapes() else { return nil }
    // For each node whose output is rescaled, by position; -1 is the input.
    var carried: [Int: [Rescaling?]] = [-1: changes]
    var copy = self
    for (index, node) in architecture.nodes.enumerated() {
      let links = architecture.links[index]
      guard links.contains(where: { carried[$0] != nil }) else { continue }
      switch node.layer.coupling {
      case _ where node.layer.isFullyConnected:
        guard let changes = carried[links[0]] else { continue }
        copy.fold(changes, intoDense: index)
      case .joining where shapes[index].rank == 1:
        carried[index] = links.flatMap { link in
          carried[link]
            ?? [Rescaling?](
              repeating: nil,
              count: link < 0 ? architecture.input.count : shapes[link].count)
        }
      case .selecting(let channels) where shapes[index].rank == 1:
        guard let changes = carried[links[0]] else { continue }
        carried[index] = channels.map { changes[$0] }
      case _ where node.layer.isIdentityAtInference: carried[index] = carried[links[0]]
      default: return nil
      }
    }
    return carried[architecture.nodes.count - 1] == nil ? copy : nil
  }

  /// Weights and biases of a dense layer whose inputs are rescaled; sums in double precision.
  private mutating func fold(_ changes: [Rescaling?], intoDense node: Int) {
    var weight = parameters[node][.weight].value
    var bias = parameters[node][.bias].value
    for unit in 0..<weight.width {
      var sum = Double(bias[unit, 0])
      for (position, change) in changes.enumerated() {
        guard let change else { continue }
        let own = Double(weight[position, unit])
        weight[position, unit] = Float(own * change.spread)
        sum += own * change.center
      }
      bias[unit, 0] = Float(sum)
    }
    parameters[node][.weight].value = weight
    parameters[node][.bias].value = bias
  }
}
