/// An element of an XML document: attributes in order, and a text or elements.
struct XMLElement {
  private let name: String
  private let attributes: [(String, String)]
  private let text: String?
  private let children: [XMLElement]

  init(_ name: String, _ attributes: [(String, String)] = [], _ children: [XMLElement] = []) {
    (self.name, self.attributes, self.children) = (name, attributes, children)
    text = nil
  }

  init(_ name: String, _ attributes: [(String, String)] = [], text: String) {
    (self.name, self.attributes, self.text) = (name, attributes, text)
    children = []
  }

  /// The document with this element as its root.
  var document: String {
    var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>"]
    write(to: &lines, indentation: "")
    return lines.joined(separator: "\n") + "\n"
  }

  private func write(to lines: inout [String], indentation: String) {
    let list = attributes.map { " \($0)=\"\(Self.escaped($1))\"" }.joined()
    let start = "\(indentation)<\(name)\(list)"
    if let text {
      lines.append("\(start)>\(Self.escaped(text))</\(name)>")
    } else if children.isEmpty {
      lines.append(start + "/>")
    } else {
      lines.append(start + ">")
      for child in children { child.write(to: &lines, indentation: indentation + "  ") }
      lines.append("\(indentation)</\(name)>")
    }
  }

  private static func escaped(_ text: String) -> String {
    var all = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": all += "&amp;"
      case "<": all += "&lt;"
      case ">": all += "&gt;"
      case "\"": all += "&quot;"
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}": all += "&#\(scalar.value);"
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all
  }

  /// Whether XML 1.0 has all characters of a text.
  static func canWrite(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      switch scalar.value {
      case 0x9, 0xA, 0xD: true
      case 0..<0x20, 0xFFFE, 0xFFFF: false
      default: true
      }
    }
  }

  /// - Throws: `ReportError.unsupportedCharacter` if a text of the program has a character that XML
  ///   does not have.
  static func check(_ texts: [String], format: String) throws {
    if let text = texts.first(where: { !canWrite($0) }) {
      throw ReportError.unsupportedCharacter(name: shown(text), format: format)
    }
  }
}
