// The form in which a row is typed or pasted, and what rules and network say about it. Everything is
// computed here; the page requests nothing.

const MOST_FIELDS = 60;
// The time for a part of a search, in milliseconds, between which the page reacts.
const SEARCH_SLICE = 12;

function tryARow(data, section) {
  const cells = data.columns.map((column) =>
    (column.typical === undefined || column.typical === "" || column.levels
      ? column.typical ?? "" : cellOf(column, Number(column.typical))));
  const typical = cells.slice();
  const fields = new Map();
  const read = data.columns.map((_, at) => at).filter((at) => data.columns[at].isRead);

  // Fields

  function field(at) {
    const column = data.columns[at];
    const id = "try-" + at;
    const note = element("span", { className: "small", id: id + "-note" });
    let input;
    if (column.levels) {
      const option = (text, value) => element("option", { value }, visible(text));
      input = element("select", { id, "aria-describedby": note.id },
        ...column.levels.map((level, position) => option(level, String(position))),
        option("(missing)", "missing"), option("(another value)", "other"));
      input.addEventListener("change", () => {
        cells[at] = column.levels[input.value] ?? (input.value === "missing" ? "" : "\ufffd");
        update();
      });
    } else {
      input = element("input", {
        id, type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false,
        "aria-describedby": note.id,
      });
      input.addEventListener("input", () => {
        cells[at] = input.value;
        update();
      });
    }
    const unit = column.unit ? [" ", element("span", { className: "small" }, named(column.unit))] : [];
    fields.set(at, { input, note });
    return element("div", { className: "field" },
      element("label", { for: id }, named(column.name), ...unit), input, note);
  }

  // Shows the texts of the row in the fields, except in one that is being typed in.
  function show() {
    for (const [at, { input }] of fields) {
      const column = data.columns[at];
      if (!column.levels) {
        input.value = cells[at];
        continue;
      }
      const level = levelOf(data, column, cells[at]);
      input.value = Number.isNaN(level) ? "missing" : level < 0 ? "other" : String(level);
    }
  }

  // The row as values, with the errors beside the fields; null if a text is not a value.
  function values() {
    let isValid = true;
    const row = data.columns.map((column, at) => {
      const { input, note } = fields.get(at) ?? {};
      let problem = "";
      let value = NaN;
      try {
        value = valueOf(data, column, cells[at]);
      } catch (error) {
        problem = error.message;
        // A column that nothing reads changes no prediction.
        if (column.isRead) isValid = false;
        if (!input && column.isRead) message.textContent = column.name + ": " + problem;
      }
      if (!input) return value;
      input.setAttribute("aria-invalid", String(problem !== ""));
      const isOutside = value < column.least || value > column.most;
      const range = column.least === undefined
        ? "" : "training rows: " + column.least + " to " + column.most;
      note.textContent = problem || (isOutside ? "outside of the " + range : range);
      note.classList.toggle("problem", problem !== "" || isOutside);
      return value;
    });
    return isValid ? row : null;
  }

  // Results

  let search = 0;

  function update() {
    search += 1;
    message.textContent = "";
    const row = values();
    results.replaceChildren();
    mark(data, null);
    if (!row) {
      status.textContent = "A value cannot be read: correct the marked one.";
      return;
    }
    const network = data.network ? predicted(data, row) : undefined;
    results.append(networkCard(data, network));
    const found = [];
    for (const list of data.rules) {
      const one = evaluate(data, list, row, network?.features ?? []);
      const card = ruleCard(data, list, one);
      results.append(card);
      found.push({ list, one, card });
    }
    const parts = found.slice(0, 1).flatMap(({ one }) => [
      "The rules predict ", element("strong", {}, named(data.classes[one.answer]))]);
    if (network) {
      const isSame = found.length > 0 && found[0].one.answer === network.answer;
      parts.push(isSame ? ", and so does the network." : (found.length ? ", the network " : "The network predicts "),
        ...(isSame ? [] : [element("strong", {}, named(data.classes[network.answer])), "."]));
    } else {
      parts.push(".");
    }
    status.replaceChildren(...parts);
    mark(data, found.map(({ list, one }) => [list, one.deciding]));
    searchChanges(search, row, network, found);
  }

  // Appends the nearest change to each card, in slices of time.
  function searchChanges(number, row, network, found) {
    const waiting = found.map(({ list, one, card }) => ({
      list, card,
      steps: list.scores.length || list.level === "described"
        ? nearestColumnChange(data, list, row) : nearestChange(data, list, one.places),
    }));
    const work = () => {
      if (number !== search) return;
      const end = performance.now() + SEARCH_SLICE;
      while (waiting.length && performance.now() < end) {
        const { list, card, steps } = waiting[0];
        const step = steps.next();
        if (!step.done) continue;
        waiting.shift();
        card.append(...changeBlocks(list, row, network, step.value));
      }
      if (waiting.length) setTimeout(work);
      else results.dataset.done = String(number);
    };
    work();
  }

  function changeBlocks(list, row, network, change) {
    const isOfColumns = change.steps?.every((step) => step.in === "column");
    let after;
    if (network && isOfColumns) {
      const other = row.slice();
      for (const step of change.steps) other[step.at] = step.to;
      after = predicted(data, other).answer;
    }
    const blocks = [changeParagraph(data, list, change, network?.answer, after)];
    if (isOfColumns) {
      const button = element("button", { type: "button" }, "Use this change");
      button.addEventListener("click", () => {
        for (const step of change.steps) cells[step.at] = cellOf(data.columns[step.at], step.to);
        show();
        update();
        status.focus();
      });
      blocks.push(button);
    }
    return blocks;
  }

  // The section

  const box = element("textarea", {
    id: "try-box", rows: 2, spellcheck: false, "aria-describedby": "try-help" });
  const message = element("p", { className: "problem", role: "alert" });
  const status = element("p", { className: "lead", role: "status", tabIndex: -1 });
  const results = element("div", { className: "cards", id: "try-results" });
  const use = element("button", { type: "button" }, "Use this row");
  const reset = element("button", { type: "button" }, "A typical row");
  const clear = element("button", { type: "button" }, "All missing");

  function replace(next) {
    next.forEach((text, at) => { cells[at] = text; });
    show();
    update();
  }

  use.addEventListener("click", () => {
    let given;
    try {
      given = pastedRow(data, box.value);
    } catch (error) {
      message.textContent = "The row cannot be read: " + error.message + ".";
      return;
    }
    replace(cells.map((_, at) => given.get(at) ?? ""));
    const absent = read.filter((at) => !given.has(at)).map((at) => data.columns[at].name);
    if (absent.length) {
      message.textContent = "Not given, and so missing: " + absent.slice(0, 5).join(", ")
        + (absent.length > 5 ? ", \u2026" : "") + ".";
    }
  });
  reset.addEventListener("click", () => replace(typical));
  clear.addEventListener("click", () => replace(cells.map(() => "")));

  const shown = read.slice(0, MOST_FIELDS);
  const unread = data.columns.length - read.length;
  const notes = [];
  if (unread) notes.push(unread + (unread === 1 ? " column is" : " columns are") + " not read by rules or network.");
  if (read.length > shown.length) {
    notes.push((read.length - shown.length) + " further columns have no field here: paste a row.");
  }
  section.append(
    element("h2", { id: "try-a-row" }, "Try a row"),
    element("p", {}, "Change a value or paste a row: rules and network are computed in this page, which "
      + "sends nothing. It starts with a typical row: medians, and the most frequent levels."),
    element("div", { className: "paste" },
      element("label", { for: "try-box" }, "Paste a row"), box,
      element("p", { className: "small", id: "try-help" },
        "Cells in the order of the data, the line of names above them, or name=value, name=value."),
      element("p", { className: "actions" }, use, reset, clear), message),
    element("form", { className: "fields", "aria-label": "The values of the row" }, ...shown.map(field)),
    element("p", { className: "small" }, notes.join(" ")),
    status, results);
  section.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  section.hidden = false;
  const link = element("li", {}, element("a", { href: "#try-a-row" }, "Try a row"));
  document.querySelector("nav a[href='#rules']")?.closest("li").after(link);
  show();
  update();
}
