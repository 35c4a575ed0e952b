import Datasets
import Networks

/// How data differ from what a network reads and predicts.
public enum SchemaMismatch: Hashable, Sendable {
  // Columns.
  case missingColumn(name: String)
  /// A column with levels where the model reads numbers, or the other way round.
  case columnKind(name: String, hasLevels: Bool)
  /// A numeric column that the model reads as levels too.
  case twoKinds(name: String)
  /// A number that the model reads as a missing value.
  case missingCode(name: String, code: Double)
  /// A text that the model reads as a missing value.
  case missingText(name: String, text: String)
  /// Images of another shape than those that the network reads; sizes are without the batch dimension.
  case imageShape(found: [Int], expected: [Int])
  case columnCount(found: Int, expected: Int)
  /// Two columns whose names may both mean an input of the model.
  case ambiguousColumns(first: String, second: String, input: String)
  /// Columns whose names give the same identifier, which the exporter numbered.
  case numberedColumns(columns: [String], inputs: [String])

  // The target.
  /// A numeric target where the model predicts a class, or the other way round.
  case target(name: String, isNumeric: Bool)
  case unknownClass(name: String)
  /// One output for two classes that ends in an activation without a known threshold.
  case thresholdOfActivation(Activation.Function)
  /// One output for two classes that is scaled after its last activation.
  case thresholdOfScaling
  case classOrderOfNumber
  /// A given order that is not one of the data's classes.
  case classOrder(given: [String], classes: [String])

  /// The message.
  var text: String {
    switch self {
    case .missingColumn(let name): return "the data have no column '\(shown(name))'"
    case .columnKind(let name, let hasLevels):
      let (held, read) = hasLevels ? ("levels", "numbers") : ("numbers", "levels")
      return "the column '\(shown(name))' holds \(held) where the model reads \(read)"
    case .twoKinds(let name):
      return "the model reads the column '\(shown(name))' both as numbers and as levels"
    case .missingCode(let name, let code):
      return "the model reads \(shortest(code)) in the column '\(shown(name))' as a missing value"
    case .missingText(let name, let text):
      return "the model reads '\(shown(text))' in the column '\(shown(name))' as a missing value"
    case .imageShape(let found, let expected):
      func words(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: " x ") }
      return "the images are \(words(found)) (height, width, channels) where the network reads "
        + (expected.count == 1 ? "\(words(expected)) values" : words(expected))
    case .columnCount(let found, let expected):
      return "the data have \(found) columns where the model reads \(expected)"
    case .ambiguousColumns(let first, let second, let input):
      return "the columns '\(shown(first))' and '\(shown(second))' may both be the model's input "
        + "'\(shown(input))'"
    case .numberedColumns(let columns, let inputs):
      return
        "which of the columns \(Self.list(columns)) the model's inputs \(Self.list(inputs)) read "
        + "is not known"
    case .target(let name, let isNumeric):
      let (asked, known) = isNumeric ? ("a number", "a class") : ("a class", "a number")
      return "the target '\(shown(name))' is \(asked) where the model predicts \(known)"
    case .unknownClass(let name): return "the class '\(shown(name))' is not a class of the model"
    case .thresholdOfActivation(let function):
      return "the single output of the network ends in '\(function.rawValue)': the threshold "
        + "between two classes is known for a sigmoid, tanh or logits only"
    case .thresholdOfScaling:
      return
        "the single output of the network is scaled or summed after its last activation: the threshold "
        + "between two classes is known for outputs from 0 to 1 or around 0, and for logits"
    case .classOrderOfNumber: return "a class order is given for a numeric target"
    case .classOrder(let given, let classes):
      return "the class order '\(shown(given.joined(separator: ",")))' is not a permutation of the "
        + "data's classes: \(classes.map { shown($0) }.joined(separator: ", "))"
    }
  }

  private static func list(_ names: [String]) -> String {
    names.map { "'\(shown($0))'" }.joined(separator: ", ")
  }
}
