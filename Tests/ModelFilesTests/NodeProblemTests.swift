import ModelFiles
import Networks
import Tensors
import Testing

/// The message of each kind of problem of a node.
@Suite struct NodeProblemTests {
  static let places: [(PlaceProblem, String)] = [
    (.undefinedInput(name: "b"), "reads 'b', which is not defined"),
    (.cycle, "is part of a cycle or depends on one"),
    (.functionDepth(most: 8), "is a function with recursive calls, or calls nested 8 deep"),
    (
      .onConstants(supported: ["Add", "Mul"]),
      "has constant inputs only, which is supported for Add, Mul"
    ),
    (.onValue, "is supported for constants only"),
    (.onColumns, "is not supported before the first layer, for table columns"),
    (.onShape, "is not supported for shapes"),
    (
      .betweenLayers,
      "is supported before the first layer or after the last, not between layers"
    ),
    (
      .alone,
      "is supported as part of GELU, softplus, softmax, layer normalization and similar "
        + "functions, not alone"
    ),
    (
      .comparison,
      "is supported for a probability compared with 0.5 at the output, and as part of functions "
        + "such as GELU, not here"
    ),
    (.afterOutput, "follows the softmax or argmax, which must be the last layer"),
    (.afterArgmax, "follows another argmax"),
    (.noOutput, "it has no output"),
    (.secondOutput, "its second output, the indices of the maxima, is not supported"),
  ]

  static let values: [(ValueProblem, String)] = [
    (.twoNeeded, "it needs two inputs"),
    (.twoShapesNeeded, "it needs two shapes as inputs"),
    (
      .constant(position: 1), "its input 1 is a constant where a non-constant value is expected"
    ),
    (.notImage, "its input is not an image, [channels, height, width]"),
    (.imageAndRow, "it concatenates an image and a row"),
    (.differentShapes, "only values of the same shape can be added"),
    (
      .product,
      "it multiplies two values that both depend on the input; products with constants and "
        + "activations such as x · sigmoid(x) are supported"
    ),
    (.matrixProduct, "it multiplies two values that both depend on the input"),
    (
      .quotient, "it divides by a value that depends on the input; constants are supported"
    ),
    (.divisor, "it divides by a value that depends on the input"),
    (.zeroDivisor, "it divides by zero"),
    (
      .comparison,
      "it compares two values that both depend on the input; constants are supported"
    ),
    (.batchSecond, "the batch must be its first input"),
    (
      .notRow([2, 3]), "its input has 2 x 3 elements per row; one dimension is supported"
    ),
    (
      .notRow([]), "its input has no dimension elements per row; one dimension is supported"
    ),
    (.width(found: 4, expected: 5), "it expects 5 inputs and gets 4"),
    (.channels(found: 3, expected: 2), "it expects 2 channels and gets 3"),
    (.quantized, "it quantizes activations; only quantized weights are supported"),
    (
      .dequantized,
      "it dequantizes a value that depends on the input; only constant weights are supported"
    ),
    (.batchSize(name: "n"), "'n' depends on the batch size"),
    (.outputSize(most: 100), "its output has more than 100 elements per row"),
    (.shapeLength, "its output has more than eight elements"),
    (.shapeBroadcast, "its inputs cannot be broadcast"),
    (.overflow(3, -4), "the result for 3 and -4 overflows"),
  ]

