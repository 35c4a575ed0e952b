import Experiments
import Foundation
import Naming

/// An experiment with where its result goes: what `--config FILE.json` holds.
///
/// ```json
/// {"target": "species", "heldOut": 0.25, "maxRules": 10, "network": {"hidden": [32]},
///  "output": "iris-report", "threads": 2}
/// ```
struct Settings {
  var experiment: Experiment
  var output: String?
  var threads: Int?

  private static let experimentKeys = [
    "data", "model", "target", "ignore", "heldOut", "seed", "extractor", "level", "maxRules",
    "minFidelity", "maxNeurons", "maxInputs", "explain", "network", "header", "names",
    "separator", "decimal", "maxInputBytes",
  ]
  private static let networkKeys = [
    "architecture", "hidden", "activation", "features", "head", "epochs", "learningRate", "batch",
    "shift", "classWeights", "accuracyDrop", "prunes", "pixelMean", "pixelDeviation",
    "pixelLayout", "scaleInputs", "classOrder",
  ]

  /// The defaults, changed by the file if one is named.
  /// - Throws: `UnknownName` for a setting that there is not, `CommandFailure` for a wrong value.
  init(file: String?, data: String) throws {
    experiment = Experiment(data: data)
    guard let file else { return }
    var settings = try Self.object(in: file)
    output = try Self.take("output", from: &settings, file: file)
    threads = try Self.take("threads", from: &settings, file: file)
    try Self.check(settings.keys, known: Self.experimentKeys + ["output", "threads"])
    if let network = settings["network"] as? [String: Any] {
      try Self.check(network.keys, known: Self.networkKeys)
    }
    if let number = settings["heldOut"] as? Double {
      settings["heldOut"] = ["fraction": ["of": number]]
    } else if let text = settings["heldOut"] as? String {
      if let number = Double(text) {
        settings["heldOut"] = ["fraction": ["of": number]]
      } else {
        settings["heldOut"] = ["rows": ["of": text]]
      }
    }
    settings["data"] = data
    let encoded = try JSONEncoder().encode(experiment)
    let base = try JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:]
    let merged = base.merging(settings) { old, new in
      guard let old = old as? [String: Any], let new = new as? [String: Any],
        old["fraction"] == nil
      else { return new }
      return old.merging(new) { $1 }
    }
    do {
      let data = try JSONSerialization.data(withJSONObject: merged)
      experiment = try JSONDecoder().decode(Experiment.self, from: data)
      try Hyperparameter.threads.check(threads)
      try experiment.validate()
    } catch let error as DecodingError {
      throw Self.wrongValue(error, file: file)
    } catch let error as HyperparameterError {
      throw CommandFailure(
        "\(file): '\(error.setting ?? error.option)' cannot be \(error.value)",
        hint: error.recoverySuggestion, code: 65)
    }
  }

  /// A fraction where the text is a number, else a source of rows.
  static func heldOut(_ text: String) -> Experiment.HeldOut {
    Double(text).map { .fraction(of: $0) } ?? .rows(of: text)
  }

  private static func object(in file: String) throws -> [String: Any] {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw CommandFailure(
        "the settings '\(file)' cannot be read", hint: "check the path", code: 66)
    }
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw CommandFailure(
        "\(file): not a JSON object", hint: #"write settings as {"seed": 7, "maxRules": 10}"#,
        code: 65)
    }
    return object
  }

  private static func take<Value>(
    _ key: String, from settings: inout [String: Any], file: String
  ) throws -> Value? {
    guard let found = settings.removeValue(forKey: key) else { return nil }
    guard let value = found as? Value else {
      throw CommandFailure(
        "\(file): '\(key)' has a value of the wrong kind",
        hint: Value.self == Int.self ? "write a whole number" : "write a text", code: 65)
    }
    return value
  }

  private static func check(_ keys: some Sequence<String>, known: [String]) throws(UnknownName) {
    if let wrong = keys.filter({ !known.contains($0) }).min() {
      throw UnknownName(wrong, family: "setting", known: known)
    }
  }

  private static func wrongValue(_ error: DecodingError, file: String) -> CommandFailure {
    let context: DecodingError.Context? =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
    return CommandFailure(
      "\(file): '\(path)' has a value of the wrong kind",
      hint: "write it as 'espalier explain --help' says of the option of that name", code: 65)
  }
}
