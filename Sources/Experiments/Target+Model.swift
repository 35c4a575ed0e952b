import Datasets
import ModelFiles
import Networks
import Tensors

extension Table {
  /// The rows of a source without a target column, as rows of the classes of a network.
  ///
  /// The classes are those given, those of the file, or 0, 1, 2, …; a network with one output and no
  /// classes predicts a number.
  /// - Throws: `NetworkError` if the layers of the network do not match.
  public func unlabelled(for imported: ImportedNetwork, classOrder: [String]?) throws -> Table {
    let outputs = try imported.network.architecture.shapes().last?.count ?? 0
    var copy = self
    if let names = (imported.describesClasses ? nil : classOrder) ?? imported.classes {
      copy.schema.target = Target("", .classes(names: names))
    } else if outputs > 1 {
      copy.schema.target = Target("", .classes(names: (0..<outputs).map(String.init)))
    } else {
      copy.schema.target = Target("", .numeric(unit: nil, cuts: []))
      copy.numbers = labels.map { _ in .nan }
    }
    return copy
  }

  /// The same rows with these classes, of which some are on no row; `nil` for a numeric target, and
  /// where a class of the rows is not among them.
  public func withClasses(_ names: [String]) -> Table? {
    let places = schema.classes.map { names.firstIndex(of: $0) }
    guard !schema.target.isNumeric, !places.contains(nil), Set(names).count == names.count else {
      return nil
    }
    var copy = self
    copy.schema.target.kind = .classes(names: names)
    copy.labels = labels.map { $0 < 0 ? $0 : places[$0] ?? $0 }
    return copy
  }
}
