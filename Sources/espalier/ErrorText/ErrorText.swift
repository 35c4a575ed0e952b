import Foundation
import Reports

/// An error message with an optional hint and the exit code of the process.
package struct ErrorText: Equatable {
  package var message: String
  package var hint: String?
  package var code: Int32

  init(_ message: String, hint: String? = nil, code: Int32) {
    self.message = message
    self.hint = hint
    self.code = code
  }

  /// The text for an error: its message and hint, with the options of the command line where the
  /// error has some, and its exit code.
  package init(_ error: any Error) {
    let localized = error as? any LocalizedError
    message = localized?.errorDescription ?? error.localizedDescription
    hint = localized?.recoverySuggestion
    switch error {
    case let error as any CommandLineError:
      code = error.exitCode
      message = error.optionMessage ?? message
      hint = error.optionHint ?? hint
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
