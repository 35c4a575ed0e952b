import Datasets
import Foundation
import Rules
import Tensors

/// The comparison of settings by cross-validation on real rows, and for some also on synthetic rows
/// near those left out.
struct SurrogateComparison {
  /// A setting with its agreement.
  struct Score {
    var setup: SurrogateSetup
    /// The agreement from 0 to 1; a quarter of it is that on synthetic rows, where these are used.
    var score: Double
  }

  let real: Table
  let predictions: [Int]
  let seed: UInt64
  /// The largest number of rules.
  let limit: Int
  /// Whether agreement on synthetic rows counts too.
  let weighsDrawn: Bool
  let asking: (Table) -> [Int]
  let onStep: () throws -> Void

  static let folds = 4
  /// The synthetic rows per fold on which rules are fitted, and on which they are compared; fewer for
  /// more than 800 columns, so that the time of a comparison falls with further columns.
  private var fitted: Int { max(300, Int(3000 * shareOfRows)) }
  private var compared: Int { max(300, Int(900 * shareOfRows)) }
  private var shareOfRows: Double {
    let ratio = 800 / Double(max(real.columns.count, 1))
    return min(1, ratio * ratio)
  }

  /// The agreement of each setting, in their order.
  func scores(of setups: [SurrogateSetup]) throws -> [Score] {
    let folds = Self.folds
    var order = Array(0..<real.count)
    var generator = SeededGenerator(seed: seed).stream("surrogate folds")
    generator.shuffle(&order)
    var hits = [Int](repeating: 0, count: setups.count)
    var drawnHits = [Int](repeating: 0, count: setups.count)
    var (total, drawnTotal) = (0, 0)
    for fold in 0..<folds {
      let (taught, asked) = (
        order.indices.filter { $0 % folds != fold }.map { order[$0] },
        order.indices.filter { $0 % folds == fold }.map { order[$0] }
      )
      guard !taught.isEmpty, !asked.isEmpty else { continue }
      let (fittingRows, questions) = (real.selecting(taught), real.selecting(asked))
      let near = try weighsDrawn ? questionsNear(questions, fold: fold) : nil
      total += questions.count
      drawnTotal += near?.predictions.count ?? 0
      // Settings with the same synthetic rows share them.
      var known: [SurrogateSetup.Drawing: SurrogateRows] = [:]
      for (index, setup) in setups.enumerated() {
        var setup = setup
        // A smaller search suffices for the comparison.
        setup.drawn = min(setup.drawn, fitted)
        setup.passes = 0
        let rows =
          try known[setup.drawing]
          ?? SurrogateRows(
            setup, real: fittingRows, predictions: taught.map { predictions[$0] }, seed: seed,
            asking: asking, onStep: onStep)
        known[setup.drawing] = rows
        let rules = try SurrogateLearner(setup, rows: rows, onStep: onStep).list(atMost: limit)
        hits[index] += zip(rules.classify(questions), asked).count { $0 == predictions[$1] }
        if let near {
          drawnHits[index] += zip(rules.classify(near.rows), near.predictions).count { $0 == $1 }
        }
      }
    }
    return setups.indices.map { index in
      let share = Double(hits[index]) / Double(max(total, 1))
      guard drawnTotal > 0 else { return Score(setup: setups[index], score: share) }
      return Score(
        setup: setups[index],
        score: 0.75 * share + 0.25 * Double(drawnHits[index]) / Double(drawnTotal))
    }
  }

  /// Synthetic rows near the rows left out, with the predictions of the network.
  private func questionsNear(_ rows: Table, fold: Int) throws -> (rows: Table, predictions: [Int])?
  {
    var setup = SurrogateSetup()
    setup.drawn = compared
    setup.neighbourhoods = [Neighbourhood(), Neighbourhood(candidates: 1, jitter: 0.1)]
    let drawn = try setup.drawnRows(
      near: rows, seed: seed &+ 77 &+ UInt64(fold), onStep: onStep)
    guard let drawn, drawn.count > 0 else { return nil }
    return (drawn, asking(drawn))
  }

  /// What was compared, in one sentence.
  func note(_ tried: [Score], winner: Score) -> String {
    func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
    let floor = tried[0]
    var text =
      "\(tried.count) learners were compared by \(Self.folds)-fold cross-validation on "
      + "\(real.count.grouped) real rows and synthetic rows near them; \(winner.setup.words) had the "
      + "highest agreement: \(percent(winner.score))"
    if winner.setup != floor.setup {
      text += ", against \(percent(floor.score)) of \(floor.setup.words)"
    }
    return text
  }
}
