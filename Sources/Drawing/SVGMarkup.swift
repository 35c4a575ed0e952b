import Foundation

/// Post-processing of Graphviz's SVG for embedding in a web page.
struct SVGMarkup {
  var text: String

  init(_ text: String) { self.text = text }

  /// The larger of width and height, in points; 0 if the root element has neither.
  var longestSide: Double {
    guard let root = rootRange else { return 0 }
    return ["width", "height"].map { attribute in
      guard let start = text.range(of: " \(attribute)=\"", range: root) else { return 0 }
      return Double(text[start.upperBound...].prefix { $0.isNumber || $0 == "." }) ?? 0
    }.max() ?? 0
  }

  /// Embeds an image as a data URL in place of its file path, rendered without interpolation.
  mutating func embed(_ image: Data, insteadOf path: String) {
    text = text.replacingOccurrences(
      of: "xlink:href=\"\(path)\"",
      with: "style=\"image-rendering:pixelated\" "
        + "xlink:href=\"data:image/png;base64,\(image.base64EncodedString())\"")
  }

  /// Removes every link except http(s) URLs, fragments and PNG data URLs.
  mutating func dropUnsafeLinks() {
    let mark = "xlink:href=\""
    var kept = ""
    var rest = text[...]
    while let found = rest.range(of: mark) {
      let target = rest[found.upperBound...].prefix { $0 != "\"" }
      let start = target.prefix(24).lowercased()
      let safe = ["http://", "https://", "#", "data:image/png;base64,"].contains {
        start.hasPrefix($0)
      }
      let end = rest.index(target.endIndex, offsetBy: 1, limitedBy: rest.endIndex)
      if safe {
        kept += rest[..<target.endIndex] + "\""
      } else {
        kept += rest[..<found.lowerBound]
      }
      rest = rest[(end ?? rest.endIndex)...]
    }
    text = kept + rest
  }

  /// Adds an accessible label and description.
  mutating func describe(title: String, description: String) {
    guard let root = rootRange else { return }
    var attributes = " role=\"img\""
    if !title.isEmpty { attributes += " aria-label=\"\(Self.escape(title))\"" }
    let words = description.isEmpty ? title : description
    let desc = words.isEmpty ? "" : "\n<desc>\(Self.escape(words))</desc>"
    text.insert(contentsOf: desc, at: root.upperBound)
    text.insert(contentsOf: attributes, at: text.index(root.lowerBound, offsetBy: 4))
  }

  /// From `<svg` to the `>` that closes the tag.
  private var rootRange: Range<String.Index>? {
    guard let start = text.range(of: "<svg"),
      let end = text.range(of: ">", range: start.upperBound..<text.endIndex)
    else { return nil }
    return start.lowerBound..<end.upperBound
  }

  private static func escape(_ text: String) -> String {
    text.withoutControlCharacters
      .replacingOccurrences(of: "&", with: "&amp;")
      .replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;")
      .replacingOccurrences(of: "\"", with: "&quot;")
  }
}

extension String {
  /// The string without characters that XML does not allow and without C1 control characters.
  package var withoutControlCharacters: String {
    var kept = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D: kept.append(scalar)
      case 0..<0x20, 0x7F..<0xA0, 0xFFFE, 0xFFFF: continue
      case let value where value & 0xFFFE == 0xFFFE: continue
      default: kept.append(scalar)
      }
    }
    return String(kept)
  }
}

extension Data {
  /// The PDF with a fixed creation date, so that output is deterministic.
  var withFixedCreationDate: Data {
    let mark = Data("/CreationDate (D:".utf8)
    let moment = Data("20000101000000".utf8)
    guard let found = range(of: mark), count >= found.upperBound + moment.count else { return self }
    var copy = self
    copy.replaceSubrange(found.upperBound..<found.upperBound + moment.count, with: moment)
    return copy
  }
}
