// Evaluates the rules of the page on a row, as RuleProgram does: a row has one value for each column,
// a number or the position of a level; NaN is a missing value.

// Whether a condition holds for the value of its variable.
function holds(condition, value) {
  const isMissing = Number.isNaN(value);
  switch (condition.kind) {
    case "known": return !isMissing;
    case "missing": return isMissing;
    case "level":
      return isMissing ? condition.orMissing === true : condition.among.includes(value);
    default:
      return isMissing
        ? condition.orMissing === true
        : (condition.above === undefined || value > condition.above)
          && (condition.atMost === undefined || value <= condition.atMost);
  }
}

// The variables of a rule list for a row; `features` are the values of the hidden features.
function variablesOf(data, list, row, features) {
  const places = { column: row, feature: features, score: [] };
  for (const score of list.scores) places.score.push(scoreOf(data, score, places));
  return places;
}

function pointsOf(data, term, places) {
  if (term.condition !== undefined) {
    const condition = data.conditions[term.condition];
    return term.weight * (holds(condition, places[condition.in][condition.at]) ? 1 : 0);
  }
  const value = places[term.in][term.at];
  return term.weight * ((Number.isNaN(value) ? term.ifMissing : value) / term.step);
}

const scoreOf = (data, score, places) =>
  score.terms.reduce((sum, term) => sum + pointsOf(data, term, places), 0);

// The position of the deciding rule; -1 if none holds.
function decidingRule(data, list, places) {
  const isTrue = data.conditions.map((condition) =>
    holds(condition, places[condition.in]?.[condition.at] ?? NaN));
  const rule = list.order.find((at) => list.rules[at].if.every((one) => isTrue[one]));
  return rule ?? -1;
}

const answerOf = (list, rule) => (rule < 0 ? list.defaultAnswer : list.rules[rule].then);

// The rules for a row: the deciding one, and for each rule which of its conditions hold.
function evaluate(data, list, row, features) {
  const places = variablesOf(data, list, row, features);
  const deciding = decidingRule(data, list, places);
  const rules = list.rules.map((rule) => rule.if.map((at) => {
    const condition = data.conditions[at];
    const value = places[condition.in][condition.at];
    return { condition, value, holds: holds(condition, value) };
  }));
  return {
    places, deciding, rules, answer: answerOf(list, deciding),
    number: list.numbers?.[deciding < 0 ? list.rules.length : deciding],
  };
}
