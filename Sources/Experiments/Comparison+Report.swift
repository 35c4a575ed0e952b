import Explanations
import Foundation
import Pruning
import Reports

extension Comparison.Result {
  /// The comparison as a document with a chart.
  ///
  /// `command`: the command line of the comparison.
  public func document(command: String) -> Document {
    Document(
      title: "Pruning methods on \(quote: comparison.base.data)",
      kind: "Comparison of pruning methods", origin: "espalier \(espalierVersion)",
      source: "compare.json",
      blocks: [
        .code(command, language: "sh"), .list(parents.map(\.words)),
        .figure(
          Figure(
            "compare", "Accuracy against the share of \(comparison.measure.rawValue) kept",
            "Mean over the seeds; bands from minimum to maximum.")),
        .table(accuracyTable), .table(cutTable), .table(sizeTable),
        .paragraph(equalitySentence),
      ] + failureBlocks, images: ["compare": chart])
  }

  // MARK: Figures

  private func figures(_ method: String, _ point: Double) -> [Comparison.Figures] {
    cells.filter { $0.method == method && $0.point == point }.compactMap(\.figures)
  }

  /// The accuracies of one method at one point, in the order of the seeds.
  private func accuracies(_ method: String, _ point: Double) -> [Double] {
    figures(method, point).map(\.accuracy.value)
  }

  /// The number of points at which a method's mean accuracy exceeds that of the random baseline.
  private func pointsAboveRandom(_ method: String) -> Proportion {
    var (won, total) = (0, 0)
    for point in comparison.points {
      let (own, lot) = (accuracies(method, point), accuracies(RandomChoice.name, point))
      guard !own.isEmpty, !lot.isEmpty else { continue }
      total += 1
      if own.mean > lot.mean { won += 1 }
    }
    return Proportion(won, of: total)
  }

  // MARK: Blocks

  private var accuracyTable: DataTable {
    let seeds = comparison.seeds.count
    let spread = seeds == 1 ? "one seed" : "mean ± standard deviation over \(seeds) seeds"
    return DataTable(
      "accuracy",
      """
      Accuracy on held-out rows in per cent, \(spread), by the share of \
      \(comparison.measure.rawValue) kept (column heading).
      """, pointColumns + [.number("above random")],
      comparison.methods.map { method in
        let won = pointsAboveRandom(method)
        let last =
          method == RandomChoice.name
          ? DataTable.Cell("–")
          : DataTable.Cell("\(won.count) of \(won.total)", key: Double(won.count))
        return [DataTable.Cell(Phrase(method))]
          + comparison.points.map { .spread(accuracies(method, $0)) } + [last]
      })
  }

  private var cutTable: DataTable {
    DataTable(
      "accuracy-cut",
      """
      Accuracy (R² for a numeric target) on validation rows, and on training rows too where there are \
      fewer than 200, after the last removal, before recovery.
      """,
      pointColumns,
      comparison.methods.map { method in
        [DataTable.Cell(Phrase(method))]
          + comparison.points.map { .spread(figures(method, $0).map(\.accuracyCut)) }
      })
  }

  private var pointColumns: [DataTable.Column] {
    [.text("method")] + comparison.points.map { .number(percentage($0)) }
  }

  private var sizeTable: DataTable {
    DataTable(
      "size",
      "Size after pruning, medians over the seeds; parameters and MACs without the zeros that a mask leaves.",
      [
        .text("method"), .number("kept"), .number("parameters"), .number("MACs per sample"),
        .number("neurons"), .number("file bytes"), .number("agreement"),
      ],
      comparison.methods.flatMap { method in
        comparison.points.compactMap { sizeRow(method, $0) }
      })
  }

