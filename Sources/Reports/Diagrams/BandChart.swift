import Explanations
import Foundation

/// Line chart of shares such as accuracies against the share of something that is kept: for each
/// series the mean, with a band from minimum to maximum; a baseline is black and dashed.
public struct BandChart: Hashable, Sendable {
  /// The values of one method.
  public struct Series: Hashable, Sendable {
    /// The name in the legend.
    public var name: String
    /// Whether the series is the baseline, which is drawn dashed.
    public var isBaseline: Bool
    /// Shares for each point of the chart; points without values are left out.
    public var values: [[Double]]

    /// Creates a series; `values` has for each point the value of every seed.
    public init(_ name: String, isBaseline: Bool = false, _ values: [[Double]]) {
      self.name = name
      self.isBaseline = isBaseline
      self.values = values
    }
  }

  /// The chart as an SVG file.
  public let svg: String

  private static let margin = 16.0
  /// Okabe & Ito's colours, which colour-blind readers can tell apart, darkened where they repeat.
  private static let colours = [
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8C6D00", "#003F66",
    "#7A3500", "#00573F", "#6F4059", "#7F5800",
  ]

  /// Draws a chart.
  ///
  /// `points`: the shares kept, descending, on a logarithmic axis with the title `axis`.
  /// `label`, `description`: for readers who do not see the image.
  public init(
    _ series: [Series], points: [Double], axis: String, label: String, description: String
  ) {
    let lowest = series.flatMap { $0.values.joined() }.reduce(1, min)
    let frame = ChartFrame(
      width: 860, height: 420, right: 210, bottom: 52,
      floor: max(0, ((lowest - 0.01) * 20).rounded(.down) / 20))
    let end = frame.width - frame.right
    let (first, last) = (log(points.first ?? 1), log(points.last ?? 0.01))
    let places = points.map { point in
      let part = first == last ? 0.5 : (first - log(point)) / (first - last)
      return fixed(
        ChartFrame.left + Self.margin + (end - ChartFrame.left - 2 * Self.margin) * part,
        digits: 1)
    }
    var marks = frame.grid
    for (point, x) in zip(points, places) { marks += frame.tick(percentage(point), at: x) }
    marks += frame.axisTitle(axis)
    for (index, one) in series.enumerated() {
      let found = zip(places, one.values).filter { !$0.1.isEmpty }
      guard !found.isEmpty else { continue }
      let colour = one.isBaseline ? "#000000" : Self.colours[index % Self.colours.count]
      let dash = one.isBaseline ? " stroke-dasharray=\"6 4\"" : ""
      let upper = found.map { "\($0.0),\(frame.y($0.1.max() ?? 0))" }
      let lower = found.reversed().map { "\($0.0),\(frame.y($0.1.min() ?? 0))" }
      let line = found.map { "\($0.0),\(frame.y($0.1.reduce(0, +) / Double($0.1.count)))" }
      let name = HTML.escape(one.name)
      let labelY = fixed(ChartFrame.top + 14 + 20 * Double(index), digits: 1)
      marks +=
        "<g><title>\(name)</title><polygon points=\"\((upper + lower).joined(separator: " "))\" "
        + "fill=\"\(colour)\" fill-opacity=\"0.10\"/><polyline points=\""
        + "\(line.joined(separator: " "))\" fill=\"none\" stroke=\"\(colour)\" "
        + "stroke-width=\"2\"\(dash)/></g>"
        + "<line x1=\"\(fixed(end + 14, digits: 1))\" x2=\"\(fixed(end + 38, digits: 1))\" "
        + "y1=\"\(labelY)\" y2=\"\(labelY)\" stroke=\"\(colour)\" stroke-width=\"2\"\(dash)/>"
        + "<text x=\"\(fixed(end + 44, digits: 1))\" y=\"\(labelY)\" dy=\"4\" "
        + "fill=\"#222\">\(name)</text>\n"
    }
    svg = frame.svg(label: label, description: description, marks: marks)
  }
}
