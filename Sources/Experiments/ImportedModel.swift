import Datasets
import Explanations
import Foundation
import ModelFiles
import Networks
import Reports
import Tensors

/// A network from a file with the input preprocessing assumed for the rows of a table.
///
/// Files of other programs often do not specify the scaling of inputs, the channel order of
/// flattened images or the order of classes. The assumptions are listed in `notes`. If another
/// common preprocessing has a significantly higher accuracy, `warnings` name the setting that
/// selects it; it is never selected automatically.
public struct ImportedModel: Sendable {
  /// The network with the encoding of the table's rows.
  public var model: Model
  /// The rows in the schema of the network: a numeric column that the file reads as categorical is
  /// categorical.
  public var table: Table
  /// Assumptions about inputs and the accuracy of the network, in sentences.
  public var notes: [String]
  /// Warnings that the assumptions may be wrong.
  public var warnings: [Warning]
  /// The settings that were needed to read the file; `nil` if none was given.
  public private(set) var reading: GivenReading?
  /// Whether the columns are scaled over the rows of the table.
  public private(set) var scalesOverRows = false

  /// Maximum number of rows for comparing preprocessings; fewer for expensive networks.
  private static let mostRows = 2_000
  /// Maximum number of MACs of one comparison.
  private static let mostMACs = 20_000_000_000

  /// Reads a model file for a table.
  ///
  /// - Parameters:
  ///   - url: an `.onnx` or `.espalier` file.
  ///   - options: scaling of inputs and order of classes, if the file does not specify them.
  ///   - given: labelled rows, from which means, standard deviations and ranges are computed;
  ///     accuracy is measured on up to 2,000 of them.
  ///   - names: the names of settings in warnings.
  ///   - known: how a result read the network of another program; its settings apply where none is given,
  ///     and columns are scaled as its training rows were.
  /// - Throws: `ModelFileError`, `CompressedModelError`, `NetworkError`; `PixelError` if an option
  ///   does not apply; `NumberRangeError` if a value of the table exceeds the range of single
  ///   precision.
  public init(
    _ url: URL, options: NetworkOptions, table given: Table, names: SettingNames = .properties,
    as known: GivenReading? = nil
  ) throws {
    let name = shown(url.lastPathComponent)
    var imported = try ModelFile.read(url)
    // A file of this program states how it reads rows.
    let known = imported.schema == nil ? known : nil
    let asked = options
    let options = known?.completing(options, for: imported) ?? options
    let table = try imported.fitting([given])[0]
    self.table = table
    if let order = options.classOrder {
      guard !imported.describesClasses else { throw PixelError.described(.classOrder) }
      imported = try imported.withClasses(inOrder: order, for: table.schema)
    }
    if imported.describesInputs, let setting = options.givenReading {
      throw PixelError.described(setting)
    }
    let plain = try imported.model(for: table.schema)
    model = plain
    let kept = known?.encoding(options, for: table.schema)
    let stored = kept?.width == plain.encoding.width ? kept : nil
    if let encoding = try stored ?? options.encoding(for: table, of: plain) {
      model.encoding = encoding
    }
    try model.encoding.checkRange(of: table)
    (notes, warnings) = ([], [])
    scalesOverRows = stored == nil && (options.scaleInputs ?? .none) != .none
    reading = GivenReading(options, encoding: model.encoding, schema: table.schema)
    if let known, options != asked || stored != nil {
      notes.append(
        "\(name) is read as for the result: \(names.words(known.settings))"
          + (stored == nil ? "" : ", over the training rows of the result"))
    }
    if let note = Self.unitNote(options, table.schema.image ?? plain.imageOfColumns, names) {
      notes.append(note)
    }
    if !imported.readsByName(of: table.schema), table.schema.image == nil {
      notes.append(Self.columnNote(model, imported, name))
    }
    if let note = Self.pixelNote(imported, model, name) { notes.append(note) }
    if let missing = Self.missingNote(imported, model, table, name) { notes.append(missing) }
    notes += Self.roundingNotes(imported, table, name)
    if imported.schema != nil || stored != nil { notes += model.encoding.shiftNotes(of: table) }
    if table.schema.image != given.schema.image { notes.append(Table.repeatedChannelsNote) }
    let labelled = table.labelled
    guard labelled.count > 0 else { return }
    if imported.schema != nil {
      if model.head == .number, labelled.count >= Self.fewestMeasured {
        warnIfNoBetterThanMean(on: Self.sample(of: labelled, for: model.network), name)
      }
      return
    }
    let sample = Self.sample(of: labelled, for: model.network)
    let readings = imported.describesInputs ? [] : InputReading.usual(for: plain, table)
    if model.head == .number {
      compareErrors(on: sample, readings, name, names)
    } else {
      comparePredictions(
        on: sample, readings, ordersClasses: !imported.describesClasses, name, names)
    }
  }

