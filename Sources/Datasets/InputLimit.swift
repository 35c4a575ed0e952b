import Foundation

/// How much may be read where the user says nothing.
enum InputLimit {
  /// Half of the memory that this process may use: the machine's, the control group's or the
  /// address space's, whichever is the least.
  static let standard: Int = max(1 << 20, memory / 2)

  private static var memory: Int {
    var limits: [Int] = []
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let size = sysconf(Int32(_SC_PAGESIZE))
    if pages > 0, size > 0 {
      limits.append(pages.multipliedReportingOverflow(by: size).partialValue)
    }
    for file in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      guard let text = try? String(contentsOfFile: file, encoding: .utf8),
        let bytes = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), bytes > 0
      else { continue }
      limits.append(bytes)
    }
    var space = rlimit()
    #if os(Linux)
      let found = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &space)
    #else
      let found = getrlimit(RLIMIT_AS, &space)
    #endif
    if found == 0, space.rlim_cur < UInt64(Int.max) { limits.append(Int(space.rlim_cur)) }
    return limits.min() ?? 4 << 30
  }
}

extension ReadingPlan {
  /// The most bytes that may be read, and that rows may take.
  var byteLimit: Int { maxInputBytes ?? InputLimit.standard }
}
