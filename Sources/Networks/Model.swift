import Datasets
import Tensors

/// The output head: how outputs are converted to predictions, and the training loss.
public enum Head: String, Codable, Sendable, CaseIterable {
  /// One logit per class; the largest is predicted. Trained with the softmax cross-entropy.
  case softmax
  /// One logit per class, each a binary classifier; the largest is predicted. Trained with the
  /// binary (sigmoid) cross-entropy.
  case oneVersusRest = "one-vs-rest"
  /// As `oneVersusRest`, with probabilities that are the sigmoids divided by their sum.
  case normalizedOneVersusRest = "normalized-one-vs-rest"
  /// One score of two classes; the probability of the second is min(max(score + 1/2, 0), 1), the hard
  /// sigmoid of the score. Trained with the binary (sigmoid) cross-entropy.
  case hardSigmoid = "hard-sigmoid"
  /// One output for regression. Trained with the mean squared error.
  case number
}

/// A network with the schema and encoding of its training data: the content of a model file.
public struct Model: Hashable, Codable, Sendable {
  /// The columns of the tables that it predicts.
  public var schema: Schema
  /// How a row is encoded as network inputs.
  public var encoding: Encoding
  /// The network that computes the outputs.
  public var network: Network
  /// How outputs are converted to a prediction.
  public var head: Head

  /// - Throws: `NetworkError` if the sizes of encoding, network and classes do not match.
  public init(
    schema: Schema, encoding: Encoding, network: Network, head: Head
  ) throws(NetworkError) {
    guard network.architecture.input.count == encoding.width else {
      throw .wrongInputs(expected: network.architecture.input.count, found: encoding.width)
    }
    let outputs = try network.architecture.shapes().last?.count ?? 0
    // A single output for two classes is a binary classifier: its sign is the prediction.
    if head == .number {
      guard outputs == 1 else { throw .numericOutputs(found: outputs) }
    } else if schema.classes.count != max(outputs, 2) {
      throw .wrongOutputs(expected: schema.classes.count, found: outputs)
    }
    self.schema = schema
    self.encoding = encoding
    self.network = network
    self.head = head
  }

  /// The raw outputs (logits), before softmax or sigmoid: `[rows, outputs]`.
  public func outputs(for table: Table) -> Tensor {
    network.outputs(for: encoding.encode(table).inputs)
  }

  /// The position of the predicted class of each row.
  public func classify(_ table: Table) -> [Int] { predictions(from: outputs(for: table)) }

  /// The predicted class of each row of outputs; for a numeric target, the interval of the
  /// prediction.
  public func predictions(from outputs: Tensor) -> [Int] {
    if head == .number { return numbers(from: outputs).map { schema.target.interval(of: $0) } }
    return head.predictions(from: outputs)
  }

  /// The predicted values of a numeric target, in its own unit.
  public func numbers(from outputs: Tensor) -> [Double] {
    (0..<outputs.rows).map {
      Double(outputs[$0, 0]) * encoding.targetScale + encoding.targetMean
    }
  }

  /// The root mean squared error of a regression, in the unit of the target; `nil` for classes and
  /// without rows.
  ///
  /// `outputs`: the network's outputs for the rows of `table`, `[rows, 1]`.
  public func rootMeanSquaredError(of outputs: Tensor, on table: Table) -> Double? {
    guard head == .number, table.count > 0 else { return nil }
    let squares = zip(numbers(from: outputs), table.numbers).reduce(0.0) {
      $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
    }
    return rootMeanSquare(ofSum: squares, count: Double(table.count))
  }

  /// The node whose neurons are the hidden features, as `Architecture.featureNode`.
  public var featureNode: Node.ID? { network.architecture.featureNode }
}

/// The root mean square of values from the sum of their squares, as in the root mean squared error.
package func rootMeanSquare(ofSum squares: Double, count: Double) -> Double {
  (squares / count).squareRoot()
}
