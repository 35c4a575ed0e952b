import Datasets
import Foundation

/// The values of a column in the training rows: a typical value, and the scale of differences.
public struct ColumnProfile: Codable, Hashable, Sendable {
  /// The name of the column.
  public var column: String
  /// The median of the known numbers or the most frequent level, as text; empty if all are missing.
  public var typical: String
  /// The standard deviation of a numeric column; `nil` for levels and if all numbers are equal.
  public var scale: Double?
  /// The smallest number; `nil` for levels.
  public var least: Double?
  /// The largest number; `nil` for levels.
  public var most: Double?
  /// Whether all numbers are whole; `nil` for levels.
  public var isWhole: Bool?

  private enum CodingKeys: String, CodingKey {
    case column, typical, scale = "standardDeviation", least = "minimum", most = "maximum"
    case isWhole = "wholeNumbers"
  }

  /// The profile of a column from its values: numbers or positions of levels, missing ones `nan`.
  public init(_ feature: Feature, values: [Double]) {
    column = feature.id.rawValue
    let known = values.filter { !$0.isNaN }
    guard feature.levels == nil else {
      var counts: [Double: Int] = [:]
      for value in known where value >= 0 { counts[value, default: 0] += 1 }
      let most = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }
      typical = most.map { feature.text(of: $0.key) } ?? ""
      return
    }
    let sorted = known.sorted()
    typical = sorted.isEmpty ? "" : feature.text(of: sorted[(sorted.count - 1) / 2])
    (least, most) = (sorted.first, sorted.last)
    guard sorted.count > 1 else { return }
    scale = Self.standardDeviation(known)
    isWhole = known.allSatisfy { $0 == $0.rounded() }
  }

  /// The standard deviation of numbers; `nil` if it is 0 or not finite.
  static func standardDeviation(_ values: [Double]) -> Double? {
    let mean = values.reduce(0) { $0 + $1 / Double(values.count) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) / Double(values.count) }
    return squares > 0 && squares.isFinite ? squares.squareRoot() : nil
  }
}

extension Table {
  /// The profile of each column; `nil` for images, whose columns are pixels.
  public var profiles: [ColumnProfile]? {
    guard schema.image == nil else { return nil }
    return zip(schema.features, columns).map { ColumnProfile($0, values: $1.values) }
  }
}
