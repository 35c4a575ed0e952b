import Datasets

extension RuleProgram.Condition {
  /// The variable that the condition tests.
  public var variable: RuleProgram.Variable {
    switch self {
    case .number(let quantity, _, _): .quantity(quantity)
    case .level(let column, _, _): .level(column: column)
    case .known(let variable), .missing(let variable): variable
    }
  }
}

extension RuleProgram.Score.Operand {
  /// The variable that the operand reads.
  public var variable: RuleProgram.Variable {
    switch self {
    case .value(let quantity, _): .quantity(quantity)
    case .indicator(let condition): condition.variable
    }
  }
}

extension RuleProgram.Variable {
  /// The column of the variable; `nil` for hidden features and scores.
  fileprivate var column: Int? {
    switch self {
    case .quantity(.column(let position)), .level(let position): position
    case .quantity: nil
    }
  }
}

extension RuleProgram {
  /// The positions of the columns in conditions and scores, ascending.
  public var columns: [Int] { variables.compactMap(\.column).sorted() }

  /// The positions of the columns that an evaluation reads, ascending: those in conditions and
  /// scores, and those from which hidden features are computed.
  public var columnsRead: [Int] {
    let encoded = usesFeatures ? layers?.encoding.inputs.map(\.feature) ?? [] : []
    return Set(columns + encoded).sorted()
  }

  /// The name of a variable: of a column, a hidden feature or a score.
  public func name(of variable: Variable) -> Feature.ID {
    switch variable {
    case .quantity(.column(let position)), .level(let position): schema.features[position].id
    case .quantity(.feature(let position)): features[position]
    case .quantity(.score(let position)): Feature.ID(scores[position].name)
    }
  }

  /// What makes the program impossible; `nil` if nothing does.
  var fault: Fault? {
    if let layers, layers.neurons.count != features.count {
      return .featureNames(features.count, computed: layers.neurons.count)
    }
    for position in rules.map(\.conclusion) + [defaultPrediction]
    where !predictions.indices.contains(position) {
      return .prediction(position, of: predictions.count)
    }
    for (position, score) in scores.enumerated() {
      for term in score.terms {
        if let fault = fault(of: term, of: score.name, scores: position) { return fault }
      }
    }
    return rules.lazy.flatMap(\.premise).compactMap { fault(of: $0, scores: scores.count) }.first
  }

  private func fault(
    of term: Score.Term, of score: String, scores known: Int
  ) -> Fault? {
    guard term.weight.value.isFinite else { return .weight(score: score, term.weight.value) }
    guard term.step.isFinite, term.step > 0 else { return .step(score: score, term.step) }
    switch term.operand {
    case .indicator(let condition): return fault(of: condition, scores: known)
    case .value(let quantity, let ifMissing):
      guard ifMissing.isFinite else { return .ifMissing(score: score, ifMissing) }
      return fault(of: .quantity(quantity), scores: known)
    }
  }

  private func fault(of condition: Condition, scores known: Int) -> Fault? {
    if let fault = fault(of: condition.variable, scores: known) { return fault }
    switch condition {
    case .number(_, let bounds, _):
      return bounds.isValid ? nil : .thresholds(bounds)
    case .level(let column, let among, _):
      let count = schema.features[column].levels?.count ?? 0
      let isValid = among.allSatisfy((0..<count).contains) && among == Set(among).sorted()
      return isValid ? nil : .levels(among, of: count)
    case .known, .missing: return nil
    }
  }

  private func fault(of variable: Variable, scores known: Int) -> Fault? {
    let (column, isLevel): (Int, Bool)
    switch variable {
    case .quantity(.column(let position)): (column, isLevel) = (position, false)
    case .level(let position): (column, isLevel) = (position, true)
    case .quantity(.feature(let position)):
      return features.indices.contains(position)
        ? nil : .feature(position, of: features.count)
    case .quantity(.score(let position)):
      return (0..<known).contains(position) ? nil : .score(position, before: known)
    }
    guard schema.features.indices.contains(column) else {
      return .column(column, of: schema.features.count)
    }
    let feature = schema.features[column]
    return (feature.levels != nil) == isLevel
      ? nil : .kind(column: feature.id.rawValue, hasLevels: feature.levels != nil)
  }
}

extension RuleProgram.Bounds {
  fileprivate var isValid: Bool {
    switch self {
    case .above(let bound), .atMost(let bound): bound.isFinite
    case .between(let lower, let upper): lower.isFinite && upper.isFinite && lower < upper
    }
  }
}