  /// That a mean of pixels is in the units of the file, where it applies to pixels in 0...1; `nil` if none is.
  private static func unitNote(
    _ options: NetworkOptions, _ image: ImageShape?, _ names: SettingNames
  ) -> String? {
    guard let image, let mean = options.pixelMean?.first(where: { !(0...1).contains($0) }) else {
      return nil
    }
    let maximum = shortest(image.maximum)
    return names.words([SettingValue(.pixelMean, shortest(mean))])
      + ": the mean applies to pixels divided by \(maximum), in 0...1; a mean of \(shortest(mean)) in the units "
      + "of the images is \(significant(mean / image.maximum, digits: 4))"
  }

  /// The range in which the network gets the pixels of images; `nil` for a table, and of a file that states it.
  private static func pixelNote(
    _ imported: ImportedNetwork, _ model: Model, _ name: String
  ) -> String? {
    guard let image = model.schema.image, !imported.describesInputs else { return nil }
    var (least, most) = (Double.infinity, -Double.infinity)
    for case .scaled(let mean, let scale) in model.encoding.inputs.map(\.kind) {
      (least, most) = (min(least, -mean / scale), max(most, (image.maximum - mean) / scale))
    }
    guard least < most else { return nil }
    let range =
      "\(signed(significant(least, digits: 3))) to \(signed(significant(most, digits: 3)))"
    return "\(name) gets the pixels, 0 to \(shortest(image.maximum)), as \(range)"
  }

  /// That missing numbers are computed with, which the file does not impute; `nil` without any.
  private static func missingNote(
    _ imported: ImportedNetwork, _ model: Model, _ table: Table, _ name: String
  ) -> String? {
    guard imported.schema == nil else { return nil }
    let columns = Set(model.encoding.inputs.filter(\.isScaled).map(\.feature))
      .subtracting(imported.imputedColumns(of: table.schema))
    var rows: Set<Int> = []
    for column in columns where table.schema.features[column].levels == nil {
      for (row, value) in table.columns[column].values.enumerated() where value.isNaN {
        rows.insert(row)
      }
    }
    guard !rows.isEmpty else { return nil }
    return "\(name) does not impute missing numbers: \(counted(rows.count, "row")) with one "
      + "\(rows.count == 1 ? "is" : "are") computed with the number that scaling makes 0, where other "
      + "runtimes give no prediction"
  }

  /// That the file computes the scaling of columns in single precision, with the error.
  private static func roundingNotes(
    _ imported: ImportedNetwork, _ table: Table, _ name: String
  ) -> [String] {
    imported.roundedColumns(of: table.schema).sorted { $0.key < $1.key }.prefix(5).map {
      column, error in
      "\(name) scales '\(shown(table.schema.features[column].id.rawValue))' in single precision, with errors up "
        + "to \(significant(error, digits: 2)) of the scaled value: it is computed without them here, and "
        + "other runtimes may predict another class near a boundary"
    }
  }

  private static func columnNote(
    _ model: Model, _ imported: ImportedNetwork, _ name: String
  ) -> String {
    let parts = imported.columnsOfInputs(in: model.schema)
    if !parts.isEmpty, parts.count <= 12 {
      let inputs = parts.map { input, columns in
        let rest = columns.count > 12 ? ", … (\(columns.count) columns)" : ""
        return "'\(shown(input))': "
          + columns.prefix(12).map { shown($0) }.joined(separator: ", ") + rest
      }
      return "\(name) reads the columns in the order of the table, for the input "
        + inputs.joined(separator: "; for ")
    }
    let columns = Set(model.encoding.inputs.map(\.feature)).sorted().map {
      model.schema.features[$0].id.rawValue
    }
    let listed = columns.prefix(12).map { shown($0) }.joined(separator: ", ")
    let rest = columns.count > 12 ? ", … (\(columns.count) columns)" : ""
    guard let image = imported.channelsFirstImage else {
      return "\(name) reads the columns in the order of the table: \(listed)\(rest)"
    }
    return
      "\(name) reads the columns as images of \(image[0]) x \(image[1]) pixels row by row, the "
      + "\(image[2]) channels of a pixel side by side, unlike the file, which stores the channels first: "
      + "\(listed)\(rest)"
  }

  /// The rows from which R² of a network of this program tells anything.
  private static let fewestMeasured = 20

