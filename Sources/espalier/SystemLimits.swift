import Foundation

/// Checks of resource limits that system libraries do not check themselves before they abort.
enum SystemLimits {
  /// The number of file descriptors that a command may need at once beside the standard streams:
  /// its own files and three of the thread pool.
  static let files = 8

  /// Checks that `files` descriptors can be open at once.
  /// - Throws: `CommandFailure` with code 75 when the limit is too low.
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

  /// Checks that a thread can be started, which the text layout of diagrams does unchecked.
  /// - Throws: `CommandFailure` with code 75 when none can be started.
  static func checkThreads() throws(CommandFailure) {
    #if canImport(Glibc)
      var thread = pthread_t()
      let code = pthread_create(&thread, nil, { _ in nil }, nil)
      guard code == 0 else {
        throw CommandFailure(
          "no thread can be started: " + String(cString: strerror(code)).lowercased(),
          hint: "raise the limit of processes (ulimit -u), or stop other processes", code: 75)
      }
      pthread_join(thread, nil)
    #endif
  }
}
