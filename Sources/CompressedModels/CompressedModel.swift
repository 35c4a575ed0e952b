import Foundation
import Networks

/// Models to and from coded files, `.espalier`: the same answers, bit for bit, in few bytes.
///
/// | bytes | what |
/// |---|---|
/// | 4 | `ESPL` |
/// | 1 | the version of the format, 1 |
/// | 4 | CRC-32 of all that follows, the lowest byte first |
/// | 4, 4 | the sizes of the heading, deflated and whole, the lowest byte first |
/// | … | the heading: architecture, names, schema and encoding as JSON, deflated by zlib |
/// | … | the numbers: `CompressedNetwork.bytes` |
public enum CompressedModel {
  /// How the names of coded files end.
  public static let fileExtension = "espalier"
  private static let magic = Array("ESPL".utf8)
  private static let version: UInt8 = 1
  private static let start = 9
  private static let prefix = start + 8

  /// The bytes of a coded file; the same model gives the same bytes.
  /// - Throws: `CompressedModelError.unwritable` where the same model would not be read back.
  public static func data(for model: Model) throws(CompressedModelError) -> Data {
    do {
      return Data(try bytes(of: model))
    } catch {
      throw .unwritable(problem: error.text)
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
      throw CodingProblem("it has layers of a kind that is not known")
    }
    var bytes = magic + [version]
    bytes.append(littleEndian: Deflation.checksum(rest[...]))
    bytes += rest
    guard try self.model(from: bytes) == model else {
      throw CodingProblem("a number in it is not a number")
    }
    return bytes
  }

  /// Whether bytes are meant to be a coded file.
  public static func isCompressed(_ data: some Collection<UInt8>) -> Bool {
    data.starts(with: magic)
  }

  /// Reads the bytes of a coded file.
  ///
  /// `name`: what errors call the file.
  /// - Throws: `CompressedModelError.malformed`, `version`
  public static func model(from data: Data, name: String) throws(CompressedModelError) -> Model {
    let bytes = [UInt8](data)
    guard isCompressed(bytes) else {
      throw .malformed(file: name, problem: "the bytes are not a coded network")
    }
    guard bytes.count > prefix else {
      throw .malformed(file: name, problem: CodingProblem.endsTooEarly.text)
    }
    guard bytes[4] == version else {
      throw .version(file: name, found: Int(bytes[4]), known: Int(version))
    }
    guard Deflation.checksum(bytes[start...]) == bytes.littleEndian(at: 5) else {
      throw .malformed(file: name, problem: "the bytes do not fit their checksum")
    }
    do {
      return try model(from: bytes)
    } catch {
      throw .malformed(file: name, problem: error.text)
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
