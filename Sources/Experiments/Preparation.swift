import Datasets
import Explanations
import Foundation
import ModelFiles
import Reports

/// The rows of a run, split into training, validation and held-out set.
struct Preparation: Sendable {
  var loaded: LoadedData
  var training: Table
  var validation: Table
  var heldOut: Table
  /// How the held-out rows were chosen, as text.
  var heldOutFrom: String
  /// The number of held-out rows that equal a training or validation row, if they are given separately.
  var trainedHeldOut: Int?
  /// The source of the held-out rows if they are given separately.
  var heldOutSource: (name: String, sha256: String)?
  /// Notes about the held-out rows of a source that is given separately.
  private(set) var heldOutNotes: [String] = []
  /// The number of rows chosen as held out with the values of another row, if they are at least half.
  private(set) var heldOutRepeated: Int?

  /// Notes about dropped rows and assumptions, in sentences with counts.
  var remarks: [String] { loaded.remarks + heldOutNotes }
  /// Warnings about the held-out rows.
  var warnings: [Warning] {
    Warning.trainedHeldOut(
      trainedHeldOut, of: heldOut.count, isSameSource: heldOutSource?.sha256 == loaded.sha256)
  }

  /// Reads the data and splits it.
  /// - Throws: `DatasetError`, `UnknownName`, `HeldOutError`, `HeldOutFractionError`.
  init(_ experiment: Experiment) throws {
    var options = ReadingOptions()
    options.target = experiment.target
    options.ignore = experiment.ignore
    options.keepsConstants = experiment.model != nil
    options.format = experiment.format
    options.maxInputBytes = experiment.maxInputBytes
    let imported = try experiment.model.map { try ModelFile.read(URL(fileURLWithPath: $0)) }
    loaded =
      try imported?.rows(of: experiment.data, options: options)
      ?? DataSource.load(experiment.data, options: options)
    options.readColumns = imported?.readColumns ?? []
    options.readCount = imported?.readCount
    if let imported {
      let tables = try imported.fitting([loaded.table] + (loaded.heldOut.map { [$0] } ?? []))
      if tables[0].schema.image != loaded.table.schema.image {
        loaded.notes.append(Table.repeatedChannelsNote)
      }
      loaded.table = tables[0]
      if tables.count > 1 { loaded.heldOut = tables[1] }
      // The network may predict a class that no row has.
      let classes = imported.classes(besidesThoseOf: loaded.table.schema)
      loaded.table = loaded.table.withClasses(classes) ?? loaded.table
      loaded.heldOut = loaded.heldOut.map { $0.withClasses(classes) ?? $0 }
    }
    var table = loaded.table
    var published = loaded.heldOut
    if case .numeric(_, let declared) = table.schema.target.kind, declared.isEmpty {
      let cuts = Self.cuts(of: table.numbers)
      table = table.withCuts(cuts)
      published = published?.withCuts(cuts)
    }
    var fraction = 0.2
    switch experiment.heldOut {
    case .fraction(let wanted)?:
      fraction = wanted
      published = nil
      heldOutFrom = "\(shortest(wanted * 100)) % of the rows, stratified by class"
    case .rows(let source)?:
      options.schema = table.schema
      // The schema does not have the ignored columns.
      options.ignore = []
      let other = try DataSource.load(source, options: options)
      published = try imported?.fitting([other.table])[0] ?? other.table
      heldOutSource = (other.name, other.sha256)
      guard other.table.count > 0 else {
        throw HeldOutError(
          name: other.name, rows: other.rowsRead, target: table.schema.target,
          reasons: other.dropped)
      }
      heldOutFrom =
        other.dropped.isEmpty
        ? "all rows of \(other.name)"
        : "\(counted(other.table.count)) of \(counted(other.rowsRead, "row")) of \(other.name)"
      heldOutNotes = other.accounts.map { "\(other.name): \($0)" }
    case nil where published != nil:
      heldOutFrom = "the published test rows"
    case nil:
      heldOutFrom = "20 % of the rows, stratified by class"
    }
    let split = Split.stratified(
      table.labels, heldOut: published == nil ? fraction : 0,
      validation: Self.validationShare(table.count), seed: experiment.seed)
    training = table.selecting(split.training)
    validation = table.selecting(split.validation)
    heldOut = published ?? table.selecting(split.heldOut)
    if let (name, _) = heldOutSource, training.count > 0, table.schema.image == nil {
      heldOutNotes += Encoding(fitting: training).shiftNotes(of: heldOut).map { "\(name): \($0)" }
    }
    if case .fraction(let wanted)? = experiment.heldOut, heldOut.count == 0 {
      throw HeldOutFractionError(fraction: wanted, rows: table.count)
    }
    if let published {
      trainedHeldOut = published.rowsShared(with: table)
    } else {
      let repeated = heldOut.rowsRepeated(of: table.selecting(split.training + split.validation))
      if heldOut.count > 0, 2 * repeated >= heldOut.count { heldOutRepeated = repeated }
    }
  }

  /// The share of the validation rows among those that are not held out.
  static func validationShare(_ rows: Int) -> Double { rows > 20_000 ? 0.1 : 0.15 }

  /// Identifier of a run: SHA-256 of its settings and of the contents of its inputs.
  func identity(of experiment: Experiment) -> String {
    var settings = experiment
    settings.data = loaded.sha256
    settings.model = experiment.model.map { file in
      FileManager.default.contents(atPath: file).map(sha256) ?? file
    }
    if let heldOutSource { settings.heldOut = .rows(of: heldOutSource.sha256) }
    return sha256(of: settings)
  }

  /// Checks that all values are in the range of single precision.
  /// - Throws: `NumberRangeError`
  func checkRange(by encoding: Encoding) throws(NumberRangeError) {
    for table in [training, validation, heldOut] { try encoding.checkRange(of: table) }
  }

  /// The rows on which a written model file is verified, at most 10,000: held-out rows first, then
  /// validation and training rows.
  var readBackRows: Table {
    [validation, training].reduce(heldOut.first(ModelFile.mostRowsReadBack)) { rows, more in
      rows.appending(more.first(ModelFile.mostRowsReadBack - rows.count))
    }
  }

  /// Three cuts near the quartiles of a numeric target, within 2.5 % of the rows, on multiples of a
  /// 1-2-5 step.
  static func cuts(of numbers: [Double]) -> [Double] {
    let sorted = numbers.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else { return [] }
    var cuts: [Double] = []
    for quarter in 1...3 {
      let low = sorted[(sorted.count - 1) * (10 * quarter - 1) / 40]
      let high = sorted[min((sorted.count - 1) * (10 * quarter + 1) / 40 + 1, sorted.count - 1)]
      let cut = readableNumber(between: low, and: high)
      if cut >= first, cut < last, cuts.last.map({ cut > $0 }) ?? true { cuts.append(cut) }
    }
    return cuts
  }
}

extension Table {
  /// The first `count` rows, or all if there are fewer.
  func first(_ count: Int) -> Table {
    count >= self.count ? self : selecting(Array(0..<max(count, 0)))
  }
}
