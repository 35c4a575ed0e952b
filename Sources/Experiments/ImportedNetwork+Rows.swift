import Datasets
import ModelFiles
import Reports

extension ImportedNetwork {
  /// The rows of a source for this network: the target is read as the file states it where it is otherwise
  /// another one.
  ///
  /// Names of classes such as `None`, `0.5` or `2020-01` are read as missing values, numbers and dates
  /// without the network; whole numbers of which there are few are classes.
  /// - Throws: `DatasetError`, `UnknownName`
  public func rows(of source: String, options given: ReadingOptions) throws -> LoadedData {
    if let own = try ownRows(of: source, options: given) { return own }
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

  /// The rows for a table network that this program wrote, read by its schema, so that missing-value codes,
  /// number notations, levels and the target are those of its training rows; `nil` where they must be read
  /// without: with another target, where columns of the network are ignored, or where the columns or classes
  /// differ, which the network then says.
  ///
  /// Levels that are not in the schema are counted and noted.
  private func ownRows(of source: String, options given: ReadingOptions) throws -> LoadedData? {
    guard let schema, schema.image == nil, given.schema == nil, given.labels != .absent,
      given.target == nil || given.target == schema.target.name,
      !given.ignore.contains(where: { schema.index(of: Feature.ID($0)) != nil }),
      !given.ignore.contains(schema.target.name)
    else { return nil }
    var options = given
    options.schema = schema
    options.target = nil
    var loaded: LoadedData
    do {
      loaded = try DataSource.load(source, options: options)
    } catch DatasetError.missingColumns(let source, let names, near: nil) where source != "-" {
      // Without the target the last column would be taken for it.
      guard names != [schema.target.name] else {
        throw DatasetError.missingColumns(source: source, names: names, near: nil)
      }
      return nil
    }
    let isUnknown: (RowCount) -> Bool = { $0.reason.contains("not in the schema") }
    if loaded.table.count == 0 || loaded.dropped.contains(where: isUnknown), source != "-" {
      return nil
    }
    loaded.notes += loaded.altered.filter(isUnknown).map {
      "\(counted($0.count, "row")) with \($0.reason)"
    }
    return loaded
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
