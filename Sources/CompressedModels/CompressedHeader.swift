import Datasets
import Foundation
import Networks
import Tensors

/// The header of a compressed model file: the model without its parameters.
package struct CompressedHeader: Codable {
  var architecture: Architecture
  var head: Head
  /// The delta-encoded original indices of each node's neurons; `nil` if they are 0, 1, 2 and so
  /// on.
  var originalIndices: [[Int]?]
  /// The schema; without features if they are the pixels of its image.
  var schema: Schema
  /// The encoding; `nil` if the inputs are pixels divided by the maximum pixel value.
  var encoding: Encoding?
  /// The delta-encoded positions of the pixels that are read; `nil` if all are.
  var pixels: [Int]?

  /// The maximum number of pixels of an image whose features are omitted.
  private static let mostPixels = 1 << 22
  /// The maximum absolute value of a number in the architecture.
  private static let largest = 1 << 24

  private enum CodingKeys: String, CodingKey {
    case architecture, head, originalIndices = "births", schema, encoding, pixels
  }

  package init(_ model: Model) {
    architecture = model.network.architecture
    head = model.head
    originalIndices = model.network.originalIndices.map {
      $0 == Array($0.indices) ? nil : Self.differences($0)
    }
    schema = model.schema
    encoding = model.encoding
    guard let image = schema.image, image.count <= Self.mostPixels,
      schema.features == image.features
    else { return }
    schema.features = []
    let read = model.encoding.inputs.map(\.feature)
    guard model.encoding == Self.encoding(of: read, image) else { return }
    encoding = nil
    pixels = read == Array(0..<image.count) ? nil : Self.differences(read)
  }

  private static func encoding(of pixels: [Int], _ image: ImageShape) -> Encoding {
    Encoding(
      inputs: pixels.map { .init(feature: $0, kind: .scaled(mean: 0, scale: image.maximum)) })
  }

  private static func differences(_ numbers: [Int]) -> [Int] {
    zip(numbers, [-1] + numbers).map { $0 &- $1 &- 1 }
  }

  private static func sums(_ differences: [Int]) -> [Int] {
    var last = -1
    return differences.map { difference in
      last = last &+ difference &+ 1
      return last
    }
  }

  /// The header as zlib-compressed JSON, and its uncompressed size.
  package func packed() throws(CodingProblem) -> (bytes: [UInt8], count: Int) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw .infiniteHeaderValue
    }
    return (try Deflation.deflated(Array(data)), data.count)
  }

  /// - Throws: `CodingProblem` if the JSON is not a valid header.
  init(packed bytes: ArraySlice<UInt8>, count: Int) throws(CodingProblem) {
    let data = Data(try Deflation.inflated(bytes, to: count))
    guard let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any],
      let description = object["architecture"], Self.isSensible(description)
    else { throw .invalidHeader }
    guard let heading = try? JSONDecoder().decode(CompressedHeader.self, from: data) else {
      throw .undecodableHeader
    }
    self = heading
  }

  /// Whether all numbers are small enough for sizes not to overflow.
  ///
  /// `isShape`: whether the product of a list is limited too; the `channels` of a selection are not
  /// a shape.
  private static func isSensible(_ value: Any, isShape: Bool = true) -> Bool {
    switch value {
    case let object as [String: Any]:
      return object.allSatisfy { isSensible($0.value, isShape: $0.key != "channels") }
    case let list as [Any]:
      let numbers = isShape ? list.compactMap { ($0 as? NSNumber)?.doubleValue } : []
      return list.allSatisfy { isSensible($0) }
        && numbers.reduce(1) { $0 * max(abs($1), 1) } <= Double(CheckedSizes.most)
    case let number as NSNumber: return abs(number.doubleValue) <= Double(largest)
    default: return true
    }
  }

  /// The model with the decoded parameters.
  func model(_ parameters: [[Parameter]], _ sizes: CheckedSizes) throws(CodingProblem) -> Model {
    let schema = try wholeSchema()
    let encoding = try wholeEncoding(schema)
    if let problem = schema.inconsistency { throw .schema(problem) }
    if let problem = encoding.inconsistency(with: schema) { throw .encoding(problem) }
    guard originalIndices.count == sizes.neurons.count else {
      throw .originalIndices(node: nil)
    }
    var names: [[Int]] = []
    for (own, count) in zip(originalIndices, sizes.neurons) {
      let sums = own.map(Self.sums) ?? Array(0..<count)
      guard sums.count == count, Set(sums).count == count, sums.allSatisfy({ $0 >= 0 }) else {
        throw .originalIndices(node: names.count)
      }
      names.append(sums)
    }
    do {
      return try Model(
        schema: schema, encoding: encoding,
        network: Network(architecture, parameters: parameters, originalIndices: names), head: head)
    } catch {
      throw .network(error)
    }
  }

  private func wholeSchema() throws(CodingProblem) -> Schema {
    guard schema.features.isEmpty, let image = schema.image else { return schema }
    var count = 1
    for length in [image.height, image.width, image.channels] {
      guard (1...Self.mostPixels).contains(length), count * length <= Self.mostPixels else {
        throw .imageSize(
          height: image.height, width: image.width, channels: image.channels)
      }
      count *= length
    }
    var whole = schema
    whole.features = image.features
    return whole
  }

  private func wholeEncoding(_ schema: Schema) throws(CodingProblem) -> Encoding {
    if let encoding { return encoding }
    guard let image = schema.image else { throw .noEncoding }
    return Self.encoding(of: pixels.map(Self.sums) ?? Array(0..<image.count), image)
  }
}
