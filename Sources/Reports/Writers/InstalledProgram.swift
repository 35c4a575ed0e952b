import Foundation

/// The program of the first name that the folders of PATH have; `nil` if there is none.
package func installedProgram(_ names: String...) -> URL? {
  let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
  return names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
    .map { URL(fileURLWithPath: $0) }
}
