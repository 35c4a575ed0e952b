import Datasets
import Foundation
import Naming

/// The error message and hint of a failure, or "no error".
func complaint(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch let error as DatasetError {
    return text(error)
  } catch let error as UnknownName {
    return text(error)
  } catch {
    return "another error: \(error)"
  }
}

private func text(_ error: any LocalizedError) -> String {
  "\(error.errorDescription ?? "-") | \(error.recoverySuggestion ?? "-")"
}

/// Reads a table from a string.
func read(
  _ text: String, named name: String = "t.csv", options: ReadingOptions = ReadingOptions()
) throws -> LoadedData {
  try DataSource.load(bytes: Array(text.utf8), named: name, options: options)
}

/// A header and `rows` rows.
func table(_ header: String, rows: Int = 20, _ row: (Int) -> String) -> String {
  ([header] + (0..<rows).map(row)).joined(separator: "\n") + "\n"
}

/// A temporary folder.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("espalier-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

func write(_ bytes: [UInt8], _ path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }

/// A gzip member with a stored (uncompressed) block.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var crc: UInt32 = ~0
  for byte in bytes {
    crc ^= UInt32(byte)
    for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
  }
  var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
  var rest = bytes[...]
  repeat {
    let block = rest.prefix(60_000)
    rest = rest.dropFirst(60_000)
    let count = UInt16(block.count)
    result.append(rest.isEmpty ? 1 : 0)
    result += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
    result += block
  } while !rest.isEmpty
  return result + littleEndian(~crc) + littleEndian(UInt32(bytes.count))
}

private func littleEndian(_ number: UInt32) -> [UInt8] {
  [0, 8, 16, 24].map { UInt8(number >> $0 & 255) }
}

func bigEndian(_ number: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(number >> $0 & 255) } }

/// Temporary files of tests.
enum Files {
  static func make(_ folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  static func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
}
