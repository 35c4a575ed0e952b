import Datasets
import Explanations
import Foundation
import Networks

/// What the scripts of a page compute with, as JSON: columns, rules and network.
///
/// The scripts evaluate it as `RuleProgram` and the network are evaluated: `Templates/program.js`
/// and `Templates/network.js`.
struct PageData: Encodable {
  /// A column of the data.
  struct Column: Encodable {
    var name: String
    var unit: String?
    var levels: [String]?
    var notation: NumberNotation?
    /// A typical value, as text.
    var typical: String?
    /// The standard deviation of the numbers.
    var scale: Double?
    var least: Double?
    var most: Double?
    var isWhole: Bool?
    /// Whether rules or network read the column.
    var isRead: Bool
  }

  /// Where a value is: the kind of the variable and its position.
  enum Place: String, Encodable { case column, feature, score }

  /// A condition of rules or of a score.
  struct Condition: Encodable, Hashable {
    var text: String
    var `in`: Place
    var at: Int
    /// "number", "level", "known" or "missing".
    var kind: String
    var above: Double?
    var atMost: Double?
    var among: [Int]?
    var orMissing: Bool?
  }

  /// A term of a score: a number, or a condition by its position.
  struct Term: Encodable {
    var weight: Double
    var `in`: Place?
    var at: Int?
    var ifMissing: Double?
    var step: Double?
    var condition: Int?
  }

  struct Score: Encodable {
    var name: String
    var text: String
    var terms: [Term]
  }

  struct Rule: Encodable {
    var id: String
    /// The positions of the conditions.
    var `if`: [Int]
    /// The position of the prediction.
    var then: Int
    /// Count and total, on training rows.
    var coverage: [Int]
    var confidence: [Int]
    /// Count and total, on held-out rows.
    var heldOutConfidence: [Int]
  }

  /// The rules of a level.
  struct RuleList: Encodable {
    var level: String
    var title: String
    /// The id of the table of the rules.
    var table: String
    /// The rules in the order in which the first that holds decides.
    var order: [Int]
    var defaultAnswer: Int
    /// The number that each rule predicts for a numeric target, the default last.
    var numbers: [Double]?
    var scores: [Score]
    var rules: [Rule]
  }

  /// A network input, as an array: the column, then mean and scale of a number, the position of a
  /// level, or nothing for whether the value is missing.
  struct Input: Encodable {
    var column: Int
    var numbers: [Double]

    func encode(to encoder: any Encoder) throws {
      var all = encoder.unkeyedContainer()
      try all.encode(column)
      for number in numbers { try all.encode(number) }
    }
  }

  struct Layer: Encodable {
    var inputs: Int
    var units: Int
    var function: String?
    var slope: Float?
    /// The positions of the parameters that are not 0, if most are; else `nil`.
    var positions: [Int]?
    /// Weights by input, then the biases: single precision, little endian, in base64.
    var parameters: String
  }

  struct Network: Encodable {
    var inputs: [Input]
    var layers: [Layer]
    /// The number of layers that compute the hidden features.
    var featureLayers: Int?
    var head: Head
    var givesLogits: Bool
    var targetMean: Double
    var targetScale: Double
  }

  /// A hidden feature.
  struct HiddenFeature: Encodable {
    var name: String
    var threshold: Double?
  }

  var target: String
  var unit: String?
  var classes: [String]
  /// The bounds of the intervals of a numeric target.
  var cuts: [Double]?
  var columns: [Column]
  /// Whether the rows are images, which nobody types: rules can be saved, and rows not tried.
  var isImage: Bool
  /// Texts of missing values in any column, and those of numeric columns in lower case.
  var missing: [String]
  var missingNumbers: [String]
  var conditions: [Condition]
  var rules: [RuleList]
  /// The level of the rules in the diagram.
  var diagramLevel: String
  var features: [HiddenFeature]
  var network: Network?
  /// What the network is called: after pruning, or before.
  var networkTitle: String
  /// Why the network is not in the page.
  var networkNote: String?

  /// The JSON: equal values give equal bytes, and no text in it ends a script element.
  /// - Throws: `ReportError.notANumber` if a number is not finite.
  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data: Data
    do {
      data = try encoder.encode(self)
    } catch EncodingError.invalidValue(_, let context) {
      throw ReportError.notANumber(
        at: context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
          .joined(separator: "."))
    }
    return Self.escaped(String(decoding: data, as: UTF8.self))
  }

  /// JSON without the characters that end or open markup, are invisible or change the direction of
  /// text; they occur in its strings only.
  private static func escaped(_ json: String) -> String {
    var all = ""
    all.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      switch scalar {
      case "<", ">", "&", "\u{7F}"..."\u{9F}", "\u{61C}", "\u{200B}"..."\u{200F}",
        "\u{2028}"..."\u{202E}", "\u{2060}"..."\u{206F}", "\u{FEFF}":
        let digits = String(scalar.value, radix: 16)
        all += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: all.unicodeScalars.append(scalar)
      }
    }
    return all
  }
}
