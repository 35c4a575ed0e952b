import CompressedModels
import Datasets
import Networks
import Testing

/// The message of each kind of problem.
@Suite struct CodingProblemTests {
  @Test(arguments: [
    (CodingProblem.otherFormat, "the file is not a compressed model"),
    (.endsTooEarly, "unexpected end of file"),
    (.wrongChecksum(found: 1, expected: 2), "the checksum does not match"),
    (.dataAfterEnd(bits: 9), "there is data after the parameters"),
    (.headerSize(packed: 1, unpacked: 0), "the header has an invalid size"),
    (.headerPacking(status: -3), "the header cannot be decompressed"),
    (.invalidHeader, "the header is invalid"),
    (.undecodableHeader, "the header cannot be decoded"),
    (.schema(.empty(features: 0, classes: 2)), "there are no features or no classes"),
    (
      .encoding(.unknownFeature(77)), "an input is made of feature 77, which does not exist"
    ),
    (.imageSize(height: 0, width: 1, channels: 1), "the image size is invalid"),
    (.noEncoding, "the encoding is missing"),
    (.originalIndices(node: nil), "the original indices do not match the layers"),
    (.originalIndices(node: 1), "the original indices do not match the layers"),
    (.noLayers, "there are no layers"),
    (.layerInputs(node: 1), "the inputs of a layer are invalid"),
    (.layerShapes(node: 1), "the shapes of the layers do not match"),
    (.tooLarge(bytes: 100), "the network is too large for the size of the file"),
    (.network(.noLayers), "the network has no layers"),
    (.weightLayout, "unknown weight layout"),
    (.keptWeights(found: 9, elements: 8), "there are more kept weights than elements"),
    (.gapWidth(found: 17, most: 16), "gaps are wider than 16 bits"),
    (.weightIndex(found: 8, count: 8), "a weight index is out of range"),
    (.codebookSize(found: 70_000), "a codebook is larger than the file"),
    (.codebookIndex(found: 4, count: 4), "a codebook index is out of range"),
    (.longGammaCode, "a gamma code is too long"),
    (
      .huffmanTableSize(found: 5, symbols: 4), "a Huffman table has more code words than symbols"
    ),
    (.huffmanTableEntry(symbol: 9, length: 1), "a Huffman table is invalid"),
    (.incompleteHuffmanCode, "a Huffman code is not a complete prefix code"),
    (.huffmanWord, "invalid Huffman code word"),
    (.infiniteHeaderValue, "a value in its header is not finite"),
    (.unsupportedLayers, "it has layers of an unsupported type"),
    (.notANumber, "it contains a NaN value"),
    (.packing(status: -5), "zlib compression failed"),
  ])
  func everyProblemHasItsText(_ problem: CodingProblem, _ text: String) {
    let read = CompressedModelError.malformed(file: "a.espalier", problem)
    #expect(read.errorDescription == "a.espalier: " + text)
    #expect(
      read.recoverySuggestion == "the file is corrupted or truncated; copy or write it again")
    let written = CompressedModelError.unwritable(problem)
    #expect(written.errorDescription == "the model cannot be compressed: " + text)
    #expect(written.recoverySuggestion == "write an .onnx file instead")
  }
}
