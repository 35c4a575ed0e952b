import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Reports
import Rules
import Tensors

/// Measures the fidelity of rules to a network on given rows.
struct FidelityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fidelity",
    abstract: "Measure the fidelity of rules to a network on given rows.",
    discussion: """
      Examples:
        espalier fidelity loans-espalier loans-espalier/model.onnx new-loans.csv
        espalier fidelity loans-espalier loans.onnx new-loans.csv --min-fidelity 0.95
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Argument(help: "The .onnx or .espalier file to compare with.")
  var model: String
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @OptionGroup(title: "Table") var form: TableFlags
  @Option(help: "Minimum fidelity, 0 to 1; exit code 2 if it is not reached.")
  var minFidelity: Double?
  @OptionGroup(title: "Inputs of the network") var pixels: PixelFlags
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @OptionGroup(title: "Messages") var console: ConsoleOptions

  mutating func validate() throws {
    try check(.minFidelity, minFidelity)
    try check(.threads, threads)
  }

  private struct Measured: Encodable {
    var rows: Int
    var fidelity: Proportion
    var byClass: [String: Proportion]
    var majorityBaseline: Proportion
    /// The coverage: rows that a rule other than the default rule classifies.
    var answered: Proportion
    var accuracy: [String: Proportion]
  }

  func run() throws {
    if let threads { Workers.threads = threads }
    let explanation = try ResultFile(result).explanation
    let options = ReadingOptions(
      schema: explanation.data.schema, format: form.format, maxInputBytes: form.maxInputBytes)
    let loaded = try DataSource.load(data, options: options)
    console.note(loaded.accounts)
    let table = loaded.table
    var network = NetworkOptions()
    pixels.apply(to: &network)
    let imported = try ImportedModel(
      URL(fileURLWithPath: model), options: network, table: table, names: .options)
    ProgressPrinter(console.progress, quiet: console.quiet).show(imported)
    let measured = try Self.measure(explanation, imported.model, imported.table)
    if console.json { try StandardOutput.writeJSON(measured) }
    try console.summarise(Self.text(measured))
    if let minFidelity, measured.fidelity.value < minFidelity {
      throw CommandFailure.gates(
        [
          "the fidelity \(fixed(measured.fidelity.value, digits: 4)) is below the required "
            + "\(shortest(minFidelity))"
        ], isWritten: false)
    }
  }

  private static func measure(
    _ explanation: Explanation, _ model: Model, _ table: Table
  ) throws -> Measured {
    let classes = model.schema.classes
    let network = model.classify(table)
    var rows = table
    if explanation.level == .features {
      guard let features = HiddenFeatures(of: model, over: table) else {
        throw CommandFailure(
          "the network has no hidden features for the rules to use",
          hint: "give the model.onnx of the same report", code: 65)
      }
      guard features.neurons == explanation.features.map(\.neuron) else {
        throw FeatureMismatch()
      }
      rows = features.activationTable(in: model, over: table)
    }
    if explanation.level == .described { rows = table.appending(try explanation.scores()) }
    let entry = explanation.entry(explanation.level) ?? explanation.inputRules
    let rules = try ruleSet(entry, schema: rows.schema, classes: classes)
    let deciding = rules.deciding(rows)
    let answers = deciding.map { $0.map { rules.rules[$0].conclusion } ?? rules.defaultClass }
    let fidelity = Fidelity(
      rules: (answers, answers), network: (network, network), original: network,
      answered: deciding.map { $0 != nil }, classes: classes)
    return Measured(
      rows: table.count, fidelity: fidelity.heldOut, byClass: fidelity.byClass,
      majorityBaseline: fidelity.majorityBaseline, answered: fidelity.answered,
      accuracy: [
        "network": Proportion(agreementOf: network, and: table.labels),
        "rules": Proportion(agreementOf: answers, and: table.labels),
      ])
  }

  /// The rules over the columns of the rows, for the classes of the network.
  private static func ruleSet(
    _ entry: RuleSetEntry, schema: Schema, classes: [String]
  ) throws -> RuleSet {
    do {
      return try entry.ruleSet(over: schema, classes: classes)
    } catch {
      switch error {
      case .unknownClass(_, let name), .unknownDefault(let name):
        throw CommandFailure(
          "the rules predict '\(name)', which is not a class of the network",
          hint: "give the network that the rules were extracted from", code: 65)
      case .unknownVariable(let rule, let name), .invalidCondition(let rule, let name),
        .contradiction(let rule, let name):
        throw CommandFailure(
          "rule \(rule) has a condition on '\(name)' that the data cannot evaluate",
          hint: "give rows with the columns that the rules were extracted from", code: 65)
      case .otherClasses, .noFeatureRules, .noDescribedRules, .repeatedName, .invalidScore:
        throw error
      }
    }
  }

  private static func text(_ measured: Measured) -> String {
    func words(_ share: Proportion) -> String {
      "\(share.count) of \(share.total) rows (\(fixed(share.value * 100, digits: 1)) %)"
    }
    let interval = measured.fidelity.interval
    var lines = [
      Terminal.stdout.paint(
        "The rules agree with the network on \(words(measured.fidelity))", .bold)
        + ", 95 % interval \(fixed(interval.lowerBound * 100, digits: 1)) to "
        + "\(fixed(interval.upperBound * 100, digits: 1)) %.",
      "Always predicting the network's majority class would agree on "
        + "\(words(measured.majorityBaseline)).",
    ]
    for (name, share) in measured.byClass.sorted(by: { $0.key < $1.key }) {
      lines.append("  where the network predicts '\(shown(name))': \(words(share))")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// A model without the hidden features that the rules use.
struct FeatureMismatch: CommandLineError, Hashable {
  var exitCode: Int32 { 65 }
  var errorDescription: String? {
    "the model's hidden features are not those of the rules"
  }
  var recoverySuggestion: String? { "give the model.onnx of the result's own folder" }
}
