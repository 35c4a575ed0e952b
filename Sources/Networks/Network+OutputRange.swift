import Tensors

extension Activation {
  /// The bounds of its values; `nil` for functions that are unbounded on both sides or below.
  package var range: ClosedRange<Double>? {
    switch function {
    case .sigmoid: 0...1
    case .tanh, .softsign: -1...1
    case .clippedReLU: slope > 0 ? 0...Double(slope) : nil
    case .relu, .softplus, .thresholdedReLU: 0...Double.infinity
    default: nil
    }
  }
}

extension Network {
  /// The range of the outputs where they are made of activations without further weights: by sums, constant
  /// scalings, selections and concatenations; `nil` for other networks, such as those with logits.
  /// - Complexity: O(nodes)
  package var outputRange: ClosedRange<Double>? {
    guard let shapes = try? architecture.shapes() else { return nil }
    var ranges: [ClosedRange<Double>?] = []
    for (index, node) in architecture.nodes.enumerated() {
      let read = architecture.links[index].map { $0 < 0 ? nil : ranges[$0] }
      ranges.append(
        node.layer.activation.map(\.range)
          ?? range(of: node.layer, parameters[index], read, shapes[index]))
    }
    return ranges.last ?? nil
  }

  private func range(
    of layer: any Layer, _ parameters: [Parameter], _ read: [ClosedRange<Double>?], _ shape: Shape
  ) -> ClosedRange<Double>? {
    let known = read.compactMap(\.self)
    guard known.count == read.count, let first = known.first else { return nil }
    switch layer.coupling {
    case .joining, .selecting, .spreading:
      return known.dropFirst().reduce(first) {
        min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound)
      }
    case .unitwise where layer.roles.isEmpty:
      guard layer.addsInputs || known.count == 1 else { return nil }
      return known.dropFirst().reduce(first) {
        $0.lowerBound + $1.lowerBound...$0.upperBound + $1.upperBound
      }
    case .unitwise where layer.isFrozen && shape.rank == 1:
      guard first.lowerBound.isFinite, first.upperBound.isFinite else { return nil }
      let ends = [first.lowerBound, first.upperBound].flatMap { bound in
        layer.forward(
          [Tensor([Float](repeating: Float(bound), count: shape.count), shape: [1, shape.count])],
          parameters
        ).elements.map(Double.init)
      }
      guard !ends.contains(where: \.isNaN), let low = ends.min(), let high = ends.max() else {
        return nil
      }
      return low...high
    default: return nil
    }
  }

  /// Whether an output is made of activations that meet a condition, without further weights: by sums,
  /// constant scalings, selections and concatenations.
  func ends(in isMeant: (Activation) -> Bool) -> Bool {
    var open = [architecture.nodes.count - 1]
    var seen: Set<Int> = []
    while let index = open.popLast() {
      guard index >= 0, seen.insert(index).inserted else { continue }
      let layer = architecture.nodes[index].layer
      if let activation = layer.activation {
        if isMeant(activation) { return true }
        continue
      }
      switch layer.coupling {
      case .joining, .selecting, .spreading: open += architecture.links[index]
      case .unitwise where layer.isFrozen || layer.roles.isEmpty:
        open += architecture.links[index]
      default: continue
      }
    }
    return false
  }
}
