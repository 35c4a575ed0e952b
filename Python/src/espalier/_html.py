"""What a notebook shows of a result: tables with inline styles, without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .figures import Fidelity, Proportion, percent

if TYPE_CHECKING:
    from .explanation import Explanation
    from .rules import Rule, RuleSet

_CELL = "text-align:left;vertical-align:top;padding:0.25em 0.8em"
_NUMBER = "text-align:right;vertical-align:top;padding:0.25em 0.8em;white-space:nowrap"


def headline(found: Explanation) -> str:
    """Return the fidelity with its interval, beside the majority-class baseline."""
    network = "pruned network" if found.explains == "pruned" else "network"
    fidelity = found.fidelity
    text = f"The rules agree with the {network} on {_of_rows(fidelity.held_out)}"
    if found.explains == "pruned":
        text += (
            f", and the pruned network with the one before pruning on {_pruning(found)}"
        )
    return f"{text}; {_baseline(fidelity)}."


def _pruning(found: Explanation) -> str:
    share = found.pruned.agreement_with_original
    return "an unknown share of rows" if share is None else _short(share)


def _of_rows(share: Proportion) -> str:
    low = percent(share.low).removesuffix(" %")
    return (
        f"{share.count} of {share.total} held-out rows ({percent(share.value)}, "
        f"95 % interval {low} to {percent(share.high)})"
    )


def _short(share: Proportion) -> str:
    return f"{share.count} of {share.total} ({percent(share.value)})"


def _baseline(fidelity: Fidelity) -> str:
    name = fidelity.majority_class
    shown = "the majority class" if name is None else f"‘{name}’"
    return f"always predicting {shown} would agree on {percent(fidelity.majority_baseline.value)}"


def rule_table(rules: RuleSet) -> str:
    """Return the rules as a table, in the order in which they decide."""
    heads = [
        ("Rule", _CELL),
        ("If", _CELL),
        ("Then", _CELL),
        ("Covered training rows", _NUMBER),
        ("Network agrees", _NUMBER),
    ]
    header = "".join(
        f'<th scope="col" style="{style}">{text}</th>' for text, style in heads
    )
    rows = "".join(map(_row, rules.rules))
    otherwise = (
        f'<tr><td></td><td style="{_CELL}">otherwise</td>'
        f'<td style="{_CELL}">{escape(rules.default_class)}</td><td></td><td></td></tr>'
    )
    return (
        '<table class="espalier-rules" style="border-collapse:collapse">'
        f"<thead><tr>{header}</tr></thead><tbody>{rows}{otherwise}</tbody></table>"
        + _scores(rules)
    )


def _row(rule: Rule) -> str:
    premise = "<br>and ".join(escape(str(one)) for one in rule.conditions) or "always"
    cells = [
        (escape(rule.id), _CELL),
        (premise, _CELL),
        (escape(rule.then), _CELL),
        (escape(_short(rule.coverage)), _NUMBER),
        (escape(_short(rule.confidence)), _NUMBER),
    ]
    return (
        "<tr>"
        + "".join(f'<td style="{style}">{text}</td>' for text, style in cells)
        + "</tr>"
    )


def _scores(rules: RuleSet) -> str:
    if not rules.scores:
        return ""
    items = []
    for score in rules.scores:
        terms = []
        for term in score.terms:
            if term.values is None:
                per = "" if term.step in (None, 1) else f" / {term.step:g}"
                terms.append(f"{term.weight:+d} × {term.input}{per}")
            else:
                terms.append(
                    f"{term.weight:+d} if {term.input} is {' or '.join(term.values)}"
                )
        items.append(f"<li>{escape(score.id)} = {escape('  '.join(terms))}</li>")
    return f"<ul>{''.join(items)}</ul>"


def explanation(found: Explanation) -> str:
    """Return headline, warnings, rules and notes."""
    parts = [f"<p><strong>{escape(headline(found))}</strong></p>"]
    if found.model_agreement is not None:
        parts.append(
            "<p>The network that was explained predicts as the given model on "
            f"{escape(_short(found.model_agreement))} rows.</p>"
        )
    if found.warnings:
        items = "".join(f"<li>{escape(one.text)}</li>" for one in found.warnings)
        parts.append(
            f'<p><strong>Warnings</strong></p><ul class="espalier-warnings">{items}</ul>'
        )
    parts.append(rule_table(found.rules))
    accuracy = found.accuracy
    parts.append(
        f"<p>Accuracy on held-out rows: rules {escape(_short(accuracy.rules))}, network "
        f"{escape(_short(accuracy.network))}. {escape(_rows(found))}</p>"
    )
    if found.notes:
        items = "".join(f"<li>{escape(one)}</li>" for one in found.notes)
        parts.append(f"<details><summary>Notes</summary><ul>{items}</ul></details>")
    return f'<div class="espalier-explanation">{"".join(parts)}</div>'


def _rows(found: Explanation) -> str:
    data = found.data
    text = f"{data.rows_used} of {data.rows} rows were used"
    reasons = [
        f"{one.count} {verb}: {one.reason}"
        for verb, counts in (
            ("dropped", data.rows_dropped),
            ("changed", data.rows_altered),
        )
        for one in counts
    ]
    return f"{'; '.join([text, *reasons])}."
