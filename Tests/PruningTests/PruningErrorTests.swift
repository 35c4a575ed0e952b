import Networks
import Pruning
import Tensors
import Testing

/// The message and the hint of each kind of error.
@Suite struct PruningErrorTests {
  private static let neuron = Neuron(Node.ID("dense-1"), 3)
  private static let plan =
    "a plan applies to the network that it was made for, and to pruned versions of it"

  static let errors: [(PruningError, String, String)] = [
    (
      .noFeatureLayer, "the network has no hidden layer between two dense layers",
      "use a network with at least one hidden layer"
    ),
    (
      .unknownLayer(node: "a", layer: "reshape"),
      "layer 'a' is of type 'reshape', which cannot be pruned",
      "a sequence of dense layers and activations can be pruned"
    ),
    (
      .unknownNode("a"),
      "the pruning plan refers to layer 'a', which the network does not have", plan
    ),
    (
      .unknownNeuron(neuron),
      "the pruning plan refers to neuron 'dense-1:3', which the network does not have", plan
    ),
    (
      .noFlattenedUnit(neuron),
      "the pruning plan refers to 'dense-1:3' as a unit of a flattened image, which it is not",
      plan
    ),
    (
      .unknownInput(column: "x"),
      "the pruning plan refers to inputs of column 'x' that the network does not have", plan
    ),
    (
      .unknownWeights(of: "a"),
      "the pruning plan refers to weights of 'a' that the network does not have", plan
    ),
    (
      .noBranch(into: "a", from: "b"),
      "'a' is not a sum from which the branch 'b' can be removed", plan
    ),
    (
      .protected(neuron: neuron, .output),
      "'dense-1:3' cannot be pruned: it is an output of the network", "remove it from the plan"
    ),
    (
      .protected(neuron: neuron, .input),
      "'dense-1:3' cannot be pruned: it is an input of the network", "remove it from the plan"
    ),
    (
      .protectedColumn("x", .unknown(node: Node.ID("b"))),
      "'x' cannot be pruned: it is connected to 'b', a layer with unknown coupling",
      "remove it from the plan"
    ),
    (
      .noWidth(of: "a", known: ["b", "c"]), "the network has no layer 'a' with prunable neurons",
      "layers with prunable neurons: b, c"
    ),
    (
      .nothingToPrune(unknown: []), "the network has no prunable hidden neurons",
      "use a network with hidden layers"
    ),
    (
      .nothingToPrune(unknown: ["a", "b"]),
      "no hidden neuron can be pruned: the network has unsupported layers 'a', 'b'",
      "use a network with hidden layers"
    ),
  ]

  @Test(arguments: errors)
  func anErrorHasItsMessageAndHint(_ error: PruningError, _ message: String, _ hint: String) {
    #expect(error.errorDescription == message)
    #expect(error.recoverySuggestion == hint)
  }

  @Test(arguments: [
    (PruningError.Requirement.parameterGoal, "a goal in parameters"),
    (.goalOfNetwork, "a goal for the whole network"),
    (.otherThanInputGoal, "a goal other than the number of inputs"),
    (.ungroupedConvolutions, "convolutions with one group"),
    (.residualBlocks, "a network with residual blocks"),
    (.batchNormalisation, "a network with batch normalisation"),
    (.tabularInputs, "a network with tabular inputs"),
    (.neuronPruning, "a method that removes neurons"),
  ])
  func aMethodHasItsRequirement(_ needs: PruningError.Requirement, _ text: String) {
    let error = PruningError.unsuited(method: "m", needs: needs)
    #expect(error.errorDescription == "'m' needs " + text)
    #expect(error.recoverySuggestion == "use another method, or meet the requirement")
  }

  @Test(arguments: [
    (
      UnmetGoal.accuracyDrop(0.01, nearest: 0.0256), "an accuracy loss of at most 1 %",
      "an accuracy loss of 2.56 % at 95 % confidence"
    ),
    (.accuracyDrop(0.01, nearest: nil), "an accuracy loss of at most 1 %", "no pruning"),
    (
      .latency(0.5, nearest: 0.75), "50 % of the inference time", "75 % of the inference time"
    ),
    (.bytes(200, nearest: 300), "200 bytes", "300 bytes"),
    (.inputs(2, nearest: 3), "2 inputs", "3 inputs"),
    (.weights(.parameters(10), nearest: 14), "10 parameters by pruning weights", "14 parameters"),
    (
      .weights(.keep(0.1), nearest: 14), "10 % of the parameters by pruning weights",
      "14 parameters"
    ),
    (
      .width(2, layer: "a", nearest: 4), "width 2 of 'a' by these scores", "width 4 of 'a'"
    ),
  ])
  func anUnmetGoalHasItsNearest(_ unmet: UnmetGoal, _ goal: String, _ nearest: String) {
    let error = PruningError.goalOutOfReach(unmet)
    #expect(error.errorDescription == "the goal cannot be met: " + goal)
    #expect(error.recoverySuggestion == "the nearest achievable value: " + nearest)
  }

  @Test(arguments: [
    (Goal.keep(0.5), "50 % of the parameters", "13 parameters"),
    (.parameters(10), "10 parameters", "13 parameters"),
    (.macs(0.5), "50 % of the MACs", "9 MACs"),
    (.neurons(2), "2 neurons", "3 neurons"),
    (.inputs(1), "1 inputs", "2 inputs"),
    (.bytes(9), "9 bytes", "52 bytes"),
    (.latency(0.5), "50 % of the inference time", "no pruning"),
  ])
  func anUnmetGoalInNeuronsHasItsNearest(
    _ goal: Goal, _ text: String, _ nearest: String
  ) throws {
    let network = try Network(
      Architecture(input: [2]) {
        Dense(3)
        Activation(.relu)
        Dense(1)
      }, seed: 1)
    let error = PruningError.goalOutOfReach(.neurons(goal, nearest: try Cost(of: network)))
    #expect(
      error.errorDescription
        == "the goal cannot be met: \(text) by pruning neurons, with at least one per layer")
    #expect(error.recoverySuggestion == "the nearest achievable value: " + nearest)
  }
}
