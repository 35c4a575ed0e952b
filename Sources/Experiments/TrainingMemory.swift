import Datasets
import Networks
import Reports
import Tensors

extension Defaults {
  /// Copies of all parameters while a network is trained: the network, its gradients, two moments of
  /// Adam, and the best network and the state of the epoch's start to go back to.
  private static let copies = 8.0

  /// The network to be trained, refused where it cannot fit the memory.
  /// - Throws: `MemoryError`, `NetworkError`
  func admitted(inputs: Int, outputs: Int, rows: Int) throws -> Architecture {
    let architecture = architecture(inputs: inputs, outputs: outputs)
    let parameters = try architecture.parameterNumbers()
    // What the layers say of a batch, and its gradient.
    let values = try architecture.shapes().reduce(0.0) { $0 + Double($1.count) }
    let batch = Double(min(trainer.batch, max(rows, 1)))
    let bytes = 4 * (Self.copies * parameters + 2 * values * batch)
    try MemoryBudget.admit(
      bytes,
      for: "training a network of \(counted(Int(parameters))) parameters"
        + " with \(counted(Int(batch))) rows a batch",
      advice: known == nil
        ? "give fewer units with --hidden or --features, or smaller batches with --batch"
        : "choose a smaller --architecture, or smaller batches with --batch")
    return architecture
  }
}

extension Encoding {
  /// Refuses rows that cannot fit the memory once they are numbers for a network.
  /// - Throws: `MemoryError`
  func admit(rows: Int) throws(MemoryError) {
    try MemoryBudget.admit(
      4 * 2 * Double(rows) * Double(width),
      for: "encoding \(counted(rows)) rows as \(counted(width)) inputs",
      advice: "use fewer rows, or leave columns out with --ignore")
  }
}
