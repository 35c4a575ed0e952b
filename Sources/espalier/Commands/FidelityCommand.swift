import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Naming
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

      The rows need no target column. With --write-baseline june.json and later
      --baseline june.json, the command fails where the fidelity has fallen.
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Argument(help: "The .onnx or .espalier file to compare with.")
  var model: String
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @Option(help: "The rules: inputs, features or described (default: the level of the result).")
  var rules: RuleLevel?
  @OptionGroup(title: "Table") var form: TableFlags
  @Option(help: "Minimum fidelity, 0 to 1; exit code 2 if it is not reached.")
  var minFidelity: Double?
  @Option(
    help:
      "Minimum fidelity where the network predicts any one class; exit code 2 if it is not reached."
  )
  var minClassFidelity: Double?
  @Option(
    help:
      "A file of --write-baseline; exit code 2 if the fidelity is lower beyond the 95 % interval.")
  var baseline: String?
  @Option(help: "Write the figures to this file, as a baseline for later rows.")
  var writeBaseline: String?
  @Flag(help: "Overwrite an existing regular file or espalier report.")
  var force = false
  @OptionGroup(title: "Inputs of the network") var inputs: InputFlags
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @OptionGroup var warnings: StrictOption
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws {
    try check(.minFidelity, minFidelity)
    try check(.minClassFidelity, minClassFidelity)
    try check(.threads, threads)
  }

  private struct Measured: Codable {
    var rows: Int
    /// The rules that were measured; absent in baselines of earlier versions.
    var level: RuleLevel?
    var fidelity: Proportion
    var byClass: [String: Proportion]
    var majorityBaseline: Proportion
    /// The coverage: rows that a rule other than the default rule classifies.
    var coverage: Proportion
    /// The accuracy on rows with a known class; absent if there are none.
    var accuracy: [String: Proportion]?
    /// The change since the baseline.
    var change: ProportionChange?
    /// What is doubtful about the figures.
    var warnings: [Warning]?

    private enum CodingKeys: String, CodingKey {
      case rows, level, fidelity, byClass, majorityBaseline
      case coverage = "answered"
      case accuracy, change, warnings
    }
  }

  func run() throws {
    if let threads { Workers.threads = MemoryGuard.threads(threads) }
    let newBaseline = try baselineFile()
    let earlier = try baseline.map { ($0, try Self.readBaseline($0)) }
    let file = try ResultFile(result)
    let explanation = try file.explanation(rules)
    let options = ReadingOptions(
      schema: explanation.data.schema, labels: .optional, format: form.format,
      maxInputBytes: form.maxInputBytes)
    if file.explainsOtherNetwork, let own = file.modelFile,
      URL(fileURLWithPath: model).isSameFile(as: own)
    {
      console.note([
        "the rules approximate the network before pruning, \(originalModelName), and model.onnx is the "
          + "pruned one"
      ])
    }
    let loaded = try DataSource.load(data, options: options)
    console.note(loaded.accounts)
    let table = loaded.table
    let imported = try file.network(
      at: URL(fileURLWithPath: model), for: table, options: inputs.options, console: console)
    var features = imported.model
    if file.explainsOtherNetwork, explanation.level == .features, let own = file.modelFile {
      // The hidden features are those of the pruned network.
      var quiet = console
      quiet.quiet = true
      features =
        try file.network(at: own, for: table, options: inputs.options, console: quiet).model
    }
    var measured = try Self.measure(
      explanation, imported.model, features: features, imported.table)
    if let (path, baseline) = earlier {
      try Self.checkClasses(of: baseline, measured, path)
    }
    noteClassesWithoutRows(measured)
    let found = explanation.trainingRowsMeasured(
      sha256: loaded.sha256, figure: explanation.heldOutFidelity)
    console.warn(found)
    let allWarnings = imported.warnings + found
    measured.warnings = allWarnings
    let new = measured
    measured.change = earlier.map {
      ProportionChange(before: $0.1.fidelity, after: measured.fidelity)
    }
    let failed =
      failedGates(measured) + warnings.gates(allWarnings, quiet: console.quiet)
    // Figures that fail a gate are no baseline: the next run would pass.
    if let newBaseline, failed.isEmpty {
      Interruption.hold()
      try newBaseline.write(try StandardOutput.json(new), force: force)
    }
    if console.json { try StandardOutput.writeJSON(measured) }
    let end = newBaseline.map {
      failed.isEmpty
        ? "The baseline: \($0.path)\n"
        : "The baseline is not written to \($0.path): a threshold is not met.\n"
    }
    try console.summarise(Self.text(measured, explanation.data.classes) + (end ?? ""))
    if !failed.isEmpty { throw CommandFailure.gates(failed, isWritten: false) }
  }

  /// The file of the new baseline, checked before anything is computed.
  private func baselineFile() throws -> OutputFile? {
    guard let writeBaseline else { return nil }
    var conflicts = OutputConflicts()
    conflicts.writes(writeBaseline, as: "--write-baseline")
    conflicts.reads(result, as: "the result")
    conflicts.reads(model, as: "the model")
    conflicts.reads(data, as: "the data")
    conflicts.reads(baseline, as: "the baseline")
    try conflicts.check()
    let file = OutputFile(writeBaseline)
    try file.check(force: force)
    return file
  }

  /// A baseline of other classes is one of other data, and one of another level is one of other rules.
  private static func checkClasses(
    of baseline: Measured, _ measured: Measured, _ path: String
  ) throws {
    if let old = baseline.level, let new = measured.level, old != new {
      throw CommandFailure(
        "\(path): the baseline is of the rules \(old.words), and the rules \(new.words) are measured",
        hint: "give --rules \(old.rawValue), or write a baseline with --write-baseline", code: 65)
    }
    let (old, new) = (baseline.byClass.keys.sorted(), measured.byClass.keys.sorted())
    guard old != new else { return }
    throw CommandFailure(
      "\(path): the baseline has the classes \(listed(old, most: 5, quoted: true)), and these "
        + "rows have \(listed(new, most: 5, quoted: true))",
      hint: "give the baseline of the same network, or write one with --write-baseline", code: 65)
  }

  /// Says for which classes a required fidelity cannot be checked.
  private func noteClassesWithoutRows(_ measured: Measured) {
    let names = measured.byClass.filter { $0.value.total == 0 }.keys.sorted()
    guard minClassFidelity != nil, !names.isEmpty else { return }
    console.note([
      "--min-class-fidelity is not checked for classes that the network predicts on no row: "
        + listed(names, most: 5)
    ])
  }

  /// An earlier measurement.
  private static func readBaseline(_ path: String) throws -> Measured {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw CommandFailure(
        "the baseline '\(path)' cannot be read", hint: "write it with --write-baseline", code: 66)
    }
    guard let measured = try? JSONDecoder().decode(Measured.self, from: data) else {
      throw CommandFailure(
        "\(path): not a baseline", hint: "give a file that --write-baseline wrote", code: 65)
    }
    try RepeatedKey.check(data, named: path)
    // Sums of numbers from a file may exceed Int.
    let ofClasses = measured.byClass.values.reduce(0.0) { $0 + Double($1.total) }
    guard measured.rows == measured.fidelity.total, Double(measured.rows) == ofClasses else {
      throw CommandFailure(
        "\(path): the numbers of rows of the baseline contradict each other: \(counted(measured.rows)), "
          + "\(counted(measured.fidelity.total)) of the fidelity, \(shortest(ofClasses)) of all classes",
        hint: "give a file that --write-baseline wrote", code: 65)
    }
    return measured
  }

  private func failedGates(_ measured: Measured) -> [String] {
    var failed: [String] = []
    if let minFidelity, measured.fidelity.value < minFidelity {
      failed.append(
        "the fidelity \(fixed(measured.fidelity.value, digits: 4)) is below the required "
          + "\(shortest(minFidelity))")
    }
    if let minClassFidelity {
      for (name, share) in measured.byClass.sorted(by: { $0.key < $1.key })
      where share.total > 0 && share.value < minClassFidelity {
        failed.append(
          "the fidelity where the network predicts '\(shown(name))', "
            + "\(fixed(share.value, digits: 4)), is below the required "
            + "\(shortest(minClassFidelity))")
      }
    }
    if let change = measured.change, change.high < 0 {
      failed.append(
        "the fidelity fell from \(fixed(change.before.value, digits: 4)) to "
          + "\(fixed(change.after.value, digits: 4)), by at least "
          + "\(fixed(-change.high, digits: 4)) with 95 % confidence")
    }
    return failed
  }

  private static func measure(
    _ explanation: Explanation, _ model: Model, features featureModel: Model, _ table: Table
  ) throws -> Measured {
    let classes = model.schema.classes
    let network = model.classify(table)
    var rows = table
    if explanation.level == .features {
      guard let features = HiddenFeatures(unfitted: featureModel) else {
        throw FeaturesMismatch.noFeatures
      }
      guard features.neurons == explanation.features.map(\.neuron) else {
        throw FeaturesMismatch.otherFeatures
      }
      rows = features.activationTable(in: featureModel, over: table)
    }
    if explanation.level == .described { rows = table.appending(try explanation.scores()) }
    let entry = explanation.entry(explanation.level) ?? explanation.inputRules
    let rules = try ruleSet(entry, schema: rows.schema, classes: classes)
    let deciding = rules.deciding(rows)
    let predictions = deciding.map { $0.map { rules.rules[$0].conclusion } ?? rules.defaultClass }
    let fidelity = Fidelity(
      rules: (predictions, predictions), network: (network, network), original: network,
      isCovered: deciding.map { $0 != nil }, classes: classes)
    let known = table.labels.indices.filter { table.labels[$0] >= 0 }
    func accuracy(_ predicted: [Int]) -> Proportion {
      Proportion(known.count { predicted[$0] == table.labels[$0] }, of: known.count)
    }
    return Measured(
      rows: table.count, level: explanation.level, fidelity: fidelity.heldOut,
      byClass: fidelity.byClass,
      majorityBaseline: fidelity.majorityBaseline, coverage: fidelity.coverage,
      accuracy: known.isEmpty
        ? nil : ["network": accuracy(network), "rules": accuracy(predictions)])
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

  /// `classes`: the classes of the result, in their order.
  private static func text(_ measured: Measured, _ classes: [String]) -> String {
    func words(_ share: Proportion) -> String {
      share.total == 0
        ? "no row"
        : "\(share.count) of \(share.total) rows (\(fixed(share.value * 100, digits: 1)) %)"
    }
    let interval = measured.fidelity.interval
    var lines = [
      Terminal.stdout.paint(
        "The rules \(measured.level?.words ?? "") agree with the network on \(words(measured.fidelity))",
        .bold)
        + ", 95 % interval \(fixed(interval.lowerBound * 100, digits: 1)) to "
        + "\(fixed(interval.upperBound * 100, digits: 1)) %.",
      "Always predicting the network's majority class would agree on "
        + "\(words(measured.majorityBaseline)).",
    ]
    let others = measured.byClass.keys.filter { !classes.contains($0) }.sorted()
    for name in classes + others {
      guard let share = measured.byClass[name] else { continue }
      lines.append("  where the network predicts '\(shown(name))': \(words(share))")
    }
    if let change = measured.change {
      lines.append(
        "The baseline had \(words(change.before)); the difference is "
          + "\(fixed(change.difference * 100, digits: 1)) points, 95 % interval "
          + "\(fixed(change.low * 100, digits: 1)) to \(fixed(change.high * 100, digits: 1)).")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
