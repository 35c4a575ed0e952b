// Reads the cells of a row as the tool reads those of a file: numbers in the notation of the training
// rows, levels by their texts, missing values.

const PLAIN = { decimal: "point", thousands: false, percent: false };
const UNKNOWN_LEVEL = -1;

const TYPOGRAPHY = new Map([
  ["\u2212", "-"], ["\u2013", "-"], ["\u2019", "'"],
  ["\u00a0", " "], ["\u202f", " "], ["\u2007", " "], ["\u2008", " "], ["\u2009", " "],
]);
const CURRENCY = "[$\u20ac\u00a3\u00a5\u20b9]|EUR|USD|GBP|CHF|JPY|CNY|INR";
const SIGNED = new RegExp(
  "^([+-]?) *(" + CURRENCY + ")? *([+-]?) *([0-9.,' eE+-]*[0-9.])(-?) *(%|" + CURRENCY + ")?$");

const trimmed = (text, blanks = " \t") => {
  let start = 0;
  let end = text.length;
  while (start < end && blanks.includes(text[start])) start += 1;
  while (end > start && blanks.includes(text[end - 1])) end -= 1;
  return text.slice(start, end);
};

// The value of digits and marks, and whether thousands are separated; null for other texts.
function reading(core, mark) {
  const power = core.match(/[eE].*$/)?.[0] ?? "";
  const mantissa = core.slice(0, core.length - power.length);
  const place = mantissa.indexOf(mark);
  const whole = place < 0 ? mantissa : mantissa.slice(0, place);
  const fraction = place < 0 ? "" : mantissa.slice(place + 1);
  if (!/^[0-9]*$/.test(fraction) || (mark === "," && place >= 0 && fraction === "")) return null;
  const separators = new Set(whole.match(/[^0-9]/g) ?? []);
  if (separators.size > 1 || [...separators].some((one) => !".,' ".includes(one))) return null;
  const groups = whole.split(/[^0-9]/);
  if (separators.size) {
    const sizes = groups.map((one) => one.length);
    const inner = sizes.slice(1, -1);
    const first = sizes[0];
    if (first < 1 || first > 3 || groups[0][0] === "0" || sizes[sizes.length - 1] !== 3 || power) {
      return null;
    }
    const isIndian =
      separators.has(",") && inner.length > 0 && inner.every((size) => size === 2) && first < 3;
    if (!isIndian && inner.some((size) => size !== 3)) return null;
  }
  const digits = groups.join("");
  if (!digits && !fraction) return null;
  if (!/^([eE][+-]?[0-9]+)?$/.test(power)) return null;
  return {
    value: Number((digits || "0") + "." + (fraction || "0") + power),
    thousands: separators.has(".") || separators.has(","),
  };
}

// A text as a number: value, separated thousands, percent sign, currency; null for other texts.
function written(text, mark) {
  if (new TextEncoder().encode(text).length > 80) {
    const isPlain = /^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$/.test(text);
    if (!isPlain || (mark !== "." && text.includes("."))) return null;
    return { value: Number(text), thousands: false, percent: false };
  }
  let rest = trimmed(Array.from(text, (one) => TYPOGRAPHY.get(one) ?? one).join(""), " ");
  if (rest[0] === "'") rest = trimmed(rest.slice(1), " ");
  const isNegative = rest.length > 2 && rest[0] === "(" && rest[rest.length - 1] === ")";
  if (isNegative) rest = trimmed(rest.slice(1, -1), " ");
  const match = SIGNED.exec(rest);
  if (!match) return null;
  const [, first, before, second, core, last, after] = match;
  const signs = first + second + last;
  if (signs.length + (isNegative ? 1 : 0) > 1 || (before && after && after !== "%")) return null;
  const found = reading(core, mark);
  if (!found) return null;
  return {
    value: isNegative || signs === "-" ? -found.value : found.value,
    thousands: found.thousands, percent: after === "%",
    currency: before ?? (after === "%" ? undefined : after),
  };
}

const isNaNText = (text) => ["nan", "-nan", "+nan"].includes(text.toLowerCase());
const isMissing = (data, text) => data.missing.includes(text) || text.trim() === "";

// A cell as a number; NaN if it is missing. Throws an Error for other texts.
function numberOf(data, column, cell) {
  const notation = { ...PLAIN, ...column.notation };
  const text = trimmed(cell);
  if (isMissing(data, text)) return NaN;
  const found = written(text, notation.decimal === "comma" ? "," : ".");
  if (!found) {
    if (data.missingNumbers.includes(text.trim().toLowerCase()) || isNaNText(text)) return NaN;
    throw new Error("not a number: " + text.slice(0, 60));
  }
  if ((found.thousands && !notation.thousands)
    || (found.currency && found.currency !== notation.currency)
    || (found.percent !== notation.percent && (found.value !== 0 || found.percent))) {
    throw new Error("not written as the training rows are: " + text.slice(0, 60));
  }
  if (found.value === notation.missing) return NaN;
  if (!Number.isFinite(found.value)) throw new Error("not a finite number: " + text.slice(0, 60));
  return found.value;
}

