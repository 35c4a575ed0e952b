"""A table as the folder that the program reads: ``data.csv`` and ``schema.json``."""

from __future__ import annotations

import csv
import json
import pathlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._columns import Column
from ._target import Target
from .errors import DataError
from .figures import shortest

READING = ["--header", "--separator", ",", "--decimal", "point"]
"""The options with which these files are read: nothing is detected."""


@dataclass(frozen=True)
class Table:
    """The columns of X and the target y."""

    columns: list[Column]
    target: Target

    def schema(self) -> dict[str, Any]:
        """Return the content of ``schema.json``."""
        target: dict[str, Any] = {"name": self.target.name}
        if self.target.classes is None:
            target["kind"] = "numeric"
        else:
            target["classes"] = list(self.target.names)
        return {
            "features": [_feature(one) for one in self.columns],
            "target": target,
            "missing": [""],
        }

    def write(self, folder: pathlib.Path) -> None:
        """Write the folder."""
        folder.mkdir(parents=True)
        text = json.dumps(self.schema(), ensure_ascii=False, indent=1)
        (folder / "schema.json").write_text(text, encoding="utf-8")
        self.write_rows(folder / "data.csv")

    def write_rows(
        self, file: pathlib.Path, labels: Sequence[Any] | np.ndarray | None = None
    ) -> None:
        """Write the rows as CSV, with other labels if they are given."""
        target = self.target.cells() if labels is None else self.target.written(labels)
        cells = [_cells(one) for one in self.columns]
        try:
            with file.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow([*(one.name for one in self.columns), self.target.name])
                writer.writerows(zip(*cells, target, strict=True))
        except UnicodeEncodeError as error:
            raise DataError(
                f"a string of the data is not valid Unicode: {error.reason}"
            ) from None


def _feature(column: Column) -> dict[str, Any]:
    if column.levels is None:
        return {"name": column.name, "kind": "numeric"}
    return {"name": column.name, "kind": "categorical", "levels": list(column.levels)}


def _cells(column: Column) -> list[str]:
    if column.levels is None:
        return ["" if one != one else shortest(one) for one in column.numbers()]
    return ["" if one is None else one for one in column.texts()]
