import Foundation
import Naming

/// The contents of a settings file: an experiment, the output folder and the number of
/// threads.
///
/// ```json
/// {"target": "species", "heldOut": 0.25, "maxRules": 10, "network": {"hidden": [32]},
///  "output": "iris-report", "threads": 2}
/// ```
public struct SettingsFile: Hashable, Sendable {
  /// The default settings with the values of the file.
  public var experiment: Experiment
  /// The output folder; `nil` if the file does not set it.
  public var output: String?
  /// The number of threads; `nil` if the file does not set it.
  public var threads: Int?

  private static let experimentKeys = [
    "data", "model", "target", "ignore", "heldOut", "seed", "extractor", "level", "describes",
    "maxTerms", "maxWeight", "maxRules", "minFidelity", "readable", "stability",
    "crossValidation", "maxNeurons", "maxInputs", "explain", "network", "header", "names",
    "separator", "decimal", "maxInputBytes",
  ]
  private static let networkKeys = [
    "architecture", "hidden", "activation", "features", "head", "epochs", "learningRate", "batch",
    "weightDecay", "shift", "classWeights", "accuracyDrop", "prunes", "pixelMean", "pixelDeviation",
    "pixelLayout", "scaleInputs", "classOrder",
  ]

  /// The default settings for `data`.
  public init(data: String) {
    experiment = Experiment(data: data)
  }

  /// The default settings for `data` with the values of `json`, a JSON object.
  ///
  /// `file`: the name of the file, for messages.
  /// - Throws: `UnknownName` for an unknown setting; `RepeatedKey` for one that is given twice;
  ///   `SettingsError` if `json` is not a JSON object, or a value has the wrong type or is out of
  ///   range.
  public init(data: String, json: Data, named file: String) throws {
    self.init(data: data)
    var settings = try Self.object(json, file: file)
    output = try Self.take("output", from: &settings, file: file)
    threads = try Self.take("threads", from: &settings, file: file)
    let known = Self.experimentKeys + ["output", "threads"]
    if let key = settings.keys.filter({ !known.contains($0) }).min(), Self.networkKeys.contains(key)
    {
      throw SettingsError.misplaced(file: file, key: key)
    }
    try Self.check(settings.keys, known: known)
    if let network = settings["network"] as? [String: Any] {
      try Self.check(network.keys, known: Self.networkKeys)
    }
    if let number = Self.number(settings["heldOut"])?.doubleValue {
      settings["heldOut"] = ["fraction": ["of": number]]
    } else if let text = settings["heldOut"] as? String {
      settings["heldOut"] =
        Double(text).map { ["fraction": ["of": $0]] } ?? ["rows": ["of": text]]
    }
    settings["data"] = data
    do {
      let encoded = try JSONEncoder().encode(experiment)
      let base = try JSONSerialization.jsonObject(with: encoded) as? [String: Any] ?? [:]
      do {
        experiment = try Self.decode(settings, over: base)
      } catch let error as DecodingError {
        throw try Self.firstWrong(of: settings, over: base, file: file) ?? error
      }
      try Hyperparameter.threads.check(threads)
      try experiment.validate()
    } catch let error as DecodingError {
      throw Self.wrongValue(error, of: "", file: file)
    } catch let error as HyperparameterError {
      throw SettingsError.outOfRange(file: file, error)
    }
  }

  private static func object(_ json: Data, file: String) throws -> [String: Any] {
    let object: Any
    do {
      object = try JSONSerialization.jsonObject(with: json)
    } catch {
      guard case .number(let number) = json.jsonProblem else {
        throw SettingsError.notAnObject(file: file)
      }
      throw SettingsError.unrepresentable(file: file, number: number)
    }
    guard let settings = object as? [String: Any] else {
      throw SettingsError.notAnObject(file: file)
    }
    try RepeatedKey.check(json, named: file)
    return settings
  }

  /// A value as a number; `nil` for other values, also for `true` and `false`.
  private static func number(_ value: Any?) -> NSNumber? {
    guard let number = value as? NSNumber, String(cString: number.objCType) != "c" else {
      return nil
    }
    return number
  }

