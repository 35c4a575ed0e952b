import Foundation
import Networks

/// Encodes and decodes compressed model files, `.espalier`; the compression is lossless.
///
/// | bytes | content |
/// |---|---|
/// | 4 | `ESPL` |
/// | 1 | format version, 1 |
/// | 4 | CRC-32 of the remaining bytes, little-endian |
/// | 4, 4 | compressed and uncompressed size of the header, little-endian |
/// | … | header: architecture, original indices, schema and encoding as zlib-compressed JSON |
/// | … | parameters: `CompressedNetwork.bytes` |
public enum CompressedModel {
  /// The file extension of compressed models.
  public static let fileExtension = "espalier"
  private static let magic = Array("ESPL".utf8)
  private static let version: UInt8 = 1
  private static let start = 9
  private static let prefix = start + 8

  /// The bytes of a compressed model file; deterministic.
  /// - Throws: `CompressedModelError.unwritable` if decoding would not give an equal model.
  public static func data(for model: Model) throws(CompressedModelError) -> Data {
    do {
      return Data(try bytes(of: model))
    } catch {
      throw .unwritable(error)
    }
  }

  private static func bytes(of model: Model) throws(CodingProblem) -> [UInt8] {
    let heading = try CompressedHeader(model).packed()
    var rest: [UInt8] = []
    rest.append(littleEndian: UInt32(heading.bytes.count))
    rest.append(littleEndian: UInt32(heading.count))
    rest += heading.bytes
    rest += CompressedNetwork(model.network).bytes
    let sizes = try CheckedSizes(model.network.architecture, bytes: start + rest.count)
    guard sizes.fit(model.network) else {
      throw .unsupportedLayers
    }
    var bytes = magic + [version]
    bytes.append(littleEndian: Deflation.checksum(rest[...]))
    bytes += rest
    guard try self.model(from: bytes) == model else {
      throw .notANumber
    }
    return bytes
  }

  /// Whether bytes start with the signature of a compressed model file.
  public static func isCompressed(_ data: some Collection<UInt8>) -> Bool {
    data.starts(with: magic)
  }

  /// Decodes the bytes of a compressed model file.
  ///
  /// `name`: the file name for error messages.
  /// - Throws: `CompressedModelError.malformed`, `version`
  public static func model(from data: Data, name: String) throws(CompressedModelError) -> Model {
    let bytes = [UInt8](data)
    guard isCompressed(bytes) else { throw .malformed(file: name, .otherFormat) }
    guard bytes.count > prefix else { throw .malformed(file: name, .endsTooEarly) }
    guard bytes[4] == version else {
      throw .version(file: name, found: Int(bytes[4]), known: Int(version))
    }
    let (found, expected) = (Deflation.checksum(bytes[start...]), bytes.littleEndian(at: 5))
    guard found == expected else {
      throw .malformed(file: name, .wrongChecksum(found: found, expected: expected))
    }
    do {
      return try model(from: bytes)
    } catch {
      throw .malformed(file: name, error)
    }
  }

  private static func model(from bytes: [UInt8]) throws(CodingProblem) -> Model {
    let packed = Int(bytes.littleEndian(at: start))
    let whole = Int(bytes.littleEndian(at: start + 4))
    guard packed <= bytes.count - prefix else { throw .endsTooEarly }
    let heading = try CompressedHeader(packed: bytes[prefix..<prefix + packed], count: whole)
    let sizes = try CheckedSizes(heading.architecture, bytes: bytes.count)
    let parameters = try CompressedNetwork.parameters(of: sizes, from: bytes[(prefix + packed)...])
    return try heading.model(parameters, sizes)
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian value: UInt32) {
    for shift in stride(from: UInt32(0), to: 32, by: 8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  fileprivate func littleEndian(at position: Int) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(self[position + $1]) << UInt32(8 * $1) }
  }
}
