import ArgumentParser
import Datasets
import Experiments
import Explanations
import Foundation
import ModelFiles
import Networks
import Reports

extension RuleLevel: ExpressibleByArgument {}

/// The preprocessing of a network from another program.
struct InputFlags: ParsableArguments {
  @OptionGroup var pixels: PixelFlags
  @OptionGroup var scaling: ScalingFlags

  var options: NetworkOptions {
    var options = NetworkOptions()
    pixels.apply(to: &options)
    scaling.apply(to: &options)
    return options
  }
}

/// The columns of a table for a network from another program.
struct ColumnFlags: ParsableArguments {
  @Option(help: "The target column (default: that of the model file, else the last).")
  var target: String?
  @Option(help: "A column to exclude; may be repeated.")
  var ignore: [String] = []
}

/// A network with the rows of its data.
struct NetworkWithRows {
  var model: Model
  var table: Table
  var loaded: LoadedData
  /// The warnings about the network, which are on stderr already.
  var warnings: [Warning] = []

  /// Reads a model file and the rows for it.
  ///
  /// A file that this program wrote states its columns; for others they are detected.
  /// `labels`: whether the rows need a target value.
  init(
    model path: String, data: String, columns: ColumnFlags, form: TableFlags, inputs: InputFlags,
    labels: LabelReading, console: ConsoleOptions
  ) throws {
    let url = URL(fileURLWithPath: path)
    let imported = try ModelFile.read(url)
    var options = ReadingOptions(
      target: columns.target, ignore: columns.ignore, keepsConstants: true, labels: labels,
      format: form.format, maxInputBytes: form.maxInputBytes)
    let network = inputs.options
    if let own = imported.schema {
      if let target = columns.target, target != own.target.name {
        throw CommandFailure(
          "--target does not apply: the model predicts '\(shown(own.target.name))'",
          hint: "omit --target", code: 64)
      }
      if !columns.ignore.isEmpty {
        throw CommandFailure(
          "--ignore does not apply: the model file states the columns that it reads",
          hint: "omit --ignore", code: 64)
      }
      options.schema = own
      if labels == .absent { options.labels = .optional }
    }
    do {
      loaded = try imported.rows(of: data, options: options)
    } catch DatasetError.oneClass(_, _, let name, _)
      where imported.schema == nil && network.classOrder?.contains(name) == true
    {
      // The other classes have no rows.
      options.targetKind = .classes(names: network.classOrder ?? [])
      loaded = try imported.rows(of: data, options: options)
    }
    console.note(imported.schema == nil ? loaded.remarks : loaded.accounts)
    var table = loaded.table
    if let scaling = network.scaleInputs, scaling != .none {
      try console.noteScaling(scaling, over: table)
    }
    if options.labels == .absent || (!table.schema.target.isNumeric && table.schema.classes.isEmpty)
    {
      table = try table.unlabelled(for: imported, classOrder: network.classOrder)
    }
    // The rows may lack a class of the network.
    if imported.schema == nil, !imported.describesClasses, let order = network.classOrder,
      order.count > table.schema.classes.count, let more = table.withClasses(order)
    {
      table = more
    }
    let read: ImportedModel
    do {
      read = try ImportedModel(url, options: network, table: table, names: .options)
    } catch
      where labels == .optional && columns.target == nil
      && Self.lacksTarget(table.schema.target.name, error)
    {
      throw CommandFailure(
        error.localizedDescription,
        hint: "if the last column, '\(shown(table.schema.target.name))', is no target, add "
          + "--no-target", code: 65)
    }
    ProgressPrinter(console.progress, quiet: console.quiet).show(read)
    (model, self.table, warnings) = (read.model, read.table, read.warnings)
  }

  /// Whether the column that is taken for the target is one that the network reads.
  private static func lacksTarget(_ target: String, _ error: any Error) -> Bool {
    switch error {
    case ModelFileError.schema(.columnCount(let found, let expected)),
      NetworkError.wrongInputs(let expected, let found):
      found + 1 == expected
    case ModelFileError.schema(.missingColumn(let name)): name == target
    default: false
    }
  }

