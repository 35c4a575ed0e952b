import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The reason why a string is not well-formed XML; `nil` if it is.
public func malformation(of xml: String) -> String? {
  let parser = XMLParser(data: Data(xml.utf8))
  if parser.parse() { return nil }
  let line = xml.split(separator: "\n", omittingEmptySubsequences: false)
    .dropFirst(max(parser.lineNumber - 1, 0)).first.map { String($0.prefix(300)) }
  return "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "?"): \(line ?? "")"
}
