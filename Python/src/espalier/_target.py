"""The labels y: classes with their names, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ._columns import clean
from ._raw import text_of, unmasked
from .errors import DataError

Task = Literal["classification", "regression"]


@dataclass(frozen=True)
class Target:
    """The target column.

    Attributes
    ----------
    name : str
        The name of the column.
    classes : numpy.ndarray or None
        The labels in the order of the network's outputs; None for numbers.
    names : tuple of str
        The class names in the data, in the same order.
    values : numpy.ndarray
        The label or number of every row.
    """

    name: str
    classes: np.ndarray | None
    names: tuple[str, ...]
    values: np.ndarray

    def cells(self) -> list[str]:
        """Return the values as texts of a table."""
        return self.written(self.values)

    def written(self, values: Any) -> list[str]:
        """Return labels or numbers as texts of a table.

        Raises
        ------
        ValueError
            If a label is not one of the classes.
        """
        values = np.asarray(values).reshape(-1).tolist()
        if self.classes is None:
            return [repr(float(one)) for one in values]
        known = dict(zip(self.classes.tolist(), self.names, strict=True))
        for one in values:
            if one not in known:
                shown = ", ".join(map(repr, self.classes.tolist()))
                raise DataError(
                    f"y has the label {one!r}, which is not one of the classes {shown}"
                )
        return [known[one] for one in values]


def read_target(
    y: Any,
    rows: int,
    *,
    name: str | None = None,
    classes: Sequence[Any] | np.ndarray | None = None,
    task: Task | None = None,
    taken: Sequence[str] = (),
) -> Target:
    """Return the target of the rows.

    Parameters
    ----------
    y : array-like of shape (n_rows,)
        Labels or numbers.
    rows : int
        The number of rows of X.
    name : str, optional
        The name of the column; by default that of the series, or ``target``.
    classes : sequence, optional
        The labels in the order of the network's outputs; by default sorted.
    task : {"classification", "regression"}, optional
        By default regression if y has numbers that are not whole.
    taken : sequence of str
        The names of the columns of X.

    Raises
    ------
    ValueError
        If lengths differ, a label is missing, or class names are not distinct.
    """
    if name is None:
        found = getattr(y, "name", None)
        name = str(found) if found is not None and clean(str(found)) else "target"
    name = clean(name)
    while name in taken:
        name += "_"
    values = _values(y, rows)
    if task is None:
        is_numeric = classes is None and _is_continuous(values)
        task = "regression" if is_numeric else "classification"
    if task == "regression":
        try:
            numbers = values.astype(np.float64)
        except (TypeError, ValueError):
            raise DataError("y has labels where a regression needs numbers") from None
        if not np.isfinite(numbers).all():
            raise DataError("y has infinite values")
        return Target(name, None, (), numbers)
    if classes is None:
        if _is_continuous(values):
            raise DataError(
                "Unknown label type: continuous. y has numbers that are not whole, and these are "
                "no classes",
                "give labels, or explain numbers with task='regression'",
            )
        labels = _sorted_labels(values)
    else:
        labels = np.asarray(classes)
    names = tuple(clean(text_of(one)) for one in labels.tolist())
    _check_classes(labels, names)
    return Target(name, labels, names, values)


def _values(y: Any, rows: int) -> np.ndarray:
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None")
    if hasattr(y, "to_list") and not isinstance(y, np.ndarray):
        listed = y.to_list()
        array = np.asarray(listed)
        if array.dtype.kind in "US" and not all(isinstance(one, str) for one in listed):
            array = np.asarray(listed, dtype=object)
    else:
        array = np.asarray(unmasked(y))
    if array.ndim == 2 and array.shape[1] == 1:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise DataError(
            f"y should be a 1d array, got an array of shape {array.shape} instead."
        )
    if len(array) != rows:
        raise DataError(f"X has {rows} rows and y {len(array)}")
    gone = [
        row
        for row, one in enumerate(array.tolist())
        if one is None or one != one or type(one).__name__ in ("NAType", "NaTType")
    ]
    if gone:
        raise DataError(
            f"y contains NaN: {len(gone)} of {rows} labels are missing, the first in row {gone[0]}",
            "leave these rows out",
        )
    return array


def _is_continuous(values: np.ndarray) -> bool:
    if values.dtype.kind == "f":
        return bool((values != np.floor(values)).any())
    if values.dtype.kind == "O":
        return any(
            isinstance(one, float) and not one.is_integer() for one in values.tolist()
        )
    return False


def _sorted_labels(values: np.ndarray) -> np.ndarray:
    try:
        return np.unique(values)
    except TypeError:
        raise TypeError(
            "y has labels of several types; make them all strings or all numbers"
        ) from None


def _check_classes(labels: np.ndarray, names: tuple[str, ...]) -> None:
    if len(labels) < 2:
        found = f"the class {labels.tolist()[0]!r} only" if len(labels) else "no class"
        raise DataError(f"y has {found}; classification needs at least two classes")
    for position, one in enumerate(names):
        if not one or one.lower() in ("nan", "-nan", "+nan"):
            raise DataError(f"y has the label {one!r}, which reads as a missing value")
        if one in names[:position]:
            raise DataError(f"two classes of y have the name '{one}'")
