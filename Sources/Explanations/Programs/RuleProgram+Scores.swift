import Datasets
import Rules

extension RuleProgram.Score {
  /// The score as part of a program over a schema; `nil` if a term is on no such column.
  public init?(_ score: Rules.Score, schema: Schema) {
    var terms: [Term] = []
    for term in score.terms {
      guard let column = schema.index(of: term.variable), let weight = Int32(exactly: term.weight)
      else { return nil }
      switch term.operand {
      case .number(let step, let ifMissing):
        terms.append(
          Term(.integer(weight), .value(.column(column), ifMissing: ifMissing), step: step))
      case .levels(let among, let orMissing):
        terms.append(
          Term(
            .integer(weight),
            .indicator(.level(column: column, among: among.sorted(), orMissing: orMissing))))
      }
    }
    self.init(score.id.rawValue, terms)
  }
}
