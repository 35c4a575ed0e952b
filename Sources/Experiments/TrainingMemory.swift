import Datasets
import Networks
import Reports
import Tensors

extension Defaults {
  /// Copies of all parameters during training: the network, its gradients, two moments of Adam, the
  /// best network, and the state at the start of the epoch.
  private static let copies = 8.0

  /// The architecture to train; throws if training needs more than the available memory.
  /// - Throws: `MemoryError`, `NetworkError`
  func admitted(inputs: Int, outputs: Int, rows: Int) throws -> Architecture {
    let architecture = architecture(inputs: inputs, outputs: outputs)
    let parameters = try architecture.parameterNumbers()
    // Activations of a batch, and their gradients.
    let values = try architecture.shapes().reduce(0.0) { $0 + Double($1.count) }
    let batch = Double(min(trainer.batch, max(rows, 1)))
    let bytes = 4 * (Self.copies * parameters + 2 * values * batch)
    try MemoryBudget.admit(
      bytes,
      for: "training a network of \(counted(Int(parameters))) parameters"
        + " with a batch size of \(counted(Int(batch)))",
      advice: known == nil
        ? "use fewer units with --hidden or --features, or a smaller batch size with --batch"
        : "choose a smaller --architecture, or a smaller batch size with --batch")
    return architecture
  }
}

extension Encoding {
  /// Checks that the encoded rows fit the available memory.
  /// - Throws: `MemoryError`
  func admit(rows: Int) throws(MemoryError) {
    try MemoryBudget.admit(
      4 * 2 * Double(rows) * Double(width),
      for: "encoding \(counted(rows)) rows as \(counted(width)) inputs",
      advice: "use fewer rows, or leave columns out with --ignore")
  }
}
