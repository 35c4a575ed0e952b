import Foundation
import ModelFiles
import Testing

@Suite struct ModelFileErrorTests {
  /// What each broken file is refused with, word for word, after the file's name.
  static let refusals: [(name: String, text: String)] = [
    (
      "amplified",
      "the layers are far larger than the numbers in the file"
    ),
    (
      "cycle",
      "node 'first' (Add): is part of a cycle or reads one"
    ),
    (
      "deep",
      "the bytes are not an ONNX model, or not a whole one"
    ),
    (
      "empty",
      "there is no graph in it"
    ),
    (
      "external-absolute",
      "'w' lies in '/etc/passwd', outside the model's folder"
    ),
    (
      "external-gone",
      "cannot be read: the numbers of 'w' in external-gone.onnx should be there"
    ),
    (
      "external-outside",
      "'w' lies in '../secret.bin', outside the model's folder"
    ),
    (
      "few-numbers",
      "'w' holds 2 numbers where its shape 4 x 3 means 12"
    ),
    (
      "huge-dimensions",
      "'w' has an impossible shape: 4611686018427387904 x 4611686018427387904"
    ),
    (
      "infinite-weight",
      "'w' holds inf at position 0, which is not a finite float"
    ),
    (
      "made-twice",
      "'y' is made twice"
    ),
    (
      "metadata-feature",
      "metadata 'espalier.encoding': an input is made of feature 7, which does not exist"
    ),
    (
      "metadata-form",
      "metadata 'espalier.schema': cannot be understood"
    ),
    (
      "metadata-picture",
      "metadata 'espalier.schema': 1099511627776 where a whole number from 1 to 65,536 is needed"
    ),
    (
      "missing-initializer",
      "node 'gemm' (Gemm): reads 'b', which nothing in the file gives"
    ),
    (
      "nan-weight",
      "'w' holds nan at position 5, which is not a finite float"
    ),
    (
      "negative-dimension",
      "'w' has an impossible shape: -4 x 3"
    ),
    (
      "no-dense",
      "there is no layer with weights in it, so it is no network"
    ),
    (
      "old-operators",
      "operators of version 5 where version 6 or later is read"
    ),
    (
      "other-domain",
      "node 'odd' is a 'com.example.Relu', which is not supported"
    ),
    (
      "overflowing-double",
      "'w' holds 1e+300 at position 0, which is not a finite float"
    ),
    (
      "short-bytes",
      "'w' holds 44 bytes where its shape 4 x 3 means 48"
    ),
    (
      "softmax-inside",
      "node 'second' (Gemm): follows the softmax or argmax, which must be the last step"
    ),
    (
      "text",
      "the bytes are not an ONNX model, or not a whole one"
    ),
    (
      "training-dropout",
      "node 'dropout' (Dropout): it is set to training mode"
    ),
    (
      "transposed-rows",
      "node 'gemm' (Gemm): transA is set: it mixes rows"
    ),
    (
      "truncated",
      "the bytes are not an ONNX model, or not a whole one"
    ),
    (
      "two-inputs",
      "2 inputs ('x', 'z') where one is supported, or one for each column, [batch, 1]"
    ),
    (
      "unsupported",
      "node 'wave' is a 'Sin', which is not supported"
    ),
    (
      "whole-numbers",
      "node 'cast' (Cast): it rounds the rows: float, double, float16 and bfloat16 are "
        + "supported"
    ),
    (
      "dilated",
      "node 'conv' (Conv): it is dilated; windows without gaps are supported"
    ),
    (
      "endless-padding",
      "node 'conv' (Conv): 4611686018427387904 is no length, stride or padding of an image"
    ),
    (
      "negative-variance",
      "node 'batchnormalization' (BatchNormalization): a variance is not above zero"
    ),
    (
      "no-groups",
      "node 'conv' (Conv): 0 is no length, stride or padding of an image"
    ),
    (
      "no-stride",
      "node 'conv' (Conv): 0 is no length, stride or padding of an image"
    ),
    (
      "other-channels",
      "node 'conv' (Conv): it reads 2 channels where 3 come in"
    ),
    (
      "picture-out",
      "the output is no row of numbers, one for each answer"
    ),
    (
      "product-of-values",
      "node 'mul' (Mul): it multiplies two values that both depend on the input; "
        + "products with constants and activations such as x · sigmoid(x) are supported"
    ),
    (
      "sum-of-shapes",
      "node 'add' (Add): only values of one shape can be added up"
    ),
    (
      "unknown-size",
      "the input 'x' is neither [batch, numbers] nor [batch, channels, height, width] of known "
        + "lengths"
    ),
    (
      "window-too-large",
      "node 'conv' (Conv): layer 'convolution' was given an input of 2 x 2 x 2 where it reads a "
        + "image of at least 3 x 3"
    ),
    (
      "gather-beyond",
      "node 'gather' (Gather): it takes channels that there are not: there are 3"
    ),
    ("gather-of-one", "node 'gather' (Gather): it does not take a stated list of channels"),
    ("slice-of-nothing", "node 'slice' (Slice): nothing is left of it"),
    (
      "split-of-nothing",
      "node 'split' (Split): its 2 parts are not of at least one channel and 3 together"
    ),
    ("split-of-rows", "node 'split' (Split): axis 2 is not that of the channels"),
    (
      "split-too-few",
      "node 'split' (Split): its 2 parts are not of at least one channel and 3 together"
    ),
    (
      "split-too-long",
      "node 'split' (Split): its 2 parts are not of at least one channel and 3 together"
    ),
    (
      "wrong-width",
      "node 'gemm' (Gemm): it reads 5 numbers where 4 come in"
    ),
  ]

