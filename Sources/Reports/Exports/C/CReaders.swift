import Datasets

/// C code that reads texts as the tool reads the cells of a file.
struct CReaders {
  let lines: [String]

  /// `fields`: the names of the fields of the columns that are read, by the position of the column.
  init(_ schema: Schema, fields: [Int: String]) {
    let read = fields.keys.sorted()
    let literal: (String) -> String = { CExport.literal($0) }
    var lines = [
      "/* The columns that the rules read. A missing number is NAN, a missing level is NULL. */",
      "struct row {",
    ]
    for column in read {
      let feature = schema.features[column]
      let type = feature.levels == nil ? "double " : "const char *"
      let name = visible(feature.id.rawValue)
      let unit = feature.unit.map { ", in \(visible($0))" } ?? ""
      lines.append(
        "    \(type)\(fields[column] ?? ""); " + CExport.comment("\"\(name)\"\(unit)"))
    }
    if read.isEmpty { lines.append("    char no_column;") }
    lines += [
      "};", "", "extern const char *const class_names[];",
      "int classify(const struct row *row, const char **rule);",
      "const char *read_row(struct row *row, size_t count, const char *const *names,",
      "                     const char *const *cells);", "",
    ]
    if !read.isEmpty {
      lines += ["/* Markers of missing values in any column. */"]
      lines.append("static const char *const missing_marks[] = {")
      lines += ([""] + schema.missingMarks.filter { !$0.isEmpty && !$0.utf8.contains(0) })
        .map { "    \(literal($0))," }
      lines += ["};", ""] + Self.texts
    }
    if read.contains(where: { schema.features[$0].levels != nil }) {
      lines += Self.levels
      for column in read { lines += Self.known(column, schema.features[column]) }
    }
    if read.contains(where: { schema.features[$0].levels == nil }) {
      lines += ["/* Markers of missing values in numeric columns, in lower case. */"]
      lines.append("static const char *const missing_numbers[] = {")
      let words = schema.numberMarks.map { $0.lowercased() }.filter { !$0.utf8.contains(0) }
      lines += (["nan", "-nan", "+nan"] + words).map { "    \(literal($0))," }
      lines += ["};", ""] + Self.numbers
    }
    if !read.isEmpty { lines += Self.columns }
    lines += Self.documentation
    lines += [
      "const char *read_row(struct row *row, size_t count, const char *const *names,",
      "                     const char *const *cells)", "{",
    ]
    if read.isEmpty { lines.append("    (void)row; (void)count; (void)names; (void)cells;") }
    if !read.isEmpty { lines.append("    size_t at;") }
    for column in read { lines += Self.reading(column, schema, fields[column] ?? "") }
    self.lines = lines + ["    return NULL;", "}", ""]
  }

  /// The texts of the levels of a column, in each canonically equivalent form.
  private static func known(_ column: Int, _ feature: Feature) -> [String] {
    guard let levels = feature.levels else { return [] }
    var lines = ["static const struct known_text levels_\(column)[] = {"]
    for (position, level) in levels.enumerated() {
      for form in SQLReaders.forms(of: level) {
        lines.append("    {\(CExport.literal(form)), \(position)},")
      }
    }
    if levels.isEmpty { lines.append("    {\"\", MISSING},") }
    return lines + ["};", ""]
  }

  /// The statements that read a column.
  private static func reading(_ column: Int, _ schema: Schema, _ field: String) -> [String] {
    let feature = schema.features[column]
    let name = feature.id.rawValue
    let forms = SQLReaders.forms(of: name)
    let absent = CExport.literal("the row has no column '\(shown(name))'")
    let names = forms.map { CExport.literal($0) }.joined(separator: ", ")
    var lines = [
      "    static const char *const names_\(column)[] = {\(names)};",
      "    at = column(names_\(column), \(forms.count), names, count);",
      "    if (at == count) return \(absent);",
    ]
    if feature.levels != nil { return lines + ["    row->\(field) = cells[at];"] }
    let notation = feature.notation ?? .plain
    let parts = [
      notation.decimal == .comma ? "','" : "'.'", notation.hasThousands ? "1" : "0",
      notation.isPercent ? "1" : "0", notation.currency.map { CExport.literal($0) } ?? "NULL",
    ]
    let wrong = CExport.literal(
      "the cell of column '\(shown(name))' is not a number in the notation of the training rows")
    lines += [
      "    static const struct notation notation_\(column) = {\(parts.joined(separator: ", "))};",
      "    if (!number(cells[at], &notation_\(column), &row->\(field)))",
      "        return \(wrong);",
    ]
    return lines
  }

