"""Columns as their library holds them: numbers, booleans or texts, with missing values."""

from __future__ import annotations

import math
import numbers
import sys
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from .errors import DataError


@dataclass(frozen=True)
class RawColumn:
    """A column before it is read as numeric or categorical.

    Attributes
    ----------
    name : str
        The name as it was given.
    kind : {"number", "bool", "text"}
        What the values are.
    values : numpy.ndarray or list
        An array of float64 with NaN for missing values, or a list with None.
    levels : list of str or None
        The categories that the library declares, in their order.
    """

    name: str
    kind: Literal["number", "bool", "text"]
    values: Any
    levels: list[str] | None = None

    def as_texts(self) -> list[str | None]:
        """Return the values as texts; None if missing."""
        if self.kind == "text":
            return self.values
        values = self.values.tolist() if self.kind == "number" else self.values
        return [None if one is None or one != one else text_of(one) for one in values]


def text_of(value: Any) -> str:
    """Return a value as the text of a level or class: whole numbers without ``.0``."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, numbers.Integral):
        return str(int(value))
    if isinstance(value, numbers.Real):
        number = float(value)
        return (
            str(int(number))
            if number.is_integer() and abs(number) < 1e15
            else repr(number)
        )
    return str(value)


def raw_columns(X: Any) -> tuple[list[RawColumn], bool]:
    """Return the columns of X, and whether X is a data frame, whose columns have names."""
    pandas, polars = sys.modules.get("pandas"), sys.modules.get("polars")
    if pandas is not None and isinstance(X, pandas.DataFrame):
        columns = [
            _pandas_column(pandas, X.iloc[:, place]) for place in range(X.shape[1])
        ]
        return _checked(columns, len(X)), True
    if polars is not None and isinstance(X, polars.LazyFrame):
        X = X.collect()
    if polars is not None and isinstance(X, polars.DataFrame):
        return _checked(
            [_polars_column(polars, one) for one in X.get_columns()], len(X)
        ), True
    if hasattr(X, "toarray") and hasattr(X, "nnz"):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. Use '.toarray()' to "
            "convert to a dense numpy array."
        )
    return _array_columns(_array(X)), False


def _checked(columns: list[RawColumn], rows: int) -> list[RawColumn]:
    if not columns or not rows:
        raise DataError(f"X has {rows} rows and {len(columns)} columns")
    return columns


def unmasked(values: Any) -> Any:
    """Return a masked array with NaN or None for its masked cells; other values as they are."""
    if not isinstance(values, np.ma.MaskedArray):
        return values
    if values.dtype.kind in "iuf":
        return values.astype(np.float64).filled(np.nan)
    return values.astype(object).filled(None)


def _array(X: Any) -> np.ndarray:
    X = unmasked(X)
    try:
        array = np.asarray(X)
    except ValueError:
        array = np.asarray(X, dtype=object)
    if isinstance(X, (list, tuple)) and array.dtype.kind in "US":
        # NumPy writes numbers among texts as texts.
        array = np.asarray(X, dtype=object)
    if array.ndim != 2:
        raise DataError(
            f"Expected 2D array, got {array.ndim}D array instead: X has the shape {array.shape}",
            "Reshape your data: array.reshape(-1, 1) for one column, array.reshape(1, -1) for "
            "one row",
        )
    return array


def _array_columns(array: np.ndarray) -> list[RawColumn]:
    names = [f"x{position}" for position in range(array.shape[1])]
    columns = [_values(name, array[:, position]) for position, name in enumerate(names)]
    return _checked(columns, array.shape[0])


def _values(name: str, values: np.ndarray) -> RawColumn:
    kind = values.dtype.kind
    if kind == "b":
        return RawColumn(name, "bool", values.tolist())
    if kind in "iuf":
        return RawColumn(name, "number", values.astype(np.float64))
    if kind == "c":
        raise DataError(f"Complex data not supported: column '{name}'")
    if kind in "UT":
        return RawColumn(name, "text", [str(one) for one in values])
    if kind == "O":
        return _objects(name, values.tolist())
    raise _unsupported(name, str(values.dtype))


def _pandas_column(pandas: Any, series: Any) -> RawColumn:
    name, dtype = str(series.name), series.dtype
    types = pandas.api.types
    if isinstance(dtype, pandas.CategoricalDtype):
        levels = [text_of(one) for one in dtype.categories]
        codes = series.cat.codes.to_numpy()
        return RawColumn(
            name, "text", [levels[c] if c >= 0 else None for c in codes], levels
        )
    if types.is_complex_dtype(dtype):
        raise DataError(f"Complex data not supported: column '{name}'")
    if types.is_bool_dtype(dtype):
        is_missing = series.isna()
        values = [
            None if gone else bool(one)
            for one, gone in zip(series, is_missing, strict=True)
        ]
        return RawColumn(name, "bool", values)
    if types.is_numeric_dtype(dtype):
        values = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return RawColumn(name, "number", values)
    if types.is_object_dtype(dtype) or types.is_string_dtype(dtype):
        is_missing = series.isna().to_numpy()
        values = [
            None if gone else one for one, gone in zip(series, is_missing, strict=True)
        ]
        return _objects(name, values)
    raise _unsupported(name, str(dtype))


def _polars_column(polars: Any, series: Any) -> RawColumn:
    name, dtype = series.name, series.dtype
    if dtype == polars.Boolean:
        return RawColumn(name, "bool", series.to_list())
    if dtype.is_numeric():
        values = series.cast(polars.Float64).fill_null(float("nan")).to_numpy()
        return RawColumn(name, "number", np.asarray(values, dtype=np.float64))
    if dtype == polars.Enum:
        return RawColumn(name, "text", series.to_list(), dtype.categories.to_list())
    if dtype in (polars.String, polars.Categorical):
        return RawColumn(name, "text", series.to_list())
    if dtype == polars.Null:
        return RawColumn(name, "number", np.full(len(series), np.nan))
    if dtype == polars.Object:
        return _objects(name, series.to_list())
    raise _unsupported(name, str(dtype))


def _objects(name: str, values: list[Any]) -> RawColumn:
    """Read Python objects: all numbers, all booleans, or all strings."""
    found = [None if _is_missing(one) else one for one in values]
    present = [(row, one) for row, one in enumerate(found) if one is not None]
    kinds: dict[str, tuple[int, Any]] = {}
    for row, one in present:
        if isinstance(one, (bool, np.bool_)):
            kind = "bool"
        elif (
            isinstance(one, (numbers.Real, np.number))
            or type(one).__name__ == "Decimal"
        ):
            kind = "number"
        elif isinstance(one, str):
            kind = "text"
        else:
            raise TypeError(
                f"argument must be a string or a number: column '{name}' has a value of type "
                f"{type(one).__name__} in row {row}"
            )
        kinds.setdefault(kind, (row, one))
    if len(kinds) > 1:
        first, second = list(kinds.values())[:2]
        raise TypeError(
            f"column '{name}' has values of several types: {first[1]!r} in row {first[0]} and "
            f"{second[1]!r} in row {second[0]}; make them all strings or all numbers"
        )
    if "text" in kinds:
        return RawColumn(name, "text", found)
    if "bool" in kinds:
        return RawColumn(name, "bool", found)
    array = np.array([math.nan if one is None else float(one) for one in found])
    return RawColumn(name, "number", array)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (numbers.Real, np.floating)) and value != value


def _unsupported(name: str, dtype: str) -> TypeError:
    return TypeError(
        f"column '{name}' has the type {dtype}, which is neither numbers, booleans, categories "
        "nor strings; convert it or leave it out"
    )
