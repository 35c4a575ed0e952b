import Datasets
import Testing

/// The scale of a column that is the same in all training rows.
@Suite struct ConstantColumnTests {
  /// The rounded mean of equal decimals differs from them; their distance is no scale.
  @Test(arguments: [0.1, 0.7, 1e-9, 123456.789, -3.3])
  func equalDecimalsHaveTheScaleOne(value: Double) {
    for count in 1...40 {
      let table = Table(
        schema: Schema(
          features: [Feature(Feature.ID("x"))], target: Target("y", .classes(names: ["a", "b"]))),
        columns: [.doubles([Double](repeating: value, count: count))],
        labels: (0..<count).map { $0 % 2 }, rowNumbers: Array(1...count), firstLine: 2)
      for input in Encoding(fitting: table).inputs {
        guard case .scaled(let mean, let scale) = input.kind else { continue }
        #expect(scale == 1, "\(count) rows of \(value)")
        #expect(abs(mean - value) <= abs(value) * 1e-12)
      }
    }
  }
}
