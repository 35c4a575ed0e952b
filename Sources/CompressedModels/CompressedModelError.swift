import Foundation

/// Errors of reading and writing compressed model files.
public enum CompressedModelError: LocalizedError, Hashable, Sendable {
  /// The file is not a compressed model, or is corrupted or truncated.
  case malformed(file: String, CodingProblem)
  /// The format version is not supported.
  case version(file: String, found: Int, known: Int)
  /// The model cannot be represented in the format.
  case unwritable(CodingProblem)

  /// The message, prefixed by the file name if there is one.
  public var errorDescription: String? {
    switch self {
    case .malformed(let file, let problem): "\(file): \(problem.text)"
    case .version(let file, let found, let known):
      "\(file): unsupported compressed model version \(found); expected version \(known)"
    case .unwritable(let problem): "the model cannot be compressed: \(problem.text)"
    }
  }

  /// The hint.
  public var recoverySuggestion: String? {
    switch self {
    case .malformed: "the file is corrupted or truncated; copy or write it again"
    case .version: "read it with the version of espalier that wrote it"
    case .unwritable: "write an .onnx file instead"
    }
  }
}
