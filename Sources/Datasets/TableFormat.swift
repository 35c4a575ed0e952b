/// The given format of a table's text; unspecified properties are detected from the first lines.
public struct TableFormat: Hashable, Sendable {
  /// Whether the first line is a header; `nil` to detect it.
  public var hasHeader: Bool?
  /// Column names, for a file without a header.
  public var names: [String]?
  /// The field separator; `nil` to detect it.
  public var separator: Separator?
  /// The decimal mark; `nil` to detect it.
  public var decimal: NumberNotation.DecimalMark?

  /// Creates a format; by default everything is detected from the first lines.
  public init(
    hasHeader: Bool? = nil, names: [String]? = nil, separator: Separator? = nil,
    decimal: NumberNotation.DecimalMark? = nil
  ) {
    self.hasHeader = hasHeader
    self.names = names
    self.separator = separator
    self.decimal = decimal
  }

  /// A field separator.
  public enum Separator: Hashable, Codable, Sendable, CaseIterable {
    /// One character: `,`, `;`, a tab or `|`.
    case comma, semicolon, tab, pipe
    /// One blank or more.
    case blank

    /// The separator of a user's text: `,`, `;`, `tab`, `|` or `blank`.
    public init?(_ name: String) {
      switch name.lowercased() {
      case ",", "comma": self = .comma
      case ";", "semicolon": self = .semicolon
      case "\t", "\\t", "tab": self = .tab
      case "|", "pipe", "bar": self = .pipe
      case " ", "blank", "blanks", "space": self = .blank
      default: return nil
      }
    }

    /// - Throws: `DecodingError` if a field is missing or invalid.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      guard let separator = Separator(try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "none of ',', ';', 'tab', '|', 'blank'")
      }
      self = separator
    }

    /// Encodes the fields of the value.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(name)
    }

    /// The separator as a command-line value.
    public var name: String {
      switch self {
      case .comma: ","
      case .semicolon: ";"
      case .tab: "tab"
      case .pipe: "|"
      case .blank: "blank"
      }
    }

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: UInt8(ascii: "\t")
      case .pipe: UInt8(ascii: "|")
      case .blank: UInt8(ascii: " ")
      }
    }
  }
}
