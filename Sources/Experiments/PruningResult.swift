import CompressedModels
import Datasets
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Pruning
import Tensors

/// The measured result of pruning one network.
public struct PruningResult: Codable, Sendable {
  /// The size and the held-out performance of a network.
  public struct Side: Codable, Sendable {
    /// Learned parameters, without those set to zero by a mask.
    public var parameters: Int
    /// Parameters without biases and normalisation parameters; masked weights are not counted.
    public var weights: Int
    /// The neurons of each layer with weights, in network order; the output layer is last.
    public var widths: [Int]
    /// Multiply-accumulate operations (MACs) per sample; masked weights are not counted.
    public var macs: Int
    /// MACs per sample of a runtime that multiplies by the zeros stored in the file; `nil` if there are none.
    public var denseMACs: Int?
    /// Hidden neurons.
    public var neurons: Int
    /// Flattened units read by later layers; `nil` without a flattening.
    public var flattened: Int?
    /// Network inputs: input units of a row, or channels of an image.
    public var inputs: Int
    /// Size of the ONNX file in bytes.
    public var fileBytes: Int
    /// Size of the compressed model in bytes.
    public var compressedBytes: Int?
    /// Accuracy on the held-out set.
    public var accuracy: Proportion
    /// For regression, the RMSE on the held-out set in the target's unit; `nil` otherwise.
    public var error: Double?

    private enum CodingKeys: String, CodingKey {
      case parameters, weights, widths, macs = "multiplications"
      case denseMACs = "denseMultiplications", neurons, flattened, inputs
      case fileBytes, compressedBytes = "codedBytes", accuracy, error
    }
  }
  /// A held-out row whose prediction changed by pruning.
  public struct Flip: Codable, Sendable {
    /// Counted from 1 in the source, without the header.
    public var row: Int
    /// The true class.
    public var label: String
    /// The predicted class before pruning.
    public var before: String
    /// The predicted class after pruning.
    public var after: String
  }
  /// One round of the pruning.
  public struct Round: Codable, Sendable {
    /// The round number, from 1.
    public var round: Int
    /// The maximum number of rounds.
    public var of: Int
    /// The cost after the round.
    public var cost: Cost
    /// The number of removed neurons or weights.
    public var removed: Int
    /// The validation accuracy (R² for a numeric target) after removal, before recovery.
    public var accuracyCut: Double
    /// The validation accuracy (R² for a numeric target) after recovery.
    public var accuracy: Double

    init(_ step: PruningTrace.Step) {
      round = step.number
      of = step.limit ?? step.number
      cost = step.result.cost
      removed = step.removedCount
      accuracyCut = step.qualityBeforeRecovery.value
      accuracy = step.result.quality.value
    }
  }

  /// The name of the pruning method in `pruningCatalog`.
  public var method: String
  /// The article that published the method.
  public var source: String
  /// The pruning goal, as text.
  public var goal: String
  /// The settings of the pruning recipe by name, as text.
  public var recipe: [String: String]
  /// Random seed.
  public var seed: UInt64
  /// The network before pruning.
  public var before: Side
  /// The network after pruning.
  public var after: Side
  /// Compression ratios by name: before / after.
  public var ratios: [String: Double]
  /// The comparison of masked and compacted network; the worst over all rounds.
  public var equality: EqualityCheck
  /// Held-out rows with the same prediction before and after pruning.
  public var agreement: Proportion
  /// Agreement by class predicted before pruning.
  public var agreementByClass: [String: Proportion]
  /// Held-out rows whose prediction changed.
  public var changedPredictions: Int
  /// The first 50 held-out rows whose prediction changed.
  public var changed: [Flip]
  /// Inference time of both networks; `nil` if it was not measured.
  public var latency: Latency?
  /// The pruned units and the accuracy of each round.
  public var rounds: [Round]
  /// Layers that pruning does not support; their neighbours were not pruned.
  public var unknownLayers: [String]
  /// Warnings about the pruned network.
  public var warnings: [Warning]

  private enum CodingKeys: String, CodingKey {
    case method, source, goal, recipe, seed, before, after, ratios, equality, agreement
    case agreementByClass, changedPredictions = "changedAnswers", changed, latency, rounds,
      unknownLayers, warnings
  }

