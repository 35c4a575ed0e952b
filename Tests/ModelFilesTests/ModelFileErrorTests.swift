import Foundation
import ModelFiles
import Testing

@Suite struct ModelFileErrorTests {
  /// The exact error of each broken file, after the file's name.
  static let refusals: [(name: String, text: String)] = [
    (
      "amplified",
      "the layers have far more parameters than the file stores"
    ),
    (
      "cycle",
      "node 'first' (Add): is part of a cycle or depends on one"
    ),
    (
      "deep",
      "the file is not an ONNX model, or is truncated"
    ),
    (
      "empty",
      "it has no graph"
    ),
    (
      "external-absolute",
      "'w' is stored in '/etc/passwd', outside the model's folder"
    ),
    (
      "external-gone",
      "cannot be read: it should hold the values of 'w' in external-gone.onnx"
    ),
    (
      "external-outside",
      "'w' is stored in '../secret.bin', outside the model's folder"
    ),
    (
      "few-numbers",
      "'w' holds 2 values where its shape 4 x 3 requires 12"
    ),
    (
      "huge-dimensions",
      "'w' has an invalid shape: 4611686018427387904 x 4611686018427387904"
    ),
    (
      "infinite-weight",
      "'w' holds inf at position 0, which is not a finite float"
    ),
    (
      "made-twice",
      "'y' is defined twice"
    ),
    (
      "metadata-feature",
      "metadata 'espalier.encoding': an input is made of feature 7, which does not exist"
    ),
    (
      "metadata-form",
      "metadata 'espalier.schema': cannot be decoded"
    ),
    (
      "metadata-picture",
      "metadata 'espalier.schema': 1099511627776 where a whole number from 1 to 65,536 is needed"
    ),
    (
      "missing-initializer",
      "node 'gemm' (Gemm): reads 'b', which is not defined"
    ),
    (
      "nan-weight",
      "'w' holds nan at position 5, which is not a finite float"
    ),
    (
      "negative-dimension",
      "'w' has an invalid shape: -4 x 3"
    ),
    (
      "no-dense",
      "no layer has weights, so the file holds no neural network"
    ),
    (
      "old-operators",
      "operator set version 5 where version 6 or later is supported"
    ),
    (
      "other-domain",
      "node 'odd': the operator 'com.example.Relu' is not supported"
    ),
    (
      "overflowing-double",
      "'w' holds 1e+300 at position 0, which is not a finite float"
    ),
    (
      "short-bytes",
      "'w' holds 44 bytes where its shape 4 x 3 requires 48"
    ),
    (
      "softmax-inside",
      "node 'second' (Gemm): follows the softmax or argmax, which must be the last layer"
    ),
    (
      "sum-of-itself",
      "node 'add' (Add): is part of a cycle or depends on one"
    ),
    (
      "text",
      "the file is not an ONNX model, or is truncated"
    ),
    (
      "training-dropout",
      "node 'dropout' (Dropout): it is set to training mode"
    ),
    (
      "transposed-rows",
      "node 'gemm' (Gemm): transA is set: it transposes the batch"
    ),
    (
      "truncated",
      "the file is not an ONNX model, or is truncated"
    ),
    (
      "two-inputs",
      "2 inputs ('x', 'z') where one is supported, or one for each column, [batch, 1]"
    ),
    (
      "unsupported",
      "node 'wave': the operator 'Sin' is not supported"
    ),
    (
      "whole-numbers",
      "node 'cast' (Cast): it rounds values to another type: float, double, float16 and bfloat16 are "
        + "supported"
    ),
    (
      "dilated",
      "node 'conv' (Conv): it is dilated; only dilation 1 is supported"
    ),
    (
      "endless-padding",
      "node 'conv' (Conv): 4611686018427387904 is not a valid size, stride or padding of an image"
    ),
    (
      "negative-variance",
      "node 'batchnormalization' (BatchNormalization): a variance is not positive"
    ),
    (
      "no-groups",
      "node 'conv' (Conv): 0 is not a valid size, stride or padding of an image"
    ),
    (
      "no-stride",
      "node 'conv' (Conv): 0 is not a valid size, stride or padding of an image"
    ),
    (
      "other-channels",
      "node 'conv' (Conv): it expects 2 channels and gets 3"
    ),
    (
      "picture-out",
      "the output is not of the form [batch, outputs]"
    ),
    (
      "product-of-values",
      "node 'mul' (Mul): it multiplies two values that both depend on the input; "
        + "products with constants and activations such as x · sigmoid(x) are supported"
    ),
    (
      "sum-of-shapes",
      "node 'add' (Add): only values of the same shape can be added"
    ),
    (
      "unknown-size",
      "the input 'x' is neither [batch, features] nor [batch, channels, height, width] of known "
        + "sizes"
    ),
    (
      "window-too-large",
      "node 'conv' (Conv): layer 'convolution' expects an image of at least 3 x 3 but was given "
        + "2 x 2 x 2"
    ),
    (
      "gather-beyond",
      "node 'gather' (Gather): channel index out of range: there are 3 channels"
    ),
    ("gather-of-one", "node 'gather' (Gather): its indices are not a constant list of channels"),
    ("slice-of-nothing", "node 'slice' (Slice): the slice is empty"),
    (
      "split-of-nothing",
      "node 'split' (Split): its 2 parts must have at least one channel each and 3 in total"
    ),
    ("split-of-rows", "node 'split' (Split): axis 2 is not the channel axis"),
    (
      "split-too-few",
      "node 'split' (Split): its 2 parts must have at least one channel each and 3 in total"
    ),
    (
      "split-too-long",
      "node 'split' (Split): its 2 parts must have at least one channel each and 3 in total"
    ),
    (
      "wrong-width",
      "node 'gemm' (Gemm): it expects 5 inputs and gets 4"
    ),
  ]

