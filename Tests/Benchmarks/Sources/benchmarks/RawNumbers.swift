import Foundation

/// Files of nothing but numbers, little-endian, as NumPy's `tofile` writes them.
enum RawNumbers {
  /// - Throws: where the file cannot be read or holds another count of numbers.
  static func read<Number>(_ path: String, count: Int, as: Number.Type) throws -> [Number] {
    guard let file = fopen(path, "rb") else { throw Failure.notThere(path) }
    defer { fclose(file) }
    let numbers = [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = fread(buffer.baseAddress, MemoryLayout<Number>.stride, count, file)
    }
    guard numbers.count == count else {
      throw Failure.short(path, expected: count, found: numbers.count)
    }
    return numbers
  }

  /// - Throws: where the file cannot be written.
  static func write<Number>(_ numbers: [Number], to path: String) throws {
    let bytes = numbers.withUnsafeBytes { Data($0) }
    try bytes.write(to: URL(fileURLWithPath: path))
  }
}

/// What a benchmark cannot go on without.
enum Failure: Error, CustomStringConvertible {
  case usage
  case noCase(String)
  case notThere(String)
  case short(String, expected: Int, found: Int)
  case missed([String])

  var description: String {
    switch self {
    case .usage: "usage: benchmarks start|run CASE FOLDER [THREADS], or benchmarks pruning"
    case .missed(let names): "over the limit: \(names.joined(separator: ", "))"
    case .noCase(let name):
      "there is no case named '\(name)', only \(Case.all.map(\.name).joined(separator: ", "))"
    case .notThere(let path): "\(path) cannot be read"
    case .short(let path, let expected, let found): "\(path): \(found) numbers, not \(expected)"
    }
  }
}
