import Datasets
import Foundation
import Networks
import Tensors

/// The feature layer of a model: its neurons as variables that rules can speak of.
///
/// Features are called F1, F2, … in the order of the layer's neurons; FF1, FF2, … where a column of
/// the data has such a name.
public struct HiddenFeatures: Codable, Hashable, Sendable {
  /// The node whose outputs the features are.
  public let node: Node.ID
  /// Their names, in the order of the node's outputs.
  public let neurons: [Neuron]
  /// What rules call them, in the same order.
  public let ids: [Feature.ID]
  /// A feature is on where its value is greater.
  public var thresholds: [Double]
  /// What each output adds for each feature: `[features, outputs]`.
  public let weights: Tensor
  /// For each class what its output is where every feature is 0.
  public let bias: [Double]
  /// How the class outputs become an answer.
  public let head: Head
  /// Whether values are 0 to 1, so that on and off stand for 1 and 0.
  public let isSigmoid: Bool

  /// What the last dense layer reads, and that layer; `nil` where there is none.
  ///
  /// The threshold is 0.5 for a sigmoid, 0 for tanh and ELU, and for ReLU and images the cut that
  /// tells most about the model's answers.
  /// - Parameters:
  ///   - model: whose features these are.
  ///   - table: the rows that such cuts are fitted to.
  public init?(of model: Model, over table: Table) {
    self.init(of: model) { node in
      (
        model.network.activations(of: node, for: model.encoding.encode(table).inputs),
        model.classify(table)
      )
    }
  }

  /// The same where the values of the features and the model's answers are at hand.
  /// - Parameters:
  ///   - model: whose features these are.
  ///   - responses: what the model makes of the rows that such cuts are fitted to; asked at most once.
  public init?(
    of model: Model, responses: (Node.ID) -> (values: Tensor, answers: [Int])
  ) {
    let architecture = model.network.architecture
    guard let node = model.featureNode, let index = architecture.index(of: node),
      let reader = architecture.nodes.lastIndex(where: { $0.layer is Dense }),
      architecture.nodes.dropFirst(reader + 1).allSatisfy({ $0.layer is Activation })
    else { return nil }
    let function = (architecture.nodes[index].layer as? Activation)?.function
    let parameters = model.network.parameters[reader]
    self.node = node
    neurons = model.network.neurons(of: node)
    ids = Self.names(neurons.count, beside: model.schema.features)
    weights = parameters[0].value
    bias = parameters[1].value.elements.map(Double.init)
    head = model.head
    isSigmoid = function == .sigmoid
    thresholds = neurons.map { _ in function == .sigmoid ? 0.5 : 0 }
    switch function {
    case .sigmoid, .tanh, .elu, .selu, .softsign: break
    default:
      let (values, answers) = responses(node)
      for feature in neurons.indices {
        thresholds[feature] = Self.informativeCut(
          (0..<values.rows).map { Double(values[$0, feature]) }, answers)
      }
    }
  }

  /// How many there are.
  public var count: Int { neurons.count }

  /// The positions of the features that have a weight to some output.
  public var readFeatures: [Int] {
    neurons.indices.filter { weights.row($0).contains { $0 != 0 } }
  }

  /// What so many hidden features are called, so that none has the name of a column.
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

  /// The features as a table's columns, with the model's answers as labels.
  public func activationTable(in model: Model, over table: Table, answers: [Int]) -> Table {
    activationTable(of: values(in: model, for: table), like: table, answers: answers)
  }

  /// The same for values that are at hand.
  public func activationTable(of values: Tensor, like table: Table, answers: [Int]) -> Table {
    let schema = Schema(
      features: ids.map { Feature($0) },
      target: Target(table.schema.target.name, .classes(names: table.schema.classes)))
    let columns = ids.indices.map { feature in
      Column.doubles((0..<values.rows).map { Double(values[$0, feature]) })
    }
    return Table(
      schema: schema, columns: columns, labels: answers, rowNumbers: table.rowNumbers)
  }

  /// Which features are on: `[row][feature]`.
  public func switched(_ values: Tensor) -> [[Bool]] {
    (0..<values.rows).map { row in
      ids.indices.map { Double(values[row, $0]) > thresholds[$0] }
    }
  }

  /// What the model would answer if every feature were only on or off.
  ///
  /// On and off stand for 1 and 0 of a sigmoid, for the mean value on either side of the threshold
  /// otherwise.
  public func binarisedAnswers(_ values: Tensor, in model: Model) -> [Int] {
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
    return model.answers(from: outputs)
  }

  /// How often the model answers the same when every feature is only on or off. It bounds what
  /// rules over switched features can reach.
  public func binarisation(_ values: Tensor, in model: Model, answers: [Int]) -> Proportion {
    Proportion(agreementOf: binarisedAnswers(values, in: model), and: answers)
  }

  /// The values that "on" and "off" stand for.
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

  /// The mean of min(z, 1 - z): how far values are from plain on and off, 0 for a feature layer
  /// that is as good as binary. `nil` for features that are not sigmoid.
  public func clarity(_ values: Tensor) -> Double? {
    guard isSigmoid, values.count > 0 else { return nil }
    return values.elements.reduce(0) { $0 + Double(min($1, 1 - $1)) } / Double(values.count)
  }

  /// The cut of a column that tells most about the answers.
  private static func informativeCut(_ values: [Double], _ answers: [Int]) -> Double {
    let classes = (answers.max() ?? 0) + 1
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var above = [Double](repeating: 0, count: classes)
    for answer in answers { above[answer] += 1 }
    var below = [Double](repeating: 0, count: classes)
    func disorder(_ counts: [Double]) -> Double {
      let total = counts.reduce(0, +)
      return counts.reduce(0) { $0 - ($1 > 0 ? $1 * Foundation.log2($1 / total) : 0) }
    }
    var best: (disorder: Double, cut: Double)?
    for (position, row) in order.enumerated().dropLast() {
      above[answers[row]] -= 1
      below[answers[row]] += 1
      let (value, next) = (values[row], values[order[position + 1]])
      guard next > value else { continue }
      let both = disorder(above) + disorder(below)
      if both < best?.disorder ?? .infinity { best = (both, value == 0 ? 0 : (value + next) / 2) }
    }
    return best?.cut ?? 0
  }
}