  /// The errors of the files of `hostile.py`, one per line: `name: text`.
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
        if case .unreadable? = found {
          #expect(name == "external-gone")
        }
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
        + "ConstantOfShape, Conv, DequantizeLinear, Div, Dropout, Elu, Equal, Erf, Exp, "
        + "Expand, FeatureVectorizer, Flatten, Gather, Gelu, Gemm, GlobalAveragePool, "
        + "GlobalMaxPool, Greater, "
        + "GreaterOrEqual, HardSigmoid, HardSwish, Identity, Imputer, IsNaN, LabelEncoder, "
        + "LayerNormalization, LeakyRelu, Less, LessOrEqual, LinearClassifier, "
        + "LinearRegressor, Log, LogSoftmax, MatMul, Max, MaxPool, Min, Mish, Mul, Neg, Not, "
        + "OneHot, OneHotEncoder, PRelu, Pad, Pow, QuantizeLinear, Reciprocal, ReduceMax, "
        + "ReduceMean, ReduceSum, Relu, Reshape, Scaler, Selu, Shape, Sigmoid, Slice, "
        + "Softmax, Softplus, Softsign, Split, Sqrt, Squeeze, Sub, Sum, Swish, Tanh, "
        + "ThresholdedRelu, Transpose, Unsqueeze, Where, ZipMap"
    }
  }

  /// The hints other than to export the file again.
  @Test(arguments: [
    (
      "recurrent",
      "dense and convolutional networks are supported; recurrent layers, attention and control "
        + "flow are not"
    ),
    (
      "whole-number-product",
      "export the network before quantization; only weights may be quantized, followed by DequantizeLinear"
    ),
    (
      "trees",
      "give a neural network, such as scikit-learn's MLPClassifier"
    ),
    (
      "several-labels",
      "give a network with one class per row: export one network for each label"
    ),
    (
      "gate", "use a supported layer in its place, or end the exported network before it"
    ),
  ])
  func hintsSayWhatToDo(_ name: String, _ hint: String) {
    #expect {
      try ModelFile.read(ModelFixtures.broken(name))
    } throws: { error in
      (error as? ModelFileError)?.recoverySuggestion == hint
    }
  }

  @Test(arguments: [
    (
      ModelExporter?.none,
      "export the network for inference, with constant weights: torch.onnx.export("
    ),
    (.pytorch, "export the network for inference, with constant weights: torch"),
    (.keras, "export the network for inference, with constant weights: model"),
    (
      .sklearn,
      "give the table after the other steps of the pipeline, and export the network without them: "
        + "skl2onnx.to_onnx(network, rows)"
    ),
  ])
  func theHintIsOfTheExporter(_ exporter: ModelExporter?, _ hint: String) {
    let error = ModelFileError.node(
      file: "a.onnx", node: "n", operator: "Add", .column(.scale), exporter: exporter)
    #expect(error.recoverySuggestion?.hasPrefix(hint) == true)
  }

  @Test(arguments: [
    (
      "quadratic",
      "refused-quadratic.onnx: node 'Pow1' (Pow): the file holds a quadratic model, such as "
        + "QuadraticDiscriminantAnalysis, not a neural network",
      "give a neural network, such as scikit-learn's MLPClassifier"
    ),
    (
      "neighbours",
      "refused-neighbours.onnx: node 'Sc_Scan' (Scan): the file holds a nearest-neighbours model, "
        + "not a neural network",
      "give a neural network, such as scikit-learn's MLPClassifier"
    ),
    (
      "bayes",
      "refused-bayes.onnx: node 'ReduceLogSumExp' (ReduceLogSumExp): the file holds a naive Bayes "
        + "model, not a neural network",
      "give a neural network, such as scikit-learn's MLPClassifier"
    ),
    (
      "clipped",
      "refused-clipped.onnx: node 'ReduceSum' (ReduceSum): is supported as part of GELU, softplus, "
        + "softmax, layer normalization and similar functions, not alone",
      "give the table after the other steps of the pipeline, and export the network without them: "
        + "skl2onnx.to_onnx(network, rows)"
    ),
    (
      "bins",
      "refused-bins.onnx: node 'Less' (Less): it compares a column with the edges of bins, as of "
        + "KBinsDiscretizer, which is not supported",
      "give the table after the other steps of the pipeline, and export the network without them: "
        + "skl2onnx.to_onnx(network, rows)"
    ),
  ])
  func otherModelsOfScikitLearnAreNamed(_ name: String, _ text: String, _ hint: String) {
    #expect {
      try ModelFile.read(ModelFixtures.folder.appending(path: "exported/refused-\(name).onnx"))
    } throws: { error in
      let found = error as? ModelFileError
      #expect(found?.errorDescription == text)
      return found?.recoverySuggestion == hint
    }
  }

  @Test func aMissingFileIsUnreadable() {
    #expect {
      try ModelFile.read(ModelFixtures.good("no such"))
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "no such.onnx: cannot be read: there is no such file"
    }
    #expect {
      try ModelFile.read(ModelFixtures.folder)
    } throws: { error in
      let found = error as? ModelFileError
      return found?.errorDescription == "models: cannot be read: it is not a regular file"
    }
  }
}