  /// The error for the first setting that cannot be decoded; `nil` if each one can.
  ///
  /// The decoder does not say which number does not fit: each setting is decoded alone.
  private static func firstWrong(
    of settings: [String: Any], over base: [String: Any], file: String
  ) throws -> SettingsError? {
    var single = settings.filter { $0.key != "network" }.map { ($0.key, [$0.key: $0.value]) }
    if let network = settings["network"] as? [String: Any] {
      single += network.map { ("network.\($0.key)", ["network": [$0.key: $0.value]]) }
    } else if let network = settings["network"] {
      single.append(("network", ["network": network]))
    }
    for (key, setting) in single.sorted(by: { $0.0 < $1.0 }) {
      do {
        _ = try decode(setting, over: base)
      } catch let error as DecodingError {
        let value = (setting["network"] as? [String: Any])?.values.first ?? setting[key]
        if let number = number(value), let range = numberSettings.first(where: { $0.key == key }) {
          return .outOfRange(
            file: file,
            HyperparameterError(
              setting: range.setting, key: key, value: number.stringValue, allowed: range.allowed))
        }
        return wrongValue(error, of: key, file: file)
      }
    }
    return nil
  }

  /// The settings that are one number each, with the valid values.
  private static var numberSettings: [(key: String, setting: Setting, allowed: String)] {
    let counts: [Hyperparameter<Int>] = [
      .maxRules, .maxTerms, .maxWeight, .stability, .crossValidation, .maxNeurons, .maxInputs,
      .maxInputBytes, .features, .epochs, .batch, .shift,
    ]
    return [("seed", .seed, Hyperparameter<Int>.allowedSeeds)]
      + counts.compactMap { range in range.key.map { ($0, range.setting, range.allowed) } }
  }

  private static func take<Value>(
    _ key: String, from settings: inout [String: Any], file: String
  ) throws -> Value? {
    guard let found = settings.removeValue(forKey: key) else { return nil }
    guard let value = found as? Value, Value.self != Int.self || Self.number(found) != nil else {
      throw SettingsError.wrongType(
        file: file, key: key, expected: Value.self == Int.self ? .integer : .string)
    }
    return value
  }

  private static func check(_ keys: some Sequence<String>, known: [String]) throws(UnknownName) {
    if let wrong = keys.filter({ !known.contains($0) }).min() {
      throw UnknownName(wrong, family: "setting", known: known)
    }
  }

  /// The experiment with these values in place of those of `base`.
  private static func decode(
    _ settings: [String: Any], over base: [String: Any]
  ) throws -> Experiment {
    let merged = base.merging(settings) { old, new in
      guard let old = old as? [String: Any], let new = new as? [String: Any],
        old["fraction"] == nil
      else { return new }
      return old.merging(new) { $1 }
    }
    return try JSONDecoder().decode(
      Experiment.self, from: JSONSerialization.data(withJSONObject: merged))
  }

  private static func wrongValue(
    _ error: DecodingError, of key: String, file: String
  ) -> SettingsError {
    let context: DecodingError.Context? =
      switch error {
      case .typeMismatch(_, let context), .valueNotFound(_, let context),
        .keyNotFound(_, let context), .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    let path = (context?.codingPath ?? []).map(\.stringValue).joined(separator: ".")
    return .wrongType(file: file, key: path.isEmpty ? key : path, expected: nil)
  }
}

/// An error in a settings file.
public enum SettingsError: LocalizedError, Hashable, Sendable {
  /// The type of a setting outside of an experiment.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case integer = "an integer"
    case string = "a string"
  }

  /// The file is not a JSON object.
  case notAnObject(file: String)
  /// A number, as it is written, that double precision cannot represent.
  case unrepresentable(file: String, number: String)
  /// The value of the setting at `key` has the wrong type; `expected` is `nil` if the setting has a
  /// type of its own.
  case wrongType(file: String, key: String, expected: Kind?)
  /// A setting of the network outside of `network`.
  case misplaced(file: String, key: String)
  /// A numeric setting out of range.
  case outOfRange(file: String, HyperparameterError)

  /// What is wrong, in one sentence.
  public var errorDescription: String? {
    switch self {
    case .notAnObject(let file): "\(file): not a JSON object"
    case .unrepresentable(let file, let number): "\(file): the number \(number) is out of range"
    case .wrongType(let file, let key, _): "\(file): '\(key)' has a value of the wrong type"
    case .misplaced(let file, let key): "\(file): '\(key)' is a setting of 'network'"
    case .outOfRange(let file, let error): "\(file): \(error.errorDescription ?? "")"
    }
  }

  /// What to do.
  public var recoverySuggestion: String? {
    switch self {
    case .notAnObject: #"write settings as {"seed": 7, "maxRules": 10}"#
    case .unrepresentable: "write a number that double precision can represent"
    case .wrongType(_, _, let expected?): "write \(expected.rawValue)"
    case .wrongType(_, let key, nil): "write a value that '\(key)' can have"
    case .misplaced(_, let key): #"write {"network": {"\#(key)": …}}"#
    case .outOfRange(_, let error): error.recoverySuggestion
    }
  }
}
