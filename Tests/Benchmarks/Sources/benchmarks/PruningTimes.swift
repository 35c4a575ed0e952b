import Datasets
import Foundation
import Naming
import Networks
import Pruning
import Tensors

/// How long coupling takes, and pruning without training, on networks of published sizes.
enum PruningTimes {
  /// Milliseconds that were promised.
  private enum Limits {
    static let coupling = 50.0
    static let pruning = 2_000.0
  }

  private static let networks: [(name: String, architecture: Architecture)] = [
    ("LeNet-300-100", LeNet300().architecture(input: [784], outputs: 10)),
    ("LeNet-5", LeNet5().architecture(input: [28, 28, 1], outputs: 10)),
    ("ResNet-20", ResNet20().architecture(input: [32, 32, 3], outputs: 10)),
    ("ResNet-56", ResNet56().architecture(input: [32, 32, 3], outputs: 10)),
    ("VGG-16", VGG16().architecture(input: [32, 32, 3], outputs: 10)),
    ("dense blocks, 121 layers", denseBlocks()),
    ("ladder with bridges", ladder()),
  ]

  /// Prints a Markdown table; ends with an error where a limit is not kept.
  static func printTable() throws {
    var late: [String] = []
    print(
      """
      | network | parameters | groups | coupling, ms | scores, cut and check, ms | check holds |
      |---|--:|--:|--:|--:|---|
      """)
    for (name, architecture) in networks {
      let groups = try NeuronGroups(architecture)
      let coupling = try median(of: 31) { _ = try NeuronGroups(architecture) }
      let network = try Network(architecture, seed: Case.seed)
      let context = context(rows: 256, for: architecture)
      var recipe = NeuronMagnitude().recipe
      recipe.recovery = .none
      var pruned: PrunedNetwork?
      let pruning = try median(of: 5) {
        pruned = try recipe.prune(network, to: .keep(0.5), on: context)
      }
      let holds = pruned?.check.holds == true && pruned?.check.changedPredictions == 0
      print(
        "| \(name) | \(network.parameterCount) | \(groups.groups.count) | "
          + "\(String(format: "%.2f", coupling)) | \(String(format: "%.0f", pruning)) | "
          + "\(holds ? "yes" : "no") |")
      if coupling >= Limits.coupling { late.append("coupling of \(name)") }
      if pruning >= Limits.pruning { late.append("pruning of \(name)") }
      if !holds { late.append("the check of \(name)") }
    }
    late += try printMethods()
    // The measurement measured: a network and its copy take the same time.
    let network = try Network(Case.all[0].architecture, seed: Case.seed)
    let copies = (0..<3).map { _ in
      Latency(of: network, beside: network, rows: Tensor(repeating: 0.5, shape: [256, 784]))
    }
    for copy in copies {
      print(
        String(
          format: "a network beside its copy: %.3f of its time, %.3f to %.3f, %d runs", copy.ratio,
          copy.ratioLow, copy.ratioHigh, copy.runs))
    }
    // Each interval misses 1 once in twenty times.
    if !copies.contains(where: { ($0.ratioLow...$0.ratioHigh).contains(1) }) {
      late.append("a network's own copy")
    }
    guard late.isEmpty else { throw Failure.missed(late) }
  }

