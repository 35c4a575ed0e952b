import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import Reports
import Tensors

/// Explains the prediction for one row.
struct Why: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Explain the prediction for one row.",
    discussion: """
      Examples:
        espalier why loans-espalier 17 --data new-loans.csv
        espalier why iris-espalier petal_length=4.9,petal_width=1.7

      ROW is the number of a row of the data, from 1 without the header, or the
      values: name=value,… or a JSON object. Columns that are not given are missing.
      """)

  @Argument(help: "A report folder or its explanation.json.")
  var result: String
  @Argument(help: "A row number, name=value,… or a JSON object.")
  var row: String
  @Option(help: "The data of a row number (default: those of the result, if they have a name).")
  var data: String?
  @Option(help: "The rules to explain: inputs, features, described or all (default: all).")
  var rules: RulesChoice?
  @Option(help: "The network (default: the model.onnx of the result).")
  var model: String?
  @OptionGroup(title: "Table") var form: TableFlags
  @OptionGroup(title: "Inputs of the network") var inputs: InputFlags
  @OptionGroup(title: "Console output") var console: ConsoleOptions

  func run() throws {
    let file = try ResultFile(result)
    let explanation = file.explanation
    let number = Int(row)
    let (rows, given, texts) = try rows(of: explanation, number)
    let read = try file.network(model, for: rows, inputs: inputs, console: console)
    let (model, table) = (read.model, read.table)
    let features = read.featureModel ?? model
    if let number { noteUnknownLevels(of: rows, at: given, number) }
    let leads = explanation.leads ?? explanation.level
    var levels: [RuleLevel] =
      switch rules {
      case nil, .all?:
        [leads] + RuleLevel.allCases.filter { $0 != leads }
      case .inputs?: [.inputs]
      case .features?: [.features]
      case .described?: [.described]
      }
    if levels.count > 1, let name = self.model,
      let classifier = try? RuleClassifier(explanation, level: .features),
      (try? classifier.variables(of: table.selecting([given]), in: features)) == nil
    {
      levels.removeAll { $0 == .features }
      console.note([
        "the rules over hidden features are left out: those of \(shown(name)) are others"
      ])
    }
    if let level = levels.first {
      let classifier = try RuleClassifier(explanation, level: level)
      _ = try classifier.variables(of: table.selecting([given]), in: features)
      if let model { try RuleMismatch.check(classifier, model) }
    }
    let explainer = try RowExplainer(
      explanation, model: model, featureModel: features, levels: levels,
      rows: number == nil ? Self.namedRows(of: explanation) : table)
    let found = try explainer.explanation(
      of: table.selecting([given]), number: number, texts: texts)
    if console.json { return try StandardOutput.writeJSON(found) }
    try console.summarise(RowExplanationText(found, explanation).text)
  }

  /// Notes the columns whose value in a row of a file is none of their levels.
  private func noteUnknownLevels(of table: Table, at position: Int, _ number: Int) {
    for (feature, column) in zip(table.schema.features, table.columns)
    where feature.levels != nil && column[position] == Table.unknownLevel {
      console.note([
        "row \(number) has a value of \(shown(feature.id.rawValue)) that is none of its levels: "
          + listed(feature.levels ?? [], most: 8, quoted: true)
      ])
    }
  }

  /// The rows, the position of the row among them, and its values by column if they were given.
  private func rows(
    of explanation: Explanation, _ number: Int?
  ) throws -> (Table, Int, texts: [String: String]) {
    let schema = explanation.data.schema
    guard let number else {
      if data != nil, row.contains("=") || row.contains("{") {
        throw CommandFailure(
          "--data is for a row number, and the row is given by its values",
          hint: "omit --data, or give a row number")
      }
      if form.format != TableFormat() {
        throw CommandFailure(
          "the options of a table do not apply to a row that is given by its values",
          hint: "omit them, and write numbers as 1234.5", code: 64)
      }
      let text = try RowText(row)
      let (table, missing) = try text.table(schema)
      if !missing.isEmpty {
        console.note(["not given, and so missing: \(listed(missing, most: 5))"])
      }
      for (feature, column) in zip(schema.features, table.columns)
      where column[0] == Table.unknownLevel && feature.levels != nil {
        let given = text.cells.last { $0.name == feature.id.rawValue }?.text ?? ""
        console.note([
          "'\(shown(given))' is not a level of \(shown(feature.id.rawValue)), which has "
            + listed(feature.levels ?? [], most: 8, quoted: true)
        ])
      }
      let texts = Dictionary(
        text.cells.map { ($0.name, $0.text) }, uniquingKeysWith: { _, last in last })
      return (table, 0, texts)
    }
    let source = try data ?? Self.namedData(of: explanation)
    let isOther = CommandFailure(
      "the data set '\(shown(source))' is not the one of the result",
      hint: "name the data with --data", code: 65)
    let loaded: LoadedData
    do {
      loaded = try DataSource.load(
        source,
        options: ReadingOptions(
          schema: schema, labels: .optional, format: form.format, maxInputBytes: form.maxInputBytes)
      )
    } catch DatasetError.notFetched(let name) where data == nil {
      // The data may be a file of that name.
      throw CommandFailure(
        "row numbers need the data, and the data set '\(shown(name))' is not on this machine",
        hint: "name the data with --data, or fetch the data set with 'espalier datasets fetch "
          + "\(shown(name))'", code: 66)
    } catch is DatasetError where data == nil {
      throw isOther
    }
    if data == nil, loaded.sha256 != explanation.data.sha256 { throw isOther }
    guard let position = loaded.table.rowNumbers.firstIndex(of: number) else {
      throw CommandFailure(
        "there is no row \(number) in \(shown(loaded.name)), which has "
          + counted(loaded.rowsRead, "row"),
        hint: "rows are counted from 1, without the header", code: 65)
    }
    return (loaded.table, position, [:])
  }

  /// The rows of the result, if its data are a data set of the tool: for a row that is given by values, they
  /// say which columns have whole numbers only.
  private static func namedRows(of explanation: Explanation) -> Table? {
    guard let name = try? namedData(of: explanation),
      let loaded = try? DataSource.load(
        name, options: ReadingOptions(schema: explanation.data.schema, labels: .optional)),
      loaded.sha256 == explanation.data.sha256
    else { return nil }
    return loaded.table
  }

  private static func namedData(of explanation: Explanation) throws -> String {
    let name = explanation.data.name
    guard DataSource.names().contains(where: { $0.name == name }) else {
      throw CommandFailure(
        "row numbers need the data, and the result does not say where they are",
        hint: "name the data with --data")
    }
    return name
  }
}

extension RowTextError: CommandLineError {
  var exitCode: Int32 { if case .notANumber = self { 65 } else { 64 } }
}