  /// Rows spread evenly over the table.
  private static func sample(of table: Table, for network: Network) -> Table {
    let affordable = mostMACs / max(network.macs, 1)
    let count = min(table.count, mostRows, max(affordable, 100))
    return count == table.count
      ? table : table.selecting((0..<count).map { $0 * table.count / count })
  }

  // MARK: Classes

  private mutating func comparePredictions(
    on sample: Table, _ readings: [InputReading], ordersClasses: Bool, _ name: String,
    _ settingNames: SettingNames
  ) {
    let classes = sample.schema.classes
    let outputs = model.outputs(for: sample)
    let predictions = model.predictions(from: outputs)
    if let note = Self.saturationNote(model, outputs, name) { notes.append(note) }
    if outputs.width > 1, !model.givesProbabilities {
      notes.append(
        "the outputs of \(name) are made of sigmoids and are no logits: predictions have no probabilities"
      )
    }
    let own = zip(predictions, sample.labels).map { $0 == $1 }
    let count = own.count { $0 }
    let counts = sample.classCounts
    let most = counts.max() ?? 0
    let commonest = counts.firstIndex(of: most).map { shown(classes[$0]) } ?? ""
    let total = sample.count
    notes.append(
      "\(name) classifies \(share(count, of: total)) rows correctly with the current preprocessing; "
        + "always predicting '\(commonest)' has an accuracy of \(percent(most, of: total))")
    var (one, both): (Alternative?, Alternative?) = (nil, nil)
    /// `fitted`: predictions with an order of classes that was chosen on other rows.
    func offer(
      _ predictions: [Int], fitted: [Int]? = nil, _ settings: [SettingValue], _ words: String
    ) {
      let correct = zip(fitted ?? predictions, sample.labels).map { $0 == $1 }
      let found = Alternative(
        settings: settings, words: words, correct: correct,
        count: zip(predictions, sample.labels).count { $0 == $1 })
      let isOrdered = fitted != nil && settings.count > 1
      if found.right > (isOrdered ? both : one)?.right ?? 0 {
        if isOrdered { both = found } else { one = found }
      }
    }
    for reading in [InputReading(encoding: model.encoding, settings: [], words: "")] + readings {
      var other = model
      other.encoding = reading.encoding
      let found = reading.settings.isEmpty ? predictions : other.classify(sample)
      if reading.isPublished {
        let correct = zip(found, sample.labels).map { $0 == $1 }
        guard Self.isClearlyBetter(correct, than: one?.correct ?? own) else { continue }
      }
      if !reading.settings.isEmpty { offer(found, reading.settings, reading.words) }
      guard ordersClasses, model.schema.classes.count == classes.count else { continue }
      let order = ClassOrder(predictions: found, labels: sample.labels, classes: classes.count)
      guard !order.isIdentity else { continue }
      let names = order.classOfOutput.map { classes[$0] }
      let words = "the classes in the order \(names.map { shown($0) }.joined(separator: ", "))"
      offer(
        found.map { order.classOfOutput[$0] },
        fitted: ClassOrder.crossFitted(found, labels: sample.labels, classes: classes.count),
        reading.settings + [SettingValue(.classOrder, names.joined(separator: ","))],
        reading.words.isEmpty ? words : reading.words + " and " + words)
    }
    // Scaling and order together only where one of them alone is clearly worse.
    let best =
      both.map { Self.isClearlyBetter($0.correct, than: one?.correct ?? own) } ?? false
      ? both : one
    if let best, Self.isClearlyBetter(best.correct, than: own), best.right > most {
      let better = best.count
      warnings.append(
        Warning(
          "inputs-fit-another-reading",
          "\(name) classifies \(share(count, of: total)) rows correctly with the current "
            + "preprocessing, and \(share(better, of: total)) with \(best.words): "
            + settingNames.words(best.settings),
          figure: Double(better) / Double(total)))
    } else if Self.isNear(count, majority: most, of: total) {
      warnings.append(
        Warning(
          "network-near-majority",
          "\(name) classifies \(share(count, of: total)) rows correctly, and always predicting "
            + "'\(commonest)' has an accuracy of \(percent(most, of: total)): check that the columns, "
            + "their order and units, and the classes are those that it was trained with",
          figure: Double(count) / Double(total)))
    }
  }

