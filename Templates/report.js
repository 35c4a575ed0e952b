"use strict";
// Sorts tables by column, filters those of more than 12 rows and folds those of more than 20. The page
// is complete without scripts.

// An element with properties and children; texts are never read as markup.
function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role" || key === "for") node.setAttribute(key, value);
    else node[key] = value;
  }
  node.append(...children);
  return node;
}

const FOLDED_ROWS = 20;

// Makes a table sortable, and filters and folds a long one. Gives the table a function `reveal` that
// shows a row.
function improve(table) {
  const body = table.tBodies[0];
  let rows = Array.from(body.rows);
  if (rows.length < 3) return;
  const headings = Array.from(table.tHead.rows[0].cells);
  const scroll = table.closest(".scroll");
  let wanted = "";
  let isFolded = rows.length > FOLDED_ROWS;
  const fold = element("button", { type: "button", className: "fold" });
  const count = element("span", { role: "status" });

  function refresh() {
    let found = 0;
    let shown = 0;
    for (const row of rows) {
      const isFound = !wanted || row.textContent.toLowerCase().includes(wanted);
      row.hidden = !isFound;
      if (isFound) found += 1;
      const isShown = isFound && !(isFolded && shown >= FOLDED_ROWS);
      row.classList.toggle("folded", isFound && !isShown);
      if (isShown) shown += 1;
    }
    count.textContent = wanted ? found + " of " + rows.length : "";
    fold.hidden = rows.length <= FOLDED_ROWS || found <= FOLDED_ROWS;
    fold.textContent = isFolded ? "Show all " + found + " rows" : "Show the first " + FOLDED_ROWS + " rows";
    fold.setAttribute("aria-expanded", String(!isFolded));
  }

  headings.forEach((heading, column) => {
    const button = element("button", { type: "button" }, ...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const isUp = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", isUp ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.key;
      const text = (row) => row.cells[column].textContent;
      rows = rows.slice().sort((a, b) => (
        key(a) !== undefined && key(b) !== undefined
          ? key(a) - key(b)
          : text(a).localeCompare(text(b), "en", { numeric: true })));
      if (!isUp) rows.reverse();
      body.append(...rows);
      refresh();
    });
  });

  if (rows.length > 12) {
    const input = element("input", { type: "search", id: table.id + "-filter" });
    const label = element("label", { htmlFor: input.id }, "Show rows that contain");
    scroll.before(element("p", { className: "filter" }, label, input, count));
    input.addEventListener("input", () => {
      wanted = input.value.toLowerCase();
      refresh();
    });
  }
  if (isFolded) {
    scroll.after(element("p", { className: "actions" }, fold));
    fold.addEventListener("click", () => {
      isFolded = !isFolded;
      refresh();
    });
  }
  table.reveal = (row) => {
    if (row.classList.contains("folded")) isFolded = false;
    refresh();
  };
  refresh();
}

// What scrolls sideways can be scrolled by the keyboard.
for (const image of document.querySelectorAll("figure .image")) {
  if (image.scrollWidth > image.clientWidth) image.tabIndex = 0;
}

for (const table of document.querySelectorAll("table")) improve(table);
