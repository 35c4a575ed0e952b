import Foundation
import ONNXSchema

/// The storage format of an element type.
enum ONNXNumberFormat {
  case float, double, float16, bfloat16
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64, bool

  init?(_ type: Onnx_TensorProto.DataType) {
    switch type {
    case .float: self = .float
    case .double: self = .double
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .int8: self = .int8
    case .uint8: self = .uint8
    case .int16: self = .int16
    case .uint16: self = .uint16
    case .int32: self = .int32
    case .uint32: self = .uint32
    case .int64: self = .int64
    case .uint64: self = .uint64
    case .bool: self = .bool
    default: return nil
    }
  }

  /// Whether it is an integer type.
  var isWhole: Bool {
    switch self {
    case .float, .double, .float16, .bfloat16: false
    default: true
    }
  }

  /// Bytes per element.
  var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float, .int32, .uint32: 4
    case .double, .int64, .uint64: 8
    }
  }

  /// Decodes raw bytes.
  func unpacked(_ data: Data) -> [Double] {
    switch self {
    case .float: Self.unpack(data, as: UInt32.self) { Double(Float(bitPattern: $0)) }
    case .double: Self.unpack(data, as: UInt64.self) { Double(bitPattern: $0) }
    case .float16: Self.unpack(data, as: UInt16.self, Self.half)
    case .bfloat16: Self.unpack(data, as: UInt16.self, Self.brainHalf)
    case .int8: Self.unpack(data, as: UInt8.self) { Double(Int8(bitPattern: $0)) }
    case .uint8, .bool: Self.unpack(data, as: UInt8.self) { Double($0) }
    case .int16: Self.unpack(data, as: UInt16.self) { Double(Int16(bitPattern: $0)) }
    case .uint16: Self.unpack(data, as: UInt16.self) { Double($0) }
    case .int32: Self.unpack(data, as: UInt32.self) { Double(Int32(bitPattern: $0)) }
    case .uint32: Self.unpack(data, as: UInt32.self) { Double($0) }
    case .int64: Self.unpack(data, as: UInt64.self) { Double(Int64(bitPattern: $0)) }
    case .uint64: Self.unpack(data, as: UInt64.self) { Double($0) }
    }
  }

  /// The values in the typed field of a message.
  func fields(of tensor: Onnx_TensorProto) -> [Double] {
    switch self {
    case .float: tensor.floatData.map { Double($0) }
    case .double: tensor.doubleData
    case .float16: tensor.int32Data.map { Self.half(UInt16(truncatingIfNeeded: $0)) }
    case .bfloat16: tensor.int32Data.map { Self.brainHalf(UInt16(truncatingIfNeeded: $0)) }
    case .int8, .uint8, .int16, .uint16, .int32, .bool: tensor.int32Data.map { Double($0) }
    case .int64: tensor.int64Data.map { Double($0) }
    case .uint32, .uint64: tensor.uint64Data.map { Double($0) }
    }
  }

  /// A float16, IEEE 754: one bit of sign, five of exponent, ten of fraction.
  private static func half(_ bits: UInt16) -> Double {
    let sign = bits >> 15 == 0 ? 1.0 : -1.0
    let (exponent, fraction) = (Int(bits >> 10 & 31), Double(bits & 1023))
    switch exponent {
    case 0: return sign * fraction * 0x1p-24
    case 31: return fraction == 0 ? sign * .infinity : .nan
    default:
      return sign * (1 + fraction / 1024)
        * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    }
  }

  /// A bfloat16: the upper half of a float32.
  private static func brainHalf(_ bits: UInt16) -> Double {
    Double(Float(bitPattern: UInt32(bits) << 16))
  }

  static func unpack<Bits: FixedWidthInteger, Value>(
    _ data: Data, as type: Bits.Type, _ value: (Bits) -> Value
  ) -> [Value] {
    let size = MemoryLayout<Bits>.size
    return data.withUnsafeBytes { bytes in
      (0..<bytes.count / size).map {
        value(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: size * $0, as: Bits.self)))
      }
    }
  }
}
