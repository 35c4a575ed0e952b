import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
import Networks
import Reports
import Tensors

/// Attributes each hidden feature to the inputs.
struct Features: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Attribute the hidden features of a network to its inputs.",
    discussion: """
      Examples:
        espalier features model.onnx iris
        espalier features model.onnx loans.csv --target approved --layer activation-1 --json
      """)

  @Argument(help: "An .onnx or .espalier file.")
  var model: String
  @OptionGroup var source: DataOptions
  @Option(help: "The hidden layer to analyse (default: the last).")
  var layer: String?
  @Option(
    help: "The attribution method, by default that of reports; see 'espalier list methods'.")
  var method = MeanGradient.name
  @OptionGroup(title: "Inputs of the network") var pixels: PixelFlags
  @OptionGroup(title: "Inputs of the network") var scaling: ScalingFlags
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws { try check(.threads, threads) }

  /// A hidden feature with its attributions.
  private struct Entry: Encodable {
    var id: String
    @NeuronText var neuron: Neuron
    var threshold: Double
    var activeShare: Double
    var drivers: [FeatureSummary.Driver]
  }

  func run() throws {
    if let threads { Workers.threads = threads }
    let options = ReadingOptions(
      target: source.target, ignore: source.ignore, keepsConstants: true,
      format: source.table.format, maxInputBytes: source.table.maxInputBytes)
    let url = URL(fileURLWithPath: model)
    let loaded = try ModelFile.read(url).rows(of: source.data, options: options)
    console.note(loaded.remarks)
    let table = loaded.table
    var network = NetworkOptions()
    pixels.apply(to: &network)
    scaling.apply(to: &network)
    let imported = try ImportedModel(
      url, options: network, table: table, names: .options)
    ProgressPrinter(console.progress, quiet: console.quiet).show(imported)
    let entries = try entries(of: imported.model, over: imported.table)
    if console.json { return try StandardOutput.writeJSON(entries) }
    try console.summarise("Attributions by \(method)\n" + entries.map(Self.text).joined())
  }

  private func entries(of model: Model, over table: Table) throws -> [Entry] {
    let architecture = model.network.architecture
    // Hidden features are units of rank 1; channels of feature maps are not.
    let shapes = try architecture.shapes()
    var nodes = architecture.hiddenNodes.filter { node in
      architecture.index(of: node).map { shapes[$0].rank == 1 } ?? false
    }
    if let node = model.featureNode { nodes = nodes.filter { $0 != node } + [node] }
    let node = try chosen(among: nodes)
    guard let index = architecture.index(of: node) else { return [] }
    let inputs = model.encoding.encode(table).inputs
    let values = model.network.activations(of: node, for: inputs)
    let thresholds = Self.thresholds(of: model, node: node, over: table, count: values.width)
    let subject = AttributionSubject(
      network: model.network, node: index, inputs: inputs, values: values, thresholds: thresholds)
    let map = FeatureMap(of: subject, by: try attributionCatalog.type(named: method).init())
    let names = HiddenFeatures.names(values.width, beside: model.schema.features)
    return model.network.neurons(of: node).enumerated().map { position, neuron in
      Entry(
        id: names[position].rawValue, neuron: neuron, threshold: thresholds[position],
        activeShare: map.activeShares[position].roundedTo(digits: 6),
        drivers: map.drivers(of: position, encoding: model.encoding, schema: model.schema))
    }
  }

  private func chosen(among nodes: [Node.ID]) throws -> Node.ID {
    if let layer {
      guard let node = nodes.first(where: { $0.rawValue == layer }) else {
        throw UnknownName(layer, family: "hidden layer", known: nodes.map(\.rawValue))
      }
      return node
    }
    guard let last = nodes.last else {
      throw CommandFailure(
        "the network has no hidden layer", hint: "hidden features are the units of a hidden layer",
        code: 65)
    }
    return last
  }

  /// The thresholds of rules in the feature layer; elsewhere 0.5 for a sigmoid and 0 otherwise.
  private static func thresholds(
    of model: Model, node: Node.ID, over table: Table, count: Int
  ) -> [Double] {
    if let features = HiddenFeatures(of: model, over: table), features.node == node {
      return features.thresholds
    }
    let index = model.network.architecture.index(of: node)
    let activation = index.flatMap { model.network.architecture.nodes[$0].layer.activation }
    return [Double](repeating: activation?.function == .sigmoid ? 0.5 : 0, count: count)
  }

  private static func text(_ entry: Entry) -> String {
    let head =
      Terminal.stdout.paint(entry.id, .bold)
      + "  active above \(fixed(entry.threshold, digits: 3)): "
      + "\(fixed(entry.activeShare * 100, digits: 1)) % of the rows\n"
    let drivers = entry.drivers.prefix(8).map { driver in
      let bar = String(repeating: "━", count: max(1, Int((driver.strength * 20).rounded())))
      let side = driver.sign > 0 ? "up  " : "down"
      return
        "      \(side)  \(bar.padding(toLength: 20, withPad: " ", startingAt: 0))  \(shown(driver.input, limit: 90))\n"
    }
    return head + (drivers.isEmpty ? "      no attributions\n" : drivers.joined())
  }
}
