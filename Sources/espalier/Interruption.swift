import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first ends the run, the second ends the process whatever it does.
///
/// While a run has something to keep that is not yet on the disk, the first is remembered, and the run
/// stops by itself soon after. At all other times it ends the process at once: no part of the work,
/// however long, needs to ask.
enum Interruption {
  /// What the first signal does.
  private enum Response: Int {
    /// Ends the process: nothing was begun.
    case endsUnbegun
    /// Ends the process: what a resumed run needs is on the disk.
    case endsResumable
    /// Is remembered; the run asks.
    case isRemembered
  }

  private static let received = Atomic<Int32>(0)
  private static let response = Atomic<Int>(Response.endsUnbegun.rawValue)

  // What is said at an end at once; a signal may do little more than write it.
  private static let unbegun: StaticString =
    "\nerror: interrupted\n hint: nothing was begun; the same command starts anew\n"
  private static let resumable: StaticString =
    "\nerror: interrupted\n hint: the same command with --resume goes on from here\n"

  /// Says which part of a run has begun.
  static func entered(stage: String) {
    MemoryGuard.entered(stage: stage)
    switch stage {
    case "reading":
      // Rows may be read again where a run has begun already.
      if now != .endsUnbegun { respond(.isRemembered) }
    case "extracting", "writing": respond(.endsResumable)
    default: respond(.isRemembered)
    }
  }

  /// Says whether the checkpoint on the disk has all that was reached.
  static func checkpoint(isCurrent: Bool) {
    respond(isCurrent ? .endsResumable : .isRemembered)
    // A signal that came shortly before was remembered.
    if isCurrent, isAskedFor { end(by: received.load(ordering: .relaxed), resumable) }
  }

  /// Says that files are written next, which is not to end half done.
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

  /// From now on signals are heard; after the first, the next one kills as usual.
  static func watch() {
    received.store(0, ordering: .relaxed)
    respond(.endsUnbegun)
    // A file above the limit of its size (ulimit -f) is an error of writing, not the end.
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
      // Whoever starts a program may hold its signals back without meaning to.
      var own = sigset_t()
      sigemptyset(&own)
      sigaddset(&own, number)
      pthread_sigmask(SIG_UNBLOCK, &own, nil)
    }
  }

  static var isAskedFor: Bool { received.load(ordering: .relaxed) != 0 }

  /// 130 after Ctrl-C, 143 after SIGTERM.
  static var exitCode: Int32 {
    let number = received.load(ordering: .relaxed)
    return 128 + (number == 0 ? SIGINT : number)
  }
}
