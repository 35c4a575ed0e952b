import Foundation

/// An error that a command raises itself.
struct CommandFailure: CommandLineError, Equatable {
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
