import Datasets
import Networks

/// What is wrong with the bytes of a compressed model, or with a model that cannot be compressed.
public enum CodingProblem: Error, Hashable, Sendable {
  // The file.
  /// The file does not begin with the signature of a compressed model.
  case otherFormat
  case endsTooEarly
  /// The CRC-32 of the bytes differs from the stored one.
  case wrongChecksum(found: UInt32, expected: UInt32)
  /// Bits follow the parameters.
  case dataAfterEnd(bits: Int)

  // The header.
  /// The header's sizes in bytes contradict each other.
  case headerSize(packed: Int, unpacked: Int)
  /// zlib does not unpack the header; its status code.
  case headerPacking(status: Int32)
  /// The header is not JSON with an architecture, or has a number out of range.
  case invalidHeader
  /// The JSON is not that of a header.
  case undecodableHeader
  case schema(SchemaProblem)
  /// The encoding contradicts itself or the schema.
  case encoding(EncodingProblem)
  /// The sizes of images are not positive, or their product is too large.
  case imageSize(height: Int, width: Int, channels: Int)
  case noEncoding
  /// The original indices of a network's nodes differ in number from its neurons, or are not
  /// distinct; `node` is `nil` if the number of nodes differs.
  case originalIndices(node: Int?)

  // The network.
  case noLayers
  /// A node's inputs are not earlier nodes, or not as many as its layer joins.
  case layerInputs(node: Int)
  /// The layer of a node does not accept the shapes of its inputs.
  case layerShapes(node: Int)
  /// More elements than a file of `bytes` bytes can hold.
  case tooLarge(bytes: Int)
  case network(NetworkError)

  // The parameters.
  case weightLayout
  case keptWeights(found: Int, elements: Int)
  /// The width of gaps in bits.
  case gapWidth(found: Int, most: Int)
  case weightIndex(found: Int, count: Int)
  case codebookSize(found: Int)
  case codebookIndex(found: Int, count: Int)
  case longGammaCode
  /// A Huffman table with more code words than there are symbols.
  case huffmanTableSize(found: Int, symbols: Int)
  /// A Huffman table with a symbol or a code word length out of range.
  case huffmanTableEntry(symbol: Int, length: Int)
  /// A Huffman code with code words that are missing or prefixes of others.
  case incompleteHuffmanCode
  case huffmanWord

  // Models that cannot be compressed.
  case infiniteHeaderValue
  case unsupportedLayers
  case notANumber
  /// zlib does not pack the header; its status code.
  case packing(status: Int32)

  /// The problem as the end of a sentence that begins with the file name.
  var text: String {
    switch self {
    case .otherFormat: "the file is not a compressed model"
    case .endsTooEarly: "unexpected end of file"
    case .wrongChecksum: "the checksum does not match"
    case .dataAfterEnd: "there is data after the parameters"
    case .headerSize: "the header has an invalid size"
    case .headerPacking: "the header cannot be decompressed"
    case .invalidHeader: "the header is invalid"
    case .undecodableHeader: "the header cannot be decoded"
    case .schema(let problem): problem.text
    case .encoding(let problem): problem.text
    case .imageSize: "the image size is invalid"
    case .noEncoding: "the encoding is missing"
    case .originalIndices: "the original indices do not match the layers"
    case .noLayers: "there are no layers"
    case .layerInputs: "the inputs of a layer are invalid"
    case .layerShapes: "the shapes of the layers do not match"
    case .tooLarge: "the network is too large for the size of the file"
    case .network(let error): error.errorDescription ?? "the network is inconsistent"
    case .weightLayout: "unknown weight layout"
    case .keptWeights: "there are more kept weights than elements"
    case .gapWidth(_, let most): "gaps are wider than \(most) bits"
    case .weightIndex: "a weight index is out of range"
    case .codebookSize: "a codebook is larger than the file"
    case .codebookIndex: "a codebook index is out of range"
    case .longGammaCode: "a gamma code is too long"
    case .huffmanTableSize: "a Huffman table has more code words than symbols"
    case .huffmanTableEntry: "a Huffman table is invalid"
    case .incompleteHuffmanCode: "a Huffman code is not a complete prefix code"
    case .huffmanWord: "invalid Huffman code word"
    case .infiniteHeaderValue: "a value in its header is not finite"
    case .unsupportedLayers: "it has layers of an unsupported type"
    case .notANumber: "it contains a NaN value"
    case .packing: "zlib compression failed"
    }
  }
}
