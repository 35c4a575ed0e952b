import Foundation
import ModelFiles

/// The inputs and outputs of a command with their options; checks that no output overwrites an
/// input or another output.
public struct OutputConflicts: Sendable {
  private var outputs: [(option: String, place: OutputPlace)] = []
  private var inputs: [(words: String, place: OutputPlace)] = []

  /// No inputs and outputs.
  public init() {}

  /// Adds an output path; `nil` is ignored.
  public mutating func writes(_ path: String?, as option: String) {
    if let path { outputs.append((option, OutputPlace(path))) }
  }

  /// Adds an input path, and the files with the weights of an ONNX file; `nil`, `-` and paths that do not
  /// exist are ignored.
  public mutating func reads(_ path: String?, as words: String) {
    guard let path, path != "-", FileManager.default.fileExists(atPath: path) else { return }
    inputs.append((words, OutputPlace(path)))
    guard path.lowercased().hasSuffix(".onnx") else { return }
    for file in ModelFile.externalFiles(of: URL(fileURLWithPath: path)) {
      inputs.append(("the weights of \(words)", OutputPlace(file.path)))
    }
  }

  /// - Throws: `OutputError.sameOutput`, `isInput`, or `standardOutput` for the path `-`
  public func check() throws(OutputError) {
    for (index, output) in outputs.enumerated() {
      if output.place.path == "-" { throw .standardOutput(option: output.option) }
      for other in outputs[..<index] where other.place.isSame(as: output.place) {
        throw .sameOutput(path: output.place.path, options: [other.option, output.option])
      }
      for input in inputs where Self.replaces(output.place, input.place) {
        if output.place.path.isEmpty { throw .emptyPath(option: output.option) }
        throw .isInput(path: output.place.path, option: output.option, input: input.words)
      }
    }
  }

  /// Whether the output would overwrite the input: it is the same file, a file in the input folder,
  /// or a folder that contains the input.
  private static func replaces(_ output: OutputPlace, _ input: OutputPlace) -> Bool {
    if output.isSame(as: input) { return true }
    let folder = URL(fileURLWithPath: input.path).resolvingSymlinksInPath().path
    if output.kind == .file, output.parent == folder { return true }
    return output.kind == .folder && folder.hasPrefix(output.resolvedPath + "/")
  }
}
