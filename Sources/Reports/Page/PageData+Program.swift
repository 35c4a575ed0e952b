import Datasets
import Explanations
import Foundation
import Networks
import Tensors

extension PageData {
  /// Conditions without repetition, by their positions.
  struct Conditions {
    private(set) var all: [Condition] = []
    private var positions: [Condition: Int] = [:]

    /// The position of a condition.
    mutating func position(of condition: Condition) -> Int {
      if let known = positions[condition] { return known }
      positions[condition] = all.count
      all.append(condition)
      return all.count - 1
    }
  }
}

extension PageData.RuleList {
  /// The rules of a program, with the figures of their entries.
  init(
    _ program: RuleProgram, _ entry: RuleSetEntry, level: RuleLevel, table: String,
    numbers: [Double]?, text: RuleText, conditions: inout PageData.Conditions
  ) {
    self.level = level.rawValue
    title =
      switch level {
      case .inputs: "Rules over columns"
      case .features: "Rules over hidden features"
      case .described: "Rules over columns and scores"
      }
    self.table = table
    order = program.order
    defaultAnswer = program.defaultPrediction
    self.numbers = numbers
    scores = []
    for score in program.scores {
      let terms = score.terms.map { term in
        PageData.Term(term, program, text, conditions: &conditions)
      }
      scores.append(
        PageData.Score(
          name: score.name, text: text.score(score, of: program).plain, terms: terms))
    }
    func figures(_ share: Proportion) -> [Int] { [share.count, share.total] }
    rules = []
    for (rule, entry) in zip(program.rules, entry.rules) {
      let premise = rule.premise.map {
        conditions.position(of: PageData.Condition($0, program, text))
      }
      rules.append(
        PageData.Rule(
          id: rule.id, if: premise, then: rule.conclusion, coverage: figures(entry.coverage),
          confidence: figures(entry.confidence),
          heldOutConfidence: figures(entry.heldOutConfidence)))
    }
  }
}

extension PageData.Term {
  fileprivate init(
    _ term: RuleProgram.Score.Term, _ program: RuleProgram, _ text: RuleText,
    conditions: inout PageData.Conditions
  ) {
    weight = term.weight.value
    switch term.operand {
    case .value(let quantity, let ifMissing):
      let (place, position) = quantity.place
      self.in = place
      at = position
      self.ifMissing = ifMissing
      step = term.step
    case .indicator(let own):
      condition = conditions.position(of: PageData.Condition(own, program, text))
    }
  }
}

extension PageData.Condition {
  fileprivate init(_ condition: RuleProgram.Condition, _ program: RuleProgram, _ text: RuleText) {
    let name = text.condition(condition, of: program).plain
    switch condition {
    case .number(let quantity, let bounds, let orMissing):
      let (place, at) = quantity.place
      let (above, atMost): (Double?, Double?) =
        switch bounds {
        case .above(let lower): (lower, nil)
        case .atMost(let upper): (nil, upper)
        case .between(let lower, let upper): (lower, upper)
        }
      self.init(
        text: name, in: place, at: at, kind: "number", above: above, atMost: atMost,
        orMissing: orMissing ? true : nil)
    case .level(let column, let among, let orMissing):
      self.init(
        text: name, in: .column, at: column, kind: "level", among: among,
        orMissing: orMissing ? true : nil)
    case .known(let variable):
      self.init(text: name, in: variable.place.0, at: variable.place.1, kind: "known")
    case .missing(let variable):
      self.init(text: name, in: variable.place.0, at: variable.place.1, kind: "missing")
    }
  }
}

extension RuleProgram.Quantity {
  fileprivate var place: (PageData.Place, Int) {
    switch self {
    case .column(let position): (.column, position)
    case .feature(let position): (.feature, position)
    case .score(let position): (.score, position)
    }
  }
}

extension RuleProgram.Variable {
  fileprivate var place: (PageData.Place, Int) {
    switch self {
    case .quantity(let quantity): quantity.place
    case .level(let column): (.column, column)
    }
  }
}

extension PageData.Network {
  /// The layers of a network.
  init(_ program: NetworkProgram) {
    inputs = program.encoding.inputs.map { input in
      switch input.kind {
      case .scaled(let mean, let scale):
        PageData.Input(column: input.feature, numbers: [mean, scale])
      case .level(let index): PageData.Input(column: input.feature, numbers: [Double(index)])
      case .missing: PageData.Input(column: input.feature, numbers: [])
      }
    }
    layers = program.steps.map { step in
      let all = step.weight.elements + step.bias.elements
      let positions = all.indices.filter { all[$0].bitPattern != 0 }
      let isSparse = positions.count * 2 < all.count
      return PageData.Layer(
        inputs: step.weight.rows, units: step.bias.count, function: step.function?.rawValue,
        slope: step.function == nil ? nil : step.slope, positions: isSparse ? positions : nil,
        parameters: Self.base64(isSparse ? positions.map { all[$0] } : all))
    }
    featureLayers = program.featureSteps
    head = program.head
    givesLogits = program.givesLogits
    targetMean = program.encoding.targetMean
    targetScale = program.encoding.targetScale
  }

  /// Numbers as little-endian single precision in base64.
  private static func base64(_ values: [Float]) -> String {
    var bytes = Data()
    for value in values {
      let bits = value.bitPattern.littleEndian
      withUnsafeBytes(of: bits) { bytes.append(contentsOf: $0) }
    }
    return bytes.base64EncodedString()
  }
}
