import Foundation
import Synchronization

/// A standard output stream and whether it is coloured.
struct Terminal: Sendable {
  enum Colour: String {
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
    case bold = "1"
    case dim = "2"
  }

  enum Choice: String, CaseIterable, Sendable {
    case auto, always, never
  }

  static let stdout = Terminal(descriptor: 1)
  static let stderr = Terminal(descriptor: 2)
  private static let choice = Mutex(Choice.auto)

  let descriptor: Int32

  /// Reads `--color` before the arguments are parsed, so that it applies to parsing errors too.
  static func choose(from arguments: [String]) {
    for (position, argument) in arguments.enumerated() {
      let value: String? =
        if argument.hasPrefix("--color=") {
          String(argument.dropFirst(8))
        } else if argument == "--color", position + 1 < arguments.count {
          arguments[position + 1]
        } else {
          nil
        }
      if let chosen = value.flatMap(Choice.init) { choice.withLock { $0 = chosen } }
    }
  }

  var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Decided by `--color`, then NO_COLOR, FORCE_COLOR, TERM and whether the stream is a terminal.
  var hasColours: Bool {
    let environment = ProcessInfo.processInfo.environment
    switch Self.choice.withLock({ $0 }) {
    case .always: return true
    case .never: return false
    case .auto:
      if environment["NO_COLOR"].map({ !$0.isEmpty }) ?? false { return false }
      if let force = environment["FORCE_COLOR"], !force.isEmpty { return force != "0" }
      return isTerminal && environment["TERM"] != "dumb"
    }
  }

  func paint(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// The width of the terminal in columns; 80 when unknown.
  var width: Int {
    var size = winsize()
    return ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
      ? Int(size.ws_col) : 80
  }

  /// Writes a console message and ignores write errors.
  func say(_ text: String) { _ = Self.writeAll(text, to: descriptor) }

  /// Writes the whole text and returns 0, or `errno` of the failed write.
  static func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
    writeAll(Data(text.utf8), to: descriptor)
  }

  /// Writes all bytes and returns 0, or `errno` of the failed write.
  static func writeAll(_ data: Data, to descriptor: Int32) -> Int32 {
    data.withUnsafeBytes { bytes -> Int32 in
      var done = 0
      while done < bytes.count {
        let written = write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
        if written < 0 {
          if errno == EINTR { continue }
          return errno
        }
        done += written
      }
      return 0
    }
  }
}

/// The three standard streams.
///
/// A closed one is opened on /dev/null in the opposite direction, so that no file of the program
/// gets its descriptor.
enum StandardStreams {
  static func hold() {
    for descriptor in Int32(0)...2 where fcntl(descriptor, F_GETFD) < 0 {
      _ = open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY)
    }
  }
}

/// Results on stdout; a failed write, as on a full disk, is an error.
enum StandardOutput {
  static func write(_ text: String) throws(CommandFailure) { try write(Data(text.utf8)) }

  static func write(_ data: Data) throws(CommandFailure) {
    let code = Terminal.writeAll(data, to: 1)
    guard code == 0 else {
      throw CommandFailure(
        "standard output cannot be written: " + String(cString: strerror(code)).lowercased(),
        hint: code == ENOSPC || code == EDQUOT
          ? "free some space or redirect it elsewhere" : "open it, or redirect it to a file",
        code: 74)
    }
  }
}
