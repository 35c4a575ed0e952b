import Foundation
import Tensors

/// How rows become numbers that a network can learn from; fitted on training rows only.
///
/// Networks see encodings, rules see rows: no threshold is ever decoded.
public struct Encoding: Hashable, Codable, Sendable {
  /// One number that the network reads.
  public struct Input: Hashable, Codable, Sendable {
    /// How a cell becomes the number.
    public enum Kind: Hashable, Codable, Sendable {
      /// `(value - mean) / scale`; a missing value becomes 0.
      case scaled(mean: Double, scale: Double)
      /// 1 where the value is this level.
      case level(index: Int)
      /// 1 where the value is missing.
      case missing
    }
    /// The position of the feature it is made of.
    public var feature: Int
    /// How the feature becomes this number.
    public var kind: Kind

    public init(feature: Int, kind: Kind) {
      self.feature = feature
      self.kind = kind
    }
  }

  /// What the network reads, in order.
  public var inputs: [Input]
  /// The mean of a numeric target, 0 for classes.
  public var targetMean: Double
  /// The scale of a numeric target, 1 for classes.
  public var targetScale: Double

  public init(inputs: [Input], targetMean: Double = 0, targetScale: Double = 1) {
    self.inputs = inputs
    self.targetMean = targetMean
    self.targetScale = targetScale
  }

  /// Standardises numbers, spreads levels, marks what is missing where something is.
  ///
  /// Pixels are divided by the white value instead, so that an image keeps its meaning.
  public init(fitting table: Table) {
    inputs = []
    for (index, feature) in table.schema.features.enumerated() {
      let column = table.columns[index]
      if let image = table.schema.image {
        inputs.append(Input(feature: index, kind: .scaled(mean: 0, scale: image.maximum)))
        continue
      }
      switch feature.kind {
      case .numeric:
        let known = column.values.filter { !$0.isNaN }
        let (mean, scale) = Self.meanAndScale(known)
        inputs.append(Input(feature: index, kind: .scaled(mean: mean, scale: scale)))
        if known.count < column.count {
          inputs.append(Input(feature: index, kind: .missing))
        }
      case .categorical(let levels):
        for level in levels.indices {
          inputs.append(Input(feature: index, kind: .level(index: level)))
        }
        if column.values.contains(where: \.isNaN) {
          inputs.append(Input(feature: index, kind: .missing))
        }
      }
    }
    (targetMean, targetScale) =
      table.schema.target.isNumeric ? Self.meanAndScale(table.numbers) : (0, 1)
  }

  /// The numbers of numeric columns as they are, for a network that does its own scaling.
  public static func identity(for schema: Schema) -> Encoding {
    Encoding(
      inputs: schema.features.indices.map {
        Input(feature: $0, kind: .scaled(mean: 0, scale: 1))
      })
  }

  /// How many numbers a network reads for each row.
  public var width: Int { inputs.count }

  /// The positions of the inputs that are made of a feature.
  public func inputs(of feature: Int) -> [Int] {
    inputs.indices.filter { inputs[$0].feature == feature }
  }

  /// `[rows, inputs]`, and the labels beside them.
  /// - Complexity: O(rows × inputs)
  public func encode(_ table: Table) -> Examples {
    let width = width
    let rows = table.count
    let encoded = Tensor(uninitialized: [rows, width]) { buffer in
      for (position, input) in inputs.enumerated() {
        let target = buffer.baseAddress.map { $0 + position }
        guard let target else { continue }
        switch (table.columns[input.feature], input.kind) {
        case (.bytes(let bytes), .scaled(let mean, let scale)):
          let lookup = (0...255).map { Float((Double($0) - mean) / scale) }
          for row in 0..<rows { target[row * width] = lookup[Int(bytes[row])] }
        case (let column, let kind):
          let values = column.values
          for row in 0..<rows { target[row * width] = Self.encode(values[row], as: kind) }
        }
      }
    }
    let numbers =
      table.numbers.isEmpty
      ? [] : table.numbers.map { Float(($0 - targetMean) / targetScale) }
    return Examples(inputs: encoded, labels: table.labels, numbers: numbers)
  }

  private static func encode(_ value: Double, as kind: Input.Kind) -> Float {
    switch kind {
    case .scaled(let mean, let scale): value.isNaN ? 0 : Float((value - mean) / scale)
    case .level(let index): value == Double(index) ? 1 : 0
    case .missing: value.isNaN ? 1 : 0
    }
  }

  private static func meanAndScale(_ values: [Double]) -> (mean: Double, scale: Double) {
    guard !values.isEmpty else { return (0, 1) }
    // Dividing first keeps the sum finite for the largest numbers that a cell can hold.
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let largest = values.reduce(0) { max($0, abs($1 - mean)) }
    guard largest > 0, largest.isFinite else { return (mean.isFinite ? mean : 0, 1) }
    let variance =
      values.reduce(0) { $0 + (($1 - mean) / largest) * (($1 - mean) / largest) }
      / Double(values.count)
    let scale = variance.squareRoot() * largest
    return (mean, scale > 0 ? scale : 1)
  }
}
