// What Tests/Browser/check.py asks a page: a function that defines `check`.
() => {
  const all = (selector, inside = document) => Array.from(inside.querySelectorAll(selector));
  const isShown = (node) => node.getClientRects().length > 0;

  // The text of the first colour of a style as red, green, blue and opacity.
  const parts = (text) => {
    const found = text.match(/rgba?\(([^)]*)\)/)?.[1].split(/[, /]+/).map(Number);
    return found ? [found[0], found[1], found[2], found[3] ?? 1] : [0, 0, 0, 0];
  };
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((one) => {
      const share = one / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const background = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const color = parts(getComputedStyle(one).backgroundColor);
      if (color[3] > 0.99) return color;
    }
    return [255, 255, 255, 1];
  };

  const said = () => {
    const network = document.querySelector("#try-results > .card:not([data-level])");
    const rules = {};
    for (const card of all("#try-results > .card[data-level]")) {
      rules[card.dataset.level] = { answer: card.dataset.answer, rule: card.dataset.rule };
    }
    const probabilities = network.dataset.probabilities;
    return {
      network: {
        answer: network.dataset.answer,
        probabilities: probabilities === undefined ? null : JSON.parse(probabilities),
      },
      rules, message: document.querySelector("#try .paste .problem").textContent,
    };
  };
  const paste = (line) => {
    document.getElementById("try-box").value = line;
    document.querySelector("#try .paste button").click();
  };

  // Words that are broken in two lines, in the tables of rules and the cards.
  const brokenWords = () => {
    const broken = [];
    for (const place of all("table[id$='rules-table'], #try-results .card, main > p")) {
      const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        for (const match of node.data.matchAll(/[^\s\-\u2010\u2013/?]+/g)) {
          const range = document.createRange();
          range.setStart(node, match.index);
          range.setEnd(node, match.index + match[0].length);
          const tops = new Set(Array.from(range.getClientRects(), (one) => Math.round(one.top)));
          if (tops.size > 1) broken.push(match[0]);
        }
      }
    }
    return broken;
  };

  window.check = {
    said,
    answers: (lines) => lines.map((line) => { paste(line); return said(); }),

    changes: async (line) => {
      const results = document.getElementById("try-results");
      delete results.dataset.done;
      paste(line);
      while (!results.dataset.done) await new Promise((next) => setTimeout(next, 5));
      const changes = {};
      for (const card of all(".card[data-level]", results)) {
        const found = card.querySelector(".change");
        const link = all("a[data-rule]", found).pop();
        changes[card.dataset.level] = found.dataset.answer === undefined ? null : {
          answer: found.dataset.answer, rule: link ? link.dataset.rule : null,
          network: found.dataset.network ?? null, steps: JSON.parse(found.dataset.steps),
        };
      }
      return changes;
    },

    row: () => all("#try .field input, #try .field select").map((one) => one.value).join("|"),

    // The numbers of rows that a table of 45 rows shows: at first, with a filter, sorted, and unfolded.
    fold: () => {
      const place = document.createElement("div");
      const rows = Array.from({ length: 45 }, (_, at) => "<tr><th>" + (44 - at) + "</th><td>" + (at % 9) + "</td></tr>");
      place.innerHTML = "<div class=scroll><table id=folded><thead><tr><th>a</th><th>b</th></tr></thead><tbody>"
        + rows.join("") + "</tbody></table></div>";
      document.querySelector("main").append(place);
      improve(place.querySelector("table"));
      const counts = [];
      const count = () => counts.push(all("tbody tr", place).filter(isShown).length);
      const filter = (text) => {
        const input = place.querySelector("input");
        input.value = text;
        input.dispatchEvent(new Event("input"));
        count();
      };
      count();
      filter("44");
      filter("");
      place.querySelector("thead button").click();
      counts.push(Number(place.querySelector("tbody th").textContent));
      count();
      place.querySelector("button.fold").click();
      count();
      place.remove();
      return counts;
    },

    // The rule whose path in the diagram is highlighted, how many lines lead to it, and whether others are dimmed.
    highlighted: () => {
      const diagram = document.querySelector("#figure-rules svg");
      return {
        node: document.activeElement.closest("g.node.highlighted")?.querySelector("text").textContent ?? null,
        row: document.querySelector("tr.highlighted")?.cells[0].textContent ?? null,
        lines: all("g.edge.highlighted", diagram).length, isDimmed: diagram.classList.contains("dimmed"),
      };
    },

    save: (level, format) => {
      const table = document.getElementById(level);
      const buttons = all(".actions button", table.closest(".scroll").parentElement)
        .filter((one) => one.textContent === "Save as " + format
          && table.closest(".scroll").compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
      buttons[0].click();
    },

    outlined: () => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    },

    layout: (scheme, width) => {
      const wrong = [];
      const root = document.documentElement;
      if (scheme !== "print" && root.scrollWidth > width) {
        const wide = all("body *").filter((one) => one.getBoundingClientRect().right > width + 1
          && !one.closest(".scroll, .image, svg")).slice(0, 3);
        wrong.push("wider than the screen: " + wide.map((one) => one.outerHTML.slice(0, 80)).join(" "));
      }
      if (scheme !== "print") {
        for (const one of all("body *")) {
          if (!["sticky", "fixed"].includes(getComputedStyle(one).position)) continue;
          const share = one.getBoundingClientRect().height / innerHeight;
          if (share > 0.1) wrong.push(one.tagName + " covers " + Math.round(100 * share) + " % of the height");
        }
        for (const one of all("table[id$='rules-table']:not(#stability-rules-table, #causal-rules-table)")) {
          const box = one.closest(".scroll");
          if (box.scrollWidth > box.clientWidth) {
            wrong.push("#" + one.id + " is " + box.scrollWidth + " px wide in " + box.clientWidth);
          }
        }
        const broken = brokenWords();
        if (broken.length) wrong.push("broken words: " + broken.slice(0, 5).join(", "));
      }
      if (scheme === "dark") {
        const light = all("body, body *:not(image)").filter((one) => {
          const style = getComputedStyle(one);
          const isShape = one instanceof SVGGeometryElement;
          const color = parts(isShape ? style.fill : style.backgroundColor);
          const { width, height } = one.getBoundingClientRect();
          return width * height > 200 && color[3] > 0.5 && luminance(color) > 0.6;
        });
        if (light.length) wrong.push("light areas: " + light.slice(0, 3).map((one) => one.outerHTML.slice(0, 90)).join(" "));
      }
      if (scheme === "print") {
        const bar = document.querySelector("table .bar");
        const style = bar && getComputedStyle(bar);
        const colors = style?.backgroundImage.match(/rgb\([^)]*\)/g) ?? [];
        if (bar && (style.printColorAdjust !== "exact" || new Set(colors).size < 2)) {
          wrong.push("bars lose their lengths: " + style.printColorAdjust + " " + style.backgroundImage);
        }
        const shown = all("#try, nav, button.fold, .filter").filter(isShown);
        if (shown.length) wrong.push("printed: " + shown[0].outerHTML.slice(0, 60));
        if (all("tr.folded").some((row) => !isShown(row))) wrong.push("folded rows are not printed");
      }
      return wrong;
    },

    axe: async () => {
      const found = await window.axe.run(document, { resultTypes: ["violations"] });
      return found.violations.map((one) => one.id + ": " + one.nodes.slice(0, 2)
        .map((node) => node.html.slice(0, 120) + " " + (node.any[0]?.message ?? "").slice(0, 120)).join(" "));
    },

    // Controls without a name and texts of too little contrast, where axe-core is not installed.
    labels: () => {
      const wrong = [];
      for (const one of all("input, select, textarea, button")) {
        const name = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
        if (!name.trim()) wrong.push("no label: " + one.outerHTML.slice(0, 80));
      }
      for (const one of all("p, li, td, th, dt, dd, h1, h2, h3, label, button, a, span.small")) {
        if (!isShown(one) || !one.textContent.trim() || one.closest("svg")) continue;
        const style = getComputedStyle(one);
        const shades = [luminance(parts(style.color)), luminance(background(one))].sort();
        const contrast = (Math.max(...shades) + 0.05) / (Math.min(...shades) + 0.05);
        if (contrast < 4.5) wrong.push("contrast " + contrast.toFixed(1) + ": " + one.outerHTML.slice(0, 80));
      }
      return wrong;
    },
  };
}
