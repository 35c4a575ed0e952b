import Foundation

/// How many neurons a layer may keep at most.
public struct Width: Hashable, Codable, Sendable {
  /// The layer's name; that of a flattening stands for its numbers.
  public var layer: String
  /// At least 1.
  public var count: Int

  /// A width of one layer, named as the network names it.
  public init(of layer: String, _ count: Int) {
    self.layer = layer
    self.count = count
  }
}

/// What a pruning is to reach.
public enum Goal: Hashable, Codable, Sendable {
  /// The share of parameters that stays.
  case keep(Double)
  /// The share of multiplications that stays.
  case multiplications(Double)
  /// At most so many learned numbers.
  case parameters(Int)
  /// At most so many hidden neurons.
  case neurons(Int)
  /// At most so many inputs of the network.
  case inputs(Int)
  /// At most so many neurons of some layers, or numbers of flattened images.
  case widths([Width])
  /// At most so many bytes of numbers.
  case bytes(Int)
  /// The share of the measured time for an answer that stays.
  case latency(Double)
  /// Validation accuracy that may be lost at most, with 95 % confidence.
  case accuracyDrop(Double)

  /// What counts for the goal; `nil` where it must be tried.
  func measure(_ cost: Cost) -> Double? {
    switch self {
    case .keep, .parameters: Double(cost.parameters)
    case .multiplications: Double(cost.multiplications)
    case .neurons: Double(cost.neurons)
    case .inputs: Double(cost.inputs)
    case .bytes: Double(cost.bytes)
    case .latency, .accuracyDrop, .widths: nil
    }
  }

  /// How much of it may be left of a network of this cost; 0 where it is no one number.
  func limit(from start: Cost) -> Double {
    switch self {
    case .keep(let share): share * Double(start.parameters)
    case .multiplications(let share): share * Double(start.multiplications)
    case .parameters(let count), .neurons(let count), .inputs(let count), .bytes(let count):
      Double(count)
    case .latency(let share), .accuracyDrop(let share): share
    case .widths: 0
    }
  }

  /// - Throws: `PruningError.unsuited` where each layer has a goal of its own.
  func mustBeOneNumber(for method: String) throws(PruningError) {
    if case .widths = self {
      throw .unsuited(method: method, needs: "a goal for the whole network: not --widths")
    }
  }

  /// The same goal for a network that is no longer whole: a share of the whole is one of what is left.
  func absolute(_ limit: Double, in cost: Cost) -> Goal {
    switch self {
    case .keep: .parameters(Int(limit))
    case .multiplications: .multiplications(limit / Double(max(cost.multiplications, 1)))
    default: self
    }
  }

  /// In words, for errors and reports.
  public var description: String {
    func percent(_ share: Double) -> String { String(format: "%.4g %%", share * 100) }
    return switch self {
    case .keep(let share): "\(percent(share)) of the parameters"
    case .multiplications(let share): "\(percent(share)) of the multiplications"
    case .parameters(let count): "\(count) parameters"
    case .neurons(let count): "\(count) neurons"
    case .inputs(let count): "\(count) inputs"
    case .widths(let widths):
      widths.map { "\($0.count) of '\($0.layer)'" }.joined(separator: ", ")
    case .bytes(let count): "\(count) bytes"
    case .latency(let share): "\(percent(share)) of the time for an answer"
    case .accuracyDrop(let drop): "at most \(percent(drop)) of accuracy lost"
    }
  }

  /// What a cost comes to, in the words of the goal.
  func reached(_ cost: Cost) -> String {
    switch self {
    case .keep, .parameters: "\(cost.parameters) parameters"
    case .multiplications: "\(cost.multiplications) multiplications"
    case .neurons: "\(cost.neurons) neurons"
    case .inputs: "\(cost.inputs) inputs"
    case .bytes: "\(cost.bytes) bytes"
    case .latency, .accuracyDrop, .widths: "nothing removed"
    }
  }
}
