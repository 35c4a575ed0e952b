import Explanations
import Foundation
import Pruning

/// Line chart of accuracy against the share kept: for each method the mean over the seeds, with a
/// band from minimum to maximum; the random-pruning baseline is black and dashed.
struct ComparisonChart {
  let svg: String

  private static let width = 860.0
  private static let height = 420.0
  private static let left = 62.0
  private static let right = 210.0
  private static let top = 18.0
  private static let bottom = 52.0
  /// Okabe & Ito's colours, which colour-blind readers can tell apart, darkened where they repeat.
  private static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D00", "#003F66",
    "#7A3500", "#00573F", "#6F4059", "#7F5800",
  ]

  init(_ result: Comparison.Result) {
    let comparison = result.comparison
    let points = comparison.points
    var lowest = 1.0
    for method in comparison.methods {
      for point in points { lowest = min(lowest, result.accuracies(method, point).min() ?? 1) }
    }
    let floor = max(0, ((lowest - 0.01) * 20).rounded(.down) / 20)
    let ceiling = 1.0
    let (first, last) = (log(points.first ?? 1), log(points.last ?? 0.01))
    func x(_ point: Double) -> String {
      let part = first == last ? 0.5 : (first - log(point)) / (first - last)
      return fixed(
        Self.left + 16 + (Self.width - Self.left - Self.right - 32) * part, digits: 1)
    }
    func y(_ share: Double) -> String {
      let part = (share - floor) / max(ceiling - floor, 0.01)
      return fixed(Self.top + (Self.height - Self.top - Self.bottom) * (1 - part), digits: 1)
    }
    var marks = ""
    let end = fixed(Self.width - Self.right, digits: 1)
    let step = ceiling - floor <= 0.25 ? 5 : (ceiling - floor <= 0.5 ? 10 : 20)
    for mark in stride(from: 100, through: Int((floor * 100).rounded()), by: -step) {
      let place = y(Double(mark) / 100)
      marks +=
        "<line x1=\"\(Self.left)\" x2=\"\(end)\" y1=\"\(place)\" y2=\"\(place)\" "
        + "stroke=\"#DDDDDD\"/><text x=\"\(Self.left - 8)\" y=\"\(place)\" dy=\"4\" "
        + "text-anchor=\"end\" fill=\"#444\">\(mark) %</text>\n"
    }
    for point in points {
      marks +=
        "<text x=\"\(x(point))\" y=\"\(y(floor))\" dy=\"17\" text-anchor=\"middle\" fill=\"#444\">"
        + "\(shortestPercent(point))</text>\n"
    }
    marks +=
      "<text x=\"\(fixed((Self.left + Self.width - Self.right) / 2, digits: 1))\" "
      + "y=\"\(y(floor))\" dy=\"38\" text-anchor=\"middle\" fill=\"#444\">"
      + "\(comparison.measure.rawValue) kept</text>\n"
    for (index, method) in comparison.methods.enumerated() {
      let isRandom = method == RandomChoice.name
      let colour = isRandom ? "#000000" : Self.colours[index % Self.colours.count]
      let found = points.map { ($0, result.accuracies(method, $0)) }.filter { !$0.1.isEmpty }
      guard !found.isEmpty else { continue }
      let upper = found.map { "\(x($0.0)),\(y($0.1.max() ?? 0))" }
      let lower = found.reversed().map { "\(x($0.0)),\(y($0.1.min() ?? 0))" }
      let line = found.map { "\(x($0.0)),\(y($0.1.reduce(0, +) / Double($0.1.count)))" }
      let labelY = fixed(Self.top + 14 + 20 * Double(index), digits: 1)
      let dash = isRandom ? " stroke-dasharray=\"6 4\"" : ""
      marks +=
        "<g><title>\(method)</title><polygon points=\"\((upper + lower).joined(separator: " "))\" "
        + "fill=\"\(colour)\" fill-opacity=\"0.10\"/><polyline points=\""
        + "\(line.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"\(dash)/></g>"
        + "<line x1=\"\(fixed(Self.width - Self.right + 14, digits: 1))\" "
        + "x2=\"\(fixed(Self.width - Self.right + 38, digits: 1))\" y1=\"\(labelY)\" "
        + "y2=\"\(labelY)\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash)/>"
        + "<text x=\"\(fixed(Self.width - Self.right + 44, digits: 1))\" y=\"\(labelY)\" dy=\"4\" "
        + "fill=\"#222\">\(method)</text>\n"
    }
    svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(fixed(Self.width, digits: 0)) \
      \(fixed(Self.height, digits: 0))" width="\(fixed(Self.width, digits: 0))" \
      role="img" aria-label="Accuracy of pruned networks" font-family="DejaVu Sans, sans-serif" \
      font-size="11">
      <desc>Accuracy on held-out rows against the share of \(comparison.measure.rawValue) \
      kept: \(comparison.methods.count) methods, \(points.count) points, \
      \(comparison.seeds.count) seeds; bands from minimum to maximum over seeds.</desc>
      <rect width="100%" height="100%" fill="white"/>
      \(marks)</svg>

      """
  }
}

extension Comparison.Result {
  /// The line chart of the comparison as SVG.
  public var chart: String { ComparisonChart(self).svg }
}