  private func sizeRow(_ method: String, _ point: Double) -> [DataTable.Cell]? {
    let own = figures(method, point)
    guard !own.isEmpty else { return nil }
    func median(_ value: (Comparison.Figures) -> Int) -> DataTable.Cell {
      .digits(Int(own.map { Double(value($0)) }.median.rounded()))
    }
    let agreement = own.map(\.agreement.value).median
    return [
      DataTable.Cell(Phrase(method)), DataTable.Cell(Phrase(percentage(point)), key: point),
      median(\.parameters), median(\.macs), median(\.neurons), median(\.fileBytes),
      DataTable.Cell("\(fixed(agreement * 100, digits: 2)) %", key: agreement),
    ]
  }

  private var equalitySentence: Phrase {
    let largest = cells.compactMap { $0.figures?.largestDifference }.max() ?? 0
    let changed = cells.reduce(0) { $0 + ($1.figures?.changedByCompaction ?? 0) }
    return """
      Masked and compacted networks differ by at most \(String(format: "%.2g", largest)) of the \
      largest output and in \(String(changed)) predictions, over all prunings.
      """
  }

  /// One line for each method and error, with its points and seeds.
  private var failureBlocks: [Block] {
    let failures = cells.filter { $0.failure != nil }
    guard !failures.isEmpty else { return [] }
    var order: [[String]] = []
    for cell in failures where !order.contains([cell.method, cell.failure ?? ""]) {
      order.append([cell.method, cell.failure ?? ""])
    }
    let lines = order.map { reason -> Phrase in
      let own = failures.filter { [$0.method, $0.failure ?? ""] == reason }
      let points = Set(own.map(\.point)).sorted(by: >).map(percentage)
      let seeds = Set(own.map(\.seed)).sorted().map(String.init)
      return """
        \(reason[0]) at \(points.joined(separator: ", ")), \
        \(seeds.count == 1 ? "seed" : "seeds") \(seeds.joined(separator: ", ")): \
        \(quote: reason[1])
        """
    }
    return [.paragraph("Failed:"), .list(lines)]
  }

  private var chart: String {
    let (methods, points, seeds) = (comparison.methods, comparison.points, comparison.seeds)
    return BandChart(
      methods.map { method in
        BandChart.Series(
          method, isBaseline: method == RandomChoice.name, points.map { accuracies(method, $0) })
      }, points: points, axis: "\(comparison.measure.rawValue) kept",
      label: "Accuracy of pruned networks",
      description: "Accuracy on held-out rows against the share of "
        + "\(comparison.measure.rawValue) kept: \(methods.count) methods, \(points.count) points, "
        + "\(seeds.count) seeds; bands from minimum to maximum over seeds."
    ).svg
  }
}

extension Comparison.Parent {
  /// The network in one line.
  fileprivate var words: Phrase {
    """
    before pruning, seed \(String(seed)): \(String(parameters)) parameters, \
    \(String(macs)) MACs per sample, \(String(fileBytes)) bytes, \
    \(fixed(accuracy.value * 100, digits: 2)) % accuracy on \(String(accuracy.total)) held-out rows
    """
  }
}

extension DataTable.Cell {
  /// Mean ± standard deviation of shares, in per cent.
  fileprivate static func spread(_ values: [Double]) -> DataTable.Cell {
    guard !values.isEmpty else { return DataTable.Cell("–") }
    let mean = values.mean
    let center = fixed(mean * 100, digits: 2)
    guard values.count > 1 else { return DataTable.Cell(Phrase(center), key: mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(values.count - 1)).squareRoot()
    return DataTable.Cell("\(center) ± \(fixed(deviation * 100, digits: 2))", key: mean)
  }
}

extension [Double] {
  fileprivate var mean: Double { reduce(0, +) / Double(count) }
}

extension [Double] {
  /// The middle value, of an even number the mean of the two in the middle; 0 of none.
  fileprivate var median: Double {
    let sorted = sorted()
    guard let last = sorted.last else { return 0 }
    let upper = sorted.indices.contains(count / 2) ? sorted[count / 2] : last
    return count.isMultiple(of: 2) ? (sorted[count / 2 - 1] + upper) / 2 : upper
  }
}
