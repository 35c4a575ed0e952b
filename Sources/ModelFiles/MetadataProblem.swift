import Datasets

/// What is wrong with an entry of the metadata that Espalier writes into a model file.
public enum MetadataProblem: Hashable, Sendable {
  case undecodable
  case schema(SchemaProblem)
  /// An encoding that contradicts itself or the schema.
  case encoding(EncodingProblem)
  case repeatedIndex
  /// An encoding in a file without a schema.
  case noSchema
  /// An encoding other than the preprocessing of the graph.
  case otherPreprocessing
  /// Classes other than those of the label that the graph computes.
  case otherClasses
  case maskShape
  /// An architecture other than the graph.
  case otherGraph

  /// The problem as the end of a sentence that begins with the key.
  var text: String {
    switch self {
    case .undecodable: "cannot be decoded"
    case .schema(let problem): problem.text
    case .encoding(let problem): problem.text
    case .repeatedIndex: "an original index is repeated or negative"
    case .noSchema: "it needs a schema, and there is none"
    case .otherPreprocessing: "does not match the preprocessing of the graph"
    case .otherClasses: "does not have the classes of the graph"
    case .maskShape: "a mask does not match the shape of its weights"
    case .otherGraph: "does not match the graph"
    }
  }
}
