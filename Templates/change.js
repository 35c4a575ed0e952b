// The nearest change of a row that changes the prediction of the rules, by the search of
// `espalier why`: the fewest changes to numbers outside those of the training rows, then the fewest
// changed variables, then the smallest sum of distances.

// Whether a number is outside the numbers of the training rows.
function isOutside(column, value) { return value < column.least || value > column.most; }

// The number of decimal places of a number; 12 for very small ones.
function decimalPlaces(value) {
  if (!Number.isFinite(value)) return 0;
  if (value !== 0 && Math.abs(value) < 1e-4) return 12;
  const text = String(value);
  const place = text.indexOf(".");
  return place < 0 ? 0 : text.length - place - 1;
}

// The next larger number of double precision.
function nextUp(value) {
  if (value === 0) return Number.MIN_VALUE;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n));
  return view.getFloat64(0);
}

// A number shortly above a bound, with at most one decimal place more than the bound.
function numberAbove(bound, limit, value, isWhole) {
  const own = decimalPlaces(bound);
  const places = Math.min(Math.max(own, decimalPlaces(value)), own + 1);
  const tried = isWhole ? [0] : [];
  if (places < 12) for (let digits = places; digits <= places + 3; digits += 1) tried.push(digits);
  for (const digits of tried) {
    const power = 10 ** digits;
    const next = (Math.floor(bound * power) + 1) / power;
    if (next > bound && Number.isFinite(next) && (limit === null || next <= limit)) return next;
  }
  return nextUp(bound);
}

// The values of a variable between which no condition changes: for each the value nearest to that of
// the row, whether it differs from it, by how much, and whether it is outside the training rows.
function cellsOf(variable, conditions) {
  const { value, scale, isWhole, column } = variable;
  const most = column.most ?? Infinity;
  if (variable.levels) {
    const cells = variable.levels.map((_, level) => (
      { value: level, isChange: level !== value, distance: level === value ? 0 : 1 }));
    // A missing or unknown level may stay as it is.
    if (cells.every((cell) => cell.isChange)) cells.push({ value, isChange: false, distance: 0 });
    return cells;
  }
  const bounds = conditions.flatMap((one) => [one.above, one.atMost])
    .filter((bound) => bound !== undefined);
  const cuts = [...new Set(bounds)].sort((a, b) => a - b);
  const changed = (next) => ({
    value: next, isChange: true, distance: Number.isNaN(value) ? 1 : Math.abs(next - value) / scale,
    isOutside: isOutside(column, next),
  });
  const cells = [];
  for (let at = 0; at <= cuts.length; at += 1) {
    const lower = at > 0 ? cuts[at - 1] : null;
    const upper = at < cuts.length ? cuts[at] : null;
    if ((lower === null || value > lower) && (upper === null || value <= upper)
      && !Number.isNaN(value)) {
      cells.push({ value, isChange: false, distance: 0 });
    } else if (upper !== null && (Number.isNaN(value) || value > upper)) {
      const whole = Math.floor(upper);
      cells.push(changed(isWhole && (lower === null || whole > lower) ? whole : upper));
    } else {
      // A number above a bound is taken within the range if one is there.
      const end = (lower ?? -Infinity) < most ? Math.min(upper ?? most, most) : upper;
      cells.push(changed(lower === null
        ? 0 : numberAbove(lower, end === Infinity ? null : end, value, isWhole)));
    }
  }
  if (Number.isNaN(value)) cells.push({ value, isChange: false, distance: 0 });
  return cells;
}

// Whether a cell is nearer than another one of the same variable.
function isNearer(cell, known) {
  if (Boolean(cell.isOutside) !== Boolean(known.isOutside)) return !cell.isOutside;
  return cell.isChange === known.isChange ? cell.distance < known.distance : !cell.isChange;
}

