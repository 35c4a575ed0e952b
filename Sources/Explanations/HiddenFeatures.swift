import Datasets
import Foundation
import Networks
import Tensors

/// The feature layer of a model: its neurons are variables of rules.
///
/// Features are named F1, F2, … in the order of the layer's neurons; FF1, FF2, … if a column of the
/// data has such a name.
public struct HiddenFeatures: Codable, Hashable, Sendable {
  /// The node whose outputs the features are.
  public let node: Node.ID
  /// The neurons, in the order of the node's outputs.
  public let neurons: [Neuron]
  /// Their names in rules, in the same order.
  public let ids: [Feature.ID]
  /// The thresholds: a feature is active if its value is greater.
  public var thresholds: [Double]
  /// The output weights: `[features, outputs]`.
  public let weights: Tensor
  /// The output bias of each class.
  public let bias: [Double]
  /// The head that maps outputs to a prediction.
  public let head: Head
  /// Whether the features are sigmoid, so that on and off are 1 and 0.
  public let isSigmoid: Bool

  /// Finds the input of the last dense layer, and that layer; `nil` if there is none.
  ///
  /// The threshold is 0.5 for a sigmoid, 0 for tanh, ELU, SELU and softsign; for other activations
  /// the cut with the largest information gain about the model's predictions.
  /// - Parameters:
  ///   - model: the model.
  ///   - table: the rows to which such cuts are fitted.
  public init?(of model: Model, over table: Table) {
    self.init(of: model) { node in
      (
        model.network.activations(of: node, for: model.encoding.encode(table).inputs),
        model.classify(table)
      )
    }
  }

  /// Finds the features with precomputed feature values and predictions.
  /// - Parameters:
  ///   - model: the model.
  ///   - responses: the feature values and predictions on the rows to which such cuts are fitted;
  ///     called at most once.
  public init?(
    of model: Model, responses: (Node.ID) -> (values: Tensor, predictions: [Int])
  ) {
    let architecture = model.network.architecture
    guard let node = model.featureNode, let index = architecture.index(of: node),
      let reader = architecture.nodes.lastIndex(where: { $0.layer.isFullyConnected }),
      architecture.nodes.dropFirst(reader + 1).allSatisfy({ $0.layer.activation != nil })
    else { return nil }
    let function = architecture.nodes[index].layer.activation?.function
    let parameters = model.network.parameters[reader]
    self.node = node
    neurons = model.network.neurons(of: node)
    ids = Self.names(neurons.count, beside: model.schema.features)
    weights = parameters[.weight].value
    bias = parameters[.bias].value.elements.map(Double.init)
    head = model.head
    isSigmoid = function == .sigmoid
    thresholds = neurons.map { _ in function == .sigmoid ? 0.5 : 0 }
    switch function {
    case .sigmoid, .tanh, .elu, .selu, .softsign: break
    default:
      let (values, predictions) = responses(node)
      for feature in neurons.indices {
        thresholds[feature] = Self.informativeCut(
          (0..<values.rows).map { Double(values[$0, feature]) }, predictions)
      }
    }
  }

  /// The number of features.
  public var count: Int { neurons.count }

  /// The positions of the features with a nonzero weight to some output.
  public var readFeatures: [Int] {
    neurons.indices.filter { weights.row($0).contains { $0 != 0 } }
  }

  /// The names of `count` hidden features, distinct from the names of columns.
  public static func names(_ count: Int, beside columns: [Feature]) -> [Feature.ID] {
    var letters = "F"
    while columns.contains(where: { column in
      let name = column.id.rawValue
      return name.hasPrefix(letters) && Int(name.dropFirst(letters.count)) != nil
    }) { letters += "F" }
    return (0..<count).map { Feature.ID("\(letters)\($0 + 1)") }
  }

  /// The features' values: `[rows, features]`.
  public func values(in model: Model, for table: Table) -> Tensor {
    model.network.activations(of: node, for: model.encoding.encode(table).inputs)
  }

  /// The features as columns of a table, with the labels and row numbers of the given rows.
  public func activationTable(in model: Model, over table: Table) -> Table {
    activationTable(of: values(in: model, for: table), like: table)
  }

