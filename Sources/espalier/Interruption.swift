import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first asks the run to stop, the second ends the process.
///
/// While rows are read nothing is lost yet: the first ends the process at once.
enum Interruption {
  private static let received = Atomic<Int32>(0)
  private static let isReading = Atomic<Bool>(false)
  private static let hasBegun = Atomic<Bool>(false)

  /// What is said where nothing was begun; a signal may do little more than write it.
  private static let farewell: StaticString =
    "\nerror: interrupted\n hint: nothing was begun; the same command starts anew\n"

  /// Says which part of a run has begun.
  static func entered(stage: String) {
    MemoryGuard.entered(stage: stage)
    if stage != "reading" { hasBegun.store(true, ordering: .relaxed) }
    isReading.store(!hasBegun.load(ordering: .relaxed), ordering: .relaxed)
  }

  /// From now on signals are remembered; after the first, the next one kills as usual.
  static func watch() {
    received.store(0, ordering: .relaxed)
    isReading.store(false, ordering: .relaxed)
    hasBegun.store(false, ordering: .relaxed)
    for number in [SIGINT, SIGTERM] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = {
        Interruption.received.store($0, ordering: .relaxed)
        guard Interruption.isReading.load(ordering: .relaxed) else { return }
        _ = write(2, Interruption.farewell.utf8Start, Interruption.farewell.utf8CodeUnitCount)
        _exit(128 + $0)
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
