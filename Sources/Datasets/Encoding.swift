import Foundation
import Tensors

/// The preprocessing of rows to network inputs: standardisation and one-hot encoding, fitted on
/// training rows only.
///
/// Rules use the unencoded rows, so thresholds need no decoding.
public struct Encoding: Hashable, Codable, Sendable {
  /// One network input.
  public struct Input: Hashable, Codable, Sendable {
    /// The encoding of a cell.
    public enum Kind: Hashable, Codable, Sendable {
      /// `(value - mean) / scale`; a missing value becomes 0.
      case scaled(mean: Double, scale: Double)
      /// One-hot: 1 if the value is this level, else 0.
      case level(index: Int)
      /// Missing indicator: 1 if the value is missing, else 0.
      case missing
    }
    /// The index of the encoded feature.
    public var feature: Int
    /// The encoding of the feature.
    public var kind: Kind
    /// Whether a number is rounded to single precision (float32) before it is scaled, as where a network
    /// reads cells of that type.
    public var isSinglePrecision: Bool

    /// `feature`: the position of the column in the schema; `kind`: how its value becomes the input.
    public init(feature: Int, kind: Kind, isSinglePrecision: Bool = false) {
      self.feature = feature
      self.kind = kind
      self.isSinglePrecision = isSinglePrecision
    }

    private enum CodingKeys: String, CodingKey { case feature, kind, isSinglePrecision }

    /// - Throws: `DecodingError` if a field is missing or has another type.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      feature = try container.decode(Int.self, forKey: .feature)
      kind = try container.decode(Kind.self, forKey: .kind)
      isSinglePrecision =
        try container.decodeIfPresent(Bool.self, forKey: .isSinglePrecision) ?? false
    }

    /// Encodes the fields of the value.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(feature, forKey: .feature)
      try container.encode(kind, forKey: .kind)
      if isSinglePrecision { try container.encode(true, forKey: .isSinglePrecision) }
    }
  }

  /// The network inputs, in order.
  public var inputs: [Input]
  /// The mean of a numeric target, 0 for classes.
  public var targetMean: Double
  /// The scale of a numeric target, 1 for classes.
  public var targetScale: Double

  /// `inputs`: in the order in which the network reads them. `targetMean`, `targetScale`: mean and
  /// standard deviation of a numeric target, 0 and 1 by default.
  public init(inputs: [Input], targetMean: Double = 0, targetScale: Double = 1) {
    self.inputs = inputs
    self.targetMean = targetMean
    self.targetScale = targetScale
  }

  /// Standardised numbers, one-hot levels, and a missing indicator for columns with missing values.
  ///
  /// Pixels are divided by the maximum pixel value instead.
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

  /// Unscaled numeric columns, for a network that includes its own scaling.
  public static func identity(for schema: Schema) -> Encoding {
    Encoding(
      inputs: schema.features.indices.map {
        Input(feature: $0, kind: .scaled(mean: 0, scale: 1))
      })
  }

  /// The number of network inputs.
  public var width: Int { inputs.count }

  /// The indices of the inputs that encode a feature.
  public func inputs(of feature: Int) -> [Int] {
    inputs.indices.filter { inputs[$0].feature == feature }
  }

  /// The encoded columns of a schema by name, in its order, each with the positions of its inputs;
  /// columns without an input are left out.
  public func columns(of schema: Schema) -> [InputColumn] {
    schema.features.enumerated().compactMap { index, feature in
      let own = inputs(of: index)
      return own.isEmpty ? nil : InputColumn(name: feature.id.rawValue, inputs: own)
    }
  }

  /// The encoded rows, `[rows, inputs]`, with their labels.
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
          let isRounded = input.isSinglePrecision
          for row in 0..<rows {
            let value = isRounded ? Double(Float(values[row])) : values[row]
            target[row * width] = Self.encode(value, as: kind)
          }
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
    // Dividing first avoids overflow of the sum.
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let largest = values.reduce(0) { max($0, abs($1 - mean)) }
    // Equal values may differ from their rounded mean.
    let isConstant = values.allSatisfy { $0 == values[0] }
    guard !isConstant, largest > 0, largest.isFinite else { return (mean.isFinite ? mean : 0, 1) }
    let variance =
      values.reduce(0) { $0 + (($1 - mean) / largest) * (($1 - mean) / largest) }
      / Double(values.count)
    let scale = variance.squareRoot() * largest
    return (mean, scale > 0 ? scale : 1)
  }
}