  /// What each method asks of ResNet-56 before it cuts, and a whole pruning by it in one round
  /// without learning; gates and networks that grow learn, and that is not measured.
  ///
  /// - Returns: the methods that took too long.
  private static func printMethods() throws -> [String] {
    let architecture = ResNet56().architecture(input: [32, 32, 3], outputs: 10)
    let network = try Network(architecture, seed: Case.seed)
    let groups = try NeuronGroups(architecture)
    var context = context(rows: 4_096, for: architecture)
    context.validation = context.training.gathering(Array(0..<256)[...])
    var late: [String] = []
    print(
      """

      | ResNet-56, 4,096 rows at hand | scores, ms | scores, cut and check, ms |
      |---|--:|--:|
      """)
    for name in pruningCatalog.names {
      let type = try pruningCatalog.type(named: name)
      guard case .neurons(let score) = type.init().recipe.score, !(score is FromScratch)
      else { continue }
      var generator = SeededGenerator(seed: Case.seed)
      var nodes = 0
      let scoring = try median(of: 3) {
        nodes = try score.scores(of: network, groups, on: context, using: &generator).count
      }
      guard nodes > 0 else { throw Failure.missed(["the scores of \(name)"]) }
      var recipe = type.init().recipe
      recipe.recovery = .none
      recipe.schedule = .oneShot
      let pruning = try median(of: 3) {
        let pruned = try recipe.prune(network, to: .keep(0.5), on: context)
        guard pruned.check.holds, pruned.after.parameters < pruned.before.parameters else {
          throw Failure.missed(["the check of \(name)"])
        }
      }
      if pruning >= Limits.pruning { late.append("pruning of ResNet-56 by \(name)") }
      print(String(format: "| \(name) | %.0f | %.0f |", scoring, pruning))
    }
    return late
  }

  /// Rows and labels by chance.
  private static func context(rows: Int, for architecture: Architecture) -> PruningContext {
    var generator = SeededGenerator(seed: Case.seed)
    let inputs = Tensor(
      (0..<rows * architecture.input.count).map { _ in Float(generator.normal()) },
      shape: [rows, architecture.input.count])
    let examples = Examples(inputs: inputs, labels: (0..<rows).map { $0 % 10 })
    return PruningContext(
      head: .softmax, training: examples, validation: examples,
      trainer: Trainer(epochs: 0, batch: 128, learningRate: 0), seed: 1)
  }

  /// Milliseconds.
  private static func median(of runs: Int, _ body: () throws -> Void) throws -> Double {
    try body()
    let times = try (0..<runs).map { _ in
      let time = try ContinuousClock().measure(body).components
      return Double(time.seconds) * 1e3 + Double(time.attoseconds) * 1e-15
    }
    return times.sorted()[runs / 2]
  }

  /// Each layer reads all before it in its block (Huang et al. 2017, arXiv:1608.06993): 6, 12, 24 and
  /// 16 layers of a narrow and a wide convolution, twelve channels each.
  private static func denseBlocks() -> Architecture {
    var builder = ArchitectureBuilder(input: [32, 32, 3])
    var last = builder.add(Convolution(24, Window(3, padding: 1), hasBias: false))
    var channels = 24
    for (block, count) in [6, 12, 24, 16].enumerated() {
      for _ in 0..<count {
        builder.add(BatchNormalization(), reading: last)
        builder.add(Activation(.relu))
        builder.add(Convolution(48, Window(1), hasBias: false))
        builder.add(BatchNormalization())
        builder.add(Activation(.relu))
        let made = builder.add(Convolution(12, Window(3, padding: 1), hasBias: false))
        last = builder.add(Concatenation(), reading: last, made)
        channels += 12
      }
      guard block < 3 else { break }
      channels /= 2
      builder.add(BatchNormalization(), reading: last)
      builder.add(Convolution(channels, Window(1), hasBias: false))
      last = builder.add(Pooling(.mean, Window(2, stride: 2)))
    }
    builder.add(BatchNormalization(), reading: last)
    builder.add(GlobalAveragePooling())
    builder.add(Dense(10))
    return builder.architecture
  }

  /// Down and across: what a wide layer says is joined to what a narrow one says later, at one size.
  private static func ladder() -> Architecture {
    var builder = ArchitectureBuilder(input: [32, 32, 3])
    var rungs: [Node.ID] = []
    for channels in [16, 32, 64, 64] {
      builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
      builder.add(BatchNormalization())
      rungs.append(builder.add(Activation(.relu)))
    }
    for (channels, rung) in zip([64, 32, 16], rungs.dropLast().reversed()) {
      let up = builder.add(Convolution(channels, Window(3, padding: 1)))
      builder.add(Concatenation(), reading: up, rung)
      builder.add(Convolution(channels, Window(3, padding: 1), hasBias: false))
      builder.add(BatchNormalization())
      builder.add(Activation(.relu))
    }
    builder.add(GlobalAveragePooling())
    builder.add(Dense(10))
    return builder.architecture
  }
}
