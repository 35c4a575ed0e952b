import Foundation

/// What can be wrong with a coded file.
public enum CompressedModelError: LocalizedError, Hashable, Sendable {
  /// The bytes are not what this program writes, or not all of them.
  case malformed(file: String, problem: String)
  /// A later version of the format.
  case version(file: String, found: Int, known: Int)
  /// The network cannot be put into the format.
  case unwritable(problem: String)

  /// The exit code of a process that ends with this error.
  public var exitCode: Int32 { 65 }

  /// What is wrong, with the file in front.
  public var errorDescription: String? {
    switch self {
    case .malformed(let file, let problem): "\(file): \(problem)"
    case .version(let file, let found, let known):
      "\(file): a coded network of version \(found) where version \(known) is read"
    case .unwritable(let problem): "the network cannot be coded: \(problem)"
    }
  }

  /// What to do about it.
  public var recoverySuggestion: String? {
    switch self {
    case .malformed: "copy or write the file again; its bytes have changed or some are missing"
    case .version: "read it with the version of espalier that wrote it"
    case .unwritable: "write an .onnx file instead"
    }
  }
}
