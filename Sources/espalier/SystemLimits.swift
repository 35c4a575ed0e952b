import Foundation

/// What the system libraries need and do not ask for: without it they end the process by a signal.
enum SystemLimits {
  /// Files that a command may have open at once beside the standard streams: those of its own, and the
  /// three of the queue that shares work among threads.
  static let files = 8

  /// Finds out whether enough files can be open at once.
  /// - Throws: `CommandFailure` with code 75 where the limit is too low.
  static func checkFiles() throws(CommandFailure) {
    var opened: [Int32] = []
    defer { for file in opened { close(file) } }
    for _ in 0..<files {
      let file = open("/dev/null", O_RDONLY | O_CLOEXEC)
      guard file >= 0 else {
        throw CommandFailure(
          "\(files) files cannot be open at once: "
            + String(cString: strerror(errno)).lowercased(),
          hint: "raise the limit: ulimit -n 64", code: 75)
      }
      opened.append(file)
    }
  }

  /// Finds out whether a thread can be started: the text layout of diagrams does, without asking.
  /// - Throws: `CommandFailure` with code 75 where it cannot.
  static func checkThreads() throws(CommandFailure) {
    #if canImport(Glibc)
      var thread = pthread_t()
      let code = pthread_create(&thread, nil, { _ in nil }, nil)
      guard code == 0 else {
        throw CommandFailure(
          "no thread can be started: " + String(cString: strerror(code)).lowercased(),
          hint: "raise the limit of processes (ulimit -u), or end some", code: 75)
      }
      pthread_join(thread, nil)
    #endif
  }
}