  static let settings: [(SettingProblem, String)] = [
    (
      .number(name: "epsilon", -0.5, supported: .positive),
      "epsilon is -0.5 where a number above 0 is supported"
    ),
    (
      .number(name: "alpha", -0.1, supported: .notNegative),
      "alpha is -0.1 where 0 or more is supported"
    ),
    (
      .number(name: "gamma", .infinity, supported: .finite),
      "gamma is inf where a finite number is supported"
    ),
    (
      .number(name: "alpha", 0, supported: .notZero),
      "alpha is 0.0 where a finite number other than 0 is supported"
    ),
    (.notFinite(names: ["alpha"]), "alpha is not a finite number"),
    (.notFinite(names: ["alpha", "beta"]), "alpha or beta is not a finite number"),
    (.option(name: "auto_pad", "ODD"), "auto_pad 'ODD' is not supported"),
    (.approximation("odd"), "its approximation 'odd' is not supported"),
    (.notScalar(name: "min"), "its min is not a scalar"),
    (.limitNotANumber, "min or max is NaN"),
    (.limits(least: 2, most: 1.5), "min 2.0 is not below max 1.5"),
    (.pair(name: "strides"), "strides must have two values"),
    (.padding, "pads must have four values"),
    (.size(0), "0 is not a valid size, stride or padding of an image"),
    (.dilation, "it is dilated; only dilation 1 is supported"),
    (
      .windowsBeyondImage, "ceil_mode is set: windows beyond the image are not supported"
    ),
    (.meanAxes, "only means over axes 2 and 3, all pixels, are supported"),
    (
      .otherPadding, "only zero padding of the height and width of an image is supported"
    ),
    (.training, "it is set to training mode"),
    (.isTest, "it is set to training mode: is_test is 0"),
    (
      .parametersOfPixels, "it has separate parameters for each pixel: spatial is 0"
    ),
    (.transposedBatch, "transA is set: it transposes the batch"),
    (
      .rounding,
      "it rounds values to another type: float, double, float16 and bfloat16 are supported"
    ),
  ]

  static let axes: [(AxisProblem, String)] = [
    (.notChannels, "axis -2 is not the channel axis"),
    (.notColumns, "axis -2 is not the column axis"),
    (.notScores, "axis -2 is not the axis of the scores"),
    (.outOfRange, "axis -2 is out of range"),
    (.mergesBatch, "axis -2 merges the batch axis; axis 1 is supported"),
    (.rows([2, 3]), "axis -2 is not supported for rows of shape 2 x 3"),
  ]

  static let shapes: [(ShapeProblem, String)] = [
    (.reshape, "it is not a reshape of each row by itself"),
    (.imageReshape, "it reshapes an image otherwise than to a row"),
    (
      .removedAxes, "only axes of length 1, other than the batch axis, can be removed"
    ),
    (.insertedAxes, "only axes of length 1 behind the batch axis can be inserted"),
    (.imageRank, "it changes the rank of an image"),
    (
      .permutation, "only permutations that move the channels first or last are supported"
    ),
    (.sliceLengths, "starts, ends, axes and steps differ in length"),
    (.emptySlice, "the slice is empty"),
    (
      .slice,
      "slices of channels and strided slices of rows and columns of pixels are supported"
    ),
    (
      .split(parts: 2, channels: 3),
      "its 2 parts must have at least one channel each and 3 in total"
    ),
    (.indices, "its indices are not a constant list of channels"),
    (.channelIndex(count: 3), "channel index out of range: there are 3 channels"),
    (.sliceOfShape, "it is not a slice of a shape with step 1"),
    (.lengthIndex, "axis index out of range"),
  ]

  static let weights: [(WeightProblem, String)] = [
    (.missing, "it has no weights"),
    (.empty, "its weights are empty"),
    (.rank(found: 3), "its weights have 3 dimensions where 2 are supported"),
    (
      .tensorRank(name: "w", found: 3, expected: 4), "'w' has 3 dimensions where 4 are expected"
    ),
    (.emptyTensor(name: "w"), "'w' is empty"),
    (.kernelSize, "its weights do not have the size of kernel_shape"),
    (
      .groups(units: 3, groups: 2), "3 output channels cannot be divided into 2 groups"
    ),
    (.movingBias, "its bias must be a constant"),
    (.biasCount(found: 2, units: 3), "it has 2 biases for 3 units"),
    (
      .coefficients(5, intercepts: 2, inputs: 3),
      "5 coefficients and 2 intercepts do not match 3 inputs"
    ),
    (.noSlope, "it has no slope input"),
    (.movingSlope, "its slope must be a constant"),
    (
      .normalizationInputs,
      "it needs four parameter inputs: scale, bias, mean and variance"
    ),
    (.channelCount(expected: 3), "it needs one value for each of 3 channels"),
    (.variance, "a variance is not positive"),
    (
      .broadcast([2, 3], rows: [4]), "its constant of 2 x 3 cannot be broadcast to rows of 4"
    ),
    (.pixels([1, 2, 2]), "its constant of 1 x 2 x 2 differs from pixel to pixel"),
  ]

