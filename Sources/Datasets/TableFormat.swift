/// The form of a table's text, as far as it is known; the rest is found in the first lines.
public struct TableFormat: Hashable, Sendable {
  /// Whether the first line has the names of the columns.
  public var hasHeader: Bool?
  /// The names of the columns, where the file does not have them: the first line is a row.
  public var names: [String]?
  /// What stands between fields.
  public var separator: Separator?
  /// The character before a number's decimals.
  public var decimal: NumberNotation.DecimalMark?

  /// Without arguments everything is found in the first lines.
  public init(
    hasHeader: Bool? = nil, names: [String]? = nil, separator: Separator? = nil,
    decimal: NumberNotation.DecimalMark? = nil
  ) {
    self.hasHeader = hasHeader
    self.names = names
    self.separator = separator
    self.decimal = decimal
  }

  /// What stands between the fields of a line.
  public enum Separator: Hashable, Codable, Sendable, CaseIterable {
    case comma, semicolon, tab, pipe
    /// One blank or more.
    case blank

    /// The separator that a user names: `,`, `;`, `tab`, `|` or `blank`.
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

    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      guard let separator = Separator(try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "none of ',', ';', 'tab', '|', 'blank'")
      }
      self = separator
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      try container.encode(name)
    }

    /// As it is written on the command line.
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
