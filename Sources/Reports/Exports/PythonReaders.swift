import Datasets

/// Python code that parses the cells of a row as the tool parses those of a file.
struct PythonReaders {
  let lines: [String]

  /// `asked`: the positions of the columns to read.
  init(_ schema: Schema, asked: [Int]) {
    let literal: (String) -> String = { PythonExport.literal($0) }
    func set(_ texts: [String]) -> String {
      texts.isEmpty ? "set()" : "{" + texts.map(literal).joined(separator: ", ") + "}"
    }
    func list(_ texts: [String]) -> String {
      "[" + texts.map(literal).joined(separator: ", ") + "]"
    }
    var lines = ["# The columns that a row must have.", "COLUMNS = ["]
    lines += schema.features.map { "    \(literal($0.id.rawValue))," }
    lines += [
      "]", "", "# Markers of missing values: in any column, and in numeric columns only.",
      "MISSING = \(set([""] + schema.missingMarks.filter { !$0.isEmpty }))",
      "MISSING_NUMBERS = \(set(schema.numberMarks.map { $0.lowercased() }))", "",
    ]
    let features = asked.map { schema.features[$0] }
    lines += ["# The levels of categorical columns.", "LEVELS = {"]
    for feature in features {
      if let levels = feature.levels {
        lines.append("    \(literal(feature.id.rawValue)): \(list(levels)),")
      }
    }
    lines += [
      "}", "",
      "# The notation of numbers: decimal mark, whether thousands are separated, whether a percent",
      "# sign follows, the currency, and a number that marks a missing value.",
      "NOTATIONS = {",
    ]
    for feature in features {
      if let notation = feature.notation, feature.levels == nil {
        lines.append("    \(literal(feature.id.rawValue)): \(Self.text(of: notation)),")
      }
    }
    lines += ["}"]
    self.lines = lines + Self.code
  }

  private static func text(of notation: NumberNotation) -> String {
    let parts = [
      notation.decimal == .comma ? "\",\"" : "\".\"", notation.hasThousands ? "True" : "False",
      notation.isPercent ? "True" : "False",
      notation.currency.map { PythonExport.literal($0) } ?? "None",
      notation.missing.map { PythonExport.literal($0) } ?? "None",
    ]
    return "(" + parts.joined(separator: ", ") + ")"
  }

  private static let code = #"""
    PLAIN = (".", False, False, None, None)
    NAN = {"nan", "-nan", "+nan"}

    NAMES = {unicodedata.normalize("NFC", one): one for one in COLUMNS}
    KNOWN = {
        column: {unicodedata.normalize("NFC", one): one for one in reversed(levels)}
        for column, levels in LEVELS.items()
    }
    TYPOGRAPHY = {
        0x2212: "-", 0x2013: "-", 0x2019: "'",
        0x00A0: " ", 0x202F: " ", 0x2007: " ", 0x2008: " ", 0x2009: " ",
    }
    CURRENCY = "[$\u20ac\u00a3\u00a5\u20b9]|EUR|USD|GBP|CHF|JPY|CNY|INR"
    SIGNED = re.compile(
        "([+-]?) *(" + CURRENCY + ")? *([+-]?) *([0-9.,' eE+-]*[0-9.])(-?) *(%|" + CURRENCY + ")?"
    )


    def cells_of(row):
        """The cells of a row by the names of the columns."""
        extra = row.get(None)
        if extra and any(extra):
            raise ValueError("the row has more fields than the header names: %r" % (extra,))
        cells = {}
        for exact in (False, True):
            for key, cell in row.items():
                if isinstance(key, str):
                    name = key if exact else key.strip("\ufeff \t")
                    name = NAMES.get(unicodedata.normalize("NFC", name))
                    if name is not None:
                        cells[name] = cell
        for column in COLUMNS:
            if column not in cells:
                raise KeyError("the row has no column %r" % column)
        return cells


