import ArgumentParser
import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Reports

/// Describes a model file without data.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Describe a model file: layers, sizes, what can be pruned and explained.",
    discussion: """
      Examples:
        espalier inspect net.onnx
        espalier inspect net.onnx --json | jq .network.parameters

      No data are needed. The exit code is 65 if the network is not supported; all
      operators that are not supported are then listed.
      """)

  @Argument(help: "An .onnx or .espalier file.")
  var model: String
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  /// The description of a file.
  struct Description: Encodable {
    var file: String
    var format: String
    var bytes: Int
    var producer: String?
    var operatorSet: Int?
    var otherOperatorSets: [String: Int]
    var inputs: [ModelContents.Value]
    var outputs: [ModelContents.Value]
    var operators: [ModelContents.OperatorCount]
    var unsupported: [ModelContents.OperatorCount]
    var problem: String?
    var network: NetworkOutline?
    var head: Head?
    var columns: [String]?
    var target: String?
    var classes: [String]?

    init(_ contents: ModelContents, file: String) throws {
      self.file = file
      format = contents.format
      bytes = contents.bytes
      producer = contents.producer
      operatorSet = contents.operatorSet
      otherOperatorSets = contents.otherOperatorSets
      inputs = contents.inputs
      outputs = contents.outputs
      operators = contents.operators
      unsupported = contents.unsupported
      problem = contents.problem?.errorDescription
      guard let read = contents.network else { return }
      network = try NetworkOutline(read.network)
      head = read.head
      columns = read.schema?.features.map(\.id.rawValue)
      target = read.schema?.target.name
      classes = read.schema.map { $0.target.isNumeric ? [] : $0.classes } ?? read.classes
    }
  }

  func run() throws {
    let url = URL(fileURLWithPath: model)
    let contents = try ModelFile.contents(url)
    let description = try Description(contents, file: url.lastPathComponent)
    if console.json { try StandardOutput.writeJSON(description) }
    try console.summarise(DescriptionText(description).text)
    guard let problem = contents.problem else { return }
    guard !contents.unsupported.isEmpty else { throw problem }
    let listed = contents.unsupported.map { unsupported in
      let nodes = (unsupported.examples ?? []).map { "'\($0)'" }.joined(separator: ", ")
      let more = unsupported.nodes > (unsupported.examples?.count ?? 0) ? ", …" : ""
      return "'\(unsupported.name)' (\(counted(unsupported.nodes, "node")): \(nodes)\(more))"
    }
    throw CommandFailure(
      "\(shown(description.file)): \(counted(contents.unsupported.count, "operator")) "
        + (contents.unsupported.count == 1 ? "is" : "are") + " not supported: "
        + listed.joined(separator: ", "),
      hint: problem.recoverySuggestion, code: 65)
  }
}

/// The description of a model file as text.
struct DescriptionText {
  let text: String

  init(_ file: Inspect.Description) {
    var facts = [file.format == "onnx" ? "ONNX" : "compressed network of espalier"]
    if let version = file.operatorSet { facts.append("operator set \(version)") }
    for (domain, version) in file.otherOperatorSets.sorted(by: { $0.key < $1.key }) {
      facts.append("\(domain) \(version)")
    }
    if let producer = file.producer { facts.append("by \(producer)") }
    facts.append(bytes(file.bytes))
    var lines = [
      Terminal.stdout.paint(shown(file.file), .bold) + ": " + facts.joined(separator: ", ")
    ]
    let values = file.inputs.map { ("input", $0) } + file.outputs.map { ("output", $0) }
    lines +=
      ConsoleTable(
        rows: values.map { kind, value in
          [kind, shown(value.name), value.type, "[\(value.shape.joined(separator: ", "))]"]
        }, isRight: { _ in false }
      ).lines
    if !file.operators.isEmpty {
      lines.append(
        "Operators: "
          + file.operators.map { $0.nodes == 1 ? $0.name : "\($0.nodes) \($0.name)" }
          .joined(separator: ", "))
    }
    if let columns = file.columns {
      lines.append(
        "Columns: \(listed(columns)); target \(file.target.map { shown($0) } ?? "")")
    }
    if let classes = file.classes, !classes.isEmpty {
      lines.append("Classes: \(listed(classes))")
    }
    if let network = file.network { lines += [""] + Self.lines(network) }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ network: NetworkOutline) -> [String] {
    let rows = network.layers.map { layer in
      [
        shown(layer.node), shown(layer.layer),
        layer.reads.map { shown($0) }.joined(separator: " + "),
        layer.shape.map(String.init).joined(separator: "×"), counted(layer.parameters),
        counted(layer.macs),
        layer.neurons == 0 ? "" : "\(counted(layer.prunable)) of \(counted(layer.neurons))",
      ]
    }
    let header = ["layer", "kind", "reads", "shape", "parameters", "MACs", "prunable"]
    var lines = ConsoleTable(rows: [header] + rows, isRight: { $0 > 3 }).lines
    lines.append("")
    lines.append(
      "\(counted(network.parameters, "parameter")) (\(bytes(network.bytes))), "
        + "\(counted(network.macs)) multiply-accumulate operations (MACs) per row"
        + (network.denseMACs.map { " with weights that are not 0; \(counted($0)) with all." } ?? ".")
    )
    let coupled = network.layers.reduce(0) { $0 + $1.coupled }
    lines.append(
      "Pruning: \(counted(network.prunable, "group")) of neurons can be removed"
        + (coupled > 0
          ? "; \(counted(coupled)) neurons only together with those of other layers." : "."))
    var reasons: [String] = []
    for layer in network.layers {
      guard let reason = layer.protection, layer.protectionReason != .output,
        !reasons.contains(reason)
      else { continue }
      reasons.append(reason)
    }
    for reason in reasons { lines.append("  kept: neurons that are \(reason)") }
    if let node = network.featureNode {
      lines.append(
        "Explanation: rules over columns, and over \(counted(network.features, "hidden feature")) "
          + "of the layer '\(shown(node))'.")
    } else {
      lines.append(
        "Explanation: rules over columns; no layer of units before the last dense layer has hidden "
          + "features.")
    }
    return lines
  }
}
