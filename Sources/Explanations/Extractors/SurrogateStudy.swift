import Datasets
import Networks
import Rules
import Tensors

/// One way to teach a tree.
package struct SurrogateSetup: Hashable, Sendable {
  package var criterion = Criterion.gini
  package var minimumSupport = 1
  /// Rows drawn near the real ones.
  package var drawn = 0
  package var neighbourhood = Neighbourhood()
  /// How often a real row counts beside drawn ones.
  package var realWeight = 1
  package var refines = true
  package init() {}
}

/// The search for the rule list that imitates a network best.
package struct SurrogateStudy {
  let subject: ExtractionSubject
  let ask: (Table) -> [Int]

  package init(_ subject: ExtractionSubject, asking: @escaping (Table) -> [Int]) {
    self.subject = subject
    ask = asking
  }

  var result: ExtractedRules {
    var setup = SurrogateSetup()
    setup.drawn = 10_000
    let rules = list(setup, subject.training, subject.answers, atMost: subject.maxRules ?? 20)
    return ExtractedRules(rules: rules.supported(by: subject.training, answers: subject.answers))
  }

  /// The largest list within the limit that one setup gives.
  package func list(
    _ setup: SurrogateSetup, _ real: Table, _ realAnswers: [Int], atMost limit: Int
  ) -> RuleSet {
    var table = real
    var answers = realAnswers
    if setup.drawn > 0 {
      let drawn = setup.neighbourhood.rows(setup.drawn, near: real, seed: subject.seed)
      table = real.appending(drawn)
      answers += ask(drawn)
    }
    let weights = answers.indices.map { $0 < real.count ? setup.realWeight : 1 }
    let bins = BinnedTable(table)
    let grower = TreeGrower(
      criterion: setup.criterion, minimumSupport: setup.minimumSupport,
      maximumLeaves: max(8 * limit, 64))
    let full = grower.tree(
      imitating: answers, over: bins, classes: real.schema.classes.count, weights: weights)
    let sequence = PruningSequence(full)
    func rules(_ step: Int) -> RuleSet {
      var tree = sequence.tree(at: step)
      if setup.refines {
        tree = TreeRefiner().refine(tree, imitating: answers, over: bins, weights: weights)
        tree = PruningSequence(tree).tree(at: 0)
      }
      return tree.ruleSet.simplified(on: table)
    }
    var (low, high) = (0, sequence.leafCounts.count - 1)
    var best: RuleSet?
    while low < high {
      let middle = (low + high) / 2
      let found = rules(middle)
      if found.rules.count <= limit {
        high = middle
        best = found
      } else {
        low = middle + 1
      }
    }
    return best ?? rules(high)
  }
}

extension Table {
  /// These rows and then those of another table with the same columns.
  package func appending(_ other: Table) -> Table {
    let joined = zip(columns, other.columns).map { mine, others -> Column in
      if case .bytes(let mine) = mine, case .bytes(let others) = others {
        return .bytes(mine + others)
      }
      return .doubles(mine.values + others.values)
    }
    return Table(
      schema: schema, columns: joined, labels: labels + other.labels,
      numbers: numbers + other.numbers)
  }
}
