"""Rules: conditions, rules and rule sets, which predict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import _html
from .errors import UsageError
from .figures import Complexity, Proportion, shortest

if TYPE_CHECKING:
    import numpy as np

    from ._execution import Decision, Executor

__all__ = ["Condition", "Extractor", "Rule", "RuleSet", "Score", "ScoreTerm"]


@dataclass(frozen=True)
class Condition:
    """A condition on one column, hidden feature or score.

    Attributes
    ----------
    feature : str
        The name of the variable.
    operator : {">", "<=", "between", "in", "missing"}
        ``between``: greater than the first bound and at most the second.
    value : float or None
        The bound of ``>`` and ``<=``; a ``>`` without one holds for every value that is not
        missing.
    bounds : tuple of float or None
        The bounds of ``between``.
    values : tuple of str or None
        The levels of ``in``.
    or_missing : bool
        Whether a missing value satisfies the condition.
    """

    feature: str
    operator: str
    value: float | None = None
    bounds: tuple[float, ...] | None = None
    values: tuple[str, ...] | None = None
    or_missing: bool = False

    def __str__(self) -> str:
        text = f"{self.feature} {self._test}"
        return f"{text} or missing" if self.or_missing else text

    @property
    def _test(self) -> str:
        if self.operator == "between" and self.bounds:
            return f"> {shortest(self.bounds[0])} and ≤ {shortest(self.bounds[-1])}"
        if self.operator == "in":
            values = list(self.values or ())
            return f"is {' or '.join([', '.join(values[:-1]), *values[-1:]] if values[1:] else values)}"
        if self.operator == "missing":
            return "is missing"
        if self.value is None:
            return "is not missing"
        return f"{'>' if self.operator == '>' else '≤'} {shortest(self.value)}"


@dataclass(frozen=True)
class CounterexampleRows:
    """Covered rows with another prediction: their number, and the first row numbers from 1."""

    total: int
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Counterexamples:
    """The covered rows on which the network predicts another class."""

    training: CounterexampleRows
    held_out: CounterexampleRows


@dataclass(frozen=True)
class Rule:
    """A rule.

    Attributes
    ----------
    id : str
        ``R1``, ``R2``, …
    conditions : tuple of Condition
        All of them must hold; none if the rule always holds.
    then : str
        The predicted class.
    coverage, held_out_coverage : Proportion
        The training or held-out rows that the rule covers; in a rule list without the rows of
        earlier rules.
    confidence, held_out_confidence : Proportion
        The covered rows on which the network predicts the class of the rule.
    lift : float or None
        `confidence` over the share of training rows with this prediction.
    counterexamples : Counterexamples or None
        The covered rows with another prediction.
    proved : bool or None
        Whether the rule is proved; None without an attempt.
    """

    id: str
    conditions: tuple[Condition, ...] = field(metadata={"key": "if"})
    then: str
    coverage: Proportion
    confidence: Proportion
    held_out_coverage: Proportion
    held_out_confidence: Proportion
    lift: float | None = None
    counterexamples: Counterexamples | None = None
    proved: bool | None = None

    @property
    def premise(self) -> str:
        """The conditions as text."""
        return " and ".join(map(str, self.conditions)) or "always"

    def __str__(self) -> str:
        return f"{self.id}  if {self.premise} then {self.then}"


@dataclass(frozen=True)
class ScoreTerm:
    """A term of a score.

    `weight` times the number divided by `step`, or `weight` for one of the levels in `values`.
    """

    input: str
    weight: int
    step: float | None = None
    if_missing: float | None = None
    values: tuple[str, ...] | None = None
    or_missing: bool = False


@dataclass(frozen=True)
class DescribedFeature:
    """The hidden feature that a score describes."""

    feature: str
    agreement: Proportion


@dataclass(frozen=True)
class Score:
    """A sum of few columns with small integer weights."""

    id: str
    terms: tuple[ScoreTerm, ...]
    describes: DescribedFeature | None = None


@dataclass(frozen=True)
class Extractor:
    """The method by which rules were extracted, with its source and notes."""

    name: str
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RuleSet:
    """Rules in the order in which they decide; a sequence of `Rule`.

    Attributes
    ----------
    rules : tuple of Rule
        The rules.
    default_class : str
        The class that is predicted if no rule holds.
    resolution : {"first-match", "vote"}
        How the set decides between several rules that hold.
    extractor : Extractor
        The method.
    complexity : Complexity
        The size.
    scores : tuple of Score
        The scores that described rules use.
    """

    rules: tuple[Rule, ...]
    default_class: str
    resolution: str
    extractor: Extractor
    complexity: Complexity
    scores: tuple[Score, ...] = ()
    executor: Executor | None = field(
        default=None, repr=False, compare=False, metadata={"key": None}
    )

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __getitem__(self, position: int) -> Rule:
        return self.rules[position]

    @property
    def is_executable(self) -> bool:
        """Whether the rules predict: those that the result was exported for."""
        return self.executor is not None

    def predict(self, X: Any) -> np.ndarray:
        """Predict classes by the code that ``espalier export --to python`` writes.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_rows, n_columns)
            Rows with the columns of the explained data: by name in a data frame, otherwise in
            the same order. NaN, None and NA are missing values. A level that the explained data
            do not have satisfies no condition on levels.

        Returns
        -------
        numpy.ndarray of shape (n_rows,)
            The classes, as in the labels of the explained data; the interval as text for a
            numeric target.

        Raises
        ------
        ValueError
            If a column is missing or a value has another type than in the explained data.
        """
        return self._executing.predict(X)

    def decide(self, X: Any) -> list[Decision]:
        """Return the deciding rule of every row, with the class and the text of the rule."""
        return self._executing.decide(X)

    @property
    def _executing(self) -> Executor:
        if self.executor is None:
            raise UsageError(
                "these rules have no code",
                "explain with rules='features' or rules='described' for rules of that kind",
            )
        return self.executor

    def __str__(self) -> str:
        return "\n".join([*map(str, self.rules), f"otherwise {self.default_class}"])

    def _repr_html_(self) -> str:
        return _html.rule_table(self)
