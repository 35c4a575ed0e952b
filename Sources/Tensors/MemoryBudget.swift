import Foundation

/// The memory available to the process, checked before a large step.
public enum MemoryBudget {
  /// The bytes that can still be allocated, and the limit that applies.
  public struct Available: Hashable, Sendable {
    /// The available bytes.
    public var bytes: Int
    /// The limit that applies.
    public var limit: Limit

    /// Creates a budget; `limit` says where the limit comes from.
    public init(bytes: Int, limit: Limit) {
      self.bytes = bytes
      self.limit = limit
    }
  }

  /// A limit of memory, with its name in messages.
  public enum Limit: String, Hashable, Sendable, CaseIterable {
    /// The address space of the process.
    case addressSpace = "ulimit -v"
    /// The control group of the process.
    case container = "the memory limit of the container"
    /// The free memory of the machine.
    case freeMemory = "free memory"
  }

  /// The available memory: the minimum under the address space limit, the container's memory limit
  /// and free memory; `nil` if unknown.
  public static var workspace: Available? {
    [addressSpace, container, freeMemory].compactMap(\.self).min { $0.bytes < $1.bytes }
  }

  /// Throws if a step needs more memory than is available; steps of up to 64 MiB always pass.
  ///
  /// - Throws: `MemoryError`
  public static func admit(_ bytes: Double) throws(MemoryError) {
    // Small steps pass without reading the limits.
    guard bytes > 67_108_864, let workspace, bytes > Double(workspace.bytes) else { return }
    throw MemoryError(needed: bytes, workspace: workspace)
  }

  /// The address space limit (`ulimit -v`) in bytes; `nil` if unlimited.
  public static var addressSpaceLimit: Int? {
    var limit = rlimit()
    #if canImport(Glibc)
      let found = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    #else
      let found = getrlimit(RLIMIT_AS, &limit)
    #endif
    guard found == 0, limit.rlim_cur < rlim_t(Int64.max) else { return nil }
    return Int(limit.rlim_cur)
  }

  /// The address space in use by the process, in bytes.
  public static var addressSpaceTaken: Int {
    let pages = text("/proc/self/statm")?.split(separator: " ").first.flatMap { Int($0) }
    return (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE))
  }

  private static var addressSpace: Available? {
    addressSpaceLimit.map {
      Available(bytes: max($0 - addressSpaceTaken, 0), limit: .addressSpace)
    }
  }

  private static var freeMemory: Available? {
    guard let lines = text("/proc/meminfo")?.split(separator: "\n") else { return nil }
    func kilobytes(_ key: String) -> Int? {
      lines.first { $0.hasPrefix(key + ":") }?.split(separator: " ").dropFirst().first
        .flatMap { Int($0) }
    }
    guard let free = kilobytes("MemAvailable") else { return nil }
    return Available(bytes: (free + (kilobytes("SwapFree") ?? 0)) << 10, limit: .freeMemory)
  }

  /// The memory available under the tightest control group (cgroup v2) limit; file cache counts as
  /// available.
  private static var container: Available? {
    guard
      let own = text("/proc/self/cgroup")?.split(separator: "\n").first(where: {
        $0.hasPrefix("0::")
      })
    else { return nil }
    var path = String(own.dropFirst(3))
    var least: Int?
    while true {
      let folder = "/sys/fs/cgroup" + (path == "/" ? "" : path)
      if let limit = number(folder + "/memory.max"),
        let taken = number(folder + "/memory.current")
      {
        let cached =
          text(folder + "/memory.stat")?.split(separator: "\n").first { $0.hasPrefix("file ") }?
          .dropFirst(5)
        let left = limit - taken + (cached.flatMap { Int($0) } ?? 0)
        least = min(least ?? left, max(left, 0))
      }
      if path == "/" || path.isEmpty { break }
      path = (path as NSString).deletingLastPathComponent
    }
    return least.map { Available(bytes: $0, limit: .container) }
  }

  private static func number(_ path: String) -> Int? {
    text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// A step needs more memory than is available.
public struct MemoryError: LocalizedError, Hashable, Sendable {
  /// The estimated memory in bytes.
  public let needed: Double
  /// The available memory.
  public let workspace: MemoryBudget.Available

  /// Creates the error of a step that needs more bytes than there are.
  public init(needed: Double, workspace: MemoryBudget.Available) {
    self.needed = needed
    self.workspace = workspace
  }

  /// The end of a sentence that begins with the step.
  public var shortage: String {
    "needs about \(Self.size(needed)) of memory but only "
      + "\(Self.size(Double(workspace.bytes))) are available (\(workspace.limit.rawValue))"
  }
  /// What is wrong, in one sentence.
  public var errorDescription: String? { "a step \(shortage)" }
  /// What to do; `nil` if nothing is known to help.
  public var recoverySuggestion: String? { "give the process more memory" }

  /// "137.4 GB", "250 MB".
  public static func size(_ bytes: Double) -> String {
    bytes < 1e9
      ? "\(Int((bytes / 1e6).rounded(.up))) MB" : String(format: "%.1f GB", bytes / 1e9)
  }
}