    def reading(core, mark):
        """The value of digits and marks, and whether thousands are separated; None for others."""
        mantissa, power = re.match("([^eE]*)(.*)", core).groups()
        whole, found, fraction = mantissa.partition(mark)
        if not re.fullmatch("[0-9]*", fraction) or (mark == "," and found and not fraction):
            return None
        separators = set(re.findall("[^0-9]", whole))
        if separators - set(".,' ") or len(separators) > 1:
            return None
        groups = re.split("[^0-9]", whole)
        if separators:
            sizes = [len(one) for one in groups]
            inner = set(sizes[1:-1])
            indian = separators == {","} and inner == {2} and sizes[0] < 3
            if not 1 <= sizes[0] <= 3 or groups[0][0] == "0" or sizes[-1] != 3 or power:
                return None
            if inner - {3} and not indian:
                return None
        digits = "".join(groups)
        if not digits and not fraction:
            return None
        if not re.fullmatch("([eE][+-]?[0-9]+)?", power):
            return None
        value = float((digits or "0") + "." + (fraction or "0") + power)
        return value, bool(separators & {".", ","})


    def written(text, mark):
        """A text as a number: value, separated thousands, percent sign, currency."""
        if len(text.encode("utf-8", "surrogatepass")) > 80:
            plain = re.fullmatch("[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?", text)
            if plain and mark == "." or plain and "." not in text:
                return float(text), False, False, None
            return None
        text = text.translate(TYPOGRAPHY).strip(" ")
        if text[:1] == "'":
            text = text[1:].strip(" ")
        negative = len(text) > 2 and text[0] == "(" and text[-1] == ")"
        if negative:
            text = text[1:-1].strip(" ")
        match = SIGNED.fullmatch(text)
        if not match:
            return None
        first, before, second, core, last, after = match.groups()
        signs = first + second + last
        if len(signs) + negative > 1 or (before and after and after != "%"):
            return None
        found = reading(core, mark)
        if found is None:
            return None
        value = -found[0] if negative or signs == "-" else found[0]
        currency = before or (after if after != "%" else None)
        return value, found[1], after == "%", currency


    def number(cells, column):
        """A cell as a number; None if missing."""
        cell = cells[column]
        if cell is None:
            return None
        mark, thousands, percent, currency, missing = NOTATIONS.get(column, PLAIN)
        if isinstance(cell, str):
            text = cell.strip(" \t")
            if text in MISSING or not text.strip():
                return None
            found = written(text, mark)
            if found is None:
                if text.strip().lower() in MISSING_NUMBERS or text.lower() in NAN:
                    return None
                raise ValueError("%r in column %r is not a number" % (cell, column))
            value = found[0]
            if (
                (found[1] and not thousands)
                or (found[3] and found[3] != currency)
                or (found[2] != percent and (value != 0 or found[2]))
            ):
                raise ValueError(
                    "%r in column %r is not written as the training rows are" % (cell, column)
                )
        else:
            value = float(cell)
        if value != value or value == missing:
            return None
        if math.isinf(value):
            raise ValueError("%r in column %r is not a finite number" % (cell, column))
        return value


    def plain_number(text):
        """A text as a number without a percent or currency sign; None for others."""
        found = written(text, ".")
        if found is None or found[2] or found[3] or abs(found[0]) >= 2 ** 53:
            return None
        return found[0]


    def level(cells, column):
        """A cell as a level of its column, or as it is; None if missing."""
        cell = cells[column]
        if cell is None or cell != cell:
            return None
        if isinstance(cell, float) and cell.is_integer():
            cell = int(cell)
        known = KNOWN[column]
        text = unicodedata.normalize("NFC", str(cell))
        if text in known:
            return known[text]
        text = text.strip(" \t")
        if text in known:
            return known[text]
        if text in MISSING or text.lower() in NAN or not text.strip():
            return None
        value = plain_number(text)
        if value is not None:
            for one in LEVELS[column]:
                if plain_number(one) == value:
                    return one
        return text
    """#.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
