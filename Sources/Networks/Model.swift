import Datasets
import Tensors

/// How a network's outputs become answers.
public enum Head: String, Codable, Sendable, CaseIterable {
  /// One output a class; the largest answers. Trained with the softmax cross-entropy.
  case softmax
  /// One output a class, each a yes or no of its own; the largest answers. Trained with the
  /// sigmoid cross-entropy.
  case oneVersusRest = "one-vs-rest"
  /// One output, the number itself. Trained with the mean squared error.
  case number
}

/// A network with the schema and encoding it was trained with: what a model file holds.
public struct Model: Hashable, Codable, Sendable {
  /// The columns of the tables it answers.
  public var schema: Schema
  /// How a row becomes what the network reads.
  public var encoding: Encoding
  /// What computes the outputs.
  public var network: Network
  /// How outputs become an answer.
  public var head: Head

  /// - Throws: `NetworkError` where encoding, network and classes do not fit each other.
  public init(
    schema: Schema, encoding: Encoding, network: Network, head: Head
  ) throws(NetworkError) {
    guard network.architecture.input.count == encoding.width else {
      throw .wrongInputs(expected: network.architecture.input.count, found: encoding.width)
    }
    let outputs = try network.architecture.shapes().last?.count ?? 0
    let wanted = head == .number ? 1 : schema.classes.count
    // One output for two classes is read by its sign.
    guard outputs == wanted || (outputs == 1 && schema.classes.count == 2) else {
      throw .wrongAnswers(expected: wanted, found: outputs)
    }
    self.schema = schema
    self.encoding = encoding
    self.network = network
    self.head = head
  }

  /// The outputs before any squashing: `[rows, outputs]`.
  public func outputs(for table: Table) -> Tensor {
    network.outputs(for: encoding.encode(table).inputs)
  }

  /// The position of the class that the network gives each row.
  public func classify(_ table: Table) -> [Int] { answers(from: outputs(for: table)) }

  /// The answers that outputs mean.
  public func answers(from outputs: Tensor) -> [Int] {
    if head == .number { return numbers(from: outputs).map { schema.target.interval(of: $0) } }
    return head.answers(from: outputs)
  }

  /// The numbers that outputs mean, for a numeric target.
  public func numbers(from outputs: Tensor) -> [Double] {
    (0..<outputs.rows).map {
      Double(outputs[$0, 0]) * encoding.targetScale + encoding.targetMean
    }
  }

  /// The node whose neurons are the hidden features: the activation, the pooled channels or the
  /// flattened image that the last dense layer reads; `nil` where there is none.
  public var featureNode: Node.ID? {
    let architecture = network.architecture
    guard let reader = architecture.nodes.lastIndex(where: { $0.layer is Dense }),
      let shapes = try? architecture.shapes()
    else { return nil }
    var index = architecture.links[reader].first ?? -1
    // A dropout passes on what it reads.
    while index >= 0, architecture.nodes[index].layer is Dropout {
      index = architecture.links[index].first ?? -1
    }
    guard index >= 0, shapes[index].rank == 1 else { return nil }
    switch architecture.nodes[index].layer {
    case is Activation, is ParametricReLU, is GlobalAveragePooling, is ChannelSelection:
      return architecture.nodes[index].id
    case is Flattening where architecture.links[index] != [-1]: return architecture.nodes[index].id
    default: return nil
    }
  }
}
