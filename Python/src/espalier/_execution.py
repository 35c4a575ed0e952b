"""Rules run: the exported Python code of a result, on rows of X."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from ._columns import Column, InputColumn, read_columns
from .errors import DataError


class Decision(NamedTuple):
    """The prediction for a row.

    Attributes
    ----------
    label : object
        The class.
    rule : str or None
        The name of the deciding rule; None for the default class.
    text : str
        The rule as text.
    """

    label: Any
    rule: str | None
    text: str


@dataclass
class Executor:
    """The exported code of a rule set with what is needed to call it.

    Attributes
    ----------
    code : str
        The module that ``espalier export --to python`` wrote.
    columns : tuple of InputColumn
        All columns of the explained X, in their order.
    classes : numpy.ndarray or None
        The labels of the classes; None for a numeric target.
    names : tuple of str
        The class names in the code, in the order of `classes`.
    """

    code: str
    columns: tuple[InputColumn, ...]
    classes: np.ndarray | None
    names: tuple[str, ...]
    _module: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_module": None}

    def _loaded(self) -> dict[str, Any]:
        if self._module is None:
            module: dict[str, Any] = {"__name__": "espalier_rules"}
            exec(compile(self.code, "<espalier export --to python>", "exec"), module)
            self._module = module
        return self._module

    def predict(self, X: Any) -> np.ndarray:
        """Return the classes of rows."""
        classify = self._loaded()["classify"]
        answers = [_asked(classify, row) for row in self._rows(X)]
        if self.classes is None:
            return np.array(answers, dtype=object)
        positions = {name: position for position, name in enumerate(self.names)}
        return self.classes[
            np.array([positions[one] for one in answers], dtype=np.intp)
        ]

    def decide(self, X: Any) -> list[Decision]:
        """Return the deciding rules of rows."""
        explain = self._loaded()["explain"]
        labels = {name: name for name in self.names}
        if self.classes is not None:
            labels = dict(zip(self.names, self.classes, strict=True))
        found = [_asked(explain, row) for row in self._rows(X)]
        return [
            Decision(labels.get(name, name), rule, text) for name, rule, text in found
        ]

    def _rows(self, X: Any) -> list[dict[str, Any]]:
        needed = set(self._loaded()["COLUMNS"])
        columns = read_columns(X, expected=self.columns, needed=needed)
        cells = [_cells(column) for column in columns]
        names = [column.name for column in columns]
        return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)]


def _cells(column: Column) -> list[Any]:
    return column.numbers() if column.levels is None else column.texts()


def _asked(function: Any, row: dict[str, Any]) -> Any:
    try:
        return function(row)
    except (ValueError, KeyError) as error:
        raise DataError(str(error.args[0]) if error.args else str(error)) from error
