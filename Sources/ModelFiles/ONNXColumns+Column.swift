extension ONNXColumns {
  /// The source of an input, before scaling.
  enum Kind: Hashable, Sendable {
    /// The number of the cell; a missing one is imputed with `filled`.
    case number(filled: Double?)
    /// One-hot: 1 if the cell has this level.
    case level(String)
    /// 1 if the cell is missing.
    case missing
    /// 1 if the cell is this number, the code of a missing one; 0 always for `nil`.
    case code(Double?)
    /// Ordinal encoding: a number for each level, and one for all others.
    case coded(levels: [String], numbers: [Double], others: Double)
  }

  /// `factor · kind + offset`
  struct Column: Hashable, Sendable {
    /// The index of the cell in a row.
    var source: Int
    var kind: Kind
    var factor = 1.0
    var offset = 0.0
    /// The text of the file for a missing cell: empty, or of blanks.
    var blank: String?
    /// Whether the cell is rounded to single precision before it is scaled.
    var isSinglePrecision = false
    /// The rounding error of a number to which the file adds an offset after it multiplied the cell in single
    /// precision, as where a large mean is subtracted after the division.
    var rounding = 0.0
    /// Whether the cell is true or false, or 1 or 0.
    var isFlag = false
    /// The text that replaces a missing one.
    var filledText: String?
    /// The number that stands for a missing one.
    var missingCode: Double?
    /// The texts that stand for a missing one, besides the empty one.
    var missingTexts: Set<String> = []
    /// Whether the cell is the index of a row of an embedding, which has one for each index.
    var isIndex = false
    /// The range that an index is limited to.
    var clip: ClosedRange<Double>?
    /// Whether the file rounds the number of the cell to a whole one.
    var isTruncated = false
  }
}

extension ONNXColumns.Column {
  mutating func scale(by factor: Double, adding offset: Double) {
    rounding *= abs(factor)
    if isSinglePrecision, self.factor != 1, factor == 1 {
      rounding = max(rounding, abs(offset) * Double(Float.ulpOfOne) / 2)
    }
    self.factor *= factor
    self.offset = self.offset * factor + offset
  }

  /// Whether it is the unscaled number of a cell.
  var isPlain: Bool {
    kind == .number(filled: nil) && factor == 1 && offset == 0 && filledText == nil
      && missingTexts.isEmpty && clip == nil
  }

  /// Whether it is a whole number for each index, such as that of a one-hot encoding.
  var isWholeCode: Bool {
    guard isIndex, factor == 1, offset == 0, case .coded(_, let numbers, _) = kind else {
      return false
    }
    return numbers.allSatisfy { $0 == $0.rounded() }
  }

  /// Whether it is the flag of a level.
  var isLevel: Bool { if case .level = kind { true } else { false } }

  /// Whether it compares the cell with a code.
  var isCode: Bool { if case .code = kind { true } else { false } }

  /// Whether its source is the number of the cell.
  var isNumber: Bool { if case .number = kind { true } else { false } }
}