  init(
    _ experiment: PruningExperiment, _ pruned: PrunedNetwork, model: Model,
    baseline: PruningBaseline,
    recipe: Recipe, measuresLatency: Bool
  ) throws {
    method = experiment.method
    let options = experiment.options
    let pruning = try options.method(named: experiment.method)
    source = pruning.source
    var prunesColumns = false
    if case .inputs = experiment.goal { prunesColumns = !(pruning is any AdaptiveMethod) }
    if prunesColumns {
      source = "columns by the norm of their weights times their standard deviation"
    }
    goal = experiment.goal.description
    self.recipe = recipe.words
    if prunesColumns {
      self.recipe = [
        "granularity": "inputs", "normalization": Normalization.none.rawValue,
        "reduction": Reduction.sum.rawValue, "scope": Scope.network.rawValue, "floor": "0",
        "schedule": Schedule.Kind.oneShot.rawValue, "rounds": "1",
        "compensation": Compensation.constant.rawValue,
        "recovery": recipe.recovery.epochs == 0
          ? Recovery.Kind.none.rawValue : Recovery.Kind.fineTune.rawValue,
        "epochs": "\(recipe.recovery.epochs)",
      ]
    }
    self.recipe["distillation"] = options.distillation.map { shortest($0) }
    self.recipe["scoreRows"] = options.scoreRows.map { String($0) }
    // Requested widths override the minimum share of neurons per layer.
    if case .widths = experiment.goal { self.recipe["floor"] = nil }
    for (name, value) in options.hyperparameters ?? [:]
    where pruning.hyperparameters[name] != nil {
      self.recipe[name] = shortest(value)
    }
    seed = experiment.base.seed
    equality = pruned.check
    rounds = pruned.trace.steps.map { Round($0) }
    unknownLayers = pruned.unknown.map(\.rawValue)
    let heldOut = baseline.rows.heldOut
    let predictions = baseline.predictions
    let outputs = model.outputs(for: heldOut)
    let fewer = model.predictions(from: outputs)
    func side(_ model: Model, _ cost: Cost, _ predictions: [Int], error: Double?) throws -> Side {
      let layers = model.network.architecture.nodes.indices.filter { node in
        model.network.parameters[node].contains { $0.role == .weight }
      }
      let numbers = try NeuronGroups(model.network.architecture, separatesFlattenedUnits: true)
        .flattenedUnitsRead
      return Side(
        parameters: cost.parameters,
        weights: model.network.parameters.joined().reduce(0) {
          $0 + ($1.role == .weight ? $1.keptCount : 0)
        }, widths: layers.map { model.network.originalIndices[$0].count },
        macs: cost.macs,
        denseMACs: model.network.denseMACs,
        neurons: cost.neurons,
        flattened: numbers > 0 ? numbers : nil,
        inputs: cost.inputs, fileBytes: try ModelFile.data(for: model).count,
        compressedBytes: try? CompressedModel.data(for: model).count,
        accuracy: Proportion(agreementOf: predictions, and: heldOut.labels),
        error: error)
    }
    before = try side(baseline.original, pruned.before, predictions, error: baseline.error)
    after = try side(
      model, pruned.after, fewer, error: model.rootMeanSquaredError(of: outputs, on: heldOut))
    agreement = Proportion(agreementOf: predictions, and: fewer)
    let classes = model.schema.classes
    var byClass: [String: Proportion] = [:]
    for (label, name) in classes.enumerated() {
      let own = predictions.indices.filter { predictions[$0] == label }
      byClass[name] = Proportion(own.count { fewer[$0] == label }, of: own.count)
    }
    agreementByClass = byClass
    warnings =
      baseline.warnings
      + Warning.pruning(
        agreement: agreement,
        vanished: model.head == .number
          ? [] : VanishedClass.all(original: predictions, pruned: fewer, classes: classes),
        explains: nil)
    let flips = predictions.indices.filter { predictions[$0] != fewer[$0] }
    changedPredictions = flips.count
    changed = flips.prefix(50).map {
      Flip(
        row: heldOut.rowNumbers[$0], label: classes[heldOut.labels[$0]],
        before: classes[predictions[$0]], after: classes[fewer[$0]])
    }
    // Latency is compared only if both networks have the same inputs.
    if measuresLatency, pruned.plan.inputs.isEmpty {
      latency = Latency(
        of: model.network, beside: baseline.trainable.network,
        rows: baseline.trainable.encoding.encode(heldOut.first(256)).inputs)
    }
    if case .latency(let share) = experiment.goal, let latency {
      warnings += Warning.missedLatency(share, low: latency.ratioLow, high: latency.ratioHigh)
    }
    func ratio(_ before: Int, _ after: Int) -> Double { Double(before) / Double(max(after, 1)) }
    ratios = [
      "parameters": ratio(before.parameters, after.parameters),
      "weights": ratio(before.weights, after.weights),
      "multiplications": ratio(before.macs, after.macs),
      "fileBytes": ratio(before.fileBytes, after.fileBytes),
    ]
    if let latency, latency.ratio > 0 { ratios["latency"] = 1 / latency.ratio }
  }
}

extension PruningResult {
  /// Sets the sizes of the given file and of the written one, in bytes.
  public mutating func setFileBytes(before: Int, after: Int) {
    (self.before.fileBytes, self.after.fileBytes) = (before, after)
    ratios["fileBytes"] = Double(before) / Double(max(after, 1))
  }
}

extension PruningMethod {
  /// The citation of the method, as text.
  fileprivate var source: String { Self.source.description }
}

extension Recipe {
  /// The settings by name.
  var words: [String: String] {
    var words = [
      "normalization": normalization.rawValue, "reduction": reduction.rawValue,
      "scope": scope.rawValue, "schedule": schedule.kind.rawValue,
      "rounds": "\(schedule.rounds)", "compensation": compensation.rawValue,
      "recovery": recovery.kind.rawValue, "epochs": "\(recovery.epochs)",
      "floor": shortest(floor),
    ]
    if case .weights = score {
      words["granularity"] = "weights"
    } else {
      words["granularity"] = "neurons"
    }
    return words
  }
}
