import Datasets
import Networks
import Pruning
import Synchronization
import Tensors
import Testing

/// Normalised and reduced scores, the order of removals, schedules and epochs, counted by hand.
@Suite struct RemovalOrderTests {
  /// Scores that are given for each neuron of a node, by its original index.
  private struct Given: NeuronScore {
    var values: [Int: [Double]]

    func scores(
      of network: Network, _ groups: NeuronGroups, on context: PruningContext,
      using generator: inout SeededGenerator
    ) -> [Int: [Double]] {
      values.reduce(into: [:]) { scores, own in
        scores[own.key] = network.originalIndices[own.key].map { own.value[$0] }
      }
    }
  }

  private func network(_ widths: Int...) throws -> Network {
    let layers = widths.flatMap { width -> [any Layer] in [Dense(width), Activation(.relu)] }
    let all = layers + [Dense(2)]
    return try Network(Architecture(input: [2]) { all }, seed: 1)
  }

  /// 32 rows in batches of 8: three calls of `onStep` in an epoch, before each step but the first.
  private func context(_ inputs: Tensor = Tensor(repeating: 1, shape: [32, 2])) -> PruningContext {
    let examples = Examples(inputs: inputs, labels: (0..<inputs.rows).map { $0 % 2 })
    return PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 1, batch: 8, learningRate: 0.01), seed: 3)
  }

  private func recipe(_ values: [Int: [Double]]) -> Recipe {
    Recipe(.neurons(Given(values: values)), recovery: .none)
  }

  // MARK: - Scores

  /// The scores 2, 4, 4, 8 and 3, 1, 2, whose means are 4.5 and 2, and whose Euclidean norms are 10 and
  /// √14. Of equal scores the first is the lower one.
  private static let normalized: [(Normalization, [Double], [Double])] = [
    (.none, [2, 4, 4, 8], [3, 1, 2]), (.layerAdaptive, [2, 4, 4, 8], [3, 1, 2]),
    (.mean, [0.444444444, 0.888888889, 0.888888889, 1.777777778], [1.5, 0.5, 1]),
    (.norm, [0.2, 0.4, 0.4, 0.8], [0.801783726, 0.267261242, 0.534522484]),
    (.rank, [0, 0.25, 0.5, 0.75], [0.666666667, 0, 0.333333333]),
  ]

  @Test(arguments: normalized)
  func scoresAreComparedBetweenLayers(
    _ normalization: Normalization, _ first: [Double], _ second: [Double]
  ) throws {
    let groups = try NeuronGroups(network(4, 3).architecture)
    let found = groups.reduced([0: [2, 4, 4, 8], 2: [3, 1, 2]], normalization, .sum)
    for (node, expected) in [(0, first), (2, second)] {
      for (group, value) in zip(groups.ofNodes[node], expected) {
        let own = found[group] ?? .nan
        #expect(abs(own - value) < 1e-8, "\(normalization)")
      }
    }
    // Outputs and inputs have no score, also where one is given.
    let all = groups.reduced([0: [1, 1, 1, 1], 4: [5, 6]], normalization, .sum)
    #expect(groups.ofNodes[4].allSatisfy { all[$0] == nil })
    // A layer of which all scores are 0 stays so.
    let zero = groups.reduced([0: [0, 0, 0, 0]], normalization, .sum)
    #expect(normalization == .rank || groups.ofNodes[0].allSatisfy { zero[$0] == 0 })
  }

  @Test(
    arguments: [
      (.sum, [6, 3, 3]), (.mean, [3, 1.5, 3]), (.max, [5, 2, 3]),
    ] as [(Reduction, [Double])])
  func coupledNeuronsHaveOneScore(_ reduction: Reduction, _ expected: [Double]) throws {
    var builder = ArchitectureBuilder(input: [2])
    let first = builder.add(Dense(3))
    let second = builder.add(Dense(3), reading: .input)
    builder.add(Sum(), reading: first, second)
    builder.add(Activation(.relu))
    builder.add(Dense(2))
    let groups = try NeuronGroups(builder.architecture)
    #expect(groups.ofNodes[0] == groups.ofNodes[1])
    // What is not a number is not counted.
    let found = groups.reduced([0: [1, 2, 3], 1: [5, 1, .nan]], .none, reduction)
    let scores = groups.ofNodes[0].compactMap { found[$0] }
    #expect(scores == expected)
  }

  // MARK: - Removals

  private func removed(_ pruned: PrunedNetwork) -> [String] {
    pruned.plan.removals.map { "\($0.subject)" }
  }

  private func names(_ network: Network, _ neurons: [(node: Int, index: Int)]) -> [String] {
    neurons.map {
      "\(PruningPlan.Subject.neuron(name: Neuron(network.architecture.nodes[$0.node].id, $0.index)))"
    }
  }

  /// The lowest scores of the whole network, of equal ones the first; the lowest score that is kept is
  /// the threshold.
  @Test func theLowestScoresAreRemovedFirst() throws {
    let network = try network(4, 3)
    let recipe = recipe([0: [5, 1, 4, 2], 2: [3, 2, 8]])
    let pruned = try recipe.prune(network, to: .neurons(4), on: context())
    #expect(removed(pruned) == names(network, [(0, 1), (0, 3), (2, 1)]))
    #expect(pruned.plan.removals.map(\.score) == [1, 2, 2])
    #expect(pruned.plan.removals.map(\.rank) == [0, 1, 2])
    #expect(pruned.plan.removals.map(\.threshold) == [3, 3, 3])
    #expect(pruned.after.neurons == 4)
    // The limit is met exactly: nothing is removed.
    #expect(try recipe.prune(network, to: .neurons(7), on: context()).plan.removals.isEmpty)
  }

  /// In each layer the same share: the ranks are 0, 1/4, 2/4, 3/4 and 0, 1/3, 2/3.
  @Test func everyLayerLosesTheSameShare() throws {
    let network = try network(4, 3)
    var recipe = recipe([0: [1, 2, 3, 4], 2: [30, 20, 80]])
    recipe.scope = .layer
    let pruned = try recipe.prune(network, to: .neurons(3), on: context())
    #expect(removed(pruned) == names(network, [(0, 0), (2, 1), (0, 1), (2, 0)]))
  }

  /// With a floor of one half, two of four and two of three neurons stay; for a goal below that it is
  /// halved.
  @Test(arguments: [
    (0.5, 4, [(0, 0), (0, 1), (2, 0)]), (0, 4, [(0, 0), (0, 1), (0, 2)]),
    (0.5, 3, [(0, 0), (0, 1), (0, 2), (2, 0)]), (0.3, 4, [(0, 0), (0, 1), (2, 0)]),
  ])
  func theFloorIsKeptWhereTheGoalAllows(
    _ floor: Double, _ neurons: Int, _ expected: [(Int, Int)]
  ) throws {
    let network = try network(4, 3)
    var recipe = recipe([0: [1, 2, 3, 4], 2: [5, 6, 7]])
    recipe.floor = floor
    let pruned = try recipe.prune(network, to: .neurons(neurons), on: context())
    #expect(removed(pruned) == names(network, expected.map { (node: $0.0, index: $0.1) }))
  }

  /// Columns by √(Σ weight² · deviation²): 10 for x, √(9 + 16) = 5 for the two inputs of c, 3 for z.
  @Test func columnsAreRemovedByTheirEffect() throws {
    var network = try Network(Architecture(input: [4]) { Dense(2) }, seed: 1)
    network.parameters[0][0].value = Tensor([3, -4, 6, 0, 2, 0, 1, 0], shape: [4, 2])
    let rows: [Float] = [2, 0.5, 2, 3]
    var context = context(Tensor(rows + rows.map { -$0 }, shape: [2, 4]))
    let columns = [
      InputColumn(name: "x", inputs: [0]), InputColumn(name: "c", inputs: [1, 2]),
      InputColumn(name: "z", inputs: [3]),
    ]
    context.columns = columns
    let recipe = recipe([:])
    let pruned = try recipe.prune(network, to: .inputs(2), on: context)
    #expect(
      pruned.plan.removals == [
        .init(.column(columns[2]), score: 3, round: 1, rank: 0, threshold: 10),
        .init(.column(columns[1]), score: 5, round: 1, rank: 1, threshold: 10),
      ])
    #expect(pruned.network.architecture.input == [1])
    #expect(try recipe.prune(network, to: .inputs(3), on: context).plan.removals.count == 1)
    #expect(try recipe.prune(network, to: .inputs(4), on: context).plan.removals.isEmpty)
    #expect(throws: PruningError.goalOutOfReach(.inputs(0, nearest: 1))) {
      try recipe.prune(network, to: .inputs(0), on: context)
    }
  }

  /// Weights 1, 2, -3 and 10, -1.5; the largest of each layer stays. Divided by the root mean square of
  /// its layer, 1.5 / 7.15 is below 1 / 2.16; by the squares that are not smaller, 2.25 / 102.25 is below
  /// 1 / 14, and that below 4 / 13.
  private static let smallest: [(Scope, Normalization, Int, [Float], [Float])] = [
    (.network, .none, 1, [0, 2, -3], [10, -1.5]), (.network, .none, 2, [0, 2, -3], [10, 0]),
    (.network, .none, 3, [0, 0, -3], [10, 0]), (.network, .mean, 1, [1, 2, -3], [10, 0]),
    (.network, .norm, 1, [1, 2, -3], [10, 0]), (.network, .layerAdaptive, 1, [1, 2, -3], [10, 0]),
    (.network, .layerAdaptive, 2, [0, 2, -3], [10, 0]),
    (.network, .rank, 1, [0, 2, -3], [10, -1.5]), (.layer, .none, 2, [0, 2, -3], [10, 0]),
  ]

  @Test(arguments: smallest)
  func theSmallestWeightsAreRemovedFirst(
    _ scope: Scope, _ normalization: Normalization, _ count: Int, _ first: [Float],
    _ second: [Float]
  ) throws {
    let layers: [any Layer] = [Dense(1), Dense(2)]
    var network = try Network(Architecture(input: [3]) { layers }, seed: 1)
    network.parameters[0][0].value = Tensor([1, 2, -3], shape: [3, 1])
    network.parameters[1][0].value = Tensor([10, -1.5], shape: [1, 2])
    var recipe = WeightMagnitude().recipe
    (recipe.scope, recipe.normalization, recipe.recovery) = (scope, normalization, .none)
    recipe.schedule = .oneShot
    let pruned = try recipe.prune(
      network, to: .parameters(8 - count), on: context(Tensor(repeating: 1, shape: [32, 3])))
    #expect(pruned.network.parameters[0][0].value.elements == first)
    #expect(pruned.network.parameters[1][0].value.elements == second)
    #expect(pruned.after.parameters == 8 - count)
    #expect(throws: PruningError.self) {
      try recipe.prune(
        network, to: .parameters(4), on: context(Tensor(repeating: 1, shape: [32, 3])))
    }
  }

  // MARK: - Rounds

  /// Of 20 neurons 4 stay. Linear: 14.7, 9.3, 4. Cubic: 20 · (0.2 + 0.8 · (2/3)³) = 8.7, then 4.6, 4.
  /// Geometric: 20 · 0.2^⅓ = 11.7, then 6.8, 4.
  @Test(
    arguments: [
      (.linear, [6, 5, 5]), (.cubic, [12, 4, 0]), (.geometric, [9, 5, 2]), (.oneShot, [16]),
    ] as [(Schedule.Kind, [Int])])
  func aScheduleSaysHowManyLeaveInARound(_ kind: Schedule.Kind, _ counts: [Int]) throws {
    var recipe = recipe([0: (0..<20).map { Double($0 * 7 % 20) }])
    recipe.schedule = Schedule(kind, rounds: 3)
    let pruned = try recipe.prune(network(20), to: .neurons(4), on: context())
    #expect(pruned.trace.steps.map(\.removals.count) == counts)
    #expect(pruned.trace.steps.map(\.number) == Array(1...counts.count))
    #expect(
      pruned.trace.steps.allSatisfy { step in step.removals.allSatisfy { $0.round == step.number } }
    )
    // The original indices of the scores 0 to 15, in ascending order of score.
    let order = (0..<20).sorted { $0 * 7 % 20 < $1 * 7 % 20 }.prefix(16)
    #expect(removed(pruned) == names(try network(20), order.map { (0, $0) }))
  }

  /// Epochs are counted by calls in training, three in each.
  @Test(arguments: [
    (Recovery.fineTune(epochs: 2), 1, 2), (.fineTune(epochs: 2), 3, 2 + 2 + 4),
    (.rewind(epochs: 2), 3, 2 + 2 + 2), (.scratch(epochs: 2), 3, 2), (.none, 3, 0),
    (.whileTraining(epochs: 11), 3, 11),
  ])
  func recoveryTakesItsEpochs(_ recovery: Recovery, _ rounds: Int, _ epochs: Int) throws {
    let counter = StepCounter()
    var context = context()
    context.onStep = { counter.increase() }
    var recipe = recipe([0: (0..<20).map(Double.init)])
    recipe.schedule = Schedule(.linear, rounds: rounds)
    recipe.recovery = recovery
    _ = try recipe.prune(network(20), to: .neurons(4), on: context)
    #expect(counter.value == 3 * epochs)
  }

  /// The rest of a division belongs to the last round.
  @Test func oneTrainingIsDividedAmongTheRounds() {
    let recovery = Recovery.whileTraining(epochs: 11)
    #expect((0...3).map { recovery.share(after: $0, of: 3) } == [2, 2, 2, 5])
  }

  // MARK: - Compensation

  /// The second neuron is twice the first, 4 on average. Its weight 5 becomes a bias of 20, or, by least
  /// squares, a weight of 10 on the first.
  @Test(arguments: [
    (Compensation.none, Float(3), Float(1)), (.constant, 3, 21), (.leastSquares, 13, 1),
  ])
  func compensationIsThatOfTheRows(_ kind: Compensation, _ weight: Float, _ bias: Float) throws {
    var network = try Network(
      Architecture(input: [1]) {
        Dense(2)
        Activation(.relu)
        Dense(2)
      }, seed: 1)
    network.parameters[0][0].value = Tensor([1, 2], shape: [1, 2])
    network.parameters[0][1].value = Tensor([0, 0], shape: [2])
    network.parameters[2][0].value = Tensor([3, 0, 5, 0], shape: [2, 2])
    network.parameters[2][1].value = Tensor([1, -1], shape: [2])
    var recipe = recipe([0: [2, 1]])
    recipe.compensation = kind
    let pruned = try recipe.prune(
      network, to: .neurons(1), on: context(Tensor([1, 2, 3], shape: [3, 1]))
    ).network
    let (weights, biases) = (pruned.parameters[2][0].value, pruned.parameters[2][1].value)
    #expect(abs(weights[0, 0] - weight) < 1e-4 && weights[0, 1] == 0)
    #expect(abs(biases.elements[0] - bias) < 1e-4 && biases.elements[1] == -1)
  }

  /// Without a bias the running mean of the normalisation that follows is lowered.
  @Test func aNormalisationTakesTheConstant() throws {
    let layers: [any Layer] = [
      Convolution(2, Window(1)), Activation(.relu), Convolution(1, Window(1), hasBias: false),
      BatchNormalization(), Flattening(), Dense(2),
    ]
    var network = try Network(Architecture(input: [1, 1, 1]) { layers }, seed: 1)
    network.parameters[0][0].value = Tensor([1, 2], shape: network.parameters[0][0].value.shape)
    network.parameters[0][1].value = Tensor([0, 0], shape: [2])
    network.parameters[2][0].value = Tensor([3, 5], shape: network.parameters[2][0].value.shape)
    let mean = try #require(network.parameters[3].firstIndex { $0.role == .mean })
    network.parameters[3][mean].value = Tensor([7], shape: [1])
    var recipe = recipe([0: [2, 1]])
    recipe.compensation = .constant
    let pruned = try recipe.prune(
      network, to: .neurons(2), on: context(Tensor([1, 2, 3], shape: [3, 1, 1, 1]))
    ).network
    #expect(pruned.parameters[2][0].value.elements == [3])
    #expect(abs(pruned.parameters[3][mean].value.elements[0] - (7 - 20)) < 1e-4)
  }
}

/// Counts calls from any thread.
private final class StepCounter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increase() { count.withLock { $0 += 1 } }
}
