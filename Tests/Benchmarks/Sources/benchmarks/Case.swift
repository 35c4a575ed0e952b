import Networks
import Tensors

/// One piece of work that both sides do: a network, its rows, and what is done with them.
struct Case: Sendable {
  let name: String
  let architecture: Architecture
  /// How the network learns; `nil` where it only answers.
  let trainer: Trainer?
  let rows: Int

  /// The seed of the first numbers and of the order of the rows.
  static let seed: UInt64 = 42

  static let all = [
    Case(
      name: "lenet-300-100",
      architecture: LeNet300().architecture(input: [784], outputs: 10),
      trainer: trainer(epochs: 1, batch: 128, rate: 0.001), rows: 60_000),
    Case(
      name: "small", architecture: dense(13, [64, 32, 16], 3),
      trainer: trainer(epochs: 20, batch: 32, rate: 0.001), rows: 4_096),
    Case(
      name: "lenet-5",
      architecture: LeNet5().architecture(input: [28, 28, 1], outputs: 10),
      trainer: trainer(epochs: 1, batch: 128, rate: 0.001), rows: 12_800),
    Case(
      name: "resnet-20",
      architecture: ResNet20().architecture(input: [32, 32, 3], outputs: 10),
      trainer: trainer(epochs: 1, batch: 128, rate: 0.02, .momentum(momentum: 0.9)), rows: 1_024),
    Case(
      name: "inference", architecture: dense(30, [64, 32, 16], 2), trainer: nil, rows: 1_000_000),
  ]

  private static func trainer(
    epochs: Int, batch: Int, rate: Double, _ optimizer: Optimizer = .adam
  ) -> Trainer {
    var trainer = Trainer(epochs: epochs, batch: batch, learningRate: rate)
    trainer.optimizer = optimizer
    trainer.schedule = .constant
    return trainer
  }

  private static func dense(_ inputs: Int, _ hidden: [Int], _ outputs: Int) -> Architecture {
    var builder = ArchitectureBuilder(input: [inputs])
    for units in hidden {
      builder.add(Dense(units))
      builder.add(Activation(.relu))
    }
    builder.add(Dense(outputs, start: .glorot))
    return builder.architecture
  }

  /// Steps of one run: batches learned from, or rows answered.
  var steps: Int {
    guard let trainer else { return rows }
    return trainer.epochs * ((rows + trainer.batch - 1) / trainer.batch)
  }

  /// Additions and multiplications that one run cannot do without, in the layers with weights.
  ///
  /// Learning takes three products of the size of the answer's, but for the gradient of the
  /// network's own input, which nobody needs.
  func arithmetic(of network: Network) -> Double {
    let all = network.macs
    guard let trainer else { return 2 * Double(rows) * Double(all) }
    let first = architecture.nodes[0].layer.macs(
      for: [architecture.input], network.parameters[0])
    return 2 * Double(trainer.epochs * rows) * Double(3 * all - first)
  }

  /// The order of the rows in every epoch, one after the other, as `Trainer` draws it.
  var orders: [Int32] {
    let generator = SeededGenerator(seed: Self.seed)
    return (0..<(trainer?.epochs ?? 0)).flatMap { epoch in
      var shuffler = generator.stream("epoch-\(epoch)")
      var order = (0..<Int32(rows)).map { $0 }
      shuffler.shuffle(&order)
      return order
    }
  }
}
