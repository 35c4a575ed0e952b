import Foundation

/// A key that an object of a JSON text has more than once (RFC 8259, section 4: keys should be
/// unique). Decoders take one of its values and ignore the others.
public struct RepeatedKey: LocalizedError, Hashable, Sendable {
  /// The name of the file.
  public let file: String
  /// The key after those of the objects around it: `network.batch`, `features[2].name`.
  public let path: String

  /// `path`: the key after those of the objects around it.
  public init(file: String, path: String) {
    self.file = file
    self.path = path
  }

  /// Searches a text for repeated keys.
  ///
  /// `file`: the name of the file, for the message.
  /// - Throws: `RepeatedKey` for the first one. A text that is not JSON may have none.
  public static func check(_ json: Data, named file: String) throws(RepeatedKey) {
    if let path = path(in: json) { throw RepeatedKey(file: file, path: path) }
  }

  /// The path of the first repeated key; `nil` if keys are unique.
  public static func path(in json: Data) -> String? {
    json.withUnsafeBytes { bytes in
      var scanner = KeyScanner(bytes: bytes.bindMemory(to: UInt8.self))
      return scanner.firstRepeated()
    }
  }

  /// What is wrong, in one sentence.
  public var errorDescription: String? { "\(file): '\(path)' is given twice" }
  /// What to do.
  public var recoverySuggestion: String? { "remove one of the two" }
}

/// A pass over the keys of a JSON text.
private struct KeyScanner {
  /// An object or an array that is open.
  private struct Level {
    /// The keys so far; `nil` in an array.
    var keys: Set<String>?
    /// The last key or the position of the element, as in a path.
    var place = ""
    var position = 0
    /// Whether a string at this place is a key.
    var expectsKey = false
  }

  let bytes: UnsafeBufferPointer<UInt8>
  private var index = 0
  private var levels: [Level] = []

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func firstRepeated() -> String? {
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "{"): levels.append(Level(keys: [], expectsKey: true))
      case UInt8(ascii: "["): levels.append(Level(place: "[0]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"): _ = levels.popLast()
      case UInt8(ascii: ","): startNext()
      case UInt8(ascii: "\""):
        let text = takeString()
        if let last = levels.indices.last, levels[last].expectsKey {
          levels[last].expectsKey = false
          levels[last].place = "." + text
          if levels[last].keys?.insert(text).inserted == false {
            let path = levels.map(\.place).joined()
            return path.hasPrefix(".") ? String(path.dropFirst()) : path
          }
        }
      default: break
      }
      index += 1
    }
    return nil
  }

  private mutating func startNext() {
    guard let last = levels.indices.last else { return }
    if levels[last].keys != nil {
      levels[last].expectsKey = true
    } else {
      levels[last].position += 1
      levels[last].place = "[\(levels[last].position)]"
    }
  }

  /// The string that begins at the index, which is then at its closing quotation mark.
  private mutating func takeString() -> String {
    let start = index
    var hasEscape = false
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      if bytes[index] == UInt8(ascii: "\\") {
        hasEscape = true
        index += 1
      }
      index += 1
    }
    let end = min(index, bytes.count)
    let raw = String(decoding: bytes[(start + 1)..<max(end, start + 1)], as: UTF8.self)
    guard hasEscape, let json = "\"\(raw)\"".data(using: .utf8) else { return raw }
    return (try? JSONDecoder().decode(String.self, from: json)) ?? raw
  }
}
