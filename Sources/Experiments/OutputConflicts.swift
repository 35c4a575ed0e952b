import Foundation

/// What a command reads and writes, by the options that name it, so that nothing that is read is
/// replaced and no output is written over another.
public struct OutputConflicts: Sendable {
  private var outputs: [(option: String, place: OutputPlace)] = []
  private var inputs: [(words: String, place: OutputPlace)] = []

  public init() {}

  /// Adds a path to be written; `nil` is none.
  public mutating func writes(_ path: String?, as option: String) {
    if let path { outputs.append((option, OutputPlace(path))) }
  }

  /// Adds a path that is read: a file, a folder, or a name that is no path here.
  public mutating func reads(_ path: String?, as words: String) {
    guard let path, path != "-", FileManager.default.fileExists(atPath: path) else { return }
    inputs.append((words, OutputPlace(path)))
  }

  /// - Throws: `OutputError.sameOutput` or `isInput`
  public func check() throws(OutputError) {
    for (index, output) in outputs.enumerated() {
      for other in outputs[..<index] where other.place.isSame(as: output.place) {
        throw .sameOutput(path: output.place.path, options: [other.option, output.option])
      }
      for input in inputs where Self.replaces(output.place, input.place) {
        throw .isInput(path: output.place.path, option: output.option, input: input.words)
      }
    }
  }

  /// Whether writing one would replace the other: the same file, a file of a folder that is read, or
  /// a folder that holds what is read.
  private static func replaces(_ output: OutputPlace, _ input: OutputPlace) -> Bool {
    if output.isSame(as: input) { return true }
    let folder = URL(fileURLWithPath: input.path).resolvingSymlinksInPath().path
    if output.kind == .file, output.parent == folder { return true }
    return output.kind == .folder && folder.hasPrefix(output.resolvedPath + "/")
  }
}
