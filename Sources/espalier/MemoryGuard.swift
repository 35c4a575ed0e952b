import Foundation
import Synchronization
import Tensors

/// Running out of address space (`ulimit -v`) ends the process with a sentence and code 75.
///
/// Steps whose size is known are refused before they begin (`MemoryBudget`). For all others: where an
/// array cannot be allocated the Swift runtime stops the process by a signal, which is caught here
/// while a limit is in force and little is left below it.
enum MemoryGuard {
  /// Address space that is needed beside what the libraries take, to explain the smallest data.
  private static let least = 192 << 20

  private static let limit = Atomic<Int>(0)
  /// The address of what is written in the handler, made ready before.
  private static let words = Atomic<UInt>(0)
  private static let length = Atomic<Int>(0)

  /// Below this a single thread works: each more needs buffers of its own.
  private static let tight = 2 << 30

  /// How many threads may work where so many were asked for; the result is the same with any number.
  static func threads(_ wanted: Int) -> Int {
    (1..<tight).contains(limit.load(ordering: .relaxed)) ? 1 : wanted
  }

  /// Watches a limit from the start of the process on.
  static func begin() {
    guard let bytes = MemoryBudget.addressSpaceLimit else { return }
    limit.store(bytes, ordering: .relaxed)
    entered(stage: "starting")
    for number in [SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS] {
      var action = sigaction()
      action.__sigaction_handler.sa_handler = { MemoryGuard.end($0) }
      action.sa_flags = Int32(bitPattern: UInt32(SA_RESETHAND)) | SA_NODEFER
      sigaction(number, &action, nil)
    }
  }

  /// Refuses a limit that is too small for anything, and makes ready for a larger one.
  /// - Throws: `CommandFailure` with code 75
  static func watch() throws(CommandFailure) {
    guard let bytes = MemoryBudget.addressSpaceLimit else { return }
    let needed = MemoryBudget.addressSpaceTaken + least
    guard bytes >= needed else {
      throw CommandFailure(
        "the address space is limited to \(size(bytes)) (ulimit -v), "
          + "where at least \(size(needed)) are needed",
        hint: "raise the limit: ulimit -v \(needed >> 10)", code: 75)
    }
    Workers.threads = threads(Workers.threads)
    // OpenBLAS asks for its buffer without end where there is no room: it takes it now.
    let square = Tensor(shape: [512, 512])
    _ = square.multiplied(by: square)
    entered(stage: "reading")
  }

  /// Says which part of a run has begun.
  static func entered(stage: String) {
    let bytes = limit.load(ordering: .relaxed)
    guard bytes > 0 else { return }
    let text =
      "\nerror: out of memory in the stage '\(stage)': the address space is limited to "
      + "\(size(bytes)) (ulimit -v)\n"
      + " hint: raise the limit, or give fewer rows, columns or units\n"
    let utf8 = Array(text.utf8)
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: utf8.count, alignment: 1)
    buffer.copyMemory(from: utf8, byteCount: utf8.count)
    // The earlier text stays: a handler may be reading it.
    length.store(
      min(utf8.count, length.load(ordering: .relaxed)), ordering: .sequentiallyConsistent)
    words.store(UInt(bitPattern: buffer), ordering: .sequentiallyConsistent)
    length.store(utf8.count, ordering: .sequentiallyConsistent)
  }

  /// In a signal handler: nothing is allocated. A fault while much is left is no matter of memory: the
  /// signal comes again, and ends the process as usual.
  private static func end(_ signal: Int32) {
    let bytes = limit.load(ordering: .relaxed)
    // Half of the limit at once could not be had any more.
    let workspace = mmap(nil, bytes / 2, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard workspace == MAP_FAILED else {
      munmap(workspace, bytes / 2)
      raise(signal)
      return
    }
    if let text = UnsafeRawPointer(bitPattern: words.load(ordering: .relaxed)) {
      _ = write(2, text, length.load(ordering: .relaxed))
    }
    _exit(75)
  }

  private static func size(_ bytes: Int) -> String { MemoryError.size(Double(bytes)) }
}
