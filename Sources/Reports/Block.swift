import Explanations

/// A block of a document, independent of the format.
public enum Block: Hashable, Sendable {
  /// - Parameter id: the anchor for links within the document.
  case heading(Phrase, level: Int, id: String)
  /// A paragraph.
  case paragraph(Phrase)
  /// The key sentence of the document.
  case lead(Phrase)
  /// A highlighted note.
  case note(Phrase)
  /// A highlighted warning.
  case warning(Phrase)
  /// Key figures side by side.
  case facts([Fact])
  /// A list with one item per phrase.
  case list([Phrase])
  /// A listing, such as a command line, in a language: `sh`.
  case code(String, language: String)
  /// A table.
  case table(DataTable)
  /// A figure; `Document.images` has its image.
  case figure(Figure)
  /// The place of what scripts of a page build; other formats, and pages without scripts, have nothing
  /// there.
  /// - Parameter id: the id of the element, which says what is built.
  case built(id: String)
}

/// A key figure: label, value and note.
public struct Fact: Hashable, Sendable {
  /// What the figure measures.
  public var label: String
  /// The figure as text.
  public var value: String
  /// What the figure refers to, in small type.
  public var note: String

  /// Creates a key figure.
  public init(_ label: String, _ value: String, _ note: String) {
    self.label = label
    self.value = value
    self.note = note
  }
}

/// A table with column headings.
public struct DataTable: Hashable, Sendable {
  /// A column heading.
  public struct Column: Hashable, Sendable {
    /// The text of the heading.
    public var title: String
    /// Whether the cells are numbers, aligned right.
    public var isNumber: Bool

    /// Creates a column, by default of text.
    public init(_ title: String, isNumber: Bool = false) {
      self.title = title
      self.isNumber = isNumber
    }

    /// A column of text.
    public static func text(_ title: String) -> Column { Column(title) }
    /// A column of numbers.
    public static func number(_ title: String) -> Column { Column(title, isNumber: true) }
  }

  /// A cell.
  public struct Cell: Hashable, Sendable {
    /// The text of the cell.
    public var phrase: Phrase
    /// The sort key of the cell.
    public var key: Double?
    /// A share that is drawn as a bar.
    public var share: Proportion?
    /// A PNG in base64.
    public var image: String?

    /// Creates a cell, by default of text only.
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
    /// A name or value of the data.
    public static func name(_ name: String) -> Cell { Cell(.name(name)) }
  }

  /// The anchor for links within the document.
  public var id: String
  /// The text above the table.
  public var caption: Phrase
  /// The columns, from left to right.
  public var columns: [Column]
  /// The rows, each with one cell per column.
  public var rows: [[Cell]]

  /// Creates a table with an anchor, a caption, columns and rows.
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
  /// The title, in front of the caption.
  public var title: String
  /// The text below the figure.
  public var caption: Phrase

  /// Creates a figure.
  public init(_ id: String, _ title: String, _ caption: Phrase) {
    self.id = id
    self.title = title
    self.caption = caption
  }
}