  /// What the files of `hostile.py` are refused with, a line each: `name: text`.
  private func statedRefusals() throws -> [(name: String, text: String)] {
    let list = ModelFixtures.folder.appending(path: "refusals.txt")
    return try String(contentsOf: list, encoding: .utf8).split(separator: "\n").map { line in
      let colon = try #require(line.firstIndex(of: ":"))
      return (String(line[..<colon]), String(line[colon...].dropFirst(2)))
    }
  }

  @Test func everyBrokenFileHasItsText() throws {
    let refusals = Self.refusals + (try statedRefusals())
    let files = try FileManager.default.contentsOfDirectory(
      at: ModelFixtures.folder.appending(path: "broken"), includingPropertiesForKeys: nil)
    let names = files.map { $0.deletingPathExtension().lastPathComponent }.sorted()
    #expect(names == refusals.map(\.name).sorted())
    for (name, text) in refusals {
      do {
        _ = try ModelFile.read(ModelFixtures.broken(name))
        Issue.record("\(name) was read")
      } catch {
        let found = error as? ModelFileError
        let start = name == "external-gone" ? "gone.bin: " : "\(name).onnx: "
        #expect(found?.errorDescription == start + text, "\(name)")
        #expect(found?.recoverySuggestion?.isEmpty == false, "\(name)")
        #expect(found?.exitCode == (name == "external-gone" ? 66 : 65), "\(name)")
      }
    }
  }

  @Test func hintsSayWhatIsSupported() {
    #expect {
      try ModelFile.read(ModelFixtures.broken("unsupported"))
    } throws: { error in
      (error as? ModelFileError)?.recoverySuggestion
        == "supported: Abs, Add, ArgMax, ArrayFeatureExtractor, AveragePool, "
        + "BatchNormalization, Cast, CastLike, Celu, Clip, Concat, Constant, "
        + "ConstantOfShape, Conv, DequantizeLinear, Div, Dropout, Elu, Erf, Exp, Expand, "
        + "Flatten, Gather, Gelu, Gemm, GlobalAveragePool, Greater, GreaterOrEqual, "
        + "HardSigmoid, HardSwish, Identity, Imputer, IsNaN, LabelEncoder, "
        + "LayerNormalization, LeakyRelu, Less, LessOrEqual, LinearClassifier, "
        + "LinearRegressor, Log, LogSoftmax, MatMul, Max, MaxPool, Min, Mish, Mul, Neg, Not, "
        + "OneHotEncoder, PRelu, Pad, Pow, QuantizeLinear, Reciprocal, ReduceMax, "
        + "ReduceMean, ReduceSum, Relu, Reshape, Scaler, Selu, Shape, Sigmoid, Slice, "
        + "Softmax, Softplus, Softsign, Split, Sqrt, Squeeze, Sub, Sum, Swish, Tanh, "
        + "ThresholdedRelu, Transpose, Unsqueeze, Where, ZipMap"
    }
  }

  /// What to do about a file that is refused, where that is not to export it again.
  @Test(arguments: [
    (
      "recurrent",
      "networks of dense and convolutional layers are read; recurrent layers, attention and control "
        + "flow are not"
    ),
    (
      "whole-number-product",
      "export the network before it is quantized; weights alone may be, behind DequantizeLinear"
    ),
    (
      "trees",
      "give a neural network, such as scikit-learn's MLPClassifier; or explain the data without "
        + "--model"
    ),
    (
      "several-labels",
      "give a network that answers with one class a row: export one for each label"
    ),
    (
      "gate",
      "export the network for inference, with constant weights: torch.onnx.export(net.eval(), "
        + "(rows,), 'net.onnx')"
    ),
  ])
  func hintsSayWhatToDo(_ name: String, _ hint: String) {
    #expect {
      try ModelFile.read(ModelFixtures.broken(name))
    } throws: { error in
      (error as? ModelFileError)?.recoverySuggestion == hint
    }
  }

  @Test func aMissingFileIsUnreadable() {
    #expect {
      try ModelFile.read(ModelFixtures.good("no such"))
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "no such.onnx: cannot be read: there is no such file"
        && found?.exitCode == 66
    }
    #expect {
      try ModelFile.read(ModelFixtures.folder)
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "models: cannot be read: it is not a file of bytes"
        && found?.exitCode == 66
    }
  }
}
