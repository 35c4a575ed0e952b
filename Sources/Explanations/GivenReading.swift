/// How the rows were read for a network of another program, where its file does not say it: the settings of
/// the run, and what was computed of the training rows for them.
public struct GivenReading: Codable, Hashable, Sendable {
  /// The scaling of a numeric column: (value - mean)/scale.
  public struct ColumnScaling: Codable, Hashable, Sendable {
    /// The name of the column.
    public var column: String
    /// What is subtracted, in the unit of the column.
    public var mean: Double
    /// The divisor, not 0.
    public var scale: Double
    /// Creates a value from its properties.
    public init(column: String, mean: Double, scale: Double) {
      self.column = column
      self.mean = mean
      self.scale = scale
    }
  }

  /// The mean of each channel in (x/maximum - mean)/std; `nil` if it was not given.
  public var pixelMean: [Double]?
  /// The standard deviation of each channel; `nil` if it was not given.
  public var pixelDeviation: [Double]?
  /// The order of the inputs of flattened images; `nil` if it was not given.
  public var pixelLayout: String?
  /// The scaling of the numeric columns; `nil` if it was not given.
  public var scaleInputs: String?
  /// Each column as it was scaled over the training rows; `nil` without `scaleInputs`.
  public var scaling: [ColumnScaling]?
  /// The classes in the order of the outputs; `nil` if it was not given.
  public var classOrder: [String]?
  /// Creates a reading without settings.
  public init() {}
}
