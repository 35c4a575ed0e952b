import CKernels
import Synchronization

/// The thread pool for independent pieces of work.
///
/// Results never depend on the number of threads: the order of every sum is determined by the size
/// of the work only.
public enum Workers {
  private static let chosen = Atomic<Int>(0)

  /// The maximum number of threads; by default the number of cores, at most 64.
  public static var threads: Int {
    get {
      let count = chosen.load(ordering: .relaxed)
      return count > 0 ? count : ek_thread_limit()
    }
    set { chosen.store(max(newValue, 0), ordering: .relaxed) }
  }

  /// Starts threads until `count` can work at once, also beyond the number of cores; `threads` does
  /// not change.
  package static func startThreads(_ count: Int) { ek_start_threads(count) }

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

  /// Runs `body` for every index in `0..<count` with a workspace of `size` elements, which is
  /// allocated once per thread.
  package static func run(
    _ count: Int, workspace size: Int, _ body: (Int, UnsafeMutablePointer<Float>) -> Void
  ) {
    let next = Atomic<Int>(0)
    run(min(count, threads)) { _ in
      var index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      let workspace = UnsafeMutablePointer<Float>.allocate(capacity: max(size, 1))
      defer { workspace.deallocate() }
      while index < count {
        body(index, workspace)
        index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      }
    }
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

  /// Multiply-accumulate operations of a piece of work: some microseconds, against which handing
  /// over a piece is cheap.
  private static let pieceOperations = 1 << 18
  /// Enough pieces to occupy 64 threads evenly.
  private static let mostPieces = 256

  /// The number of pieces of work that takes `operations` multiply-accumulates.
  static func pieces(operations: Int) -> Int {
    max(1, min((operations + pieceOperations / 2) / pieceOperations, mostPieces))
  }

  /// Splits `0..<count` into ranges for work of `operations` multiply-accumulates in total.
  static func ranges(of count: Int, operations: Int) -> [Range<Int>] {
    ranges(of: count, pieces: pieces(operations: operations))
  }

  /// The number of shares of a sum of which only `sums` independent parts exist, so that all shares
  /// together occupy the threads evenly.
  ///
  /// A share computes some of the elements of a sum, each with the same order of terms as without
  /// shares; so their number changes no result and may depend on the number of threads.
  static func shares(of sums: Int, operations: Int) -> Int {
    guard sums > 0 else { return 1 }
    var (divisor, rest) = (sums, threads)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    return max(1, min(threads / divisor, pieces(operations: operations) / sums))
  }
}
