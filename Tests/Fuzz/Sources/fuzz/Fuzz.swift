import Foundation

/// What libFuzzer calls for every input. The reader is chosen by the environment variable
/// `FUZZ_TARGET`; errors that are thrown are what readers should give, anything else ends the process
/// and is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = start.map { [UInt8](UnsafeBufferPointer(start: $0, count: count)) } ?? []
  do {
    try target.read(bytes)
  } catch {
    // A message must exist for every refusal.
    _ = (error as? any LocalizedError)?.errorDescription ?? error.localizedDescription
  }
  return 0
}

private let target: FuzzTarget = {
  let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
  guard let target = FuzzTarget(rawValue: name) else {
    let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    FileHandle.standardError.write(Data("set FUZZ_TARGET to one of: \(known)\n".utf8))
    exit(64)
  }
  return target
}()
