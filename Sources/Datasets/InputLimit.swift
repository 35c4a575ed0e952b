import Foundation

/// The default limit on input size.
enum InputLimit {
  /// Half of the available memory: the minimum of the machine's memory, the control group's limit
  /// and the address space limit.
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
  /// The maximum bytes to read, and the maximum memory of the rows.
  var byteLimit: Int { maxInputBytes ?? InputLimit.standard }
}
