import Datasets
import Explanations
import Foundation
import Rules

/// The columns of a table of predictions and its text as CSV (RFC 4180).
///
/// Numbers are written with the fewest digits that parse to the same double.
public struct PredictionTable: Sendable {
  /// The names of the columns, in order.
  public let columns: [String]
  private let predictor: Predictor

  /// The table of a predictor's predictions.
  public init(_ predictor: Predictor) {
    self.predictor = predictor
    var columns = ["row"]
    if predictor.model != nil {
      columns.append("network")
      if predictor.isNumeric { columns.append("network_interval") }
      columns += predictor.probabilityClasses.map { "probability_\($0)" }
    }
    if let rules = predictor.rules {
      columns.append("rules")
      if rules.numbers != nil { columns.append("rules_interval") }
      columns.append("rule")
      if predictor.model != nil { columns.append("agrees") }
      columns += rules.scores.map { "score_\($0.id.rawValue)" }
    }
    self.columns = columns
  }

  /// The header line.
  public var header: String { Self.line(columns) }

  /// The line of a row.
  public func line(_ prediction: Prediction) -> String { Self.line(fields(prediction)) }

  /// The texts of a row, one for each column.
  public func fields(_ prediction: Prediction) -> [String] {
    var fields = [String(prediction.row)]
    if predictor.model != nil {
      fields += Self.fields(prediction.network, isNumeric: predictor.isNumeric)
      let probabilities = prediction.probabilities ?? []
      fields += predictor.probabilityClasses.indices.map {
        probabilities.indices.contains($0) ? Self.text(probabilities[$0]) : ""
      }
    }
    if let rules = predictor.rules {
      fields += Self.fields(prediction.rules, isNumeric: rules.numbers != nil)
      fields.append(prediction.rule ?? "default")
      if predictor.model != nil { fields.append(prediction.agrees == true ? "yes" : "no") }
      fields += prediction.scores.map(Self.text)
    }
    return fields
  }

  /// A row as an object: the class or number of each prediction, probabilities and scores by name.
  public func object(_ prediction: Prediction) -> PredictionObject {
    var object = PredictionObject(row: prediction.row)
    object.network = prediction.network?.class
    object.networkNumber = prediction.network?.number
    if let probabilities = prediction.probabilities {
      object.probabilities = Dictionary(
        zip(predictor.probabilityClasses, probabilities), uniquingKeysWith: { first, _ in first })
    }
    guard let rules = predictor.rules else { return object }
    object.rules = prediction.rules?.class
    object.rulesNumber = prediction.rules?.number
    object.rule = prediction.rule ?? "default"
    object.agrees = prediction.agrees
    if !rules.scores.isEmpty {
      object.scores = Dictionary(
        zip(rules.scores.map(\.id.rawValue), prediction.scores),
        uniquingKeysWith: { first, _ in first })
    }
    return object
  }

  private static func fields(_ prediction: Prediction.Outcome?, isNumeric: Bool) -> [String] {
    let name = prediction?.class ?? ""
    return isNumeric ? [prediction?.number.map(text) ?? "", name] : [name]
  }

  private static func text(_ value: Double) -> String { value.isFinite ? shortest(value) : "" }

  /// The fields as a line; a field with a comma, a quote, a line end or a blank at its ends is quoted.
  static func line(_ fields: [String]) -> String {
    fields.map { field in
      let isPlain = !field.utf8.contains { [0x2C, 0x22, 0x0A, 0x0D].contains($0) }
      let hasBlanks = field.first?.isWhitespace == true || field.last?.isWhitespace == true
      return isPlain && !hasBlanks
        ? field : "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }.joined(separator: ",") + "\n"
  }
}

/// The predictions for one row, as an object of a JSON document.
public struct PredictionObject: Codable, Hashable, Sendable {
  /// The number of the row in its source, from 1, without the header.
  public var row: Int
  /// The class or interval that the network predicts.
  public var network: String?
  /// The number that the network predicts, for a numeric target.
  public var networkNumber: Double?
  /// The network's probability of each class.
  public var probabilities: [String: Double]?
  /// The class or interval that the rules predict.
  public var rules: String?
  /// The number that the rules predict, for a numeric target.
  public var rulesNumber: Double?
  /// The deciding rule: "R1", or "default".
  public var rule: String?
  /// Whether network and rules predict the same class.
  public var agrees: Bool?
  /// The values of the scores of described rules.
  public var scores: [String: Double]?

  /// A row without predictions.
  public init(row: Int) { self.row = row }
}
