import Networks

/// Why a node of a graph cannot be read.
public enum NodeProblem: Hashable, Sendable {
  /// Its place in the graph.
  case place(PlaceProblem)
  /// The values that it reads, or that it computes of them.
  case value(ValueProblem)
  /// Its attributes, and the inputs that take the place of attributes.
  case setting(SettingProblem)
  /// The axis that it states; the batch is axis 0.
  case axis(Int64, AxisProblem)
  /// How it changes or selects parts of a shape.
  case shape(ShapeProblem)
  /// Its weights and other constant operands.
  case weights(WeightProblem)
  /// An operation on constants.
  case constant(ConstantProblem)
  /// The preprocessing of table columns.
  case column(ColumnProblem)
  /// Its layer does not accept its inputs.
  case network(NetworkError)

  /// The problem as the end of a sentence that begins with the node.
  var text: String {
    switch self {
    case .place(let problem): problem.text
    case .value(let problem): problem.text
    case .setting(let problem): problem.text
    case .axis(let axis, let problem): "axis \(axis) \(problem.text)"
    case .shape(let problem): problem.text
    case .weights(let problem): problem.text
    case .constant(let problem): problem.text
    case .column(let problem): problem.rawValue
    case .network(let error): error.errorDescription ?? "the shapes of its inputs do not match"
    }
  }
}

extension NodeProblem {
  /// What to do about a layer that is exported as it is and not supported; `nil` where another export may
  /// help.
  var remedy: String? {
    let other = "use a supported layer in its place, or end the exported network before it"
    switch self {
    case .place(.alone), .place(.comparison):
      return "use a supported activation in its place, or end the exported network before it"
    case .value(.notImage):
      return "images are [batch, channels, height, width]; write a layer over one dimension as one "
        + "over images of height 1"
    case .value(let problem):
      switch problem {
      case .imageAndRow, .differentShapes, .product, .matrixProduct, .quotient,
        .divisor, .comparison:
        return other
      case .quantized, .dequantized: return ModelFileError.beforeQuantization
      default: return nil
      }
    case .setting(let problem):
      switch problem {
      case .option, .approximation, .padding, .dilation, .windowsBeyondImage, .meanAxes,
        .otherPadding, .parametersOfPixels, .pair:
        return other
      default: return nil
      }
    case .axis, .shape, .weights(.pixels), .weights(.broadcast): return other
    default: return nil
    }
  }
}

/// A node at a place in the graph where it is not supported.
public enum PlaceProblem: Hashable, Sendable {
  /// No node, input or constant has the name of an input.
  case undefinedInput(name: String)
  case cycle
  /// A call of a function within too many others, or within itself.
  case functionDepth(most: Int)
  /// The operator reads constants only; `supported` lists those that may.
  case onConstants(supported: [String])
  /// The operator reads a value where it is supported for constants only.
  case onValue
  case onColumns
  /// The operator reads the shape of a value.
  case onShape
  /// An operator of classical models between two layers.
  case betweenLayers
  /// An operator that is supported as part of functions of several nodes only.
  case alone
  /// A comparison that is neither that of a probability with 0.5 nor part of a function.
  case comparison
  case afterOutput
  case afterArgmax
  case noOutput
  /// The second output of a max pooling is read.
  case secondOutput

  var text: String {
    switch self {
    case .undefinedInput(let name): "reads '\(shown(name))', which is not defined"
    case .cycle: "is part of a cycle or depends on one"
    case .functionDepth(let most):
      "is a function with recursive calls, or calls nested \(most) deep"
    case .onConstants(let supported):
      "has constant inputs only, which is supported for " + supported.joined(separator: ", ")
    case .onValue: "is supported for constants only"
    case .onColumns: "is not supported before the first layer, for table columns"
    case .onShape: "is not supported for shapes"
    case .betweenLayers:
      "is supported before the first layer or after the last, not between layers"
    case .alone:
      "is supported as part of GELU, softplus, softmax, layer normalization and similar "
        + "functions, not alone"
    case .comparison:
      "is supported for a probability compared with 0.5 at the output, and as part of functions "
        + "such as GELU, not here"
    case .afterOutput: "follows the softmax or argmax, which must be the last layer"
    case .afterArgmax: "follows another argmax"
    case .noOutput: "it has no output"
    case .secondOutput: "its second output, the indices of the maxima, is not supported"
    }
  }
}

/// Values that a node reads or computes, and cannot.
public enum ValueProblem: Hashable, Sendable {
  case twoNeeded
  case twoShapesNeeded
  /// An input, counted from 1, is a constant.
  case constant(position: Int)
  case notImage
  case imageAndRow
  case differentShapes
  /// A product of two values that depend on the input.
  case product
  /// A matrix product whose two operands depend on the input.
  case matrixProduct
  /// A quotient of two values that depend on the input.
  case quotient
  /// A constant divided by a value.
  case divisor
  case zeroDivisor
  case comparison
  /// The batch is the second operand of a matrix product.
  case batchSecond
  /// The lengths of a value that is not a row.
  case notRow([Int])
  case width(found: Int, expected: Int)
  case channels(found: Int, expected: Int)
  case quantized
  case dequantized
  /// A size that is computed from the batch size.
  case batchSize(name: String)
  case outputSize(most: Int)
  case shapeLength
  case shapeBroadcast
  /// The result for two lengths is too large.
  case overflow(Int64, Int64)