  /// That several scores share the maximum in single precision on some rows, because their sigmoid is 1
  /// (or all are 0) or another activation at the end is saturated, so that other runtimes may predict
  /// another of these classes; `nil` without such rows.
  private static func saturationNote(_ model: Model, _ outputs: Tensor, _ name: String) -> String? {
    let hasSigmoids = [.oneVersusRest, .normalizedOneVersusRest].contains(model.head)
    let last = model.network.lastComputingNode
    let endsInActivation = last >= 0 && model.network.architecture.nodes[last].layer.isActivation
    guard outputs.width > 1, hasSigmoids || endsInActivation else { return nil }
    let rows = (0..<outputs.rows).count { row in
      let scores = outputs.row(row).map { hasSigmoids ? 1 / (1 + exp(-$0)) : $0 }
      let most = scores.max() ?? 0
      // Runtimes differ in the last bits of an activation.
      return scores.count { hasSigmoids ? $0 == most : most - $0 <= 1e-6 * max(abs(most), 1) } > 1
    }
    guard rows > 0 else { return nil }
    return hasSigmoids
      ? "\(name) has several scores whose sigmoid is the same in single precision on "
        + "\(share(rows, of: outputs.rows)) rows: the class with the largest score is predicted, where "
        + "other runtimes predict the first of these classes"
      : "\(name) has several scores that are equal in single precision on "
        + "\(share(rows, of: outputs.rows)) rows: the first of their classes is predicted, where other "
        + "runtimes may predict another one"
  }

  /// Predictions with another preprocessing or another order of the classes.
  private struct Alternative {
    var settings: [SettingValue]
    var words: String
    /// The rows that are classified correctly; with an order of classes, one that was chosen on
    /// other rows.
    var correct: [Bool]
    /// The number of rows that are classified correctly with the order of all rows.
    var count: Int
    var right: Int { correct.count { $0 } }
  }

  /// Whether accuracy is higher by more than two standard errors of the paired difference and by at
  /// least 1 % of the rows.
  private static func isClearlyBetter(_ other: [Bool], than own: [Bool]) -> Bool {
    let won = Double(zip(other, own).count { $0 && !$1 })
    let lost = Double(zip(other, own).count { !$0 && $1 })
    let total = Double(own.count)
    let error = max(won + lost - (won - lost) * (won - lost) / total, 0).squareRoot()
    return won - lost > 2 * error && (won - lost) * 100 >= total
  }

  /// Whether accuracy is at most two standard errors above that of the majority class.
  private static func isNear(_ count: Int, majority: Int, of total: Int) -> Bool {
    let share = Double(majority) / Double(max(total, 1))
    return Double(count) <= Double(majority)
      + 2 * (Double(total) * share * (1 - share)).squareRoot() && count < total
  }

  // MARK: Numbers

  private mutating func compareErrors(
    on sample: Table, _ readings: [InputReading], _ name: String,
    _ settingNames: SettingNames
  ) {
    let own = explainedVariance(model, on: sample)
    notes.append(
      "\(name) explains \(percent(own)) of the variance of the target on \(sample.count) "
        + "rows with the current preprocessing (R² \(fixed(own, digits: 3)))")
    let others = readings.map { reading -> (reading: InputReading, value: Double) in
      var other = model
      other.encoding.inputs = reading.encoding.inputs
      return (reading, explainedVariance(other, on: sample))
    }
    let best = others.max { $0.value < $1.value }
    if let best, best.value > 0, best.value > own + 0.02 {
      warnings.append(
        Warning(
          "inputs-fit-another-reading",
          "\(name) has R² \(fixed(own, digits: 3)) on \(sample.count) rows with the current "
            + "preprocessing, and \(fixed(best.value, digits: 3)) with \(best.reading.words): "
            + settingNames.words(best.reading.settings), figure: best.value))
    } else {
      warnIfNoBetterThanMean(on: sample, name)
    }
  }

  /// Adds a warning if the numbers of the network are no better than their mean.
  private mutating func warnIfNoBetterThanMean(on sample: Table, _ name: String) {
    let own = explainedVariance(model, on: sample)
    guard own <= 0 else { return }
    warnings.append(
      Warning(
        "network-near-majority",
        "\(name) has R² \(fixed(own, digits: 3)) on \(sample.count) rows, not above that of "
          + "always predicting the mean: check that the columns, their order and units, and those of the "
          + "target, are those that it was trained with", figure: own))
  }

  private func explainedVariance(_ model: Model, on sample: Table) -> Double {
    let numbers = model.numbers(from: model.outputs(for: sample))
    let count = Double(max(sample.count, 1))
    let mean = sample.numbers.reduce(0) { $0 + $1 / count }
    let total = sample.numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let left = zip(numbers, sample.numbers).reduce(0.0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return total > 0 ? 1 - left / total : 0
  }
}

private func share(_ count: Int, of total: Int) -> String {
  "\(count) of \(total) (\(percent(count, of: total)))"
}

private func percent(_ count: Int, of total: Int) -> String {
  percent(Double(count) / Double(max(total, 1)))
}

private func percent(_ share: Double) -> String { "\(fixed(share * 100, digits: 1)) %" }
