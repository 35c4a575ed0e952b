import Foundation

/// The maximum width of one layer.
public struct Width: Hashable, Codable, Sendable {
  /// The layer's name; the name of a flatten layer refers to its flattened units.
  public var layer: String
  /// Neurons, channels or flattened units, at least 1.
  public var count: Int

  /// Creates the width of the layer with this name.
  public init(of layer: String, _ count: Int) {
    self.layer = layer
    self.count = count
  }
}

/// The target of a pruning.
public enum Goal: Hashable, Codable, Sendable {
  /// The share of parameters kept, 0 to 1.
  case keep(Double)
  /// The share of MACs per sample kept, 0 to 1.
  case macs(Double)
  /// The maximum number of learned parameters.
  case parameters(Int)
  /// The maximum number of hidden neurons.
  case neurons(Int)
  /// The maximum number of network inputs.
  case inputs(Int)
  /// The maximum widths of some layers, in neurons, channels or flattened units.
  case widths([Width])
  /// The maximum number of weight bytes.
  case bytes(Int)
  /// The share of the measured inference time kept, 0 to 1.
  case latency(Double)
  /// The maximum loss of validation accuracy, with 95 % confidence.
  case accuracyDrop(Double)

  private enum CodingKeys: String, CodingKey {
    case keep, macs = "multiplications", parameters, neurons, inputs, widths, bytes, latency
    case accuracyDrop
  }

  /// The cost that the goal limits; `nil` if the goal needs a search or a width per layer.
  func measure(_ cost: Cost) -> Double? {
    switch self {
    case .keep, .parameters: Double(cost.parameters)
    case .macs: Double(cost.macs)
    case .neurons: Double(cost.neurons)
    case .inputs: Double(cost.inputs)
    case .bytes: Double(cost.bytes)
    case .latency, .accuracyDrop, .widths: nil
    }
  }

  /// The limit of `measure` for a network with this initial cost; 0 for widths per layer.
  func limit(from start: Cost) -> Double {
    switch self {
    case .keep(let share): (share * Double(start.parameters)).withoutRoundingError
    case .macs(let share): (share * Double(start.macs)).withoutRoundingError
    case .parameters(let count), .neurons(let count), .inputs(let count), .bytes(let count):
      Double(count)
    case .latency(let share), .accuracyDrop(let share): share
    case .widths: 0
    }
  }

  /// - Throws: `PruningError.unsuited` if the goal sets a width per layer.
  func mustBeOneNumber(for method: String) throws(PruningError) {
    if case .widths = self {
      throw .unsuited(method: method, needs: .goalOfNetwork)
    }
  }

  /// Converts a share of the initial network into the equivalent goal for a partly pruned network.
  func absolute(_ limit: Double, in cost: Cost) -> Goal {
    switch self {
    case .keep: .parameters(Int(limit))
    case .macs: .macs(limit / Double(max(cost.macs, 1)))
    default: self
    }
  }

  /// Runs a pruning of a partly pruned network to an absolute goal.
  /// - Throws: the errors of `prune`; one that the goal is out of reach names this goal.
  func naming<Result>(goalsOf prune: () throws -> Result) throws -> Result {
    do {
      return try prune()
    } catch PruningError.goalOutOfReach(.neurons(_, let nearest)) {
      throw PruningError.goalOutOfReach(.neurons(self, nearest: nearest))
    } catch PruningError.goalOutOfReach(.weights(_, let nearest)) {
      throw PruningError.goalOutOfReach(.weights(self, nearest: nearest))
    }
  }

  /// A description for error messages and reports.
  public var description: String {
    func percent(_ share: Double) -> String { String(format: "%.4g %%", share * 100) }
    return switch self {
    case .keep(let share): "\(percent(share)) of the parameters"
    case .macs(let share): "\(percent(share)) of the MACs"
    case .parameters(let count): "\(count) parameters"
    case .neurons(let count): "\(count) neurons"
    case .inputs(let count): "\(count) inputs"
    case .widths(let widths):
      widths.map { "width \($0.count) of '\($0.layer)'" }.joined(separator: ", ")
    case .bytes(let count): "\(count) bytes"
    case .latency(let share): "\(percent(share)) of the inference time"
    case .accuracyDrop(let drop): "an accuracy loss of at most \(percent(drop))"
    }
  }

  /// The cost that the goal limits, as text.
  func reached(_ cost: Cost) -> String {
    switch self {
    case .keep, .parameters: "\(cost.parameters) parameters"
    case .macs: "\(cost.macs) MACs"
    case .neurons: "\(cost.neurons) neurons"
    case .inputs: "\(cost.inputs) inputs"
    case .bytes: "\(cost.bytes) bytes"
    case .latency, .accuracyDrop, .widths: "no pruning"
    }
  }
}

extension Double {
  /// The nearest integer if this differs from it by rounding errors only: a limit of 2 is not
  /// 1.9999999999999998.
  var withoutRoundingError: Double {
    abs(self - rounded()) <= 1e-9 * max(abs(self), 1) ? rounded() : self
  }
}
