import Explanations
import Foundation
import Pruning

extension Comparison.Result {
  /// The accuracies of one method at one point, in the order of the seeds.
  func accuracies(_ method: String, _ point: Double) -> [Double] {
    cells.filter { $0.method == method && $0.point == point }.compactMap {
      $0.figures?.accuracy.value
    }
  }

  /// Mean ± standard deviation, in per cent.
  private static func words(_ values: [Double]) -> String {
    guard !values.isEmpty else { return "–" }
    let mean = values.reduce(0, +) / Double(values.count)
    guard values.count > 1 else { return fixed(mean * 100, digits: 2) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = (squares / Double(values.count - 1)).squareRoot()
    return "\(fixed(mean * 100, digits: 2)) ± \(fixed(deviation * 100, digits: 2))"
  }

  /// The number of points at which a method's mean accuracy exceeds that of the random baseline.
  func pointsAboveRandom(_ method: String) -> (won: Int, of: Int) {
    var (won, total) = (0, 0)
    for point in comparison.points {
      let (own, lot) = (accuracies(method, point), accuracies(RandomChoice.name, point))
      guard !own.isEmpty, !lot.isEmpty else { continue }
      total += 1
      let means = (
        own.reduce(0, +) / Double(own.count), lot.reduce(0, +) / Double(lot.count)
      )
      if means.0 > means.1 { won += 1 }
    }
    return (won, total)
  }

  /// The comparison as Markdown.
  ///
  /// `command`: the command line of the comparison.
  public func markdown(command: String) -> String {
    var lines = ["# Pruning methods on \(comparison.base.data)", ""]
    lines += ["```sh", command, "```", ""]
    for parent in parents {
      lines.append(
        "- before pruning, seed \(parent.seed): \(parent.parameters) parameters, "
          + "\(parent.multiplications) MACs per sample, \(parent.fileBytes) bytes, "
          + "\(fixed(parent.accuracy.value * 100, digits: 2)) % accuracy on "
          + "\(parent.accuracy.total) held-out rows")
    }
    let seeds = comparison.seeds.count
    let spread = seeds == 1 ? "one seed" : "mean ± standard deviation over \(seeds) seeds"
    lines += [
      "",
      "Accuracy on held-out rows in per cent, \(spread), by the share of "
        + "\(comparison.measure.rawValue) kept (column heading).", "",
    ]
    let shares = comparison.points.map { shortestPercent($0) }
    lines.append("| method | " + shares.joined(separator: " | ") + " | above random |")
    lines.append("|---" + String(repeating: "|--:", count: shares.count + 1) + "|")
    for method in comparison.methods {
      let row = comparison.points.map { Self.words(accuracies(method, $0)) }
      let (won, total) = pointsAboveRandom(method)
      let last = method == RandomChoice.name ? "–" : "\(won) of \(total)"
      lines.append("| \(method) | " + row.joined(separator: " | ") + " | \(last) |")
    }
    lines += ["", "Accuracy on validation rows after the last removal, before recovery.", ""]
    lines.append("| method | " + shares.joined(separator: " | ") + " |")
    lines.append("|---" + String(repeating: "|--:", count: shares.count) + "|")
    for method in comparison.methods {
      let row = comparison.points.map { point in
        Self.words(
          cells.filter { $0.method == method && $0.point == point }.compactMap {
            $0.figures?.accuracyCut
          })
      }
      lines.append("| \(method) | " + row.joined(separator: " | ") + " |")
    }
    lines += ["", "Size after pruning, medians over the seeds.", ""]
    lines.append(
      "| method | kept | parameters | MACs per sample | neurons | file bytes | agreement |")
    lines.append("|---|--:|--:|--:|--:|--:|--:|")
    for method in comparison.methods {
      for point in comparison.points {
        let own = cells.filter { $0.method == method && $0.point == point }.compactMap(\.figures)
        guard !own.isEmpty else { continue }
        func median(_ value: (Comparison.Figures) -> Int) -> Int {
          own.map(value).sorted()[own.count / 2]
        }
        let agreement = own.map(\.agreement.value).sorted()[own.count / 2]
        lines.append(
          "| \(method) | \(shortestPercent(point)) | \(median(\.parameters)) | "
            + "\(median(\.multiplications)) | \(median(\.neurons)) | \(median(\.fileBytes)) | "
            + "\(fixed(agreement * 100, digits: 2)) % |")
      }
    }
    let largest = cells.compactMap { $0.figures?.largestDifference }.max() ?? 0
    let changed = cells.reduce(0) { $0 + ($1.figures?.changedByCompaction ?? 0) }
    lines += [
      "",
      "Masked and compacted networks differ by at most \(String(format: "%.2g", largest)) of the "
        + "largest output and in \(changed) predictions, over all prunings.",
    ]
    let failures = cells.filter { $0.failure != nil }
    if !failures.isEmpty { lines += ["", "Failed:", ""] + Self.lines(of: failures) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// One line for each method and error, with its points and seeds.
  private static func lines(of failures: [Comparison.Cell]) -> [String] {
    var order: [[String]] = []
    for cell in failures where !order.contains([cell.method, cell.failure ?? ""]) {
      order.append([cell.method, cell.failure ?? ""])
    }
    return order.map { reason in
      let own = failures.filter { [$0.method, $0.failure ?? ""] == reason }
      let points = Set(own.map(\.point)).sorted(by: >).map(shortestPercent)
      let seeds = Set(own.map(\.seed)).sorted().map(String.init)
      return "- \(reason[0]) at \(points.joined(separator: ", ")), "
        + "\(seeds.count == 1 ? "seed" : "seeds") \(seeds.joined(separator: ", ")): \(reason[1])"
    }
  }
}

/// "12.5 %".
func shortestPercent(_ share: Double) -> String {
  let text = String(format: "%.4g", share * 100)
  return text + " %"
}
