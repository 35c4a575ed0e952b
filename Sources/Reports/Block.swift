import Explanations

/// A block of a document, independent of the format.
public enum Block: Hashable, Sendable {
  /// - Parameter id: the anchor for links within the document.
  case heading(Phrase, level: Int, id: String)
  case paragraph(Phrase)
  /// The key sentence of the document.
  case lead(Phrase)
  case note(Phrase)
  case warning(Phrase)
  case facts([Fact])
  case list([Phrase])
  /// A listing, such as a command line, in a language: `sh`.
  case code(String, language: String)
  case table(DataTable)
  case figure(Figure)
}

/// A key figure: label, value and note.
public struct Fact: Hashable, Sendable {
  public var label: String
  public var value: String
  public var note: String

  public init(_ label: String, _ value: String, _ note: String) {
    self.label = label
    self.value = value
    self.note = note
  }
}

/// A table with column headings.
public struct DataTable: Hashable, Sendable {
  public struct Column: Hashable, Sendable {
    public var title: String
    public var isNumber: Bool

    public init(_ title: String, isNumber: Bool = false) {
      self.title = title
      self.isNumber = isNumber
    }

    public static func text(_ title: String) -> Column { Column(title) }
    public static func number(_ title: String) -> Column { Column(title, isNumber: true) }
  }

  public struct Cell: Hashable, Sendable {
    public var phrase: Phrase
    /// The sort key of the cell.
    public var key: Double?
    /// A share that is drawn as a bar.
    public var share: Proportion?
    /// A PNG in base64.
    public var image: String?

    public init(
      _ phrase: Phrase, key: Double? = nil, share: Proportion? = nil, image: String? = nil
    ) {
      self.phrase = phrase
      self.key = key
      self.share = share
      self.image = image
    }

    /// A whole number.
    public static func number(_ value: Int) -> Cell {
      Cell(Phrase(counted(value)), key: Double(value))
    }
    /// A whole number without commas between the thousands.
    public static func digits(_ value: Int) -> Cell {
      Cell(Phrase(String(value)), key: Double(value))
    }
    /// A share in percent.
    public static func percent(_ proportion: Proportion) -> Cell {
      Cell(Phrase(Reports.percent(proportion)), key: proportion.value, share: proportion)
    }
    /// A count out of a total.
    public static func ratio(_ proportion: Proportion) -> Cell {
      Cell(Phrase(Reports.ratio(proportion)), key: proportion.value)
    }
    /// The interval of a share.
    public static func interval(_ proportion: Proportion) -> Cell {
      Cell(Phrase(Reports.interval(proportion)), key: proportion.interval.lowerBound)
    }
    public static func name(_ name: String) -> Cell { Cell(.name(name)) }
  }

  /// The anchor for links within the document.
  public var id: String
  public var caption: Phrase
  public var columns: [Column]
  public var rows: [[Cell]]

  public init(_ id: String, _ caption: Phrase, _ columns: [Column], _ rows: [[Cell]]) {
    self.id = id
    self.caption = caption
    self.columns = columns
    self.rows = rows
  }
}

/// A figure with title and caption.
public struct Figure: Hashable, Sendable {
  /// The file name without extension: `network`.
  public var id: String
  public var title: String
  public var caption: Phrase

  public init(_ id: String, _ title: String, _ caption: Phrase) {
    self.id = id
    self.title = title
    self.caption = caption
  }
}