  var text: String {
    switch self {
    case .twoNeeded: "it needs two inputs"
    case .twoShapesNeeded: "it needs two shapes as inputs"
    case .constant(let position):
      "its input \(position) is a constant where a non-constant value is expected"
    case .notImage: "its input is not an image, [channels, height, width]"
    case .imageAndRow: "it concatenates an image and a row"
    case .differentShapes: "only values of the same shape can be added"
    case .product:
      "it multiplies two values that both depend on the input; products with constants and "
        + "activations such as x · sigmoid(x) are supported"
    case .matrixProduct: "it multiplies two values that both depend on the input"
    case .quotient: "it divides by a value that depends on the input; constants are supported"
    case .divisor: "it divides by a value that depends on the input"
    case .zeroDivisor: "it divides by zero"
    case .comparison:
      "it compares two values that both depend on the input; constants are supported"
    case .batchSecond: "the batch must be its first input"
    case .notRow(let lengths):
      "its input has \(spelled(lengths)) elements per row; one dimension is supported"
    case .width(let found, let expected): "it expects \(expected) inputs and gets \(found)"
    case .channels(let found, let expected): "it expects \(expected) channels and gets \(found)"
    case .quantized: "it quantizes activations; only quantized weights are supported"
    case .dequantized:
      "it dequantizes a value that depends on the input; only constant weights are supported"
    case .batchSize(let name): "'\(shown(name))' depends on the batch size"
    case .outputSize(let most): "its output has more than \(most) elements per row"
    case .shapeLength: "its output has more than eight elements"
    case .shapeBroadcast: "its inputs cannot be broadcast"
    case .overflow(let first, let second): "the result for \(first) and \(second) overflows"
    }
  }
}

/// Attributes of a node that are not supported.
public enum SettingProblem: Hashable, Sendable {
  /// The numbers that an attribute may have.
  public enum Numbers: String, Hashable, Sendable {
    case positive = "a number above 0"
    case notNegative = "0 or more"
    case finite = "a finite number"
    case notZero = "a finite number other than 0"
  }

  case number(name: String, Float, supported: Numbers)
  /// One of these attributes is not finite.
  case notFinite(names: [String])
  case option(name: String, String)
  case approximation(String)
  /// A limit that is a list.
  case notScalar(name: String)
  case limitNotANumber
  case limits(least: Double, most: Double)
  case pair(name: String)
  case padding
  /// A size, stride or padding of an image.
  case size(Int64)
  case dilation
  case windowsBeyondImage
  case meanAxes
  case otherPadding
  case training
  case isTest
  case parametersOfPixels
  case transposedBatch
  /// The result of a cast to a type that rounds.
  case rounding

  var text: String {
    switch self {
    case .number(let name, let value, let supported):
      "\(name) is \(value) where \(supported.rawValue) is supported"
    case .notFinite(let names): names.joined(separator: " or ") + " is not a finite number"
    case .option(let name, let value): "\(name) '\(shown(value))' is not supported"
    case .approximation(let name): "its approximation '\(shown(name))' is not supported"
    case .notScalar(let name): "its \(name) is not a scalar"
    case .limitNotANumber: "min or max is NaN"
    case .limits(let least, let most): "min \(least) is not below max \(most)"
    case .pair(let name): "\(name) must have two values"
    case .padding: "pads must have four values"
    case .size(let value): "\(value) is not a valid size, stride or padding of an image"
    case .dilation: "it is dilated; only dilation 1 is supported"
    case .windowsBeyondImage: "ceil_mode is set: windows beyond the image are not supported"
    case .meanAxes: "only means over axes 2 and 3, all pixels, are supported"
    case .otherPadding: "only zero padding of the height and width of an image is supported"
    case .training: "it is set to training mode"
    case .isTest: "it is set to training mode: is_test is 0"
    case .parametersOfPixels: "it has separate parameters for each pixel: spatial is 0"
    case .transposedBatch: "transA is set: it transposes the batch"
    case .rounding:
      "it rounds values to another type: float, double, float16 and bfloat16 are supported"
    }
  }
}

/// Axes that a node does not support.
public enum AxisProblem: Hashable, Sendable {
  case notChannels
  case notColumns
  case notScores
  case outOfRange
  case mergesBatch
  /// An axis that does not normalise whole rows of these lengths.
  case rows([Int])

  var text: String {
    switch self {
    case .notChannels: "is not the channel axis"
    case .notColumns: "is not the column axis"
    case .notScores: "is not the axis of the scores"
    case .outOfRange: "is out of range"
    case .mergesBatch: "merges the batch axis; axis 1 is supported"
    case .rows(let lengths): "is not supported for rows of shape \(spelled(lengths))"
    }
  }
}

/// Lengths for an error message: `2 x 3`.
func spelled(_ lengths: [Int]) -> String {
  lengths.isEmpty ? "no dimension" : lengths.map(String.init).joined(separator: " x ")
}
