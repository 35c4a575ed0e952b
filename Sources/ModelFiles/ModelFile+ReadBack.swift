import CompressedModels
import Datasets
import Foundation
import Networks

extension ModelFile {
  /// The maximum number of rows for the comparison of a written file.
  public static let mostRowsReadBack = 10_000

  /// The bytes of a model file, compressed for the extension `.espalier`, ONNX otherwise, checked
  /// by reading them back and comparing the predictions with the model's.
  ///
  /// - Parameters:
  ///   - model: the model that was measured.
  ///   - name: the file's name, which errors show.
  ///   - rows: the rows to predict; the first 10,000 are used.
  /// - Returns: the bytes to write.
  /// - Throws: `ModelFileError.differs` if a prediction differs; `ModelFileError.unwritableLayer`,
  ///   `CompressedModelError`, and the errors of reading.
  public static func data(
    for model: Model, named name: String, checkedOn rows: Table
  ) throws -> Data {
    let data = try data(for: model, named: name)
    try check(data, named: name, predictsAs: model, on: rows)
    return data
  }

  /// Reads a file's bytes and compares its predictions with a model's.
  /// - Throws: as `data(for:named:checkedOn:)`.
  public static func check(
    _ data: Data, named name: String, predictsAs model: Model, on rows: Table
  ) throws {
    let sample =
      rows.count > mostRowsReadBack ? rows.selecting(Array(0..<mostRowsReadBack)) : rows
    let found = try read(data: data, name: name).model(for: rows.schema)
    let changed = model.changedPredictions(by: found, among: sample)
    guard changed == 0 else {
      throw ModelFileError.differs(
        file: shown(name), changed: changed, rows: sample.count)
    }
  }
}

extension Model {
  /// The number of rows with a different prediction: another class, or a number that differs by
  /// more than 0.001 % of the largest or of the target's scale.
  func changedPredictions(by other: Model, among rows: Table) -> Int {
    let (own, its) = (outputs(for: rows), other.outputs(for: rows))
    guard head == .number, other.head == .number else {
      let (predictions, found) = (self.predictions(from: own), other.predictions(from: its))
      let (classes, names) = (schema.classes, other.schema.classes)
      return zip(predictions, found).count { prediction, found in
        // Classes are compared by name, because their order in the file may differ.
        !classes.indices.contains(prediction) || !names.indices.contains(found)
          || classes[prediction] != names[found]
      }
    }
    let (numbers, found) = (self.numbers(from: own), other.numbers(from: its))
    let largest = numbers.reduce(abs(encoding.targetScale)) { max($0, abs($1)) }
    return zip(numbers, found).count { !(abs($0 - $1) <= 1e-5 * largest) }
  }
}
