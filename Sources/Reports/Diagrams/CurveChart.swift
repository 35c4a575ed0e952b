import Explanations

/// Fidelity against the number of rules, with 95 % intervals; a ring marks the rule set of the
/// report.
struct CurveChart {
  let svg: String

  init(_ explanation: Explanation) {
    let points = explanation.curve.sorted { ($0.rules, $0.literals) < ($1.rules, $1.literals) }
    let most = max(points.map(\.rules).max() ?? 1, 1)
    let lowest = points.map(\.fidelity.interval.lowerBound).min() ?? 0
    let frame = ChartFrame(
      width: 640, height: 300, right: 20, bottom: 50,
      // The axis starts at a multiple of 0.1 below all points and intervals.
      floor: max(0, ((lowest - 0.02) * 10).rounded(.down) / 10))
    func x(_ rules: Int) -> String {
      let span = frame.width - ChartFrame.left - frame.right - 24
      return fixed(ChartFrame.left + 12 + span * Double(rules) / Double(most), digits: 1)
    }
    let chosen = explanation.complexity
    let (end, base) = (fixed(frame.width - frame.right, digits: 1), frame.y(frame.floor))
    var marks = frame.grid
    marks +=
      "<line x1=\"\(ChartFrame.left)\" x2=\"\(end)\" y1=\"\(base)\" y2=\"\(base)\" "
      + "stroke=\"#555\"/>\n"
    for rules in Self.ticks(to: most) { marks += frame.tick("\(rules)", at: x(rules)) }
    marks += frame.axisTitle("rules") + frame.sideTitle("fidelity, held-out rows")
    let line = points.map { "\(x($0.rules)),\(frame.y($0.fidelity.value))" }
    marks +=
      "<polyline points=\"\(line.joined(separator: " "))\" fill=\"none\" "
      + "stroke=\"#0072B2\" stroke-width=\"1\" stroke-opacity=\"0.45\"/>\n"
    for point in points {
      let (x, y) = (x(point.rules), frame.y(point.fidelity.value))
      let bounds = point.fidelity.interval
      let isChosen = point.rules == chosen.rules && point.literals == chosen.literals
      marks +=
        "<g><title>\(counted(point.rules, "rule")): \(spelled(point.fidelity))</title>"
        + "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"\(frame.y(bounds.lowerBound))\" "
        + "y2=\"\(frame.y(bounds.upperBound))\" stroke=\"#0072B2\" stroke-width=\"1.4\"/>"
        + "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"3.4\" fill=\"#0072B2\"/>"
        + (isChosen
          ? "<circle cx=\"\(x)\" cy=\"\(y)\" r=\"8\" fill=\"none\" "
            + "stroke=\"#D55E00\" stroke-width=\"2.2\"/>" : "") + "</g>\n"
    }
    svg = frame.svg(
      label: "Fidelity against the number of rules",
      description: "Agreement with the network on held-out rows for \(counted(points.count)) rule "
        + "sets of \(counted(points.first?.rules ?? 0)) to \(counted(most)) rules.", marks: marks)
  }

  /// Round numbers of rules from 0, at most eight.
  private static func ticks(to most: Int) -> [Int] {
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
