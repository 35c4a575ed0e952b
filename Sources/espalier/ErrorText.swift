import ArgumentParser
import CompressedModels
import Datasets
import Drawing
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Reports
import Tensors

/// An error message with an optional hint and the exit code of the process.
struct ErrorText: Equatable {
  var message: String
  var hint: String?
  var code: Int32

  init(_ message: String, hint: String? = nil, code: Int32) {
    self.message = message
    self.hint = hint
    self.code = code
  }

  init(_ error: any Error) {
    let localized = error as? any LocalizedError
    message = localized?.errorDescription ?? error.localizedDescription
    hint = localized?.recoverySuggestion
    switch error {
    case let error as CommandFailure: code = error.exitCode
    case is UnknownName, is ExtractorLevelError, is PixelError, is HyperparameterError: code = 64
    case is MemoryError: code = 75
    case let error as DatasetError: code = error.exitCode
    case let error as ModelFileError: code = error.exitCode
    case let error as CompressedModelError: code = error.exitCode
    case let error as OutputError: code = error.exitCode
    case PruningError.goalOutOfReach: code = 2
    case is NetworkError, is PruningError, is ExtractionError, is ReportError: code = 65
    case is FeatureMismatch, is UnreadableRules, is SettingsError, is NumberRangeError:
      code = 65
    case DrawingError.noContext: code = 69
    case DrawingError.noFolder: code = 73
    case is DrawingError: code = 65
    case is Interrupted: code = Interruption.exitCode
    case let error as DecodingError:
      message = "the file has an unexpected format: " + ErrorText.place(of: error)
      hint = "give a file that this version of espalier wrote"
      code = 65
    case let error as CocoaError:
      (message, hint, code) = ErrorText.words(for: error)
    default:
      code = 1
      hint = hint ?? "this is a fault of espalier; please report it with the command"
    }
  }

  /// Splits the parser's message, such as "Unknown option '--x'. Did you mean '--y'?", into message
  /// and hint.
  init(parser words: String, seeAlso help: String) {
    code = 64
    let quoted = words.split(separator: "'", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    if words.hasPrefix("The value '"), quoted.count >= 2 {
      let option = quoted[1].split(separator: " ").first.map(String.init) ?? quoted[1]
      message = "\(option) cannot be '\(quoted[0])'"
      // The parser prints few values on one line and many as a list.
      let listed = words.split(separator: "\n").filter { $0.hasPrefix("  - ") }
      let known = Array(quoted.dropFirst(2)) + listed.map { String($0.dropFirst(4)) }
      if let allowed = allowedValues(of: option, in: help.split(separator: " ").dropFirst().first) {
        hint = "give \(allowed)"
      } else if let near = UnknownName(quoted[0], family: "", known: known).nearest {
        hint = "did you mean '\(near)'?"
      } else {
        hint = known.isEmpty ? "see '\(help)'" : "known: " + known.joined(separator: ", ")
      }
      return
    }
    let parts = words.split(separator: ". ", maxSplits: 1).map(String.init)
    message = ErrorText.lowerCased(parts.first ?? words)
    if message.hasSuffix(".") { message.removeLast() }
    hint = parts.count > 1 ? ErrorText.lowerCased(parts[1]) : "see '\(help)'"
  }

  private static func lowerCased(_ text: String) -> String {
    text.prefix(1).lowercased() + text.dropFirst()
  }

  private static func words(for error: CocoaError) -> (String, String?, Int32) {
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

  /// The `error: …` and ` hint: …` lines, with control characters of names and cells made visible.
  var text: String {
    let label = Terminal.stderr.paint("error:", .red)
    let first = "\(label) \(visible(message))\n"
    guard let hint else { return first }
    return "\(first) \(Terminal.stderr.paint("hint:", .cyan)) \(visible(hint))\n"
  }

  /// Prints the text on stderr and ends the process.
  ///
  /// Calls `_exit`: output is unbuffered, and exit handlers of libraries, which may block when
  /// memory is exhausted, do not run.
  func end() -> Never {
    Terminal.stderr.say(text)
    _exit(code)
  }
}

/// An error that a command raises itself.
struct CommandFailure: LocalizedError, Equatable {
  var errorDescription: String?
  var recoverySuggestion: String?
  var exitCode: Int32

  init(_ message: String, hint: String?, code: Int32 = 64) {
    errorDescription = message
    recoverySuggestion = hint
    exitCode = code
  }

  /// A completed run whose result misses a required threshold; the exit code is 2.
  ///
  /// `isWritten`: whether the result was written to a file.
  static func gates(_ sentences: [String], isWritten: Bool = true) -> CommandFailure {
    CommandFailure(
      sentences.joined(separator: "; "),
      hint: (isWritten ? "the result is written" : "all rows were compared")
        + "; exit code 2 means that a threshold is not met", code: 2)
  }
}
