import Datasets
import Networks
import Tensors

/// The absolute correlations of a layer's neurons with each other and with the network's error.
struct Relations {
  private let correlations: Matrix
  private let error: [Double]
  private let variances: [Double]
  private var excluded: Set<Int> = []

  /// `values`: activations, one column per neuron.
  /// `errors`: target minus output, `[rows, outputs]`.
  init(_ values: Tensor, columns: [Int], errors: Matrix) {
    let own = columns.count
    var table = Matrix(rows: errors.rows, columns: own + errors.columns)
    for row in 0..<errors.rows {
      for (index, column) in columns.enumerated() {
        table[row, index] = Double(values[row, column])
      }
      for output in 0..<errors.columns { table[row, own + output] = errors[row, output] }
    }
    let (gram, _) = table.centeredGram()
    func correlation(_ first: Int, _ second: Int) -> Double {
      let size = (gram[first, first] * gram[second, second]).squareRoot()
      return size > 0 ? abs(gram[first, second]) / size : 0
    }
    var between = Matrix(rows: own, columns: own)
    for first in 0..<own {
      for second in 0..<own where first != second {
        between[first, second] = correlation(first, second)
      }
    }
    correlations = between
    error = (0..<own).map { index in
      (0..<errors.columns).map { correlation(index, own + $0) }.max() ?? 0
    }
    variances = (0..<own).map { gram[$0, $0] / Double(max(errors.rows, 1)) }
  }

  func repeatsAnother(_ index: Int, from limit: Double) -> Bool {
    (0..<correlations.columns).contains {
      !excluded.contains($0) && correlations[index, $0] >= limit
    }
  }

  mutating func exclude(_ index: Int) { excluded.insert(index) }
  func withError(_ index: Int) -> Double { error[index] }
  func variance(_ index: Int) -> Double { variances[index] }
}

extension Network {
  /// The correlations within each layer, computed in one forward pass.
  func relations(_ groups: NeuronGroups, on context: PruningContext) -> [Relations] {
    let layers = groups.layers
    let sample = context.sample(of: 2048, for: self)
    let sources = sources(groups)
    // Activations are taken at the node that the next layers read, after the activation function.
    let nodes = layers.map { own in
      let layer = groups.groups[own[0]].producers[0].node
      return sources.first { $0 >= layer && groups.ofNodes[$0].contains(own[0]) } ?? layer
    }
    let (responses, outputs) = responses(of: nodes, groups, for: sample.inputs)
    let errors = context.head.errors(of: outputs, for: sample)
    return layers.indices.map { index in
      let columns = groups.ofNodes[nodes[index]]
      return Relations(
        responses[index],
        columns: layers[index].map { columns.firstIndex(of: $0) ?? 0 }, errors: errors)
    }
  }
}

extension Head {
  /// Target minus output, with probabilities for classification: `[rows, outputs]`.
  fileprivate func errors(of outputs: Tensor, for examples: Examples) -> Matrix {
    let predicted = probabilities(from: outputs)
    var errors = Matrix(rows: examples.count, columns: predicted.width)
    for row in 0..<examples.count {
      for output in 0..<predicted.width {
        let target: Float
        if self == .number {
          target = examples.numbers[row]
        } else {
          // A single output is the probability of the second class.
          target = examples.labels[row] == (predicted.width == 1 ? 1 : output) ? 1 : 0
        }
        errors[row, output] = Double(target) - Double(predicted[row, output])
      }
    }
    return errors
  }
}
