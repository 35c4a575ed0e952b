// Builds what the page says about a row: the prediction of the network, and for each rule list the
// deciding rule, the conditions that hold, and the nearest change.

const MOST_RULES = 5;
const MOST_CLASSES = 12;

// A text with the characters that are invisible or change its direction as their numbers.
const visible = (text) => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => (
  "\\u{" + one.codePointAt(0).toString(16).toUpperCase() + "}"));

// A name or value of the data, which may break after an underscore.
const named = (text) => element("bdi", {}, ...visible(text).split(/(?<=_)/).flatMap((part, at) => (
  at ? [element("wbr"), part] : [part])));

// A share in percent: `93.3 %`; `100 %` and `0 %` only if exact.
function percent(share) {
  const figure = share <= 0 ? "0" : share >= 1 ? "100" : share < 0.0005 ? "under 0.1"
    : share > 0.9995 ? "over 99.9" : (100 * share).toFixed(1);
  return figure + "\u00a0%";
}

const rounded = (value, digits) => String(Number(value.toPrecision(digits))).replace("-", "\u2212");

// The value of a variable as text.
function valueText(data, place, at, value) {
  if (Number.isNaN(value)) return "missing";
  if (place !== "column") return rounded(value, 6);
  const column = data.columns[at];
  if (column.levels) return column.levels[value] ?? "another level";
  return column.unit ? value + " " + column.unit : String(value);
}

const variableName = (data, list, place, at) => (
  place === "column" ? data.columns[at].name
    : place === "feature" ? data.features[at].name : list.scores[at].name);

// The prediction as a phrase: `species is virginica (4.2)`.
function conclusion(data, answer, number) {
  const parts = [named(data.target), " is ", element("strong", {}, named(data.classes[answer]))];
  if (number !== undefined) parts.push(" (" + rounded(number, 5) + ")");
  return parts;
}

function networkCard(data, found) {
  const card = element("section", { className: "card" });
  card.append(element("h3", {}, data.networkTitle));
  if (!found) {
    card.append(element("p", {}, data.networkNote ?? ""));
    return card;
  }
  card.dataset.answer = data.classes[found.answer];
  card.append(element("p", { className: "answer" }, ...conclusion(data, found.answer, found.number)));
  if (!found.probabilities) return card;
  card.dataset.probabilities = JSON.stringify(found.probabilities);
  const order = data.classes.map((_, at) => at);
  if (order.length > MOST_CLASSES) {
    order.sort((a, b) => found.probabilities[b] - found.probabilities[a]);
  }
  const list = element("dl", { className: "shares" });
  for (const at of order.slice(0, MOST_CLASSES)) {
    const bar = element("span", { className: "bar", "aria-hidden": "true" });
    bar.style.setProperty("--share", (100 * found.probabilities[at]).toFixed(2) + "%");
    list.append(element("div", {},
      element("dt", {}, named(data.classes[at])),
      element("dd", {}, bar, percent(found.probabilities[at]))));
  }
  card.append(list);
  if (order.length > MOST_CLASSES) {
    card.append(element("p", { className: "small" }, order.length - MOST_CLASSES + " other classes have less."));
  }
  return card;
}

function conditionItem(data, checked) {
  const { condition, value } = checked;
  const mark = element("span", { className: checked.holds ? "mark yes" : "mark no" },
    checked.holds ? "holds" : "does not hold");
  return element("li", {}, mark, " ", named(condition.text), element("span", { className: "small" },
    " \u2013 value " + valueText(data, condition.in, condition.at, value)));
}

// A link to the row of a rule in its table.
function ruleLink(list, at) {
  const rule = list.rules[at];
  const link = element("a", { href: "#" + list.table }, named(rule.id));
  link.dataset.rule = rule.id;
  link.dataset.table = list.table;
  return link;
}

function scoreTable(data, list, position, places) {
  const score = list.scores[position];
  const rows = score.terms.map((term) => {
    const place = term.condition === undefined ? term : data.conditions[term.condition];
    const value = places[place.in][place.at];
    let text = valueText(data, place.in, place.at, value);
    if (term.condition === undefined && Number.isNaN(value)) text += ", as " + term.ifMissing;
    return element("tr", {},
      element("th", { scope: "row" }, named(variableName(data, list, place.in, place.at))),
      element("td", { className: "num" }, named(text)),
      element("td", { className: "num" }, rounded(pointsOf(data, term, places), 5)));
  });
  const heading = (text, kind) => element("th", { scope: "col", className: kind }, text);
  return element("table", { className: "points" },
    element("caption", {}, "Score ", named(score.name), " = " + rounded(places.score[position], 6)),
    element("thead", {}, element("tr", {},
      heading("Column", ""), heading("Value", "num"), heading("Points", "num"))),
    element("tbody", {}, ...rows));
}