  /// The table for precomputed values, `[rows, features]`.
  public func activationTable(of values: Tensor, like table: Table) -> Table {
    let schema = Schema(
      features: ids.map { Feature($0) },
      target: Target(table.schema.target.name, .classes(names: table.schema.classes)))
    let columns = ids.indices.map { feature in
      Column.doubles((0..<values.rows).map { Double(values[$0, feature]) })
    }
    return Table(
      schema: schema, columns: columns, labels: table.labels, rowNumbers: table.rowNumbers)
  }

  /// Whether each feature is active: `[row][feature]`.
  public func switched(_ values: Tensor) -> [[Bool]] {
    (0..<values.rows).map { row in
      ids.indices.map { Double(values[row, $0]) > thresholds[$0] }
    }
  }

  /// The predictions of the model with every feature binarised.
  ///
  /// On and off are 1 and 0 for a sigmoid, otherwise the mean values on either side of the
  /// threshold.
  public func binarisedPredictions(_ values: Tensor, in model: Model) -> [Int] {
    let bits = switched(values)
    let levels = switchLevels(values)
    var outputs = Tensor(shape: [values.rows, bias.count])
    for row in 0..<values.rows {
      for output in bias.indices {
        var sum = bias[output]
        for feature in ids.indices {
          let level = bits[row][feature] ? levels[feature].on : levels[feature].off
          sum += level * Double(weights[feature, output])
        }
        outputs[row, output] = Float(sum)
      }
    }
    return model.predictions(from: outputs)
  }

  /// The share of rows with an unchanged prediction when every feature is binarised; estimates the
  /// fidelity that rules over binarised features can reach.
  public func binarisation(_ values: Tensor, in model: Model, predictions: [Int]) -> Proportion {
    Proportion(agreementOf: binarisedPredictions(values, in: model), and: predictions)
  }

  /// The feature values of "on" and "off".
  func switchLevels(_ values: Tensor) -> [(on: Double, off: Double)] {
    if isSigmoid { return ids.map { _ in (1, 0) } }
    return ids.indices.map { feature in
      var sums = (on: 0.0, off: 0.0)
      var counts = (on: 0, off: 0)
      for row in 0..<values.rows {
        let value = Double(values[row, feature])
        if value > thresholds[feature] {
          sums.on += value
          counts.on += 1
        } else {
          sums.off += value
          counts.off += 1
        }
      }
      return (
        counts.on == 0 ? 1 : sums.on / Double(counts.on),
        counts.off == 0 ? 0 : sums.off / Double(counts.off)
      )
    }
  }

  /// The mean of min(z, 1 - z), the distance of values from 0 and 1; 0 for a binary feature layer,
  /// `nil` for features that are not sigmoid.
  public func clarity(_ values: Tensor) -> Double? {
    guard isSigmoid, values.count > 0 else { return nil }
    return values.elements.reduce(0) { $0 + Double(min($1, 1 - $1)) } / Double(values.count)
  }

  /// The cut of a column with the largest information gain about the predictions.
  private static func informativeCut(_ values: [Double], _ predictions: [Int]) -> Double {
    let classes = (predictions.max() ?? 0) + 1
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var above = [Double](repeating: 0, count: classes)
    for prediction in predictions { above[prediction] += 1 }
    var below = [Double](repeating: 0, count: classes)
    func disorder(_ counts: [Double]) -> Double {
      let total = counts.reduce(0, +)
      return counts.reduce(0) { $0 - ($1 > 0 ? $1 * Foundation.log2($1 / total) : 0) }
    }
    var best: (disorder: Double, cut: Double)?
    for (position, row) in order.enumerated().dropLast() {
      above[predictions[row]] -= 1
      below[predictions[row]] += 1
      let (value, next) = (values[row], values[order[position + 1]])
      guard next > value else { continue }
      let both = disorder(above) + disorder(below)
      if both < best?.disorder ?? .infinity { best = (both, value == 0 ? 0 : (value + next) / 2) }
    }
    return best?.cut ?? 0
  }
}
