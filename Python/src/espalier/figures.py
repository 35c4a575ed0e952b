"""Figures of a result: shares of rows with their intervals, fidelity, accuracy and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = [
    "Accuracy",
    "Complexity",
    "CurvePoint",
    "Fidelity",
    "NumericFidelity",
    "Proportion",
]


@dataclass(frozen=True)
class Proportion:
    """A share of rows with its 95 % Wilson interval.

    Attributes
    ----------
    count, total : int
        The number of positive rows and of all rows.
    value : float
        ``count / total``, 0 if there are no rows.
    low, high : float
        The bounds of the interval.
    method : str
        The method of the interval.
    """

    count: int
    total: int
    value: float
    low: float
    high: float
    method: str = "wilson-95"

    def __float__(self) -> float:
        return self.value

    def __str__(self) -> str:
        return (
            f"{self.count} of {self.total} ({percent(self.value)}, 95 % interval "
            f"{_digits(self.low)} to {percent(self.high)})"
        )


@dataclass(frozen=True)
class RSquared:
    """R-squared with a bootstrap interval."""

    value: float
    low: float
    high: float
    method: str
    resamples: int


@dataclass(frozen=True)
class RuleNumber:
    """The number that a rule predicts; `rule` is None for the default class."""

    value: float
    rule: str | None = None


@dataclass(frozen=True)
class NumericFidelity:
    """The agreement of numbers, for a numeric target.

    Attributes
    ----------
    within : Proportion
        Rows on which the number of the rule is within `tolerance` of the network's output.
    tolerance : float
        The tolerance in the unit of the target.
    numbers : tuple of RuleNumber
        The number of every rule: the mean output of the network over its training rows,
        moved into the interval of the rule where it is outside.
    r_squared : RSquared or None
        R-squared of these numbers with the network's output.
    """

    within: Proportion
    tolerance: float
    numbers: tuple[RuleNumber, ...]
    r_squared: RSquared | None = None


@dataclass(frozen=True)
class Fidelity:
    """How often the rules predict what the explained network predicts.

    Attributes
    ----------
    held_out : Proportion
        On rows to which neither network nor rules were fitted.
    to_original : Proportion
        Agreement with the network before pruning, on the same rows.
    training : Proportion
        On training rows.
    majority_baseline : Proportion
        The agreement of always predicting `majority_class`.
    answered : Proportion
        Rows that a rule decides; the others get the default class.
    by_class : dict of str to Proportion
        By the prediction of the network.
    """

    held_out: Proportion
    to_original: Proportion
    training: Proportion
    majority_baseline: Proportion
    answered: Proportion
    by_class: dict[str, Proportion]
    majority_class: str | None = None
    numeric: NumericFidelity | None = None


@dataclass(frozen=True)
class Accuracy:
    """The accuracy against the labels of the held-out rows."""

    rules: Proportion
    network: Proportion
    where_both_agree: Proportion


@dataclass(frozen=True)
class Complexity:
    """The size of a rule set."""

    rules: int
    literals: int
    mean_literals: float
    inputs_used: int
    features_used: int
    scores_used: int | None = None


@dataclass(frozen=True)
class CurvePoint:
    """The fidelity of a smaller or larger rule set."""

    rules: int
    literals: int
    fidelity: Proportion


def percent(share: float) -> str:
    """Return a share as text: 0.9667 is ``96.7 %``."""
    return f"{_digits(share)} %"


def _digits(share: float) -> str:
    return "100" if share == 1 else f"{share * 100:.1f}"


def shortest(number: Any) -> str:
    """Return the shortest decimal text of a number, without ``.0``."""
    value = float(number)
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