// A box: for each variable the allowed cells, with the nearest of them.
function boxOf(allowed, variables) {
  const box = { allowed, nearest: [], outside: 0, changes: 0, distance: 0 };
  variables.forEach((variable, at) => {
    let best = -1;
    variable.cells.forEach((cell, position) => {
      if (!allowed[at][position]) return;
      const known = best < 0 ? null : variable.cells[best];
      if (!known || isNearer(cell, known)) best = position;
    });
    const cell = variable.cells[Math.max(best, 0)];
    box.nearest.push(Math.max(best, 0));
    if (cell.isChange) {
      box.outside += cell.isOutside ? 1 : 0;
      box.changes += 1;
      box.distance += cell.distance;
    }
  });
  return box;
}

// A binary heap of boxes: the fewest changes to numbers outside, then the fewest changes, then the smallest distance, then the first first.
class BoxQueue {
  constructor() {
    this.items = [];
    this.count = 0;
  }

  precedes(first, second) {
    const [a, b] = [this.items[first], this.items[second]];
    if (a.box.outside !== b.box.outside) return a.box.outside < b.box.outside;
    if (a.box.changes !== b.box.changes) return a.box.changes < b.box.changes;
    if (a.box.distance !== b.box.distance) return a.box.distance < b.box.distance;
    return a.number < b.number;
  }

  swap(first, second) {
    const item = this.items[first];
    this.items[first] = this.items[second];
    this.items[second] = item;
  }

  push(box) {
    this.items.push({ box, number: this.count });
    this.count += 1;
    let child = this.items.length - 1;
    while (child > 0 && this.precedes(child, (child - 1) >> 1)) {
      this.swap(child, (child - 1) >> 1);
      child = (child - 1) >> 1;
    }
  }

  pop() {
    const first = this.items[0];
    const last = this.items.pop();
    if (!this.items.length) return first?.box;
    this.items[0] = last;
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2]) {
        if (child < this.items.length && this.precedes(child, least)) least = child;
      }
      if (least === parent) return first.box;
      this.swap(parent, least);
      parent = least;
    }
  }
}

// The variables of the conditions of rules without scores, with the cells in which they hold.
function searchSpace(data, list, places) {
  const variables = [];
  const positions = new Map();
  for (const rule of list.rules) {
    for (const at of rule.if) {
      const condition = data.conditions[at];
      const key = condition.in + " " + condition.at;
      if (!positions.has(key)) {
        const column = condition.in === "column" ? data.columns[condition.at] : {};
        positions.set(key, variables.length);
        variables.push({
          in: condition.in, at: condition.at, value: places[condition.in][condition.at],
          levels: column.levels, scale: column.scale ?? 1, isWhole: column.isWhole === true,
          column, conditions: [],
        });
      }
      variables[positions.get(key)].conditions.push(condition);
    }
  }
  for (const variable of variables) variable.cells = cellsOf(variable, variable.conditions);
  const literals = list.rules.map((rule) => rule.if.map((at) => {
    const condition = data.conditions[at];
    const position = positions.get(condition.in + " " + condition.at);
    return {
      variable: position, holds: variables[position].cells.map((cell) => holds(condition, cell.value)),
    };
  }));
  return { variables, literals };
}