  /// Reads the rows of a result and the network for them.
  ///
  /// `path`: another network than the model.onnx of the result.
  static func read(
    _ result: ResultFile, model path: String?, data: String, form: TableFlags, inputs: InputFlags,
    console: ConsoleOptions
  ) throws -> (rows: RowsOfResult, loaded: LoadedData) {
    let loaded = try DataSource.load(
      data,
      options: ReadingOptions(
        schema: result.explanation.data.schema, labels: .optional, format: form.format,
        maxInputBytes: form.maxInputBytes))
    console.note(loaded.accounts)
    return (try result.network(path, for: loaded.table, inputs: inputs, console: console), loaded)
  }
}

/// Rows for the network of a result.
struct RowsOfResult {
  /// The network; `nil` if there is none.
  var model: Model?
  /// The network with the hidden features of the rules, if it is not `model`.
  var featureModel: Model?
  var table: Table
  /// The warnings about the network, which are on stderr already.
  var warnings: [Warning] = []
}

extension ResultFile {
  /// The network at a path, by default the explained one of the result: original.onnx where the rules
  /// approximate the network before pruning, otherwise model.onnx; `nil` if there is none.
  func network(
    _ path: String?, for table: Table, inputs: InputFlags, console: ConsoleOptions
  ) throws -> RowsOfResult {
    guard let file = path.map({ URL(fileURLWithPath: $0) }) ?? modelFile else {
      console.note(["there is no model.onnx beside the result: only the rules are evaluated"])
      return RowsOfResult(table: table)
    }
    let asked = path == nil && explainsOtherNetwork ? originalModelFile ?? file : file
    if path == nil, explainsOtherNetwork, originalModelFile == nil {
      console.note([
        "the rules approximate the network before pruning, and model.onnx is the pruned one: "
          + "--model names another"
      ])
    }
    let read = try network(at: asked, for: table, options: inputs.options, console: console)
    var rows = RowsOfResult(model: read.model, table: read.table, warnings: read.warnings)
    // The hidden features of the rules are those of the pruned network.
    if explainsOtherNetwork, let own = modelFile, !asked.isSameFile(as: own) {
      var quiet = console
      quiet.quiet = true
      rows.featureModel =
        try network(at: own, for: table, options: inputs.options, console: quiet).model
    }
    return rows
  }
}

extension ResultFile {
  /// The network of a file, which is read as the result read it; with the notes about it printed.
  func network(
    at file: URL, for table: Table, options: NetworkOptions, console: ConsoleOptions
  ) throws -> ImportedModel {
    let read = try ImportedModel(
      file, options: options, table: table, names: .options, as: explanation.givenNetwork)
    if read.scalesOverRows, let scaling = read.reading?.scaleInputs.flatMap(InputScaling.init) {
      try console.noteScaling(scaling, over: table)
    }
    ProgressPrinter(console.progress, quiet: console.quiet).show(read)
    return read
  }
}

extension ConsoleOptions {
  /// The rows below which columns are not scaled over them.
  private static let fewestScaled = 10

  /// Notes that columns are scaled over the rows of a table.
  /// - Throws: `CommandFailure` if there are fewer than ten.
  func noteScaling(_ scaling: InputScaling, over table: Table) throws {
    guard table.count >= Self.fewestScaled else {
      throw CommandFailure(
        "--scale-inputs \(scaling.rawValue) scales the columns over the rows of the data, which have "
          + "\(counted(table.count, "row")) where \(Self.fewestScaled) are needed",
        hint:
          "give all rows at once, or a model that contains its scaling, such as the model.onnx of a "
          + "report", code: 65)
    }
    note([
      "--scale-inputs \(scaling.rawValue) scales the columns over these \(counted(table.count, "row")): "
        + "predictions of a row depend on the others"
    ])
  }
}

extension ResultFile {
  /// Whether the rules approximate another network than the pruned one in model.onnx.
  ///
  /// `explain` writes original.onnx exactly where the two networks differ; that they agree on all held-out
  /// rows does not make them equal. Without the file, another prediction on a held-out row shows it.
  var explainsOtherNetwork: Bool {
    guard explanation.explains == .original else { return false }
    return originalModelFile != nil
      || explanation.pruned.agreementWithOriginal.map { $0.count < $0.total } ?? false
  }
}

/// Whether a path names a model file; else it names a result.
func isModelFile(_ path: String) -> Bool {
  [".onnx", ".espalier"].contains(where: path.lowercased().hasSuffix)
}