  private static let documentation = [
    "/* Reads texts, one for each name of a column, into a row that refers to them. A missing",
    "   value is NULL or a marker. Returns NULL, or what is wrong. Needs the locale \"C\". */",
  ]

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }

  private static let texts = lines(
    #"""
    /* A part of a text. */
    struct part { const char *begin; size_t length; };

    static struct part trimmed(const char *text)
    {
        struct part part = {text, strlen(text)};
        while (part.length > 0 && (*part.begin == ' ' || *part.begin == '\t')) {
            part.begin++;
            part.length--;
        }
        while (part.length > 0 && (part.begin[part.length - 1] == ' '
                                   || part.begin[part.length - 1] == '\t'))
            part.length--;
        return part;
    }

    static int is(struct part part, const char *text)
    {
        return strlen(text) == part.length && memcmp(part.begin, text, part.length) == 0;
    }

    /* 'text' is in lower case. */
    static int is_word(struct part part, const char *text)
    {
        if (strlen(text) != part.length) return 0;
        for (size_t at = 0; at < part.length; at++)
            if (tolower((unsigned char)part.begin[at]) != (unsigned char)text[at]) return 0;
        return 1;
    }

    static int is_marked(struct part part)
    {
        for (size_t at = 0; at < sizeof missing_marks / sizeof *missing_marks; at++)
            if (is(part, missing_marks[at])) return 1;
        return is_word(part, "nan") || is_word(part, "-nan") || is_word(part, "+nan");
    }

    static int is_digit(char one) { return one >= '0' && one <= '9'; }

    /* Whether a text is digits with an optional sign, point and exponent. */
    static int is_decimal(struct part part)
    {
        const char *one = part.begin, *end = part.begin + part.length;
        int digits = 0;
        if (one < end && (*one == '+' || *one == '-')) one++;
        for (; one < end && is_digit(*one); one++) digits++;
        if (one < end && *one == '.')
            for (one++; one < end && is_digit(*one); one++) digits++;
        if (digits == 0) return 0;
        if (one < end && (*one == 'e' || *one == 'E')) {
            one++;
            if (one < end && (*one == '+' || *one == '-')) one++;
            if (one == end) return 0;
            while (one < end && is_digit(*one)) one++;
        }
        return one == end;
    }

    """#)

  private static let levels = lines(
    #"""
    enum { UNKNOWN = -2, MISSING = -1 };

    struct known_text { const char *text; int level; };

    /* The position of the level of a cell, MISSING or UNKNOWN. */
    static int level(const char *cell, const struct known_text *known, size_t count)
    {
        if (cell == NULL) return MISSING;
        const struct part whole = {cell, strlen(cell)}, part = trimmed(cell);
        for (size_t at = 0; at < count; at++)
            if (is(whole, known[at].text)) return known[at].level;
        for (size_t at = 0; at < count; at++)
            if (is(part, known[at].text)) return known[at].level;
        if (is_marked(part)) return MISSING;
        if (!is_decimal(part)) return UNKNOWN;
        const double value = strtod(part.begin, NULL);
        if (fabs(value) >= 9007199254740992.0) return UNKNOWN;
        for (size_t at = 0; at < count; at++)
            if (is_decimal(trimmed(known[at].text)) && strtod(known[at].text, NULL) == value)
                return known[at].level;
        return UNKNOWN;
    }

    """#)

  private static let columns = lines(
    #"""
    /* The position of a column among names, 'count' if there is none. */
    static size_t column(const char *const *forms, size_t form_count, const char *const *names,
                         size_t count)
    {
        for (int exact = 1; exact >= 0; exact--)
            for (size_t at = 0; at < count; at++) {
                if (names[at] == NULL) continue;
                struct part part = {names[at], strlen(names[at])};
                if (!exact) {
                    const int has_mark = strncmp(names[at], "\357\273\277", 3) == 0;
                    part = trimmed(names[at] + (has_mark ? 3 : 0));
                }
                for (size_t form = 0; form < form_count; form++)
                    if (is(part, forms[form])) return at;
            }
        return count;
    }

    """#)

  private static let numbers = lines(
    #"""
    /* How numbers are written: decimal mark, whether thousands are separated, whether a percent
       sign follows, and the currency. */
    struct notation { char mark; int thousands; int percent; const char *currency; };

    /* The character at a place of UTF-8 text as ASCII, and its length in bytes. */
    static char plain(const char *one, const char *end, size_t *length)
    {
        static const struct { const char *bytes; char plain; } other[] = {
            {"\342\210\222", '-'}, {"\342\200\223", '-'}, {"\342\200\231", '\''},
            {"\302\240", ' '}, {"\342\200\257", ' '}, {"\342\200\207", ' '},
            {"\342\200\210", ' '}, {"\342\200\211", ' '},
        };
        for (size_t at = 0; at < sizeof other / sizeof *other; at++) {
            *length = strlen(other[at].bytes);
            if ((size_t)(end - one) >= *length && memcmp(one, other[at].bytes, *length) == 0)
                return other[at].plain;
        }
        *length = 1;
        return *one;
    }

    /* Skips a currency sign or code. */
    static int skip(const char **begin, const char *end, const char *currency)
    {
        const size_t length = currency == NULL ? 0 : strlen(currency);
        if (length == 0 || (size_t)(end - *begin) < length) return 0;
        if (memcmp(*begin, currency, length) != 0) return 0;
        *begin += length;
        return 1;
    }

    /* The digits and marks of a number as C writes them; 0 if they are none. */
    static int decimal(const char *begin, const char *end, const struct notation *notation,
                       double *value)
    {
        const char other = notation->mark == '.' ? ',' : '.';
        char text[336], separator = 0;
        size_t used = 0, group = 0, first = 0;
        int is_fraction = 0, has_power = 0, has_pairs = 0, has_triples = 0;
        for (const char *one = begin; one < end; one++) {
            if (used + 2 > sizeof text) return 0;
            if (is_digit(*one)) {
                text[used++] = *one;
                group++;
            } else if (*one == notation->mark && !is_fraction && !has_power) {
                if (separator != 0 && group != 3) return 0;
                if (*one == ',' && one + 1 == end) return 0;
                text[used++] = '.';
                is_fraction = 1;
            } else if ((*one == 'e' || *one == 'E') && !has_power && separator == 0) {
                text[used++] = 'e';
                has_power = 1;
            } else if ((*one == '+' || *one == '-') && used > 0 && text[used - 1] == 'e') {
                text[used++] = *one;
            } else if (*one == other || *one == '\'' || *one == ' ') {
                if (is_fraction || has_power || (separator != 0 && separator != *one)) return 0;
                if (*one == other && !notation->thousands) return 0;
                if (group < 1 || group > 3) return 0;
                if (separator == 0) {
                    if (text[0] == '0') return 0;
                    first = group;
                } else if (group == 3)
                    has_triples = 1;
                else if (group == 2)
                    has_pairs = 1;
                else
                    return 0;
                separator = *one;
                group = 0;
            } else
                return 0;
        }
        if (separator != 0 && !is_fraction && group != 3) return 0;
        /* Groups of two before the last one of three, as in India: 12,34,567. */
        if (has_pairs && (has_triples || first > 2 || separator != ',')) return 0;
        text[used] = 0;
        const struct part part = {text, used};
        if (!is_decimal(part)) return 0;
        *value = strtod(text, NULL);
        return isfinite(*value);
    }

    /* A cell as a number, NAN if missing; 0 if it is none in this notation. */
    static int number(const char *cell, const struct notation *notation, double *value)
    {
        char text[336];
        size_t used = 0;
        *value = NAN;
        if (cell == NULL) return 1;
        const struct part part = trimmed(cell);
        if (is_marked(part)) return 1;
        for (size_t at = 0; at < sizeof missing_numbers / sizeof *missing_numbers; at++)
            if (is_word(part, missing_numbers[at])) return 1;
        for (size_t at = 0, length; at < part.length; at += length) {
            if (used + 1 > sizeof text) return 0;
            text[used++] = plain(part.begin + at, part.begin + part.length, &length);
        }
        const char *begin = text, *end = text + used;
        while (begin < end && *begin == ' ') begin++;
        while (end > begin && end[-1] == ' ') end--;
        if (begin == end) return 1;
        if (begin < end && *begin == '\'') begin++;
        while (begin < end && *begin == ' ') begin++;
        int negative = 0, signs = 0, currency = 0, percent = 0;
        if (end - begin > 2 && *begin == '(' && end[-1] == ')') {
            begin++;
            end--;
            negative = signs = 1;
        }
        for (;;) {
            while (begin < end && *begin == ' ') begin++;
            if (begin < end && (*begin == '-' || *begin == '+')) {
                if (signs++) return 0;
                negative = *begin++ == '-';
            } else if (!currency && skip(&begin, end, notation->currency))
                currency = 1;
            else
                break;
        }
        if (end > begin && end[-1] == '%') {
            percent = 1;
            end--;
        } else if (!currency && notation->currency != NULL) {
            const size_t length = strlen(notation->currency);
            if ((size_t)(end - begin) > length
                && memcmp(end - length, notation->currency, length) == 0)
                end -= length;
        }
        while (end > begin && end[-1] == ' ') end--;
        if (end > begin && end[-1] == '-') {
            if (signs++) return 0;
            negative = 1;
            end--;
        }
        if (!decimal(begin, end, notation, value)) return 0;
        if (negative) *value = -*value;
        return percent == notation->percent || (!percent && *value == 0);
    }

    """#)
}
