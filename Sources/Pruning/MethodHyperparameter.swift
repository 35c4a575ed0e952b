import Datasets

/// A hyperparameter that only one pruning method has: its declaration, and the property of the method.
public struct MethodHyperparameter<Method: PruningMethod>: Sendable {
  /// The name, the valid values and the meaning.
  public let declaration: HyperparameterDeclaration
  let value: @Sendable (Method) -> Double
  let set: @Sendable (inout Method, Double) -> Void

  /// A hyperparameter that is an integer.
  ///
  /// `summary`: its meaning in one line, with unit and default.
  public init(
    _ name: String, _ property: any WritableKeyPath<Method, Int> & Sendable,
    _ range: ClosedRange<Int>,
    _ summary: String
  ) {
    declaration = HyperparameterDeclaration(
      name: name, range: Double(range.lowerBound)...Double(range.upperBound), isWhole: true,
      summary: summary)
    value = { Double($0[keyPath: property]) }
    set = { $0[keyPath: property] = Int($1) }
  }

  /// A hyperparameter that is a number.
  ///
  /// `summary`: its meaning in one line, with unit and default.
  public init<Value: BinaryFloatingPoint & Sendable>(
    _ name: String, _ property: any WritableKeyPath<Method, Value> & Sendable,
    _ range: ClosedRange<Double>, _ summary: String
  ) {
    declaration = HyperparameterDeclaration(
      name: name, range: range, isWhole: false, summary: summary)
    value = { Double($0[keyPath: property]) }
    set = { $0[keyPath: property] = Value($1) }
  }
}

/// The name, the valid values and the meaning of a hyperparameter of a pruning method.
public struct HyperparameterDeclaration: Hashable, Sendable {
  /// The name in settings, commands and results.
  public let name: String
  /// The minimum and the maximum.
  public let range: ClosedRange<Double>
  /// Whether values are integers.
  public let isWhole: Bool
  /// The meaning in one line.
  public let summary: String

  /// The valid values, as text: "a whole number from 1 to 8".
  public var allowed: String {
    let ends = [range.lowerBound, range.upperBound].map {
      $0 == $0.rounded() && abs($0) < 1e15 ? grouped(Int($0)) : shortest($0)
    }
    return "a \(isWhole ? "whole " : "")number from \(ends[0]) to \(ends[1])"
  }

  /// Whether a value is valid.
  public func allows(_ value: Double) -> Bool {
    range.contains(value) && (!isWhole || value == value.rounded())
  }
}

extension PruningMethod {
  /// No hyperparameters of its own.
  public static var ownHyperparameters: [MethodHyperparameter<Self>] { [] }

  /// The declarations of the hyperparameters that only this method has.
  public static var declaredHyperparameters: [HyperparameterDeclaration] {
    ownHyperparameters.map(\.declaration)
  }

  /// The hyperparameters that only this method has, by name.
  public var hyperparameters: [String: Double] {
    Dictionary(
      uniqueKeysWithValues: Self.ownHyperparameters.map { ($0.declaration.name, $0.value(self)) })
  }

  /// Sets hyperparameters by name; names that the method does not have are ignored.
  /// - Throws: `PruningError.hyperparameter` for a value out of range.
  mutating func set(_ values: [String: Double]) throws(PruningError) {
    for hyperparameter in Self.ownHyperparameters {
      let declaration = hyperparameter.declaration
      guard let value = values[declaration.name] else { continue }
      guard declaration.allows(value) else {
        throw .hyperparameter(declaration, value: value)
      }
      hyperparameter.set(&self, value)
    }
  }
}
