"""Columns of X and labels y: what is read, and what is refused."""

import datetime
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest

from espalier import DataError, ExplanationWarning
from espalier._columns import read_columns
from espalier._target import read_target


def described(X, **options):
    """Return the names, levels and cells of the columns."""
    return [(one.name, one.levels, one.texts()) for one in read_columns(X, **options)]


def test_pandas():
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "text": ["b", None, "a"],
            "flag": pd.array([True, None, False], dtype="boolean"),
            "size": pd.Categorical(["S", "L", None], categories=["S", "M", "L"]),
            "code": pd.Categorical([2.0, 1.0, 2.0]),
            "mixed": [1, 2.5, decimal.Decimal("3")],
        }
    ).astype({"mixed": object})
    assert described(frame) == [
        ("whole", None, ["1", None, "3"]),
        ("text", ("a", "b"), ["b", None, "a"]),
        ("flag", ("False", "True"), ["True", None, "False"]),
        ("size", ("S", "M", "L"), ["S", "L", None]),
        ("code", ("1", "2"), ["2", "1", "2"]),
        ("mixed", None, ["1", "2.5", "3"]),
    ]
    numbers = read_columns(frame, bools_are_numbers=True)[2]
    assert numbers.levels is None
    assert numbers.values[[0, 2]].tolist() == [1, 0]


def test_polars():
    frame = pl.DataFrame(
        {
            "n": [1.5, None, float("nan")],
            "t": ["b", None, "a"],
            "e": pl.Series(["S", "L", None], dtype=pl.Enum(["S", "L"])),
            "f": [True, False, None],
        }
    )
    assert described(frame) == [
        ("n", None, ["1.5", None, None]),
        ("t", ("a", "b"), ["b", None, "a"]),
        ("e", ("S", "L"), ["S", "L", None]),
        ("f", ("False", "True"), ["True", "False", None]),
    ]
    assert described(frame.lazy()) == described(frame)


def test_arrays():
    assert described(np.array([[1, 2], [3, 4]])) == [
        ("x0", None, ["1", "3"]),
        ("x1", None, ["2", "4"]),
    ]
    assert described([[1, "a"], [None, "b"]]) == [
        ("x0", None, ["1", None]),
        ("x1", ("a", "b"), ["a", "b"]),
    ]
    assert described(np.array([[10.0, 2.0], [9.0, 1.0]]), categorical=[0]) == [
        ("x0", ("9", "10"), ["10", "9"]),
        ("x1", None, ["2", "1"]),
    ]


def test_texts_for_missing_values_are_told():
    with pytest.warns(ExplanationWarning) as caught:
        columns = described(
            pd.DataFrame({"a": ["x", "", "nan", " y"], "b": [1, 2, 3, 4]})
        )
    assert [str(one.message) for one in caught] == [
        "column 'a': 2 cells with an empty string or 'nan' are read as missing"
    ]
    assert columns[0][2] == ["x", None, None, "y"]


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        (
            pd.DataFrame({"a": ["x", 1]}, dtype=object),
            TypeError,
            "column 'a' has values of several types: 'x' in row 0 and 1 in row 1; make them all "
            "strings or all numbers",
        ),
        (
            pd.DataFrame({"a": [datetime.datetime(2020, 1, 1)]}),
            TypeError,
            "column 'a' has the type datetime64[us], which is neither numbers, booleans, "
            "categories nor strings; convert it or leave it out",
        ),
        (
            pl.DataFrame({"a": [datetime.date(2020, 1, 1)]}),
            TypeError,
            "column 'a' has the type Date, which is neither numbers, booleans, categories nor "
            "strings; convert it or leave it out",
        ),
        (
            pd.DataFrame({"a": ["x", "x ", "y"]}),
            DataError,
            "column 'a' has the levels 'x' and 'x ', which are the same without blanks around "
            "them",
        ),
        (
            pd.DataFrame([[1, 2]], columns=["a", "a "]),
            DataError,
            "X has two columns named 'a'\nhint: rename one; blanks around names are ignored",
        ),
        (
            pd.DataFrame([[1]], columns=[" "]),
            DataError,
            "column 0 of X has an empty name",
        ),
        (pd.DataFrame({"a": []}), DataError, "X has 0 rows and 1 columns"),
        (
            np.array([[1.0, np.inf]]),
            DataError,
            "column 'x1' has the value inf in row 0; infinity is not a number that can be "
            "explained\nhint: replace it, or make it NaN if it is missing",
        ),
        (
            [[{"a": 1}]],
            TypeError,
            "argument must be a string or a number: column 'x0' has a value of type dict in row 0",
        ),
    ],
)
def test_columns_that_cannot_be_read(X, kind, message):
    with pytest.raises(kind) as caught:
        read_columns(X)
    assert str(caught.value) == message


def test_sparse_matrices_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="Sparse data was passed for X"):
        read_columns(sparse.eye(3).tocsr())


def test_unknown_category_column():
    with pytest.raises(DataError) as caught:
        read_columns(pd.DataFrame({"a": [1, 2]}), categorical=["b"])
    assert str(caught.value) == "there is no column 'b' to read as categories"


def test_labels():
    assert read_target(["b", "a"], 2).names == ("a", "b")
    assert read_target(np.array([True, False]), 2).cells() == ["True", "False"]
    assert read_target([1.0, 0.0], 2).names == ("0", "1")
    assert read_target([[1], [0]], 2).names == ("0", "1")
    assert read_target(["b", "a"], 2, classes=["b", "a"]).names == ("b", "a")
    assert read_target(pd.Series([1, 2], name="a"), 2, taken=["a"]).name == "a_"
    numbers = read_target([0.5, 2], 2)
    assert (numbers.classes, numbers.cells()) == (None, ["0.5", "2.0"])


@pytest.mark.parametrize(
    ("y", "options", "message"),
    [
        (
            ["a", "c"],
            {"classes": ["a", "b"]},
            "y has the label 'c', which is not one of the classes 'a', 'b'",
        ),
        (["nan", "a"], {}, "y has the label 'nan', which reads as a missing value"),
        (["a", "a "], {}, "two classes of y have the name 'a'"),
        (
            ["a", "b"],
            {"task": "regression"},
            "y has labels where a regression needs numbers",
        ),
        (
            [0.5, 1],
            {"task": "classification"},
            "Unknown label type: continuous. y has numbers that are not whole, and these are no "
            "classes\nhint: give labels, or explain numbers with task='regression'",
        ),
        (
            [[1, 2], [1, 2]],
            {},
            "y should be a 1d array, got an array of shape (2, 2) instead.",
        ),
    ],
)
def test_labels_that_cannot_be_read(y, options, message):
    with pytest.raises(DataError) as caught:
        read_target(y, 2, **options).cells()
    assert str(caught.value) == message
