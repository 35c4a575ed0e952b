import Foundation
import Tensors

/// The reference values of `Tests/Fixtures/numeric/reference.json`, computed with PyTorch.
public struct Reference: Decodable, Sendable {
  public struct Array: Decodable, Sendable {
    public var shape: [Int]
    public var elements: [Float]
    public var tensor: Tensor { Tensor(elements, shape: Shape(shape)) }
  }

  public struct Activation: Decodable, Sendable {
    public var function: String
    public var input, output, above, below: Array
  }

  public struct Dense: Decodable, Sendable {
    public var input, weight, bias, output, above, below, weightGradient, biasGradient: Array
  }

  public struct Loss: Decodable, Sendable {
    public var head: String
    public var outputs, gradient: Array
    public var labels: [Int]
    public var classWeights: [Float]?
    public var numbers: [Float]
    public var value: Double
  }

  public struct Pair: Decodable, Sendable { public var weight, bias: Array }

  public struct Optimizers: Decodable, Sendable {
    public struct Run: Decodable, Sendable {
      public var name: String
      public var rate, decay: Float
      public var steps: [Pair]
    }
    public var weight, bias: Array
    public var gradients: [Pair]
    public var runs: [Run]
  }

  public struct Product: Decodable, Sendable { public var left, right, product: Array }

  public struct Generator: Decodable, Sendable {
    public var seed: String; public var outputs: [String]
  }

  public var activations: [Activation]
  public var dense: [Dense]
  public var losses: [Loss]
  public var optimizers: Optimizers
  public var products: [Product]
  public var generator: [Generator]

  public static func load() throws -> Reference {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/numeric/reference.json")
    return try JSONDecoder().decode(Reference.self, from: Data(contentsOf: file))
  }
}

/// The largest difference between two arrays, relative for values above 1 in magnitude.
public func difference(_ first: Tensor, _ second: Tensor) -> Float {
  guard first.shape == second.shape else { return .infinity }
  return zip(first.elements, second.elements).reduce(0) { worst, pair in
    let gap = abs(pair.0 - pair.1) / max(1, abs(pair.1))
    return gap.isNaN ? .infinity : max(worst, gap)
  }
}
