import Foundation

/// A pruning goal that cannot be met, with the nearest value that can.
public enum UnmetGoal: Hashable, Sendable {
  /// A loss of validation accuracy; `nearest` is the smallest loss with 95 % confidence, `nil` if
  /// nothing can be pruned.
  case accuracyDrop(Double, nearest: Double?)
  /// A share of the inference time.
  case latency(Double, nearest: Double)
  /// A number of weight bytes.
  case bytes(Int, nearest: Int)
  /// A number of inputs.
  case inputs(Int, nearest: Int)
  /// A goal for pruning single weights, with the least number of parameters.
  case weights(Goal, nearest: Int)
  /// The width of a layer.
  case width(Int, layer: String, nearest: Int)
  /// A goal for pruning neurons, with one neuron left in each layer.
  case neurons(Goal, nearest: Cost)

  /// The goal, as text.
  var goal: String {
    switch self {
    case .accuracyDrop(let drop, _): Goal.accuracyDrop(drop).description
    case .latency(let share, _): Goal.latency(share).description
    case .bytes(let count, _): Goal.bytes(count).description
    case .inputs(let count, _): Goal.inputs(count).description
    case .weights(let goal, _): "\(goal.description) by pruning weights"
    case .width(let width, let layer, _): "width \(width) of '\(layer)' by these scores"
    case .neurons(let goal, _):
      "\(goal.description) by pruning neurons, with at least one per layer"
    }
  }

  /// The nearest value that can be met, as text.
  var nearest: String {
    switch self {
    case .accuracyDrop(_, let nearest?):
      String(format: "an accuracy loss of %.3g %% at 95 %% confidence", nearest * 100)
    case .accuracyDrop(_, nil): "no pruning"
    case .latency(_, let nearest): Goal.latency(nearest).description
    case .bytes(_, let nearest): "\(nearest) bytes"
    case .inputs(_, let nearest): Goal.inputs(nearest).description
    case .weights(_, let nearest): "\(nearest) parameters"
    case .width(_, let layer, let nearest): "width \(nearest) of '\(layer)'"
    case .neurons(let goal, let nearest): goal.reached(nearest)
    }
  }
}