// Searches the nearest change by boxes of cells: a box whose nearest cell keeps the prediction is split
// into the parts in which the deciding rule does not hold, and those in which a rule of another class
// before it holds. A generator, so that the page stays responsive: it yields now and then.
function* nearestChange(data, list, places) {
  const { variables, literals } = searchSpace(data, list, places);
  const decidingIn = (box) => list.order.find((rule) =>
    literals[rule].every((literal) => literal.holds[box.nearest[literal.variable]])) ?? -1;
  const both = (allowed, held, wanted) => allowed.map((one, at) => one && held[at] === wanted);

  function partsOf(box, rule, answer) {
    const parts = [];
    for (const other of list.order) {
      if (other === rule) break;
      if (list.rules[other].then === answer) continue;
      const part = box.allowed.slice();
      for (const { variable, holds: held } of literals[other]) {
        part[variable] = both(part[variable], held, true);
      }
      if (part.every((cells) => cells.includes(true))) parts.push(boxOf(part, variables));
    }
    if (rule < 0) return parts;
    const rest = box.allowed.slice();
    for (const { variable, holds: held } of literals[rule]) {
      const part = rest.slice();
      part[variable] = both(rest[variable], held, false);
      if (part[variable].includes(true)) parts.push(boxOf(part, variables));
      rest[variable] = both(rest[variable], held, true);
    }
    return parts;
  }

  const cells = variables.reduce((sum, variable) => sum + variable.cells.length, 1);
  const limit = Math.min(100000, Math.floor(10000000 / cells));
  const keyOf = (box) => box.allowed.map((one) => one.map((is) => (is ? 1 : 0)).join("")).join(" ");
  const start = boxOf(variables.map((variable) => variable.cells.map(() => true)), variables);
  const current = answerOf(list, decidingIn(start));
  const queue = new BoxQueue();
  const seen = new Set([keyOf(start)]);
  queue.push(start);
  for (let box = queue.pop(); box; box = queue.pop()) {
    if (queue.count > limit) return { searched: "none" };
    const rule = decidingIn(box);
    const answer = answerOf(list, rule);
    if (answer !== current) {
      const steps = variables.map((variable, at) => ({ variable, cell: variable.cells[box.nearest[at]] }))
        .filter(({ cell }) => cell.isChange)
        .map(({ variable, cell }) => (
          { in: variable.in, at: variable.at, from: variable.value, to: cell.value }));
      steps.sort((a, b) => a.at - b.at);
      return { searched: "all", steps, answer, rule };
    }
    for (const child of partsOf(box, rule, current)) {
      const key = keyOf(child);
      if (!seen.has(key)) {
        seen.add(key);
        queue.push(child);
      }
    }
    yield;
  }
  return { searched: "all" };
}

// The smallest change of one column for rules with scores. A score is linear in a number, so every
// threshold on it is a threshold on the number.
function* nearestColumnChange(data, list, row) {
  const changed = (at, value) => row.map((one, position) => (position === at ? value : one));
  const decided = (at, value) =>
    decidingRule(data, list, variablesOf(data, list, changed(at, value), []));
  const current = answerOf(list, decidingRule(data, list, variablesOf(data, list, row, [])));
  const used = [...new Set(list.rules.flatMap((rule) => rule.if))].map((at) => data.conditions[at]);

  function candidates(column, at) {
    if (column.levels) return column.levels.map((_, level) => [level]);
    const bounds = [];
    for (const condition of used) {
      const own = [condition.above, condition.atMost].filter((bound) => bound !== undefined);
      if (condition.in === "column" && condition.at === at) bounds.push(...own);
      if (condition.in !== "score") continue;
      const sum = (value) => variablesOf(data, list, changed(at, value), []).score[condition.at];
      const rest = sum(0);
      const slope = sum(1) - rest;
      if (slope !== 0) bounds.push(...own.map((bound) => (bound - rest) / slope));
    }
    const places = column.isWhole ? 0 : Math.min(decimalPlaces(row[at]) + 1, 12);
    const power = 10 ** places;
    const beside = bounds.filter(Number.isFinite).map((bound) => {
      const low = Math.floor(bound * power);
      return [low - 1, low, low + 1, low + 2].map((one) => one / power);
    });
    // The ends of the range may be the only values of it beyond a bound.
    if (bounds.length && column.least !== undefined) beside.push([column.least, column.most]);
    return beside;
  }

  let best = null;
  for (const [at, column] of data.columns.entries()) {
    const value = row[at];
    const distance = (next) => (column.levels || Number.isNaN(value)
      ? 1 : Math.abs(next - value) / (column.scale ?? 1));
    for (const group of candidates(column, at)) {
      for (const next of group) {
        if (next === value || answerOf(list, decided(at, next)) === current) continue;
        const outside = isOutside(column, next);
        if (!best || (outside === best.outside ? distance(next) < best.distance : !outside)) {
          best = { outside, distance: distance(next), at, from: value, to: next };
        }
      }
    }
    yield;
  }
  if (!best) return { searched: "one-column" };
  const rule = decided(best.at, best.to);
  return {
    searched: "one-column", answer: answerOf(list, rule), rule,
    steps: [{ in: "column", at: best.at, from: best.from, to: best.to }],
  };
}
