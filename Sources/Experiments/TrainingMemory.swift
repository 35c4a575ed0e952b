import Datasets
import Foundation
import Networks
import Reports
import Tensors

extension Defaults {
  /// Copies of all parameters during training: the network, its gradients, two moments of Adam, the
  /// best network, and the state at the start of the epoch.
  private static let copies = 8.0

  /// The architecture to train; throws if training needs more than the available memory.
  /// - Throws: `TrainingMemoryError`, `NetworkError`
  func admitted(inputs: Int, outputs: Int, rows: Int) throws -> Architecture {
    let architecture = architecture(inputs: inputs, outputs: outputs)
    let parameters = try architecture.parameterNumbers()
    // Activations of a batch, and their gradients.
    let values = try architecture.shapes().reduce(0.0) { $0 + Double($1.count) }
    let batch = Double(min(trainer.batch, max(rows, 1)))
    let bytes = 4 * (Self.copies * parameters + 2 * values * batch)
    do throws(MemoryError) {
      try MemoryBudget.admit(bytes)
    } catch {
      throw TrainingMemoryError.training(
        parameters: Int(parameters), batch: Int(batch), isPublished: known != nil, error)
    }
    return architecture
  }
}

extension Encoding {
  /// Checks that the encoded rows fit the available memory.
  /// - Throws: `TrainingMemoryError`
  func admit(rows: Int) throws(TrainingMemoryError) {
    do throws(MemoryError) {
      try MemoryBudget.admit(4 * 2 * Double(rows) * Double(width))
    } catch {
      throw .encoding(rows: rows, inputs: width, error)
    }
  }
}

/// A step of a run that needs more memory than is available.
public enum TrainingMemoryError: LocalizedError, Hashable, Sendable {
  /// Training a network; `isPublished`: whether it has a published architecture.
  case training(parameters: Int, batch: Int, isPublished: Bool, MemoryError)
  /// Encoding the rows of a table.
  case encoding(rows: Int, inputs: Int, MemoryError)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .training(let parameters, let batch, _, let error):
      "training a network of \(counted(parameters)) parameters with a batch size of "
        + "\(counted(batch)) \(error.shortage)"
    case .encoding(let rows, let inputs, let error):
      "encoding \(counted(rows)) rows as \(counted(inputs)) inputs \(error.shortage)"
    }
  }

  /// How to reduce the memory.
  public var recoverySuggestion: String? {
    switch self {
    case .training(_, _, isPublished: false, _):
      "use fewer units in the hidden layers or the feature layer, or a smaller batch size"
    case .training: "choose a smaller architecture, or a smaller batch size"
    case .encoding: "use fewer rows, or leave columns out"
    }
  }
}
