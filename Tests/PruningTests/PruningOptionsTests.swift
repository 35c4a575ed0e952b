import Datasets
import Naming
import Networks
import Pruning
import Tensors
import Testing

@Suite struct PruningOptionsTests {
  @Test(arguments: pruningCatalog.names)
  func noOptionsAreTheDefaultsOfTheMethod(_ name: String) throws {
    let method = try PruningOptions().method(named: name)
    let (own, recipe) = (method.recipe, PruningOptions().recipe(of: method))
    #expect(recipe.schedule == own.schedule && recipe.compensation == own.compensation)
    #expect(recipe.scope == own.scope && recipe.normalization == own.normalization)
    #expect(recipe.multiple == own.multiple && recipe.recovery.kind == own.recovery.kind)
    #expect(
      recipe.recovery.epochs == (own.recovery.kind == .none ? 0 : max(own.recovery.epochs, 1)))
  }

  @Test func optionsReplaceTheDefaults() throws {
    var options = PruningOptions()
    options.rounds = 4
    options.compensation = .leastSquares
    options.recovery = .rewind
    options.epochs = 7
    options.scope = .layer
    options.normalization = .mean
    options.multiple = 4
    let recipe = options.recipe(of: try options.method(named: Taylor.name))
    #expect(recipe.schedule == Schedule(.linear, rounds: 4))
    #expect(recipe.compensation == .leastSquares && recipe.recovery == .rewind(epochs: 7))
    #expect(recipe.scope == .layer && recipe.normalization == .mean && recipe.multiple == 4)
    // More rounds than one need a schedule other than one-shot.
    let magnitude = try options.method(named: NeuronMagnitude.name)
    #expect(options.recipe(of: magnitude).schedule == Schedule(.linear, rounds: 4))
    options.schedule = .cubic
    options.rounds = nil
    #expect(options.recipe(of: magnitude).schedule == Schedule(.cubic, rounds: 5))
    #expect(options.recipe(of: Taylor()).schedule == Schedule(.cubic, rounds: 3))
  }

  @Test func aMethodTakesItsOwnHyperparametersOnly() throws {
    var options = PruningOptions()
    options.hyperparameters = ["gatePrice": 0.25, "other": 3]
    let gated = try options.method(named: BlockThenChannel.name)
    #expect((gated as? BlockThenChannel)?.gatePenalty == 0.25)
    #expect(gated.hyperparameters == ["gatePrice": 0.25, "gateStart": 2, "gateSteps": 400])
    #expect(try options.method(named: Taylor.name).hyperparameters.isEmpty)
    #expect(throws: UnknownName.self) { _ = try options.method(named: "taylr") }
  }

  /// Every declared hyperparameter is set, has a default in its range and refuses values outside.
  @Test func declaredHyperparametersAreSet() throws {
    var declared: [String] = []
    for type in pruningCatalog.types {
      for hyperparameter in type.declaredHyperparameters {
        let (name, range) = (hyperparameter.name, hyperparameter.range)
        declared.append(name)
        let standard = try #require(type.init().hyperparameters[name])
        #expect(hyperparameter.allows(standard))
        // The shortest text, also of a property in single precision.
        #expect(
          [shortest(standard), "\(Float(standard))"].contains {
            hyperparameter.summary.hasSuffix("(default: \($0))")
          })
        var options = PruningOptions()
        for value in [range.lowerBound, range.upperBound] {
          options.hyperparameters = [name: value]
          let method = try options.method(named: type.name)
          #expect(method.hyperparameters[name] == value)
          let others = method.hyperparameters.filter { $0.key != name }
          #expect(others == type.init().hyperparameters.filter { $0.key != name })
        }
        for value in [range.lowerBound - 1, range.upperBound + 1, .nan, .infinity] {
          options.hyperparameters = [name: value]
          #expect(throws: PruningError.self) { _ = try options.method(named: type.name) }
        }
        options.hyperparameters = [name: range.lowerBound + 0.5]
        if hyperparameter.isWhole {
          #expect(throws: PruningError.self) { _ = try options.method(named: type.name) }
        }
      }
    }
    #expect(declared.contains("denseBits") && declared.contains("gateTarget"))
    #expect(Set(declared).count >= 11)
  }

  /// A hyperparameter of an added method arrives in its scores.
  @Test func anAddedMethodHasItsHyperparameter() throws {
    let network = try Network(
      Architecture(input: [2]) {
        Dense(2)
        Activation(.relu)
        Dense(1)
      }, seed: 1)
    var generator = SeededGenerator(seed: 1)
    let rows = Examples(inputs: Tensor([1, 2], shape: [1, 2]), labels: [0])
    let context = PruningContext(
      head: .softmax, training: rows, validation: rows,
      trainer: Trainer(epochs: 1, batch: 1, learningRate: 0.1), seed: 1)
    func scores(_ exponent: Double?) throws -> [Double] {
      var options = PruningOptions()
      options.hyperparameters = exponent.map { ["exponent": $0, "gatePrice": 9] }
      let method = try options.method(named: IncomingNorm.name, in: testedMethods)
      guard case .neurons(let score) = options.recipe(of: method).score else { return [] }
      return try score.scores(
        of: network, NeuronGroups(network.architecture), on: context, using: &generator)[0] ?? []
    }
    let weights = network.parameters[0][0].value.elements.map { abs(Double($0)) }
    #expect(try scores(nil) == [weights[0] + weights[2], weights[1] + weights[3]])
    let squares = weights.map { $0 * $0 }
    #expect(try scores(2) == [squares[0] + squares[2], squares[1] + squares[3]])
  }

  @Test func theContextGetsRowsAndTeacher() throws {
    let network = try Network(Architecture(input: [2]) { Dense(1) }, seed: 1)
    let rows = Examples(inputs: Tensor([1, 2], shape: [1, 2]), labels: [0])
    var context = PruningContext(
      head: .softmax, training: rows, validation: rows,
      trainer: Trainer(epochs: 1, batch: 1, learningRate: 0.1), seed: 1)
    var options = PruningOptions()
    options.apply(to: &context, pruning: network)
    #expect(context.teacher == nil && context.scoreRows == nil)
    (options.distillation, options.scoreRows) = (0.5, 12)
    options.apply(to: &context, pruning: network)
    #expect(context.teacher?.share == 0.5 && context.teacher?.network == network)
    #expect(context.scoreRows == 12)
  }
}