function ruleCard(data, list, found) {
  const card = element("section", { className: "card" });
  card.dataset.level = list.level;
  card.dataset.answer = data.classes[found.answer];
  card.append(element("h3", {}, list.title));
  card.append(element("p", { className: "answer" }, ...conclusion(data, found.answer, found.number)));
  if (found.deciding < 0) {
    card.append(element("p", {}, "No rule holds: this is the default class."));
  } else {
    const rule = list.rules[found.deciding];
    card.dataset.rule = rule.id;
    const [agreeing, covered] = rule.confidence;
    card.append(element("p", {}, "Rule ", ruleLink(list, found.deciding), " decides. It covers "
      + rule.coverage.join(" of ") + " training rows; the network agrees on " + agreeing + " of " + covered + "."));
    card.append(element("ul", { className: "conditions" },
      ...found.rules[found.deciding].map((checked) => conditionItem(data, checked))));
  }
  list.scores.forEach((_, position) => card.append(scoreTable(data, list, position, found.places)));
  const others = list.rules.map((_, at) => at).filter((at) => at !== found.deciding);
  const holding = others.filter((at) => found.rules[at].every((checked) => checked.holds));
  if (holding.length) {
    const items = holding.slice(0, MOST_RULES).flatMap((at, position) => [
      position ? ", " : "", ruleLink(list, at), " (", named(data.classes[list.rules[at].then]), ")"]);
    const more = holding.length > MOST_RULES ? " and " + (holding.length - MOST_RULES) + " more" : "";
    card.append(element("p", {}, "Also holding: ", ...items, more));
  }
  const nearly = others
    .map((at) => [at, found.rules[at].filter((checked) => !checked.holds)])
    .filter(([, failing]) => failing.length === 1).slice(0, MOST_RULES);
  for (const [at, [failing]] of nearly) {
    card.append(element("p", {}, "One condition unmet: ", ruleLink(list, at), " (",
      named(data.classes[list.rules[at].then]), "), ", named(failing.condition.text),
      element("span", { className: "small" }, " \u2013 value "
        + valueText(data, failing.condition.in, failing.condition.at, failing.value))));
  }
  return card;
}

// The nearest change as a paragraph. `before` is the class that the network predicts for the row,
// `after` the class that it predicts for the changed row; both are undefined without a network.
function changeParagraph(data, list, change, before, after) {
  const paragraph = element("p", { className: "change" });
  if (!change.steps) {
    paragraph.append({
      all: "No change of values gives another class.",
      none: "Nearest change: the search was ended before one was found.",
    }[change.searched] ?? "No change of one column gives another class.");
    return paragraph;
  }
  paragraph.dataset.answer = data.classes[change.answer];
  paragraph.dataset.steps = JSON.stringify(change.steps.map((step) => [
    variableName(data, list, step.in, step.at),
    step.in === "column" ? cellOf(data.columns[step.at], step.to) : String(step.to)]));
  paragraph.append("Nearest change: ");
  change.steps.forEach((step, position) => paragraph.append(
    position ? ", " : "", named(variableName(data, list, step.in, step.at)), " ",
    named(valueText(data, step.in, step.at, step.from)), " \u2192 ",
    element("strong", {}, named(valueText(data, step.in, step.at, step.to))),
    step.in === "column" && isOutside(data.columns[step.at], step.to)
      ? " (training rows: " + data.columns[step.at].least + " to " + data.columns[step.at].most + ")" : ""));
  paragraph.append(" gives ", element("strong", {}, named(data.classes[change.answer])));
  if (change.rule < 0) paragraph.append(" by the default.");
  else paragraph.append(" by ", ruleLink(list, change.rule), ".");
  if (after === undefined) return paragraph;
  paragraph.dataset.network = data.classes[after];
  if (after === change.answer) {
    paragraph.append(before === after
      ? " The network agrees; it predicted that before." : " The network agrees: it then predicts it too.");
  } else if (after === before) {
    paragraph.append(" The network does not agree: it keeps ", named(data.classes[after]), ".");
  } else {
    paragraph.append(" The network does not agree: it then predicts ", named(data.classes[after]), ".");
  }
  return paragraph;
}
