import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import Networks
import Reports
import Tensors

/// Measures a network on labelled rows.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a network's accuracy and calibration on labelled rows.",
    discussion: """
      Examples:
        espalier evaluate loans-espalier/model.onnx new-loans.csv
        espalier evaluate net.onnx new-loans.csv --target approved --json

      All rows given are counted: rows that the network was trained on raise its accuracy.
      """)

  @Argument(help: "An .onnx or .espalier file.")
  var model: String
  @Argument(help: "A data set's name, a file, '-' or a folder.")
  var data: String
  @OptionGroup var columns: ColumnFlags
  @OptionGroup(title: "Table") var form: TableFlags
  @OptionGroup(title: "Inputs of the network") var inputs: InputFlags
  @Option(help: "Number of threads (default: one per core).")
  var threads: Int?
  @OptionGroup var warnings: StrictOption
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  mutating func validate() throws { try check(.threads, threads) }

  private struct Evaluated: Encodable {
    var evaluation: Evaluation
    var warnings: [Warning]

    private enum CodingKeys: String, CodingKey { case warnings }

    func encode(to encoder: any Encoder) throws {
      try evaluation.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(warnings, forKey: .warnings)
    }
  }

  func run() throws {
    if let threads { Workers.threads = MemoryGuard.threads(threads) }
    let read = try NetworkWithRows(
      model: model, data: data, columns: columns, form: form, inputs: inputs, labels: .required,
      console: console)
    guard read.table.count > 0 else {
      throw CommandFailure(
        "none of the \(counted(read.loaded.rowsRead, "row")) has a class of the network: "
          + listed(read.model.schema.classes, most: 8, quoted: true),
        hint: "write the labels as the network does, or name the column with --target", code: 65)
    }
    let training = trainingRows(of: read.loaded)
    console.warn(training)
    let found = read.warnings + training
    let evaluation = Evaluation(of: read.model, on: read.table)
    if console.json {
      try StandardOutput.writeJSON(Evaluated(evaluation: evaluation, warnings: found))
    }
    try console.summarise(EvaluationText(evaluation, target: read.table.schema.target).text)
    try warnings.check(found, quiet: console.quiet, isWritten: false)
  }

  /// The warning that training rows are among the rows, as the result beside the model says.
  private func trainingRows(of loaded: LoadedData) -> [Warning] {
    let folder = URL(fileURLWithPath: model).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder + "/explanation.json"),
      let result = try? ResultFile(folder)
    else { return [] }
    let network = result.explanation.pruned
    let figure =
      network.rootMeanSquaredError.map {
        "its root mean squared error on its held-out rows is \(significant($0, digits: 4))"
      }
      ?? "it has \(ratio(network.accuracy)) (\(percent(network.accuracy))) correct of its held-out rows"
    return result.explanation.trainingRowsMeasured(sha256: loaded.sha256, figure: figure)
  }
}

/// An evaluation as text.
struct EvaluationText {
  /// The maximum number of classes of a confusion matrix; of more, the largest entries are listed.
  private static let mostClasses = 12

  let text: String

  init(_ evaluation: Evaluation, target: Target) {
    var lines: [String] = []
    if let regression = evaluation.regression {
      lines += Self.lines(regression, evaluation, target)
    } else {
      let accuracy = Terminal.stdout.paint(
        "The network classifies \(ratio(evaluation.accuracy)) rows correctly", .bold)
      lines.append(
        "\(accuracy) (\(percent(evaluation.accuracy)), 95 % interval "
          + "\(interval(evaluation.accuracy))).")
      lines.append(
        "Always predicting '\(shown(evaluation.majority.class))' is correct on "
          + "\(ratio(evaluation.majority.accuracy)) rows "
          + "(\(percent(evaluation.majority.accuracy))).")
      lines += ["", "Each class:"] + Self.classes(evaluation)
      lines += [""] + Self.confusion(evaluation)
    }
    if let calibration = evaluation.calibration {
      lines += [""] + Self.lines(calibration)
    }
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func lines(
    _ regression: RegressionFigures, _ evaluation: Evaluation, _ target: Target
  ) -> [String] {
    var unit = ""
    if case .numeric(let name?, _) = target.kind { unit = " " + shown(name) }
    func words(_ estimate: RegressionFigures.Estimate, _ unit: String) -> String {
      "\(significant(estimate.value, digits: 4))\(unit), 95 % interval "
        + "\(significant(estimate.low, digits: 4)) to \(significant(estimate.high, digits: 4))"
    }
    var lines: [String] = []
    if let rSquared = regression.rSquared {
      lines.append(
        Terminal.stdout.paint("R² \(words(rSquared, ""))", .bold)
          + " (\(counted(evaluation.rows, "row")))")
    } else {
      lines.append("R² is not defined: all \(counted(evaluation.rows)) numbers are equal")
    }
    lines.append("mean absolute error \(words(regression.meanAbsoluteError, unit))")
    lines.append("root mean squared error \(words(regression.rootMeanSquaredError, unit))")
    lines.append(
      "Always predicting the mean has a root mean squared error of "
        + "\(significant(regression.meanBaseline, digits: 4))\(unit).")
    return lines
  }

  private static func classes(_ evaluation: Evaluation) -> [String] {
    let rows = evaluation.classes.map { figures in
      [
        shown(figures.class), counted(figures.support), counted(figures.predicted),
        percent(figures.precision), percent(figures.recall), fixed(figures.f1, digits: 3),
      ]
    }
    return ConsoleTable(rows: [["class", "rows", "predicted", "precision", "recall", "F1"]] + rows)
      .lines
  }

  private static func confusion(_ evaluation: Evaluation) -> [String] {
    let names = evaluation.classes.map { shown($0.class) }
    if names.count <= mostClasses {
      let rows = zip(names, evaluation.confusion).map { [$0] + $1.map { counted($0) } }
      return ["Confusion (rows: class; columns: prediction):"]
        + ConsoleTable(rows: [[""] + names] + rows).lines
    }
    var errors: [(count: Int, words: String)] = []
    for (label, row) in evaluation.confusion.enumerated() {
      for (predicted, count) in row.enumerated() where label != predicted && count > 0 {
        errors.append((count, "'\(names[label])' predicted as '\(names[predicted])'"))
      }
    }
    errors.sort { ($1.count, $0.words) < ($0.count, $1.words) }
    return ["Most frequent confusions:"]
      + errors.prefix(10).map { "  \(counted($0.count, "row")) of \($0.words)" }
  }

  private static func lines(_ calibration: Calibration) -> [String] {
    let rows = calibration.bins.filter { $0.accuracy.total > 0 }.map { bin in
      [
        "\(fixed(bin.low, digits: 2)) to \(fixed(bin.high, digits: 2))",
        counted(bin.accuracy.total), percent(bin.confidence), percent(bin.accuracy),
      ]
    }
    return [
      "Calibration: expected calibration error "
        + "\(fixed(calibration.expectedCalibrationError, digits: 4)), Brier score "
        + "\(fixed(calibration.brierScore, digits: 4))."
    ] + ConsoleTable(rows: [["confidence", "rows", "mean", "accuracy"]] + rows).lines
  }
}