  static let constants: [(ConstantProblem, String)] = [
    (.noNumbers, "it holds no numeric value"),
    (.invalidResult, "the result is not a valid number"),
    (.size(most: 100), "its output has more than 100 elements"),
    (.shape, "its shape is not a valid shape of a constant"),
    (.elementCount, "it changes the number of elements"),
    (.broadcast, "the shapes of its inputs cannot be broadcast"),
    (.differentShapes, "the shapes of its inputs do not match"),
    (.matrices, "only two matrices of matching shapes are supported"),
    (.permutation(axes: 3), "perm is not a permutation of its 3 axes"),
    (.concatenation, "only concatenation along the first axis is supported"),
    (.sliceAxes, "it slices more than one axis"),
    (
      .slice,
      "only slices of integer constants along the first axis, with step 1 or -1, are supported"
    ),
    (.indexing, "only indexing of a constant of one dimension is supported"),
    (.index, "index out of range"),
    (.quantizedType, "integers of 8 or 16 bits are supported"),
    (.quantizedScales, "scales per tensor or per axis are supported"),
    (
      .quantizedShape, "its scales and zero points do not match the shape of the tensor"
    ),
  ]

  static let columns: [(ColumnProblem, String)] = [
    (
      .rounding, "it rounds values to integers; casts to float and double are supported"
    ),
    (.type, "its target type is not supported for a table column"),
    (.imputation, "only imputation of NaN in numeric columns is supported"),
    (.imputedBefore, "it imputes values that are already scaled or imputed"),
    (.condition, "only Where(IsNaN(x), constant, x) is supported"),
    (.valueCount, "it needs one value for each column"),
    (.constantCount, "its constant needs one value for each column"),
    (
      .oneHot,
      "only one column at a time can be one-hot encoded, with levels that are distinct without blanks "
        + "around them and in Unicode form NFC"
    ),
    (.map, "only a map of distinct levels to one finite number each is supported"),
    (.scaledBefore, "its input is already scaled or imputed"),
    (.index, "column index out of range"),
    (
      .bins,
      "it compares a column with the edges of bins, as of KBinsDiscretizer, which is not supported"
    ),
    (
      .scale, "the scale of a column is zero, or its scale or offset is not finite"
    ),
  ]

  static let network: [(NetworkError, String)] = [
    (
      .shapeMismatch(layer: "convolution", expected: .image, found: [2, 2]),
      "layer 'convolution' expects an image of height x width x channels but was given 2 x 2"
    )
  ]

  /// All problems with their texts.
  static let all: [(NodeProblem, String)] = {
    var all: [(NodeProblem, String)] = []
    all += places.map { (.place($0), $1) }
    all += values.map { (.value($0), $1) }
    all += settings.map { (.setting($0), $1) }
    all += axes.map { (.axis(-2, $0), $1) }
    all += shapes.map { (.shape($0), $1) }
    all += weights.map { (.weights($0), $1) }
    all += constants.map { (.constant($0), $1) }
    all += columns.map { (.column($0), $1) }
    all += network.map { (.network($0), $1) }
    return all
  }()

  @Test(arguments: all)
  func everyProblemHasItsText(_ problem: NodeProblem, _ text: String) {
    let error = ModelFileError.node(file: "a.onnx", node: "n", operator: "Add", problem)
    #expect(error.errorDescription == "a.onnx: node 'n' (Add): " + text)
  }
}
