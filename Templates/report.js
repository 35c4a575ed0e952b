"use strict";
// Sorts tables by column and filters tables of more than 12 rows. The page is complete without it.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  if (rows.length < 3) continue;
  const headings = Array.from(table.tHead.rows[0].cells);
  headings.forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      headings.forEach((other) => other.removeAttribute("aria-sort"));
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const key = (row) => row.cells[column].dataset.key;
      const text = (row) => row.cells[column].textContent;
      const order = (a, b) =>
        key(a) !== undefined && key(b) !== undefined
          ? key(a) - key(b)
          : text(a).localeCompare(text(b), "en", { numeric: true });
      const sorted = rows.slice().sort(order);
      if (!up) sorted.reverse();
      body.append(...sorted);
    });
  });
  if (rows.length <= 12) continue;
  const box = document.createElement("p");
  box.className = "filter";
  const label = document.createElement("label");
  const input = document.createElement("input");
  input.type = "search";
  input.id = table.id + "-filter";
  label.htmlFor = input.id;
  label.textContent = "Show rows that contain";
  const count = document.createElement("span");
  count.setAttribute("role", "status");
  box.append(label, input, count);
  table.closest(".scroll").before(box);
  input.addEventListener("input", () => {
    const wanted = input.value.toLowerCase();
    let left = 0;
    for (const row of rows) {
      row.hidden = !row.textContent.toLowerCase().includes(wanted);
      if (!row.hidden) left += 1;
    }
    count.textContent = wanted ? left + " of " + rows.length : "";
  });
}
