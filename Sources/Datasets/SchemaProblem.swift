import Foundation
import Naming

/// What is wrong with a schema.
public enum SchemaProblem: Error, Hashable, Sendable {
  /// Two features, two classes, or two levels of a feature have the same name.
  case duplicateName(String)
  /// A level of a feature, or a class of the target, is the empty text.
  case emptyLevel(column: String)
  /// There are no features, or no classes.
  case empty(features: Int, classes: Int)
  /// A side, the number of channels or the maximum of an image is out of range.
  case imageShape(ImageShape)
  /// The number of features differs from the number of values of an image.
  case imageSize(ImageShape, features: Int)
  /// The cuts of a numeric target are not finite or not ascending.
  case cuts(target: String)
  /// A side or the number of channels of an image is out of range.
  case imageLength(found: String)
  /// The maximum of an image is out of range.
  case imageMaximum(found: Double)
  /// A kind of a feature other than `numeric` and `categorical`.
  case kind(found: String)

  // The text of a schema.json.
  /// The text is not JSON.
  case notJSON
  /// A number, as it is written, that is out of range.
  case number(String)
  /// A number that is out of range, or not an integer where one is needed.
  case wrongNumber
  /// The key at `path` is given twice.
  case repeatedKey(path: String)
  /// A key is missing in the object at `path`; `path` is empty for the whole schema.
  case missingKey(String, path: String)
  /// The object at `path` has a key that is not one of `known`.
  case unknownKey(String, path: String, known: [String])
  /// A decimal mark other than `point` and `comma`.
  case decimal(found: String)
  /// The value at `path` has the wrong type.
  case wrongType(path: String)
  /// The value at `path` is invalid.
  indirect case value(SchemaProblem, path: String)
  /// The value at `path` is invalid, in the words of the decoder.
  case undecodable(message: String, path: String)
  /// Decoding failed in an unknown way.
  case notASchema
  /// The schema cannot be encoded.
  case unwritable

  /// The problem as the end of a sentence that begins with the name of the file.
  package var text: String {
    switch self {
    case .duplicateName(let name): "duplicate name '\(excerpt(name))'"
    case .emptyLevel(let column):
      "'\(excerpt(column))' has '' among its levels or classes, and an empty cell is a missing value"
    case .empty: "there are no features or no classes"
    case .imageShape(let image):
      "an image of \(Self.sides(image)) with a maximum of \(shortest(image.maximum))"
    case .imageSize(let image, let features):
      "an image of \(Self.sides(image)) has \(grouped(image.count)) values, and there are "
        + counted(features, "feature")
    case .cuts(let target): "the cuts of '\(excerpt(target))' are not ascending"
    case .imageLength(let found):
      "\(found) where a whole number from 1 to \(grouped(ImageShape.longest)) is needed"
    case .imageMaximum(let found):
      "\(shortest(found)) where the value of a white pixel is needed, a number above 0"
        + (found > 0 ? " and at most \(grouped(Int(ImageShape.largestMaximum)))" : "")
    case .kind(let found): "'\(found)' is neither 'numeric' nor 'categorical'"
    case .notJSON: "this is not JSON"
    case .number(let text): "the number \(excerpt(text)) is out of range"
    case .wrongNumber: "a number is out of range, or not a whole number where one is needed"
    case .repeatedKey(let path): "'\(excerpt(path))' is given twice"
    case .missingKey(let key, let path): "there is no '\(key)'" + Self.place(path)
    case .unknownKey(let key, let path, let known):
      "there is a key '\(excerpt(key))'" + Self.place(path) + ", where the keys are "
        + known.joined(separator: ", ")
    case .decimal(let found): "'\(excerpt(found))' is neither 'point' nor 'comma'"
    case .wrongType(let path): "a value of the wrong type" + Self.place(path)
    case .value(let problem, let path): problem.text + Self.place(path)
    case .undecodable(let message, let path): message + Self.place(path)
    case .notASchema: "this is not a schema"
    case .unwritable: "it cannot be written"
    }
  }

  private static func sides(_ image: ImageShape) -> String {
    [image.height, image.width, image.channels].map(String.init).joined(separator: " x ")
  }

  private static func place(_ path: String) -> String { path.isEmpty ? "" : " in '\(path)'" }
}

extension SchemaProblem {
  /// The problem that a decoder of `json` reports.
  init(_ error: DecodingError, in json: Data) {
    func path(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map { key in
        key.intValue.map { "[\($0)]" } ?? "." + key.stringValue
      }
      return String(keys.joined().drop { $0 == "." })
    }
    self =
      switch error {
      case .keyNotFound(let key, let context):
        .missingKey(key.stringValue, path: path(context))
      case .typeMismatch(_, let context), .valueNotFound(_, let context):
        .wrongType(path: path(context))
      case .dataCorrupted(let context):
        if let problem = context.underlyingError as? SchemaProblem {
          .value(problem, path: path(context))
        } else if context.codingPath.isEmpty {
          Self.problem(json)
        } else {
          .undecodable(message: context.debugDescription, path: path(context))
        }
      @unknown default: .notASchema
      }
  }

  private static func problem(_ json: Data) -> Self {
    switch json.jsonProblem {
    case .number(let text): .number(text)
    case .numberOfOtherType: .wrongNumber
    case .notJSON: .notJSON
    }
  }

  /// The error of a decoder that finds the problem in the value of a key.
  func decodingError(at path: [any CodingKey], _ key: any CodingKey) -> DecodingError {
    .dataCorrupted(
      .init(codingPath: path + [key], debugDescription: text, underlyingError: self))
  }
}

/// What is wrong with an encoding, or between an encoding and its schema.
public enum EncodingProblem: Hashable, Sendable {
  /// An input is made of a feature that the schema does not have.
  case unknownFeature(Int)
  /// The kind of an input does not fit its feature; `position` counts from 0.
  case kind(position: Int)
  /// The mean or the scale of a numeric target is not finite, or the scale is 0.
  case targetScale(mean: Double, scale: Double)

  /// The problem as the end of a sentence that begins with the name of the file.
  package var text: String {
    switch self {
    case .unknownFeature(let feature):
      "an input is made of feature \(feature), which does not exist"
    case .kind(let position): "input \(position) does not fit its feature"
    case .targetScale: "the target's scale is not a finite number other than zero"
    }
  }
}
