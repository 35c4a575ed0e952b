"""The columns of X: data frames of pandas and polars, and arrays.

A column is numeric or categorical, and its missing values are known as such; nothing is guessed
from the text of a cell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._raw import RawColumn, raw_columns, text_of
from ._warnings import warn
from .errors import DataError, ExplanationWarning

_MISSING_TEXTS = {"", "nan", "-nan", "+nan"}


@dataclass(frozen=True)
class InputColumn:
    """A column of the explained data: its name, and its levels if it is categorical."""

    name: str
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Column:
    """A column with its values.

    Attributes
    ----------
    name : str
        The name without blanks around it.
    levels : tuple of str or None
        The levels of a categorical column; None for a numeric one.
    values : list or numpy.ndarray
        Texts, None if missing; or numbers, NaN if missing.
    """

    name: str
    levels: tuple[str, ...] | None
    values: Any

    def numbers(self) -> list[float]:
        """Return the numbers of a numeric column."""
        return self.values.tolist()

    def texts(self) -> list[str | None]:
        """Return the cells as texts; None if missing."""
        if self.levels is not None:
            return self.values
        return [None if one != one else text_of(one) for one in self.values.tolist()]

    @property
    def description(self) -> InputColumn:
        """The column without its values."""
        return InputColumn(self.name, self.levels)


def clean(text: str) -> str:
    """Return a name or level without blanks around it, in Unicode's composed form."""
    return unicodedata.normalize("NFC", text).strip().strip("\ufeff")


def read_columns(
    X: Any,
    *,
    names: Sequence[str] | None = None,
    categorical: Collection[str | int] = (),
    bools_are_numbers: bool = False,
    expected: Sequence[InputColumn] | None = None,
    needed: Collection[str] = (),
) -> list[Column]:
    """Return the columns of X.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_rows, n_columns)
        The rows.
    names : sequence of str, optional
        The names of the columns; by default those of the data frame, or ``x0``, ``x1``, ….
    categorical : collection of str or int, optional
        Names or positions of columns of numbers that are categories.
    bools_are_numbers : bool
        Whether a column of booleans is numeric, 0 and 1, instead of categorical.
    expected : sequence of InputColumn, optional
        The columns of the data that were explained: the columns of X are found by name in a data
        frame, by position in an array, and are read as these.
    needed : collection of str
        Of the expected columns, those that a data frame must have.

    Raises
    ------
    ValueError
        If names repeat, a column is missing, or a value cannot be read.
    TypeError
        If X or a column is of an unsupported type.
    """
    raws, is_frame = raw_columns(X)
    if expected is not None:
        return [
            _as_expected(raw, one)
            for one, raw in _matching(raws, is_frame, expected, needed)
        ]
    if names is not None:
        if len(names) != len(raws):
            raise DataError(
                f"{len(names)} column names where X has {len(raws)} columns"
            )
        raws = [
            RawColumn(str(name), raw.kind, raw.values, raw.levels)
            for name, raw in zip(names, raws, strict=True)
        ]
    _check_names([clean(raw.name) for raw in raws])
    chosen = _chosen(categorical, raws)
    return [
        _column(raw, position in chosen, bools_are_numbers)
        for position, raw in enumerate(raws)
    ]


def _check_names(names: list[str]) -> None:
    for position, name in enumerate(names):
        if not name:
            raise DataError(f"column {position} of X has an empty name")
        if name in names[:position]:
            raise DataError(
                f"X has two columns named '{name}'",
                "rename one; blanks around names are ignored",
            )


def _chosen(categorical: Collection[str | int], raws: list[RawColumn]) -> set[int]:
    if isinstance(categorical, str):
        categorical = [categorical]
    names = [raw.name for raw in raws]
    chosen = set()
    for one in categorical:
        if isinstance(one, str):
            if one not in names:
                raise DataError(f"there is no column '{one}' to read as categories")
            chosen.add(names.index(one))
        elif 0 <= int(one) < len(names):
            chosen.add(int(one))
        else:
            raise DataError(f"there is no column {one} to read as categories")
    return chosen


def _column(raw: RawColumn, is_categorical: bool, bools_are_numbers: bool) -> Column:
    name = clean(raw.name)
    if (
        raw.kind == "text"
        or is_categorical
        or (raw.kind == "bool" and not bools_are_numbers)
    ):
        return _categorical(name, raw)
    return Column(name, None, _numbers(raw))


def _numbers(raw: RawColumn) -> np.ndarray:
    if raw.kind == "bool":
        return np.array([np.nan if one is None else float(one) for one in raw.values])
    infinite = np.isinf(raw.values)
    if infinite.any():
        raise DataError(
            f"column '{raw.name}' has the value {raw.values[infinite.argmax()]} in row "
            f"{infinite.argmax()}; infinity is not a number that can be explained",
            "replace it, or make it NaN if it is missing",
        )
    return raw.values


def _categorical(name: str, raw: RawColumn) -> Column:
    texts, marks = _cleaned(raw)
    if marks:
        warn(
            f"column '{name}': {marks} cell{'s' if marks > 1 else ''} with an empty string or 'nan' "
            f"{'are' if marks > 1 else 'is'} read as missing",
            ExplanationWarning,
        )
    declared = raw.levels
    if declared is None:
        found = {one for one in raw.as_texts() if one is not None}
        if raw.kind == "number":
            declared = [text_of(one) for one in sorted({float(one) for one in found})]
        else:
            declared = sorted(found)
    levels: dict[str, str] = {}
    for one in declared:
        short = clean(one)
        if short.lower() in _MISSING_TEXTS:
            continue
        if short in levels:
            raise DataError(
                f"column '{name}' has the levels {levels[short]!r} and {one!r}, which are the "
                "same without blanks around them"
            )
        levels[short] = one
    return Column(name, tuple(levels), texts)


def _cleaned(raw: RawColumn) -> tuple[list[str | None], int]:
    """Return the cells as levels, and the number of texts that mean a missing value."""
    texts: list[str | None] = []
    marks = 0
    for one in raw.as_texts():
        text = None if one is None else clean(one)
        if text is not None and text.lower() in _MISSING_TEXTS:
            marks += 1
            text = None
        texts.append(text)
    return texts, marks


def _matching(
    raws: list[RawColumn],
    is_frame: bool,
    expected: Sequence[InputColumn],
    needed: Collection[str],
) -> list[tuple[InputColumn, RawColumn]]:
    if not is_frame:
        if len(raws) != len(expected):
            raise DataError(
                f"X has {len(raws)} columns where {len(expected)} are expected"
            )
        pairs = list(zip(expected, raws, strict=True))
        return [pair for pair in pairs if pair[0].name in needed]
    _check_names([clean(raw.name) for raw in raws])
    known = {clean(raw.name): raw for raw in raws}
    missing = [f"'{one.name}'" for one in expected if one.name in needed - known.keys()]
    if missing:
        raise DataError(
            f"X has no column{'s' if len(missing) > 1 else ''} {', '.join(missing)}",
            "give every column of the explained data; columns are found by name",
        )
    return [(one, known[one.name]) for one in expected if one.name in needed]


def _as_expected(raw: RawColumn, expected: InputColumn) -> Column:
    if expected.levels is not None:
        return Column(expected.name, expected.levels, _cleaned(raw)[0])
    if raw.kind == "text":
        if all(one is None for one in raw.values):
            return Column(expected.name, None, np.full(len(raw.values), np.nan))
        example = next(one for one in raw.values if one is not None)
        raise DataError(
            f"column '{expected.name}' has the string {example!r} where the explained data have "
            "numbers"
        )
    return Column(expected.name, None, _numbers(raw))
