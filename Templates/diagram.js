// Connects the rules of the page: from a rule to its path in the diagram and back, from a result to the
// rules that decide, and to files.

// The row of a rule in a table; undefined if there is none.
const ruleRow = (table, id) => Array.from(document.getElementById(table)?.tBodies[0].rows ?? [])
  .find((row) => row.cells[0].textContent === id);

// Marks the rows of the deciding rules: pairs of a rule list and a position, -1 for the default.
function mark(data, deciding) {
  for (const row of document.querySelectorAll("tr[aria-current]")) row.removeAttribute("aria-current");
  for (const [list, rule] of deciding ?? []) {
    const id = rule < 0 ? "else" : list.rules[rule].id;
    ruleRow(list.table, id)?.setAttribute("aria-current", "true");
  }
}

function showRule(table, id) {
  const row = ruleRow(table, id);
  if (!row) return;
  document.getElementById(table).reveal?.(row);
  const target = row.querySelector("button, a") ?? row;
  row.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

// Files

function offer(name, type, text) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// A field of CSV; a text that a spreadsheet would compute is preceded by an apostrophe.
function csvField(value) {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? "'" + value : String(value);
  return /[",\r\n]/.test(text) ? "\"" + text.replaceAll("\"", "\"\"") + "\"" : text;
}

function rulesAsCSV(data, list) {
  const lines = [[
    "rule", "if", "then", "coverage", "training rows", "confidence", "covered rows",
    "held-out confidence", "held-out covered rows",
  ]];
  for (const rule of list.rules) {
    const premise = rule.if.map((at) => data.conditions[at].text).join(" and ") || "always";
    lines.push([rule.id, premise, data.classes[rule.then], ...rule.coverage, ...rule.confidence,
      ...rule.heldOutConfidence]);
  }
  lines.push(["else", "no rule holds", data.classes[list.defaultAnswer], "", "", "", "", "", ""]);
  return lines.map((fields) => fields.map(csvField).join(",") + "\r\n").join("");
}

function rulesAsJSON(data, list) {
  const condition = (at) => {
    const { text, in: place, at: position, kind, among, ...rest } = data.conditions[at];
    const own = { text, variable: variableName(data, list, place, position), kind, ...rest };
    if (among) own.among = among.map((level) => data.columns[position].levels[level]);
    return own;
  };
  const share = ([count, total]) => ({ count, total });
  return JSON.stringify({
    level: list.level, target: data.target, default: data.classes[list.defaultAnswer],
    decides: list.order.map((at) => list.rules[at].id),
    scores: list.scores.map(({ name, text }) => ({ name, text })),
    rules: list.rules.map((rule) => ({
      id: rule.id, if: rule.if.map(condition), then: data.classes[rule.then],
      coverage: share(rule.coverage), confidence: share(rule.confidence),
      heldOutConfidence: share(rule.heldOutConfidence),
    })),
  }, null, 2) + "\n";
}

function offerFiles(data, list) {
  const scroll = document.getElementById(list.table)?.closest(".scroll");
  if (!scroll) return;
  const button = (text, make) => {
    const one = element("button", { type: "button" }, text);
    one.addEventListener("click", make);
    return one;
  };
  const name = "rules-" + list.level;
  scroll.after(element("p", { className: "actions" },
    button("Save as CSV", () => offer(name + ".csv", "text/csv", rulesAsCSV(data, list))),
    button("Save as JSON", () => offer(name + ".json", "application/json", rulesAsJSON(data, list)))));
}

// The diagram

// The nodes and lines of the diagram of rules, by the names in their titles.
function partsOfDiagram(diagram) {
  const nodes = new Map();
  const lines = [];
  for (const group of diagram.querySelectorAll("g.node, g.edge")) {
    const title = group.querySelector("title")?.textContent ?? "";
    if (group.classList.contains("node")) nodes.set(title, group);
    const ends = title.split("->").map((end) => end.split(":")[0]);
    if (ends.length === 2) lines.push({ group, from: ends[0], to: ends[1] });
  }
  return { nodes, lines };
}

function connectDiagram(data) {
  const diagram = document.querySelector("#figure-rules svg");
  const list = data.rules.find((one) => one.level === data.diagramLevel);
  if (!diagram || !list) return;
  const { nodes, lines } = partsOfDiagram(diagram);
  const rules = new Map();
  for (const [name, group] of nodes) {
    const id = group.querySelector("text")?.textContent.split(/\s+\u2192/)[0].trim();
    if (name.startsWith("r-") && list.rules.some((rule) => rule.id === id)) rules.set(id, { name, group });
  }

  // Highlights the rule and the path to it; null removes the highlight.
  function highlight(id) {
    for (const one of diagram.querySelectorAll(".highlighted")) one.classList.remove("highlighted");
    for (const row of document.querySelectorAll("tr.highlighted")) row.classList.remove("highlighted");
    const rule = rules.get(id);
    diagram.classList.toggle("dimmed", rule !== undefined);
    if (!rule) return;
    const reached = new Set([rule.name]);
    for (const name of reached) {
      nodes.get(name)?.classList.add("highlighted");
      for (const line of lines.filter((one) => one.to === name)) {
        line.group.classList.add("highlighted");
        reached.add(line.from);
      }
    }
    ruleRow(list.table, id)?.classList.add("highlighted");
  }

  diagram.setAttribute("role", "group");
  for (const [id, { group }] of rules) {
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "link");
    group.setAttribute("aria-label", "Rule " + id + " in the table");
    group.addEventListener("click", () => showRule(list.table, id));
    group.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      showRule(list.table, id);
    });
    const row = ruleRow(list.table, id);
    if (row) {
      const button = element("button", {
        type: "button", className: "link", "aria-label": "Rule " + id + " in the diagram" }, id);
      row.cells[0].replaceChildren(button);
      button.addEventListener("click", () => {
        group.scrollIntoView({ block: "center", inline: "nearest" });
        group.focus({ preventScroll: true });
      });
    }
    for (const place of [group, row]) {
      for (const event of ["mouseenter", "focusin"]) place?.addEventListener(event, () => highlight(id));
      for (const event of ["mouseleave", "focusout"]) place?.addEventListener(event, () => highlight(null));
    }
  }
}

// The start: what needs the data of the page.
{
  const source = document.getElementById("page-data");
  const section = document.getElementById("try");
  if (source && section) {
    const data = JSON.parse(source.textContent);
    for (const list of data.rules) offerFiles(data, list);
    connectDiagram(data);
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[data-rule]");
      if (!link) return;
      event.preventDefault();
      showRule(link.dataset.table, link.dataset.rule);
    });
    if (!data.isImage) tryARow(data, section);
  }
  // The names of nodes in diagrams are for the scripts alone; a reader would see them as hints.
  for (const title of document.querySelectorAll("figure svg g > title")) title.remove();
}