// A text as a number without a percent or currency sign; null for other texts.
function plainNumber(text) {
  const found = written(text, ".");
  if (!found || found.percent || found.currency) return null;
  return Math.abs(found.value) < 2 ** 53 ? found.value : null;
}

// A cell as the position of a level: NaN if it is missing, UNKNOWN_LEVEL for a level that is not known.
function levelOf(data, column, cell) {
  const form = (text) => text.normalize("NFC");
  const levels = column.levels.map(form);
  for (const text of [cell, trimmed(cell)]) {
    const position = levels.indexOf(form(text));
    if (position >= 0) return position;
  }
  const text = trimmed(cell);
  if (isMissing(data, text) || isNaNText(text)) return NaN;
  const value = plainNumber(text);
  const same = value === null ? -1 : column.levels.findIndex((one) => plainNumber(one) === value);
  return same >= 0 ? same : UNKNOWN_LEVEL;
}

// A cell as the value that rules and network read.
const valueOf = (data, column, cell) =>
  column.levels ? levelOf(data, column, cell) : numberOf(data, column, cell);

// A value as the text of a cell: the inverse of valueOf.
function cellOf(column, value) {
  if (Number.isNaN(value)) return "";
  if (column.levels) return column.levels[value] ?? "";
  const notation = { ...PLAIN, ...column.notation };
  const text = notation.decimal === "comma" ? String(value).replace(".", ",") : String(value);
  return notation.percent ? text + " %" : text;
}

// The fields of a line of CSV, or of two lines: names and cells.
function fieldsOf(text, separator) {
  const rows = [[""]];
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const row = rows[rows.length - 1];
    const one = text[at];
    if (isQuoted) {
      if (one !== "\"") {
        row[row.length - 1] += one;
      } else if (text[at + 1] === "\"") {
        row[row.length - 1] += one;
        at += 1;
      } else {
        isQuoted = false;
      }
    } else if (one === "\"" && /(^|=)\s*$/.test(row[row.length - 1])) {
      row[row.length - 1] = row[row.length - 1].trim();
      isQuoted = true;
    } else if (one === separator) {
      row.push("");
    } else if (one === "\n") {
      rows.push([""]);
    } else if (one !== "\r") {
      row[row.length - 1] += one;
    }
  }
  return rows.filter((row) => row.length > 1 || row[0].trim() !== "");
}

// The separator of a line of cells: the one that gives the most fields.
function separatorOf(text) {
  const counts = [",", "\t", ";", "|"].map((one) => [fieldsOf(text, one)[0]?.length ?? 0, one]);
  return counts.reduce((best, one) => (one[0] > best[0] ? one : best))[1];
}

// A pasted row as texts by the position of the column: cells in the order of the header, with or
// without the target, names above cells, or name=value pairs. Throws an Error for other texts.
function pastedRow(data, text) {
  const names = new Map(data.columns.map((column, at) => [column.name.normalize("NFC"), at]));
  const known = (name) => names.get(name.normalize("NFC")) ?? names.get(trimmed(name, " \t\ufeff").normalize("NFC"));
  const isTarget = (name) => trimmed(name, " \t\ufeff") === data.target;
  const separator = separatorOf(text);
  const rows = fieldsOf(text, separator);
  if (!rows.length) throw new Error("the box is empty");
  const cells = new Map();
  if (rows.length > 1) {
    const [header, row] = rows;
    if (header.length !== row.length) {
      throw new Error(row.length + " cells where the header names " + header.length);
    }
    header.forEach((name, at) => {
      if (known(name) !== undefined) cells.set(known(name), row[at]);
    });
    if (!cells.size) throw new Error("the first line names no column of the data");
    return cells;
  }
  const row = rows[0];
  const pairs = row.map((field) => [field.slice(0, Math.max(field.indexOf("="), 0)), field]);
  if (pairs.every(([name]) => name !== "" && (known(name) !== undefined || isTarget(name)))) {
    for (const [name, field] of pairs) {
      if (isTarget(name)) continue;
      if (cells.has(known(name))) throw new Error("the row has " + name + " twice");
      const value = trimmed(field.slice(name.length + 1));
      const isQuoted = value.length > 1 && value[0] === "\"" && value.endsWith("\"");
      cells.set(known(name), isQuoted ? value.slice(1, -1) : value);
    }
    return cells;
  }
  const stranger = pairs.find(([name]) => name !== "" && known(name) === undefined);
  const count = data.columns.length;
  if (row.length === count) {
    row.forEach((cell, at) => cells.set(at, cell));
  } else if (row.length === count + 1) {
    // The target stands last, or first if only the first cell is a class.
    const isFirst = !data.classes.includes(trimmed(row[count]))
      && data.classes.includes(trimmed(row[0]));
    row.slice(isFirst ? 1 : 0, isFirst ? count + 1 : count)
      .forEach((cell, at) => cells.set(at, cell));
  } else if (stranger) {
    throw new Error("there is no column " + trimmed(stranger[0]).slice(0, 60));
  } else {
    const names = data.columns.slice(0, 6).map((column) => column.name.slice(0, 60)).join(", ");
    throw new Error(row.length + " cells where the network reads " + count + " columns: " + names
      + (count > 6 ? " …" : "") + ". Columns that were left out are not among them: paste the line of names too");
  }
  return cells;
}
