import Networks
import Tensors
import Testing

/// The message and the hint of each kind of error.
@Suite struct NetworkErrorTests {
  @Test(arguments: [
    (
      NetworkError.unknownInput(layer: "sum", name: "other"),
      "layer 'sum' reads 'other', which is not an earlier node",
      "list the nodes in topological order, each after its inputs"
    ),
    (
      .joins(layer: "dense", found: 2), "layer 'dense' was given 2 inputs but accepts one",
      "combine the inputs with a 'sum' or 'concatenation' layer"
    ),
    (.noLayers, "the network has no layers", "add at least one dense layer"),
    (
      .wrongInputs(expected: 4, found: 3),
      "the encoded data have 3 inputs but the network expects 4",
      "use the columns of the training data"
    ),
    (
      .wrongOutputs(expected: 3, found: 2),
      "the network has 2 outputs but the data have 3 classes",
      "the target must be the column that the network predicts"
    ),
    (
      .wrongOutputs(expected: 1, found: 1),
      "the network has 1 output, for two classes, but the data have 1 class",
      "the target must be the column that the network predicts"
    ),
    (
      .numericOutputs(found: 2), "the network has 2 outputs where a numeric target needs one",
      "the target must be the column that the network predicts"
    ),
    (
      .notFinite(step: 7, layer: "dense"),
      "training diverged: non-finite value in layer 'dense' at step 7", "lower the learning rate"
    ),
  ])
  func anErrorHasItsMessageAndHint(_ error: NetworkError, _ message: String, _ hint: String) {
    #expect(error.errorDescription == message)
    #expect(error.recoverySuggestion == hint)
  }

  @Test(arguments: [
    (ShapeRequirement.shape([2, 3]), "2 x 3"),
    (.shapeExceptChannels([2, 3, 4]), "2 x 3 x 4 except for the channels"),
    (.vector, "a vector"),
    (.image, "an image of height x width x channels"),
    (.axes(["steps", "units"]), "steps x units"),
    (.imageOfAtLeast(height: 3, width: 5), "an image of at least 3 x 5"),
    (.windowAbovePadding, "a window larger than its padding"),
    (.channelGroups(4), "channel counts divisible by 4 groups"),
    (.elements(12), "12 elements"),
    (.dimensions(3), "3 dimensions"),
    (.channels(atLeast: 5), "at least 5 channels"),
    (.selectedChannel, "at least one selected channel"),
    (.parameters([[6, 7], [7]]), "parameters of 6 x 7, 7"),
  ])
  func aShapeHasItsRequirement(_ requirement: ShapeRequirement, _ text: String) {
    let error = NetworkError.shapeMismatch(layer: "a", expected: requirement, found: [5])
    #expect(error.errorDescription == "layer 'a' expects \(text) but was given 5")
    #expect(error.recoverySuggestion == "check the sizes of neighbouring layers")
  }
}
