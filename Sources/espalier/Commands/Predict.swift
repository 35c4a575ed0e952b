import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import Networks
import Reports
import Tensors

/// Predicts rows with a network and with the rules of a result.
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Predict rows with a network and with its rules.",
    discussion: """
      Examples:
        espalier predict loans-espalier new-loans.csv -o predicted.csv
        espalier predict net.onnx new-loans.csv --no-target --class-order no,yes

      The table has the network's class and probabilities, and for a result the class
      of the rules, the rule that decided, and the values of scores. The rows need no
      target column.
      """)

  @Argument(help: "A report folder, its explanation.json, or an .onnx or .espalier file.")
  var source: String
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @Option(name: .shortAndLong, help: "The output file in CSV format (default: stdout).")
  var output: String?
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @Option(help: "The rules of a result: inputs, features or described (default: its own level).")
  var rules: RuleLevel?
  @Option(help: "The network of a result (default: its model.onnx).")
  var model: String?
  @OptionGroup var columns: ColumnFlags
  @Flag(help: "For a network of another program: the table has no target column.")
  var noTarget = false
  @OptionGroup(title: "Table") var form: TableFlags
  @OptionGroup(title: "Inputs of the network") var inputs: InputFlags
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @OptionGroup var warnings: StrictOption
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws {
    try check(.threads, threads)
    if noTarget, columns.target != nil {
      throw ValidationError("--target and --no-target contradict each other. Omit one of them")
    }
    guard isModelFile(source) else {
      let given = [
        (columns.target != nil, "--target"), (!columns.ignore.isEmpty, "--ignore"),
        (noTarget, "--no-target"),
      ]
      if let option = given.first(where: \.0)?.1 {
        throw ValidationError(
          "\(option) does not apply to a result, which states its columns. Omit \(option)")
      }
      return
    }
    if rules != nil { throw ValidationError("--rules requires a result. Give a report folder") }
    if model != nil { throw ValidationError("--model requires a result. Give a report folder") }
  }

  /// The counts that are printed after the rows.
  private struct Summary: Encodable {
    var rows = 0
    /// The rules that were evaluated.
    var level: RuleLevel?
    var network: [String: Int]?
    var rules: [String: Int]?
    var agreement: Proportion?
    var output: String?
    /// What is doubtful about the predictions.
    var warnings: [Warning] = []
  }

  /// The number of rows that are predicted at once.
  private static let batch = 8192

  func run() throws {
    if let threads { Workers.threads = MemoryGuard.threads(threads) }
    let file = output.flatMap { $0 == "-" ? nil : OutputFile($0) }
    if let file {
      var conflicts = OutputConflicts()
      conflicts.writes(file.path, as: "--output")
      conflicts.reads(source, as: isModelFile(source) ? "the model" : "the result")
      conflicts.reads(model, as: "the model")
      conflicts.reads(data, as: "the data")
      try conflicts.check()
      try file.check(force: force)
    }
    let (predictor, table, found) = try predictor()
    let written = PredictionTable(predictor)
    Interruption.hold()
    var summary = Summary(warnings: found)
    if let file {
      try file.write(force: force) { append in
        summary = try rows(of: table, by: predictor, written, found, asJSON: false) {
          try append(Data($0.utf8))
        }
      }
      summary.output = file.path
      if console.json { try StandardOutput.writeJSON(summary) }
      try console.summarise(Self.text(summary) + "The predictions: \(file.path)\n")
    } else {
      _ = try rows(of: table, by: predictor, written, found, asJSON: console.json) {
        try StandardOutput.write($0)
      }
    }
    try warnings.check(found, quiet: console.quiet, isWritten: file != nil)
  }

  private func predictor() throws -> (Predictor, Table, [Warning]) {
    if isModelFile(source) {
      let read = try NetworkWithRows(
        model: source, data: data, columns: columns, form: form, inputs: inputs,
        labels: noTarget ? .absent : .optional, console: console)
      return (Predictor(model: read.model, rules: nil), read.table, read.warnings)
    }
    let result = try ResultFile(source)
    let level = rules ?? result.explanation.level
    let rules = try RuleClassifier(result.explanation, level: level)
    let (given, loaded) = try NetworkWithRows.read(
      result, model: model, data: data, form: form, inputs: inputs, console: console)
    let (model, table) = (given.model, given.table)
    if let model { try RuleMismatch.check(rules, model) }
    let training =
      result.explanation.choosing(level).map {
        $0.trainingRowsMeasured(sha256: loaded.sha256, figure: $0.heldOutFidelity)
      } ?? []
    console.warn(training)
    // Before anything is written: the network may lack the hidden features of the rules.
    let features = given.featureModel
    _ = try rules.variables(
      of: table.selecting(Array(0..<min(1, table.count))), in: features ?? model)
    return (
      Predictor(model: model, rules: rules, featureModel: features), table,
      given.warnings + training
    )
  }

  /// Writes the predictions batch by batch.
  private func rows(
    of table: Table, by predictor: Predictor, _ written: PredictionTable, _ warnings: [Warning],
    asJSON: Bool, to write: (String) throws -> Void
  ) throws -> Summary {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .texts
    var summary = Summary(rows: table.count, level: predictor.rules?.level, warnings: warnings)
    var (network, rules, agreeing) = ([String: Int](), [String: Int](), 0)
    try write(asJSON ? "{\"predictions\":[" : written.header)
    for start in stride(from: 0, to: table.count, by: Self.batch) {
      if Interruption.isRequested {
        throw CommandFailure(
          "interrupted", hint: "run the same command again", code: Interruption.exitCode)
      }
      let end = min(start + Self.batch, table.count)
      var text = ""
      for (row, prediction) in try predictor.predictions(
        for: table.selecting(Array(start..<end))
      ).enumerated() {
        if asJSON {
          text += start + row == 0 ? "\n" : ",\n"
          text += String(
            decoding: try encoder.encode(written.object(prediction)), as: UTF8.self)
        } else {
          text += written.line(prediction)
        }
        if let outcome = prediction.network { network[outcome.class, default: 0] += 1 }
        if let outcome = prediction.rules { rules[outcome.class, default: 0] += 1 }
        if prediction.agrees == true { agreeing += 1 }
      }
      try write(text)
    }
    if predictor.model != nil { summary.network = network }
    if predictor.rules != nil { summary.rules = rules }
    if predictor.model != nil, predictor.rules != nil {
      summary.agreement = Proportion(agreeing, of: table.count)
    }
    if asJSON {
      let counts = String(decoding: try encoder.encode(summary), as: UTF8.self)
      try write("\n],\"summary\":\(counts)}\n")
    }
    return summary
  }

  private static func text(_ summary: Summary) -> String {
    guard let agreement = summary.agreement else { return counted(summary.rows, "row") + "\n" }
    return
      "\(counted(summary.rows, "row")): rules \(summary.level?.words ?? "") and network agree on "
      + "\(ratio(agreement)) (\(percent(agreement)))\n"
  }
}

/// Rules and a network with different classes.
enum RuleMismatch {
  /// Checks that the classes of the rules are the first classes of the network.
  static func check(_ rules: RuleClassifier, _ model: Model) throws(CommandFailure) {
    if let name = rules.classes.first(where: { !model.schema.classes.contains($0) }) {
      throw CommandFailure(
        "the rules predict '\(shown(name))', which is not a class of the network",
        hint: "give the network that the rules were extracted from", code: 65)
    }
  }
}
