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
    public var multiplications: Int
    /// Hidden neurons.
    public var neurons: Int
    /// Flattened units read by later layers; `nil` without a flattening.
    public var flattened: Int?
    /// Network inputs: input units of a row, or channels of an image.
    public var inputs: Int
    /// Size of the ONNX file in bytes.
    public var fileBytes: Int
    /// Size of the compressed model in bytes.
    public var codedBytes: Int?
    /// Accuracy on the held-out set.
    public var accuracy: Proportion
    /// For regression, the RMSE on the held-out set in the target's unit; `nil` otherwise.
    public var error: Double?
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
  public var changedAnswers: Int
  /// The first 50 held-out rows whose prediction changed.
  public var changed: [Flip]
  /// Inference time of both networks; `nil` if it was not measured.
  public var latency: Latency?
  /// The pruned units and the accuracy of each round.
  public var rounds: [PrunedNetwork.Round]
  /// Layers that pruning does not support; their neighbours were not pruned.
  public var unknownLayers: [String]
  /// Warnings about the pruned network.
  public var warnings: [Warning]

  private enum CodingKeys: String, CodingKey {
    case method, source, goal, recipe, seed, before, after, ratios, equality, agreement
    case agreementByClass, changedAnswers, changed, latency, rounds, unknownLayers, warnings
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
    goal = experiment.goal.description
    self.recipe = recipe.words
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
    rounds = pruned.rounds
    unknownLayers = pruned.unknown.map(\.rawValue)
    let heldOut = baseline.rows.heldOut
    let answers = baseline.answers
    let fewer = model.classify(heldOut)
    func side(_ model: Model, _ cost: Cost, _ answers: [Int]) throws -> Side {
      let layers = model.network.architecture.nodes.indices.filter { node in
        model.network.parameters[node].contains { $0.role == .weight }
      }
      let numbers = try NeuronGroups(model.network.architecture, numbersApart: true).numbersRead
      return Side(
        parameters: cost.parameters,
        weights: model.network.parameters.joined().reduce(0) {
          $0 + ($1.role == .weight ? $1.keptCount : 0)
        }, widths: layers.map { model.network.originalIndices[$0].count },
        multiplications: cost.multiplications, neurons: cost.neurons,
        flattened: numbers > 0 ? numbers : nil,
        inputs: cost.inputs, fileBytes: try ModelFile.data(for: model).count,
        codedBytes: try? CompressedModel.data(for: model).count,
        accuracy: Proportion(agreementOf: answers, and: heldOut.labels),
        error: model.error(on: heldOut))
    }
    before = try side(baseline.original, pruned.before, answers)
    after = try side(model, pruned.after, fewer)
    agreement = Proportion(agreementOf: answers, and: fewer)
    let classes = model.schema.classes
    var byClass: [String: Proportion] = [:]
    for (label, name) in classes.enumerated() {
      let own = answers.indices.filter { answers[$0] == label }
      byClass[name] = Proportion(own.count { fewer[$0] == label }, of: own.count)
    }
    agreementByClass = byClass
    warnings =
      baseline.warnings
      + Warning.pruning(
        agreement: agreement,
        vanished: model.head == .number
          ? [] : VanishedClass.all(original: answers, pruned: fewer, classes: classes),
        explains: nil)
    let flips = answers.indices.filter { answers[$0] != fewer[$0] }
    changedAnswers = flips.count
    changed = flips.prefix(50).map {
      Flip(
        row: heldOut.rowNumbers[$0], label: classes[heldOut.labels[$0]],
        before: classes[answers[$0]], after: classes[fewer[$0]])
    }
    let rows = baseline.trainable.encoding.encode(heldOut).inputs
    let some = rows.rows > 256 ? rows.slicing(0..<256) : rows
    // Latency is compared only if both networks have the same inputs.
    if measuresLatency, pruned.plan.inputs.isEmpty {
      latency = Latency(of: model.network, beside: baseline.trainable.network, rows: some)
    }
    func ratio(_ before: Int, _ after: Int) -> Double { Double(before) / Double(max(after, 1)) }
    ratios = [
      "parameters": ratio(before.parameters, after.parameters),
      "weights": ratio(before.weights, after.weights),
      "multiplications": ratio(before.multiplications, after.multiplications),
      "fileBytes": ratio(before.fileBytes, after.fileBytes),
    ]
    if let latency, latency.ratio > 0 { ratios["latency"] = 1 / latency.ratio }
  }

  /// The result as lines of text.
  public var lines: [String] {
    func times(_ ratio: Double?, _ less: String, _ more: String) -> String {
      guard let ratio, ratio > 0 else { return "" }
      let size = max(ratio, 1 / ratio)
      return fixed(size, digits: size < 10 ? 2 : 1) + "x " + (ratio < 1 ? more : less)
    }
    func fewer(_ key: String) -> String { times(ratios[key], "fewer", "more") }
    func share(_ proportion: Proportion) -> String {
      let interval = proportion.interval
      return "\(proportion.count) of \(proportion.total) "
        + "(\(fixed(proportion.value * 100, digits: 2)) %, 95 % interval "
        + "\(fixed(interval.lowerBound * 100, digits: 2)) to "
        + "\(fixed(interval.upperBound * 100, digits: 2)) %)"
    }
    func layers(_ side: Side) -> String {
      side.widths.count > 12
        ? "\(side.widths.count)" : side.widths.map(String.init).joined(separator: "-")
    }
    var lines = [
      "\(method) to \(goal):",
      "parameters       \(before.parameters) -> \(after.parameters), \(fewer("parameters"))",
      "weights          \(before.weights) -> \(after.weights), \(fewer("weights"))",
      "MACs per sample  \(before.multiplications) -> \(after.multiplications), "
        + "\(fewer("multiplications"))",
      "file             \(before.fileBytes) -> \(after.fileBytes) bytes, "
        + times(ratios["fileBytes"], "smaller", "larger"),
    ]
    if let coded = after.codedBytes {
      let numbers = 4 * before.parameters
      lines.append(
        "compressed model \(coded) bytes, "
          + times(Double(numbers) / Double(coded), "smaller", "larger")
          + " than the \(numbers) bytes of all parameters")
    }
    if let latency {
      lines.append(
        "time             \(fixed(latency.before.median, digits: 0)) -> "
          + "\(fixed(latency.after.median, digits: 0)) µs for \(latency.rows) rows, "
          + "\(times(ratios["latency"], "faster", "slower")) (\(latency.runs) runs in turn, ratio "
          + "\(fixed(latency.ratioLow, digits: 3)) to \(fixed(latency.ratioHigh, digits: 3)))")
    }
    lines += [
      "neurons          \(before.neurons) -> \(after.neurons), inputs \(before.inputs) -> "
        + "\(after.inputs)",
      "layers           \(layers(before)) -> \(layers(after))",
    ]
    if let first = before.flattened {
      lines.append("flattened units  \(first) -> \(after.flattened ?? 0)")
    }
    lines += [
      "accuracy         \(share(before.accuracy)) -> \(share(after.accuracy))",
      "agreement        \(share(agreement)) with the network before pruning",
    ]
    if let first = before.error, let last = after.error {
      lines.append(
        "error            \(fixed(first, digits: 4)) -> \(fixed(last, digits: 4)), root mean squared"
      )
    }
    let changed = agreementByClass.sorted { $0.key < $1.key }.filter {
      $0.value.count < $0.value.total
    }
    if !changed.isEmpty {
      var parts = changed.map { "\($0.key) \($0.value.count)/\($0.value.total)" }
      if changed.count < agreementByClass.count { parts.append("all of the others") }
      lines.append("  by class       " + parts.joined(separator: ", "))
    }
    lines.append(
      "masked = compacted on \(equality.rows) rows: largest difference "
        + String(
          format: "%.2g absolute, %.2g relative, ", equality.largestAbsolute,
          equality.largestRelative)
        + "\(equality.changedAnswers) changed predictions")
    if !unknownLayers.isEmpty {
      lines.append("not pruned, unsupported layers: " + unknownLayers.joined(separator: ", "))
    }
    return lines
  }
}

extension Model {
  /// The root mean squared error on a table; `nil` for classification.
  func error(on table: Table) -> Double? {
    guard head == .number, table.count > 0 else { return nil }
    let found = numbers(from: outputs(for: table))
    let squares = zip(found, table.numbers).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (squares / Double(table.count)).squareRoot()
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
      "scope": scope.rawValue, "schedule": schedule.course.rawValue,
      "rounds": "\(schedule.rounds)", "compensation": compensation.rawValue,
      "recovery": recovery.course.rawValue, "epochs": "\(recovery.epochs)",
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
