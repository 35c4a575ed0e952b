import Explanations

/// Fidelity against the number of rules, with 95 % intervals; a ring marks the rule set of the
/// report.
struct CurveChart {
  private static let width = 640.0
  private static let height = 300.0
  private static let left = 62.0
  private static let right = 20.0
  private static let top = 18.0
  private static let bottom = 50.0

  let svg: String

  init(_ explanation: Explanation) {
    let points = explanation.curve.sorted { ($0.rules, $0.literals) < ($1.rules, $1.literals) }
    let most = max(points.map(\.rules).max() ?? 1, 1)
    let lowest = points.map(\.fidelity.interval.lowerBound).min() ?? 0
    // The axis starts at a multiple of 0.1 below all points and intervals.
    let floor = max(0, ((lowest - 0.02) * 10).rounded(.down) / 10)
    let chart = Axes(most: most, floor: floor)
    let chosen = explanation.complexity
    var marks = chart.frame
    let line = points.map { "\(chart.x($0.rules)),\(chart.y($0.fidelity.value))" }
    marks +=
      "<polyline points=\"\(line.joined(separator: " "))\" fill=\"none\" "
      + "stroke=\"#0072B2\" stroke-width=\"1\" stroke-opacity=\"0.45\"/>\n"
    for point in points {
      let x = chart.x(point.rules)
      let bounds = point.fidelity.interval
      let isChosen = point.rules == chosen.rules && point.literals == chosen.literals
      marks +=
        "<g><title>\(counted(point.rules, "rule")): \(spelled(point.fidelity))</title>"
        + "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(chart.y(bounds.lowerBound))\" "
        + "y2=\"\(chart.y(bounds.upperBound))\" stroke=\"#0072B2\" stroke-width=\"1.4\"/>"
        + "<circle cx=\"\(x)\" cy=\"\(chart.y(point.fidelity.value))\" r=\"3.4\" fill=\"#0072B2\"/>"
        + (isChosen
          ? "<circle cx=\"\(x)\" cy=\"\(chart.y(point.fidelity.value))\" r=\"8\" fill=\"none\" "
            + "stroke=\"#D55E00\" stroke-width=\"2.2\"/>" : "") + "</g>\n"
    }
    svg = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(fixed(Self.width, digits: 0)) \
      \(fixed(Self.height, digits: 0))" width="\(fixed(Self.width, digits: 0))" \
      role="img" aria-label="Fidelity against the number of rules" \
      font-family="DejaVu Sans, sans-serif" font-size="11">
      <desc>Agreement with the network on held-out rows for \(counted(points.count)) rule sets of \
      \(counted(points.first?.rules ?? 0)) to \(counted(most)) rules.</desc>
      <rect width="100%" height="100%" fill="white"/>
      \(marks)</svg>

      """
  }

  /// Where numbers stand on the paper.
  private struct Axes {
    let most: Int
    let floor: Double

    func x(_ rules: Int) -> String {
      let span = CurveChart.width - left - right - 24
      return fixed(left + 12 + span * Double(rules) / Double(most), digits: 1)
    }

    func y(_ share: Double) -> String {
      let span = CurveChart.height - top - bottom
      let part = (share - floor) / max(1 - floor, 0.01)
      return fixed(top + span * (1 - min(max(part, 0), 1)), digits: 1)
    }

    var frame: String {
      var text = ""
      let step = 1 - floor <= 0.3 ? 5 : (1 - floor <= 0.5 ? 10 : 20)
      let end = fixed(CurveChart.width - right, digits: 1)
      var mark = 100
      while Double(mark) / 100 >= floor - 1e-9 {
        let y = y(Double(mark) / 100)
        text +=
          "<line x1=\"\(left)\" x2=\"\(end)\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#DDDDDD\"/>"
          + "<text x=\"\(left - 8)\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\" fill=\"#444\">"
          + "\(mark) %</text>\n"
        mark -= step
      }
      let base = y(floor)
      text += "<line x1=\"\(left)\" x2=\"\(end)\" y1=\"\(base)\" y2=\"\(base)\" stroke=\"#555\"/>\n"
      for rules in ticks {
        text +=
          "<text x=\"\(x(rules))\" y=\"\(base)\" dy=\"17\" text-anchor=\"middle\" "
          + "fill=\"#444\">\(rules)</text>\n"
      }
      let middle = fixed((left + CurveChart.width - right) / 2, digits: 1)
      return text + "<text x=\"\(middle)\" y=\"\(base)\" dy=\"38\" text-anchor=\"middle\" "
        + "fill=\"#444\">rules</text>\n"
    }

    /// Round numbers of rules, at most eight.
    private var ticks: [Int] {
      var step = 1
      let factors = [2, 5, 10]
      var scale = 1
      var index = 0
      while most / step > 7 {
        step = scale * factors[index]
        index += 1
        if index == 3 {
          index = 0
          scale *= 10
        }
      }
      return Array(stride(from: 0, through: most, by: step))
    }
  }
}
