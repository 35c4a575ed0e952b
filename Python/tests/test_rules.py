"""Rules that predict: as the program does, for every kind of value."""

import json
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

import espalier
from espalier import _program
from espalier._columns import read_columns
from espalier._table import READING, Table
from espalier._target import read_target


def asked(found, X, answers, folder):
    """Ask the program how many of the answers are those of its rules."""
    found.save(folder / "report")
    columns = read_columns(X)
    target = read_target(answers, len(X), name=found.data.schema.target.name)
    file = folder / "rows.csv"
    Table(columns, target).write_rows(file)
    network = folder / "report" / "model.onnx"
    arguments = ["fidelity", str(folder / "report"), str(network), str(file), *READING]
    run = _program.run([*arguments, "--json", "--progress", "json"])
    return json.loads(run.output)["accuracy"]["rules"]


def test_predictions_are_those_of_the_program(found_loans, loans, tmp_path):
    X, _ = loans
    share = asked(found_loans, X, found_loans.rules.predict(X), tmp_path)
    assert (share["count"], share["total"]) == (300, 300)


def test_new_rows(found_loans, loans, tmp_path):
    X = loans[0].copy()
    X.loc[::3, "city"] = "Wien"
    X.loc[::5, "income"] = np.nan
    X["income"] = X.income + 700
    X.loc[::7, "age"] = 1e6
    share = asked(found_loans, X, found_loans.rules.predict(X), tmp_path)
    assert share["count"] == share["total"] == 300


def test_described_rules(loans, tmp_path):
    X, y = loans
    found = espalier.explain(None, X, y, rules="described")
    assert found.level == "described"
    assert found.rules.scores
    assert not found.input_rules.is_executable
    share = asked(found, X, found.rules.predict(X), tmp_path)
    assert share["count"] == share["total"]
    with pytest.raises(espalier.UsageError, match="these rules have no code"):
        found.input_rules.predict(X)


def test_decisions_name_their_rules(found, iris):
    decisions = found.rules.decide(iris[0])
    assert [one.label for one in decisions] == found.rules.predict(iris[0]).tolist()
    by_id = {rule.id: rule for rule in found.rules}
    for decision in decisions:
        if decision.rule is None:
            assert decision.label == found.rules.default_class
        else:
            assert decision.label == by_id[decision.rule].then
    assert {one.rule for one in decisions} == {*by_id, None}


def test_columns_are_found_by_name(found_loans, loans):
    X, _ = loans
    expected = found_loans.rules.predict(X)
    others = X[["member", "city", "income", "age"]].assign(more=1)
    assert (found_loans.rules.predict(others) == expected).all()
    polars = pl.DataFrame(
        {name: [None if one != one else one for one in X[name].tolist()] for name in X}
    )
    assert (found_loans.rules.predict(polars) == expected).all()
    as_array = X.astype(object).to_numpy()
    assert (found_loans.rules.predict(as_array) == expected).all()
    categories = X.assign(city=X.city.astype("category"), member=X.member.astype(str))
    assert (found_loans.rules.predict(categories) == expected).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda X: X.drop(columns=["city", "age"]),
            "X has no columns 'age', 'city'\n"
            "hint: give every column of the explained data; columns are found by name",
        ),
        (
            lambda X: X.assign(income="much"),
            "column 'income' has the string 'much' where the explained data have numbers",
        ),
        (
            lambda X: X.assign(income=np.inf),
            "column 'income' has the value inf in row 0; infinity is not a number that can be "
            "explained\nhint: replace it, or make it NaN if it is missing",
        ),
        (lambda X: X.to_numpy()[:, :3], "X has 3 columns where 4 are expected"),
        (
            lambda X: X.income,
            "Expected 2D array, got 1D array instead: X has the shape (300,)\n"
            "hint: Reshape your data: array.reshape(-1, 1) for one column, "
            "array.reshape(1, -1) for one row",
        ),
    ],
)
def test_rows_that_cannot_be_predicted(found_loans, loans, change, message):
    with pytest.raises(espalier.DataError) as caught:
        found_loans.rules.predict(change(loans[0]))
    assert str(caught.value) == message


def test_a_constant_column_is_not_needed(iris):
    X, y = iris
    found = espalier.explain(None, X.assign(constant=1), y)
    assert [one.name for one in found.data.schema.features] == list(X.columns)
    assert (found.rules.predict(X) == found.rules.predict(X.assign(constant=2))).all()
    assert len(found.rules.predict(X.assign(constant=2).to_numpy())) == 150
    with pytest.raises(
        espalier.DataError, match="X has 4 columns where 5 are expected"
    ):
        found.rules.predict(X.to_numpy())


def test_names_that_need_care():
    random = np.random.default_rng(3)
    number = random.random(120)
    X = pd.DataFrame(
        {
            " blank ": number,
            'quote "and", comma': random.choice(["a,b", 'c"d', "é", "1"], 120),
        }
    )
    y = np.where(number > 0.5, "über, alles", '"no"')
    found = espalier.explain(None, X, y)
    assert [one.name for one in found.data.schema.features][0] == "blank"
    answers = found.rules.predict(X)
    assert set(answers) == set(y)
    assert (answers == y).mean() > 0.9


def test_rules_are_pickled(found, iris):
    found.rules.predict(iris[0])
    again = pickle.loads(pickle.dumps(found))
    assert (again.rules.predict(iris[0]) == found.rules.predict(iris[0])).all()
    error = pickle.loads(pickle.dumps(espalier.OutputError("what", "hint", 73)))
    assert (error.message, error.hint, error.exit_code) == ("what", "hint", 73)


def test_conditions_as_text():
    texts = {
        "a > 1": espalier.Condition("a", ">", value=1.0),
        "a ≤ 0.25 or missing": espalier.Condition(
            "a", "<=", value=0.25, or_missing=True
        ),
        "a > 1 and ≤ 2.5": espalier.Condition("a", "between", bounds=(1.0, 2.5)),
        "a is x": espalier.Condition("a", "in", values=("x",)),
        "a is x, y or z": espalier.Condition("a", "in", values=("x", "y", "z")),
        "a is missing": espalier.Condition("a", "missing"),
        "a is not missing": espalier.Condition("a", ">"),
    }
    for text, condition in texts.items():
        assert str(condition) == text
