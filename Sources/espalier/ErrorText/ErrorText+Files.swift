import Foundation

extension ErrorText {
  static func words(for error: CocoaError) -> (String, String?, Int32) {
    let path = (error.userInfo[NSFilePathErrorKey] as? String) ?? error.url?.path ?? "a file"
    switch error.code {
    case .fileReadNoSuchFile, .fileNoSuchFile:
      return ("there is no file '\(path)'", "check the path", 66)
    case .fileReadNoPermission, .fileReadUnknown, .fileReadTooLarge:
      return ("'\(path)' cannot be read", "check its permissions", 66)
    case .fileWriteOutOfSpace:
      return ("'\(path)' cannot be written: no space left on device", "free some space", 74)
    case .fileWriteUnknown:
      let underlying = error.userInfo[NSUnderlyingErrorKey] as? POSIXError
      let reason = underlying.map {
        ": " + String(cString: strerror($0.code.rawValue)).lowercased()
      }
      return ("'\(path)' cannot be written\(reason ?? "")", "choose another path", 74)
    case .fileWriteNoPermission, .fileWriteVolumeReadOnly, .fileWriteFileExists:
      return ("'\(path)' cannot be written", "choose a writable folder", 73)
    default:
      return (error.localizedDescription, nil, 74)
    }
  }

  static func place(of error: DecodingError) -> String {
    let (context, words): (DecodingError.Context, String) =
      switch error {
      case .keyNotFound(let key, let context): (context, "'\(key.stringValue)' is missing")
      case .typeMismatch(_, let context): (context, "a value of the wrong type")
      case .valueNotFound(_, let context): (context, "a value is missing")
      case .dataCorrupted(let context): (context, words(for: context))
      @unknown default: (.init(codingPath: [], debugDescription: ""), "not readable")
      }
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return path.isEmpty ? words : words + " at '\(path.joined(separator: "."))'"
  }

  /// A decoder's description of an invalid value, with Foundation's own sentences replaced.
  private static func words(for context: DecodingError.Context) -> String {
    let words = context.debugDescription
    if words.hasPrefix("Cannot initialize"), let value = words.split(separator: " ").last {
      return "'\(value)', which is not a known value,"
    }
    return words.hasPrefix("The given data was not valid JSON")
      ? "the text is not valid JSON" : words
  }
}
