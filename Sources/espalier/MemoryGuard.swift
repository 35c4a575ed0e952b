import Foundation
import Synchronization
import Tensors

/// Exhaustion of the address space (`ulimit -v`) ends the process with an error message and code
/// 75.
///
/// Steps of known size are checked against `MemoryBudget` before they start. In all other steps the
/// Swift runtime raises a signal when an allocation fails; this handler catches it while a limit is
/// set and most of it is used.
enum MemoryGuard {
  /// Address space in bytes, beyond that of the libraries, that the smallest data set needs.
  private static let least = 192 << 20

  private static let limit = Atomic<Int>(0)
  /// The address of the message that the handler writes, allocated in advance.
  private static let words = Atomic<UInt>(0)
  private static let length = Atomic<Int>(0)

  /// The limit in bytes below which one thread is used, because each thread needs its own buffers.
  private static let tight = 2 << 30

  /// The number of threads to use when `wanted` are requested; it does not change the result.
  static func threads(_ wanted: Int) -> Int {
    (1..<tight).contains(limit.load(ordering: .relaxed)) ? 1 : wanted
  }

  /// Starts to observe the limit, at process start.
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

  /// Rejects a limit that is too small for any run and prepares the handler otherwise.
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
    // OpenBLAS retries forever when its buffer cannot be allocated, so it is allocated now.
    let square = Tensor(shape: [512, 512])
    _ = square.multiplied(by: square)
    entered(stage: "reading")
  }

  /// Records the stage for the error message.
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
    // The earlier message is not freed, because a handler may be reading it.
    length.store(
      min(utf8.count, length.load(ordering: .relaxed)), ordering: .sequentiallyConsistent)
    words.store(UInt(bitPattern: buffer), ordering: .sequentiallyConsistent)
    length.store(utf8.count, ordering: .sequentiallyConsistent)
  }

  /// Runs in a signal handler and allocates nothing.
  ///
  /// When ample memory is free the signal has another cause; it is raised again with the default
  /// action.
  private static func end(_ signal: Int32) {
    let bytes = limit.load(ordering: .relaxed)
    // A reservation of half the limit tests whether memory is exhausted.
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
