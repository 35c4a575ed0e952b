/// Changes and selections of shapes that are not supported.
public enum ShapeProblem: Hashable, Sendable {
  // Changes.
  case reshape
  /// A reshape of an image to other lengths than those of a row.
  case imageReshape
  case removedAxes
  case insertedAxes
  case imageRank
  case permutation

  // Selections.
  /// The lists of a slice differ in length.
  case sliceLengths
  case emptySlice
  case slice
  case split(parts: Int, channels: Int)
  case indices
  /// An index of a channel, of which there are `count`.
  case channelIndex(count: Int)
  /// A slice of the shape of a value.
  case sliceOfShape
  /// An index of a length in the shape of a value.
  case lengthIndex

  var text: String {
    switch self {
    case .reshape: "it is not a reshape of each row by itself"
    case .imageReshape: "it reshapes an image otherwise than to a row"
    case .removedAxes: "only axes of length 1, other than the batch axis, can be removed"
    case .insertedAxes: "only axes of length 1 behind the batch axis can be inserted"
    case .imageRank: "it changes the rank of an image"
    case .permutation: "only permutations that move the channels first or last are supported"
    case .sliceLengths: "starts, ends, axes and steps differ in length"
    case .emptySlice: "the slice is empty"
    case .slice:
      "slices of channels and strided slices of rows and columns of pixels are supported"
    case .split(let parts, let channels):
      "its \(parts) parts must have at least one channel each and \(channels) in total"
    case .indices: "its indices are not a constant list of channels"
    case .channelIndex(let count):
      "channel index out of range: there are \(count) channels"
    case .sliceOfShape: "it is not a slice of a shape with step 1"
    case .lengthIndex: "axis index out of range"
    }
  }
}

/// Weights and other constant operands that do not fit.
public enum WeightProblem: Hashable, Sendable {
  case missing
  case empty
  case rank(found: Int)
  /// A named tensor with another number of dimensions.
  case tensorRank(name: String, found: Int, expected: Int)
  case emptyTensor(name: String)
  /// The weights of a convolution differ in size from `kernel_shape`.
  case kernelSize
  case groups(units: Int, groups: Int)
  case movingBias
  case biasCount(found: Int, units: Int)
  /// The coefficients and intercepts of a linear model.
  case coefficients(Int, intercepts: Int, inputs: Int)
  case noSlope
  case movingSlope
  case normalizationInputs
  case channelCount(expected: Int)
  case variance
  /// The lengths of a constant, and of the rows that it is combined with.
  case broadcast([Int], rows: [Int])
  /// A constant of these lengths has values of its own for each pixel.
  case pixels([Int])

  var text: String {
    switch self {
    case .missing: "it has no weights"
    case .empty: "its weights are empty"
    case .rank(let found): "its weights have \(found) dimensions where 2 are supported"
    case .tensorRank(let name, let found, let expected):
      "'\(shown(name))' has \(found) dimensions where \(expected) are expected"
    case .emptyTensor(let name): "'\(shown(name))' is empty"
    case .kernelSize: "its weights do not have the size of kernel_shape"
    case .groups(let units, let groups):
      "\(units) output channels cannot be divided into \(groups) groups"
    case .movingBias: "its bias must be a constant"
    case .biasCount(let found, let units): "it has \(found) biases for \(units) units"
    case .coefficients(let count, let intercepts, let inputs):
      "\(count) coefficients and \(intercepts) intercepts do not match \(inputs) inputs"
    case .noSlope: "it has no slope input"
    case .movingSlope: "its slope must be a constant"
    case .normalizationInputs: "it needs four parameter inputs: scale, bias, mean and variance"
    case .channelCount(let expected): "it needs one value for each of \(expected) channels"
    case .variance: "a variance is not positive"
    case .broadcast(let lengths, let rows):
      "its constant of \(spelled(lengths)) cannot be broadcast to rows of "
        + spelled(rows)
    case .pixels(let lengths):
      "its constant of \(spelled(lengths)) differs from pixel to pixel"
    }
  }
}

/// Operations on constants that are not supported.
public enum ConstantProblem: Hashable, Sendable {
  /// A constant of texts or of another type without numbers.
  case noNumbers
  case invalidResult
  case size(most: Int)
  case shape
  case elementCount
  case broadcast
  case differentShapes
  case matrices
  /// A permutation that is none of this number of axes.
  case permutation(axes: Int)
  case concatenation
  case sliceAxes
  case slice
  case indexing
  case index
  case quantizedType
  case quantizedScales
  case quantizedShape

  var text: String {
    switch self {
    case .noNumbers: "it holds no numeric value"
    case .invalidResult: "the result is not a valid number"
    case .size(let most): "its output has more than \(most) elements"
    case .shape: "its shape is not a valid shape of a constant"
    case .elementCount: "it changes the number of elements"
    case .broadcast: "the shapes of its inputs cannot be broadcast"
    case .differentShapes: "the shapes of its inputs do not match"
    case .matrices: "only two matrices of matching shapes are supported"
    case .permutation(let axes): "perm is not a permutation of its \(axes) axes"
    case .concatenation: "only concatenation along the first axis is supported"
    case .sliceAxes: "it slices more than one axis"
    case .slice:
      "only slices of integer constants along the first axis, with step 1 or -1, are supported"
    case .indexing: "only indexing of a constant of one dimension is supported"
    case .index: "index out of range"
    case .quantizedType: "integers of 8 or 16 bits are supported"
    case .quantizedScales: "scales per tensor or per axis are supported"
    case .quantizedShape: "its scales and zero points do not match the shape of the tensor"
    }
  }
}

/// Preprocessing of table columns that is not supported.
public enum ColumnProblem: String, Hashable, Sendable, CaseIterable {
  case rounding = "it rounds values to integers; casts to float and double are supported"
  case type = "its target type is not supported for a table column"
  case imputation = "only imputation of NaN in numeric columns is supported"
  case imputedBefore = "it imputes values that are already scaled or imputed"
  case condition = "only Where(IsNaN(x), constant, x) is supported"
  case valueCount = "it needs one value for each column"
  case constantCount = "its constant needs one value for each column"
  case oneHot =
    """
    only one column at a time can be one-hot encoded, with levels that are distinct without blanks around \
    them and in Unicode form NFC
    """
  case map = "only a map of distinct levels to one finite number each is supported"
  case scaledBefore = "its input is already scaled or imputed"
  case index = "column index out of range"
  case embedding =
    "an embedding is supported for columns of whole numbers, as they stand in the table"
  case bins =
    "it compares a column with the edges of bins, as of KBinsDiscretizer, which is not supported"
  case scale = "the scale of a column is zero, or its scale or offset is not finite"
}
