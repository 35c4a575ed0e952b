import Datasets
import Explanations
import Tensors

/// Random scores of rule programs for property tests.
extension SeededGenerator {
  /// Random scores over a table's columns; every score but the first also uses the one before it.
  public mutating func scores(over schema: Schema, count: Int) -> [RuleProgram.Score] {
    (0..<count).map { number in
      var terms: [RuleProgram.Score.Term] = []
      for (column, feature) in schema.features.enumerated() {
        let weight = self.weight()
        switch (feature.levels, index(below: 3)) {
        case (_, 0): continue
        case (let levels?, _):
          let among = levels.indices.filter { _ in index(below: 2) == 0 }
          terms.append(
            .init(
              weight,
              .indicator(
                .level(column: column, among: among, orMissing: index(below: 2) == 0))))
        case (nil, 1):
          let other = (normal() * 5).roundedTo(digits: 2)
          terms.append(.init(weight, .value(.column(column), ifMissing: other)))
        default:
          let bound = (normal() * 5).roundedTo(digits: 2)
          let bounds: RuleProgram.Bounds =
            index(below: 2) == 0 ? .above(bound) : .between(bound - 4, bound)
          terms.append(
            .init(
              weight,
              .indicator(.number(.column(column), bounds, orMissing: index(below: 2) == 0))))
        }
      }
      if number > 0 {
        terms.append(.init(weight(), .value(.score(number - 1), ifMissing: 0)))
        terms.append(
          .init(
            weight(),
            .indicator(.number(.score(number - 1), .atMost(normal()), orMissing: false))))
      }
      return RuleProgram.Score("S\(number + 1)", terms)
    }
  }

  private mutating func weight() -> RuleProgram.Score.Weight {
    index(below: 2) == 0
      ? .integer(Int32(index(below: 9)) - 4) : .real((normal() * 2).roundedTo(digits: 3))
  }
}
