import CKernels
import Synchronization

/// The thread pool for independent pieces of work.
///
/// Results never depend on the number of threads: pieces are determined by the size of the work
/// only.
public enum Workers {
  private static let chosen = Atomic<Int>(0)

  /// The maximum number of threads; by default the number of cores, at most 32.
  public static var threads: Int {
    get {
      let count = chosen.load(ordering: .relaxed)
      return count > 0 ? count : ek_thread_limit()
    }
    set { chosen.store(max(newValue, 0), ordering: .relaxed) }
  }

  /// Runs `body` for every index in `0..<count`, in any order, and returns after all have finished.
  public static func run(_ count: Int, _ body: (Int) -> Void) {
    withoutActuallyEscaping(body) { body in
      var context = Context(body: body)
      withUnsafeMutablePointer(to: &context) { pointer in
        ek_run(
          count, threads,
          { context, index in
            context?.assumingMemoryBound(to: Context.self).pointee.body(index)
          }, pointer)
      }
    }
  }

  /// Elements per piece of work: fixed, so that pieces do not depend on the number of threads.
  private static let piece = 1 << 15

  /// Runs `body` with the start and the length of every piece of `0..<count`.
  package static func runPieces(of count: Int, _ body: (_ start: Int, _ length: Int) -> Void) {
    guard count > piece else { return body(0, count) }
    let cuts = ranges(of: count, pieces: (count + piece - 1) / piece)
    run(cuts.count) { body(cuts[$0].lowerBound, cuts[$0].count) }
  }

  private struct Context { let body: (Int) -> Void }

  /// The results of `body` for every index in `0..<count`, in order.
  public static func map<Result>(_ count: Int, _ body: (Int) -> Result) -> [Result] {
    [Result](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let base = buffer.baseAddress
      run(count) { index in
        if let base { (base + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }

  /// Splits `0..<count` into at most `pieces` non-empty ranges of nearly equal length.
  public static func ranges(of count: Int, pieces: Int) -> [Range<Int>] {
    let pieces = max(1, min(pieces, count))
    return (0..<pieces).map { count * $0 / pieces..<count * ($0 + 1) / pieces }
  }
}
