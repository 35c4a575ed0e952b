import Datasets
import Foundation
import Networks
import Tensors
import Testing

/// Probabilities of classes from outputs, by hand, and the networks that give none.
@Suite struct ProbabilityTests {
  private func model(
    _ head: Head, classes: Int, _ layers: [any Layer], inputs: Int = 2
  ) throws -> Model {
    try model(head, classes: classes, Architecture(input: [inputs]) { layers })
  }

  private func model(_ head: Head, classes: Int, _ architecture: Architecture) throws -> Model {
    let schema = Schema(
      features: (0..<architecture.input.count).map { Feature(Feature.ID("x\($0)")) },
      target: head == .number
        ? Target("y", .numeric(unit: nil, cuts: [0]))
        : Target("y", .classes(names: (0..<classes).map { "c\($0)" })))
    return try Model(
      schema: schema, encoding: .identity(for: schema), network: Network(architecture, seed: 1),
      head: head)
  }

  private func expect(
    _ found: [[Double]]?, _ expected: [[Double]], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let (own, wanted) = ((found ?? []).flatMap { $0 }, expected.flatMap { $0 })
    #expect(
      own.count == wanted.count && zip(own, wanted).allSatisfy { abs($0 - $1) < 1e-12 },
      "\(String(describing: found))", sourceLocation: sourceLocation)
  }

  /// Logits ln 1, ln 2 and ln 5 are 1, 2 and 5 of 8 parts, or sigmoids of 1/2, 2/3 and 5/6.
  @Test func sharesAreThoseOfTheHead() throws {
    let logits = [0, Float(log(2.0)), Float(log(5.0))]
    let outputs = Tensor(logits, shape: [1, 3])
    func shares(_ head: Head) throws -> [[Double]]? {
      try model(head, classes: 3, [Dense(3)]).probabilities(from: outputs)?.map { row in
        row.map { ($0 * 1e6).rounded() / 1e6 }
      }
    }
    #expect(try shares(.softmax) == [[0.125, 0.25, 0.625]])
    #expect(try shares(.oneVersusRest) == [[0.5, 0.666667, 0.833333]])
    #expect(try shares(.normalizedOneVersusRest) == [[0.25, 0.333333, 0.416667]])
    // Sigmoids of 0 have equal shares.
    let none = Tensor([-1e4, -1e4, -1e4], shape: [1, 3])
    expect(
      try model(.normalizedOneVersusRest, classes: 3, [Dense(3)]).probabilities(from: none),
      [[1 / 3.0, 1 / 3.0, 1 / 3.0]])
    // Large logits do not overflow.
    let large = Tensor([1e4, 1e4, -1e4], shape: [1, 3])
    expect(try model(.softmax, classes: 3, [Dense(3)]).probabilities(from: large), [[0.5, 0.5, 0]])
  }

  @Test func oneOutputIsTheLogitOfTheSecondClass() throws {
    for head in [Head.softmax, .oneVersusRest] {
      let found = try model(head, classes: 2, [Dense(4), Activation(.relu), Dense(1)])
        .probabilities(from: Tensor([0, Float(log(3.0))], shape: [2, 1]))
      let rounded = found?.map { $0.map { ($0 * 1e6).rounded() / 1e6 } }
      #expect(rounded == [[0.5, 0.5], [0.25, 0.75]])
    }
  }

  /// One output behind an activation is no logit; where the network begins with one does not matter.
  @Test func oneOutputBehindAnActivationIsNoProbability() throws {
    #expect(
      try !model(.oneVersusRest, classes: 2, [Dense(1), Activation(.tanh)]).givesProbabilities)
    #expect(
      try model(.oneVersusRest, classes: 2, [Activation(.tanh), Dense(1)]).givesProbabilities)
    #expect(try !model(.number, classes: 0, [Dense(1)]).givesProbabilities)
  }

  /// Sums, selections and concatenations of sigmoids are no logits; what weights make of them is.
  @Test func outputsMadeOfSigmoidsAreNoLogits() throws {
    func ends(_ layers: [any Layer]) throws -> Bool {
      try !model(.softmax, classes: 2, layers).givesProbabilities
    }
    #expect(try ends([Dense(2), Activation(.sigmoid)]))
    #expect(try ends([Dense(2), Activation(.sigmoid), ChannelSelection([1, 0])]))
    #expect(try !ends([Dense(2), Activation(.tanh)]))
    #expect(try !ends([Dense(2), Activation(.sigmoid), Dense(2)]))
    #expect(try !ends([Dense(2)]))
    // With sigmoids of each class, they are expected.
    #expect(
      try model(.oneVersusRest, classes: 2, [Dense(2), Activation(.sigmoid)]).givesProbabilities)
    func sum(_ functions: Activation.Function...) throws -> Architecture {
      var builder = ArchitectureBuilder(input: [2])
      var parts: [Node.ID] = []
      for function in functions {
        builder.add(Dense(2), reading: .input)
        parts.append(builder.add(Activation(function)))
      }
      builder.add(Sum(), reading: parts)
      return builder.architecture
    }
    for functions in [[Activation.Function.sigmoid, .tanh], [.tanh, .sigmoid]] {
      let mixed = try model(.softmax, classes: 2, sum(functions[0], functions[1]))
      #expect(!mixed.givesProbabilities)
    }
    #expect(try model(.softmax, classes: 2, sum(.tanh, .relu)).givesProbabilities)
  }

  // MARK: - Names and texts of layers

  @Test func unusedNamesCountFromOne() throws {
    let architecture = Architecture(input: [2]) {
      Dense(2)
      Activation(.relu)
      Dense(2)
    }
    #expect(architecture.nodes.map(\.id.rawValue) == ["dense-1", "activation-1", "dense-2"])
    #expect(architecture.unusedID(for: "dense") == Node.ID("dense-3"))
    #expect(architecture.unusedID(for: "sum") == Node.ID("sum-1"))
    #expect(architecture.unusedID(for: "sum", after: 2) == Node.ID("sum-3"))
    #expect(architecture.unusedID(for: "activation", after: 1) == Node.ID("activation-3"))
  }

  @Test(arguments: [
    (Window(3), "3 × 3"), (Window(3, stride: 2, padding: 1), "3 × 3, stride 2"),
    (Window(height: 2, width: 3, strideHeight: 1, strideWidth: 2), "2 × 3, stride 1 × 2"),
    (Window(height: 2, width: 3, strideHeight: 2, strideWidth: 1), "2 × 3, stride 2 × 1"),
  ])
  func windowsAreDescribed(_ window: Window, _ text: String) {
    #expect(Convolution(4, window).detail == text)
    #expect(Convolution(4, window, groups: 2).detail == text + ", 2 groups")
  }

  @Test func imagesWithoutPixelsHaveNoMean() {
    for shape in [[0, 3, 2], [3, 0, 2]] as [Shape] {
      #expect(throws: NetworkError.self) { try GlobalAveragePooling().outputShape(for: [shape]) }
    }
    #expect(throws: Never.self) { try GlobalAveragePooling().outputShape(for: [[1, 1, 2]]) }
  }

  /// The group lasso is that of the first layer, also where the last one has no weights, and of none
  /// where the first has none.
  @Test func theGroupLassoIsOfTheFirstLayer() throws {
    var trainer = Trainer(epochs: 1, batch: 8, learningRate: 0.1)
    trainer.optimizer = .momentum(momentum: 0)
    trainer.schedule = .constant
    let examples = Examples(
      inputs: Tensor([1, 0, 0, 1, 1, 1], shape: [3, 2]), labels: [0, 1, 0])
    func trained(_ layers: [any Layer], lasso: Double) throws -> Network {
      var own = trainer
      own.inputLasso = lasso
      return try own.train(
        from: .init(start: Network(Architecture(input: [2]) { layers }, seed: 3)), head: .softmax,
        on: examples, validation: examples, inputGroups: [[0], [1]], seed: 1
      ).network
    }
    let activated: [any Layer] = [Dense(2), Activation(.tanh)]
    let shrunk = try trained(activated, lasso: 1e6).parameters[0][0].value
    #expect(shrunk.elements.allSatisfy { $0 == 0 })
    #expect(try trained(activated, lasso: 0).parameters[0][0].value != shrunk)
    let normalised: [any Layer] = [BatchNormalization(), Dense(2)]
    #expect(try trained(normalised, lasso: 1e6) == trained(normalised, lasso: 0))
  }
}
