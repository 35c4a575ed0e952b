import Datasets
import Tensors

/// Random tensors and small random tables for property tests.
extension SeededGenerator {
  /// Elements from the standard normal distribution.
  public mutating func normalTensor(_ shape: Shape) -> Tensor {
    Tensor((0..<shape.count).map { _ in Float(normal()) }, shape: shape)
  }

  /// Numeric columns x0, x1, … with few distinct values, then categorical columns c0, c1, ….
  public mutating func table(
    rows: Int, numeric: Int = 3, categorical: Int = 1, classes: Int = 3, missing: Double = 0
  ) -> Table {
    var features: [Feature] = []
    var columns: [Column] = []
    for index in 0..<numeric {
      features.append(Feature(Feature.ID("x\(index)")))
      columns.append(
        .doubles(
          (0..<rows).map { _ in
            uniform() < missing ? .nan : Double(self.index(below: 12)) / 4 - 1
          }))
    }
    for index in 0..<categorical {
      let levels = (0..<4).map { "level\($0)" }
      features.append(Feature(Feature.ID("c\(index)"), .categorical(levels: levels)))
      columns.append(
        .doubles((0..<rows).map { _ in uniform() < missing ? .nan : Double(self.index(below: 4)) }))
    }
    let names = (0..<classes).map { "class\($0)" }
    return Table(
      schema: Schema(features: features, target: Target("y", .classes(names: names))),
      columns: columns, labels: (0..<rows).map { _ in index(below: classes) })
  }
}
