import Datasets
import ModelFiles

extension ImportedNetwork {
  /// The rows of a source for this network: the target is read as the file states it where it is otherwise
  /// another one.
  ///
  /// Names of classes such as `None`, `0.5` or `2020-01` are read as missing values, numbers and dates
  /// without the network; whole numbers of which there are few are classes.
  /// - Throws: `DatasetError`, `UnknownName`
  public func rows(of source: String, options given: ReadingOptions) throws -> LoadedData {
    var options = given
    options.readColumns = readColumns
    options.readCount = readCount
    // Standard input is read once.
    guard schema == nil, options.schema == nil, options.labels != .absent, source != "-" else {
      return try DataSource.load(source, options: options)
    }
    let plain = Result { try DataSource.load(source, options: options) }
    let table = try? plain.get().table
    guard let kind = kind(insteadOf: table) else { return try plain.get() }
    options.targetKind = kind
    guard let other = try? DataSource.load(source, options: options) else { return try plain.get() }
    if let table {
      // Where all classes are known, a class without rows may be a text that is read as a missing value.
      let gained = other.table.labelled.count - table.labelled.count
      guard gained > 0 || (gained == 0 && !knows(table)) else { return try plain.get() }
    }
    return other
  }

  /// Whether all classes of rows are classes of the file.
  private func knows(_ table: Table) -> Bool {
    !table.schema.target.isNumeric && table.schema.classes.allSatisfy((classes ?? []).contains)
  }

  /// The kind of the target of the file where rows that were read without it do not have it; `nil` where they
  /// do. `table` is `nil` where they could not be read.
  private func kind(insteadOf table: Table?) -> Target.Kind? {
    if let classes {
      let isWhole = table.map { knows($0) && $0.schema.classes.count == classes.count }
      return isWhole == true ? nil : .classes(names: classes)
    }
    guard mayPredictNumber, let target = table?.schema.target, target.classes.count > 2,
      !target.isNumeric
    else { return nil }
    return .numeric(unit: nil, cuts: [])
  }
}
