import Datasets
import ModelFiles
import Networks
import Tensors
import Testing

/// The message of each kind of problem.
@Suite struct ModelFileProblemTests {
  @Test(arguments: [
    (FormatProblem.tooLarge(gibibytes: 2), "a model of 2 GiB or more"),
    (.undecodable, "the file is not an ONNX model, or is truncated"),
    (.noGraph, "it has no graph"),
    (
      .operatorSet(version: 5, least: 6),
      "operator set version 5 where version 6 or later is supported"
    ),
    (
      .operatorSet(version: nil, least: 6),
      "no operator set version where version 6 or later is supported"
    ),
  ])
  func formats(_ problem: FormatProblem, _ text: String) {
    #expect(
      ModelFileError.malformed(file: "a.onnx", problem).errorDescription == "a.onnx: " + text)
  }

  @Test(arguments: [
    (GraphProblem.inputs([]), "0 inputs where one is supported"),
    (
      .inputs(["x", "z"]),
      "2 inputs ('x', 'z') where one is supported, or one for each column, [batch, 1]"
    ),
    (
      .inputs(["a", "b", "c", "d", "e"]),
      "5 inputs ('a', 'b', 'c', 'd', …) where one is supported, or one for each column, [batch, 1]"
    ),
    (.repeatedInput, "two inputs have the same name"),
    (.inputType(name: "x"), "the input 'x' is not of the type float or double"),
    (
      .inputRank(name: "x", found: 9),
      "the input 'x' has 9 dimensions where 2 to 8, batch first, are supported"
    ),
    (
      .inputShape(name: "x"),
      "the input 'x' is neither [batch, features] nor [batch, channels, height, width] of known "
        + "sizes"
    ),
    (.inputWidth(name: "x"), "the input 'x' does not state its number of features"),
    (.columnsShape(name: "x"), "the input 'x' is not of the form [batch, columns]"),
    (
      .columnsType(name: "x"),
      "the input 'x' has a type that is not supported for a table column"
    ),
    (.columnCount(most: 100), "more than 100 columns"),
    (.nodeCount(found: 12, most: 10), "12 nodes where at most 10 are supported"),
    (.inlinedNodeCount(most: 10), "more than 10 nodes after inlining its functions"),
    (.functionCallCount(most: 10), "more than 10 calls of its functions"),
    (.definedTwice(name: "y"), "'y' is defined twice"),
    (.noWeights, "no layer has weights, so the file holds no neural network"),
    (.parameterCount, "the layers have far more parameters than the file stores"),
    (
      .infiniteFolding,
      "folding a scaling into a layer gives values that are not finite floats"
    ),
    (
      .network(.shapeMismatch(layer: "dense", expected: .elements(4), found: [3])),
      "layer 'dense' expects 4 elements but was given 3"
    ),
    (.outputs(["y", "z"]), "2 outputs ('y', 'z') where one is supported"),
    (.outputs([]), "0 outputs where one is supported"),
    (.noOutputNode(name: "y"), "no node computes the output 'y'"),
    (.outputShape, "the output is not of the form [batch, outputs]"),
    (.outputBeforeEnd, "the output is not the output of the last layer"),
    (.classCount(found: 3, outputs: 2), "3 classes where the network has 2 outputs"),
    (.repeatedClass(name: "a"), "two classes have the name 'a'"),
  ])
  func graphs(_ problem: GraphProblem, _ text: String) {
    #expect(ModelFileError.graph(file: "a.onnx", problem).errorDescription == "a.onnx: " + text)
  }

  @Test(arguments: [
    (TensorProblem.definedTwice, "is defined twice"),
    (.notConstant, "is not a constant"),
    (
      .type("int64"), "has the type int64 where float, double, float16 or bfloat16 is supported"
    ),
    (.dimensions(9), "has 9 dimensions or is stored in segments"),
    (.shape([-4, 3]), "has an invalid shape: -4 x 3"),
    (
      .valueCount(found: 2, expected: 12, shape: [4, 3]),
      "holds 2 values where its shape 4 x 3 requires 12"
    ),
    (
      .valueCount(found: 2, expected: 1, shape: []),
      "holds 2 values where its shape of a scalar requires 1"
    ),
    (
      .byteCount(found: 44, expected: 48, shape: [4, 3]),
      "holds 44 bytes where its shape 4 x 3 requires 48"
    ),
    (
      .notFinite(value: .nan, position: 5), "holds nan at position 5, which is not a finite float"
    ),
    (.notShape, "is not a shape, a short list of type int64"),
    (
      .outside(location: "../secret.bin"),
      "is stored in '../secret.bin', outside the model's folder"
    ),
    (
      .range(location: "w.bin", offset: "8", length: "x", needed: 48, size: 20),
      "needs 48 bytes of 'w.bin', which has 20, and states offset 8 and length x"
    ),
  ])
  func tensors(_ problem: TensorProblem, _ text: String) {
    #expect(
      ModelFileError.initializer(file: "a.onnx", name: "w", problem).errorDescription
        == "a.onnx: 'w' " + text)
  }

  @Test(arguments: [
    (MetadataProblem.undecodable, "cannot be decoded"),
    (.schema(.duplicateName("age")), "duplicate name 'age'"),
    (.encoding(.kind(position: 3)), "input 3 does not fit its feature"),
    (.repeatedIndex, "an original index is repeated or negative"),
    (.noSchema, "it needs a schema, and there is none"),
    (.otherClasses, "does not have the classes of the graph"),
    (.otherPreprocessing, "does not match the preprocessing of the graph"),
    (.maskShape, "a mask does not match the shape of its weights"),
    (.otherGraph, "does not match the graph"),
  ])
  func metadata(_ problem: MetadataProblem, _ text: String) {
    #expect(
      ModelFileError.metadata(file: "a.onnx", key: "espalier.schema", problem).errorDescription
        == "a.onnx: metadata 'espalier.schema': " + text)
  }

  @Test(arguments: [
    (SchemaMismatch.missingColumn(name: "age"), "the data have no column 'age'"),
    (
      .columnKind(name: "age", hasLevels: true),
      "the column 'age' holds levels where the model reads numbers"
    ),
    (
      .columnKind(name: "age", hasLevels: false),
      "the column 'age' holds numbers where the model reads levels"
    ),
    (.twoKinds(name: "age"), "the model reads the column 'age' both as numbers and as levels"),
    (
      .columnCount(found: 3, expected: 4), "the data have 3 columns where the model reads 4"
    ),
    (
      .ambiguousColumns(first: "a b", second: "a-b", input: "a_b"),
      "the columns 'a b' and 'a-b' may both be the model's input 'a_b'"
    ),
    (
      .target(name: "y", isNumeric: true),
      "the target 'y' is a number where the model predicts a class"
    ),
    (
      .target(name: "y", isNumeric: false),
      "the target 'y' is a class where the model predicts a number"
    ),
    (.unknownClass(name: "no"), "the class 'no' is not a class of the model"),
    (
      .thresholdOfActivation(.relu),
      "the single output of the network ends in 'relu': the threshold between two classes is known "
        + "for a sigmoid, tanh or logits only"
    ),
    (
      .thresholdOfScaling,
      "the single output of the network is scaled or summed after its last activation: the threshold between "
        + "two classes is known for outputs from 0 to 1 or around 0, and for logits"
    ),
    (.classOrderOfNumber, "a class order is given for a numeric target"),
    (
      .classOrder(given: ["yes"], classes: ["no", "yes"]),
      "the class order 'yes' is not a permutation of the data's classes: no, yes"
    ),
  ])
  func schemas(_ mismatch: SchemaMismatch, _ text: String) {
    #expect(ModelFileError.schema(mismatch).errorDescription == text)
  }

  @Test(arguments: [
    (AccessProblem.noFile, "there is no such file"),
    (.notRegular, "it is not a regular file"),
    (
      .externalData(initializer: "w", model: "net.onnx"),
      "it should hold the values of 'w' in net.onnx"
    ),
    (.truncated, "unexpected end of file"),
    (.noPermission, "permission denied"),
    (.noFolder, "there is no such folder"),
    (.fullDisk, "no space left on device"),
    (.system(domain: "NSPOSIXErrorDomain", code: 5), "the system reports an error"),
  ])
  func files(_ problem: AccessProblem, _ text: String) {
    let unread = ModelFileError.unreadable(file: "a.onnx", problem)
    #expect(unread.errorDescription == "a.onnx: cannot be read: " + text)
    #expect(unread.recoverySuggestion == "give the path of a readable ONNX file")
    let unwritten = ModelFileError.unwritable(file: "a.onnx", problem)
    #expect(unwritten.errorDescription == "a.onnx: cannot be written: " + text)
    #expect(
      unwritten.recoverySuggestion == "choose a folder that exists and that you may write to")
  }

  @Test func memory() {
    let error = ModelFileError.memory(
      file: "a.onnx", bytes: 400_000_000,
      MemoryError(needed: 2e9, workspace: .init(bytes: 1_000_000_000, limit: .container)))
    #expect(
      error.errorDescription
        == "reading 400 MB of weights of a.onnx needs about 2.0 GB of memory but only 1.0 GB are "
        + "available (the memory limit of the container)")
    #expect(
      error.recoverySuggestion == "give the process more memory, or export a smaller network")
  }
}
