import Foundation
import Synchronization

/// Handling of SIGINT (Ctrl-C) and SIGTERM: the first signal ends the run, the second ends the
/// process.
///
/// While a run has unsaved state, the first signal sets a flag that the run polls; the run then
/// saves its state and stops. Otherwise the first signal ends the process at once, without polling.
enum Interruption {
  /// The response to the first signal.
  private enum Response: Int {
    /// Ends the process; the run has not started.
    case endsUnbegun
    /// Ends the process; the checkpoint on disk is complete.
    case endsResumable
    /// Sets a flag that the run polls.
    case isRemembered
  }

  private static let received = Atomic<Int32>(0)
  private static let response = Atomic<Int>(Response.endsUnbegun.rawValue)

  // Static messages, because a signal handler may only call async-signal-safe functions.
  private static let unbegun: StaticString =
    "\nerror: interrupted\n hint: the run had not started; run the same command again\n"
  private static let resumable: StaticString =
    "\nerror: interrupted\n hint: the same command with --resume continues the run\n"

  /// Records the stage that a run has entered.
  static func entered(stage: String) {
    MemoryGuard.entered(stage: stage)
    switch stage {
    case "reading":
      // A run in progress may read rows again.
      if now != .endsUnbegun { respond(.isRemembered) }
    case "extracting", "writing": respond(.endsResumable)
    default: respond(.isRemembered)
    }
  }

  /// Records whether the checkpoint on disk is up to date.
  static func checkpoint(isCurrent: Bool) {
    respond(isCurrent ? .endsResumable : .isRemembered)
    // A pending signal ends the run now.
    if isCurrent, isRequested { end(by: received.load(ordering: .relaxed), resumable) }
  }

  /// Defers signals while output files are written.
  static func hold() { respond(.isRemembered) }

  private static func respond(_ next: Response) {
    response.store(next.rawValue, ordering: .relaxed)
  }

  private static func end(by signal: Int32, _ words: StaticString) -> Never {
    _ = write(2, words.utf8Start, words.utf8CodeUnitCount)
    _exit(128 + signal)
  }

  private static var now: Response {
    Response(rawValue: response.load(ordering: .relaxed)) ?? .isRemembered
  }

  /// Installs the signal handlers; after the first signal the default action applies.
  static func watch() {
    received.store(0, ordering: .relaxed)
    respond(.endsUnbegun)
    // Exceeding the file size limit (ulimit -f) is a write error instead of a fatal signal.
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { number in
        Interruption.received.store(number, ordering: .relaxed)
        switch Interruption.now {
        case .isRemembered: return
        case .endsUnbegun: Interruption.end(by: number, Interruption.unbegun)
        case .endsResumable: Interruption.end(by: number, Interruption.resumable)
        }
      }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_RESTART
      sigaction(number, &action, nil)
      // The parent process may have blocked these signals.
      var own = sigset_t()
      sigemptyset(&own)
      sigaddset(&own, number)
      pthread_sigmask(SIG_UNBLOCK, &own, nil)
    }
  }

  static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// 130 after Ctrl-C, 143 after SIGTERM.
  static var exitCode: Int32 {
    let number = received.load(ordering: .relaxed)
    return 128 + (number == 0 ? SIGINT : number)
  }
}
