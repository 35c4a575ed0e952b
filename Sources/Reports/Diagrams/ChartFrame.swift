import Explanations

/// The frame of a chart whose vertical axis shows shares from `floor` to 100 %.
struct ChartFrame {
  /// The distance of the axes from the left and upper edge; sizes are in units of the drawing.
  static let (left, top) = (62.0, 18.0)

  let width: Double
  let height: Double
  /// The distance of the axes from the right and lower edge.
  let right: Double
  let bottom: Double
  /// The lowest share.
  let floor: Double

  /// The vertical position of a share.
  func y(_ share: Double) -> String {
    let part = (share - floor) / max(1 - floor, 0.01)
    return fixed(
      Self.top + (height - Self.top - bottom) * (1 - min(max(part, 0), 1)), digits: 1)
  }

  /// Horizontal lines at round shares, with their labels.
  var grid: String {
    let step = 1 - floor <= 0.25 ? 5 : (1 - floor <= 0.5 ? 10 : 20)
    let end = fixed(width - right, digits: 1)
    return stride(from: 100, through: Int((floor * 100).rounded()), by: -step).map { mark in
      let y = y(Double(mark) / 100)
      return "<line x1=\"\(Self.left)\" x2=\"\(end)\" y1=\"\(y)\" y2=\"\(y)\" stroke=\"#DDDDDD\"/>"
        + "<text x=\"\(Self.left - 8)\" y=\"\(y)\" dy=\"4\" text-anchor=\"end\" fill=\"#444\">"
        + "\(mark) %</text>\n"
    }.joined()
  }

  /// The label of a place on the horizontal axis.
  func tick(_ label: String, at x: String) -> String { axisText(label, at: x, below: 17) }

  /// The title of the horizontal axis.
  func axisTitle(_ title: String) -> String {
    axisText(title, at: fixed((Self.left + width - right) / 2, digits: 1), below: 38)
  }

  /// The title of the vertical axis, from bottom to top.
  func sideTitle(_ title: String) -> String {
    let y = fixed((Self.top + height - bottom) / 2, digits: 1)
    return "<text transform=\"translate(12 \(y)) rotate(-90)\" text-anchor=\"middle\" "
      + "fill=\"#444\">\(HTML.escape(title))</text>\n"
  }

  private func axisText(_ text: String, at x: String, below distance: Int) -> String {
    "<text x=\"\(x)\" y=\"\(y(floor))\" dy=\"\(distance)\" text-anchor=\"middle\" "
      + "fill=\"#444\">\(HTML.escape(text))</text>\n"
  }

  /// The chart as an SVG file.
  func svg(label: String, description: String, marks: String) -> String {
    let (width, height) = (fixed(width, digits: 0), fixed(height, digits: 0))
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" \
      role="img" aria-label="\(HTML.escape(label))" font-family="DejaVu Sans, sans-serif" \
      font-size="11">
      <desc>\(HTML.escape(description))</desc>
      <rect width="100%" height="100%" fill="white"/>
      \(marks)</svg>

      """
  }
}
