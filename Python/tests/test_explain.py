"""`explain` on tables: results, kinds of tables, options and errors."""

import numpy as np
import polars as pl
import pytest

import espalier


def test_figures_are_typed(found):
    held_out = found.fidelity.held_out
    assert (held_out.total, held_out.method) == (30, "wilson-95")
    assert held_out.low < held_out.value <= held_out.high
    assert float(held_out) == pytest.approx(held_out.count / held_out.total)
    assert found.fidelity.majority_baseline.value < held_out.value
    assert found.data.classes == ("setosa", "versicolor", "virginica")
    assert (found.data.rows, found.data.rows_used) == (150, 150)
    assert {one.input for one in found.features[0].drivers} <= {
        one.name for one in found.data.schema.features
    }
    rule = found.rules[0]
    assert rule.coverage.total == found.data.training
    assert rule.conditions[0].operator in (">", "<=", "between")
    assert len(found.rules) == found.complexity.rules == len(list(found.rules))


def test_the_same_rows_give_the_same_rules(found, iris):
    X, y = iris
    names = list(X.columns)
    as_array = espalier.explain(None, X.to_numpy(), list(y), feature_names=names)
    as_polars = espalier.explain(
        None,
        pl.DataFrame({name: X[name].to_numpy() for name in names}),
        pl.Series(list(y)),
    )
    for other in (as_array, as_polars):
        assert str(other.rules) == str(found.rules)
        assert other.fidelity == found.fidelity
    assert [one.name for one in as_polars.data.schema.features] == names


def test_arrays_have_numbered_columns(iris):
    X, y = iris
    found = espalier.explain(None, X.to_numpy(dtype=np.float32), y, max_rules=5)
    assert [one.name for one in found.data.schema.features] == ["x0", "x1", "x2", "x3"]


def test_kinds_of_columns_and_missing_values(found_loans):
    kinds = {one.name: one for one in found_loans.data.schema.features}
    assert kinds["city"].levels == ("Bonn", "Köln", "Ulm, Donau")
    assert kinds["member"].levels == ("False", "True")
    assert kinds["age"].kind == "numeric"
    assert found_loans.data.rows_used == 300
    assert sum(one.count for one in found_loans.data.rows_altered) > 0


def test_held_out_rows_are_those_given(iris):
    X, y = iris
    rows = np.random.default_rng(1).permutation(150)
    train, rest = rows[:110], rows[110:]
    found = espalier.explain(
        None, X.iloc[train], y.iloc[train], held_out=(X.iloc[rest], y.iloc[rest])
    )
    assert found.fidelity.held_out.total == 40
    answers = found.rules.predict(X.iloc[rest])
    assert (answers == y.iloc[rest]).sum() == found.accuracy.rules.count


def test_labels_keep_their_type(iris):
    X, y = iris
    numbers = np.array([30, 10, 20])[np.unique(y, return_inverse=True)[1]]
    found = espalier.explain(None, X, numbers)
    assert found.data.classes == ("10", "20", "30")
    answers = found.rules.predict(X)
    assert answers.dtype == numbers.dtype
    assert (answers == numbers).mean() > 0.9


def test_numeric_target(iris):
    X, _ = iris
    found = espalier.explain(None, X.iloc[:, :3], X.iloc[:, 3])
    assert found.fidelity.numeric.tolerance > 0
    answers = found.rules.predict(X.iloc[:, :3])
    assert set(answers) <= set(found.data.classes)


def test_save_and_load(found, iris, tmp_path):
    folder = found.save(tmp_path / "report")
    assert (folder / "report.html").read_bytes() == found.files["report.html"]
    again = espalier.load(folder)
    assert again.rules == found.rules
    assert again.json == found.json
    assert (again.rules.predict(iris[0]) == found.rules.predict(iris[0])).all()
    assert espalier.load(folder / "explanation.json").fidelity == found.fidelity
    with pytest.raises(espalier.OutputError, match="is not empty"):
        found.save(folder)


def test_report_folder(iris, tmp_path):
    found = espalier.explain(None, *iris, output=tmp_path / "report", name="flowers")
    assert (tmp_path / "report" / "report.html").read_text() == found.report_html
    assert found.data.name == "flowers"
    assert found.diagram._repr_svg_().rstrip().endswith("</svg>")


def test_gate(iris):
    with pytest.raises(espalier.GateError) as caught:
        espalier.explain(None, *iris, max_rules=1, min_fidelity=1)
    assert caught.value.exit_code == 2
    found = caught.value.explanation
    assert 0.5 < found.fidelity.held_out.value < 1
    assert str(caught.value) == (
        f"fidelity {found.fidelity.held_out.value:.4f} is below the minimum of 1\n"
        "hint: the result is the 'explanation' of this exception"
    )


def test_unknown_option(iris):
    with pytest.raises(espalier.UsageError) as caught:
        espalier.explain(None, *iris, options={"epoch": 3})
    assert caught.value.message == "unknown option '--epoch'"
    assert caught.value.hint == "did you mean '--epochs'?"


def test_options(iris):
    found = espalier.explain(
        None, *iris, options={"hidden": [8, 4], "no_pruning": True, "epochs": 30}
    )
    assert "--no-pruning" in found.provenance.arguments
    assert "8,4" in found.provenance.arguments
    assert found.pruned.parameters == found.network.parameters


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        (
            lambda X, y: (X.iloc[:9], y.iloc[[0, 50, 100] * 3]),
            espalier.DataError,
            "data/data.csv: 9 usable rows where at least 10 are needed",
        ),
        (lambda X, y: (X, y[:149]), espalier.DataError, "X has 150 rows and y 149"),
        (
            lambda X, y: (X, np.repeat("a", 150)),
            espalier.DataError,
            "y has the class 'a' only; classification needs at least two classes",
        ),
        (
            lambda X, y: (X * 0, y),
            espalier.DataError,
            "data/data.csv: no feature column is left",
        ),
        (
            lambda X, y: (X, y.where(y != "setosa")),
            espalier.DataError,
            "y contains NaN: 50 of 150 labels are missing, the first in row 0",
        ),
    ],
)
def test_data_that_cannot_be_explained(iris, change, kind, message):
    with pytest.raises(kind) as caught:
        espalier.explain(None, *change(*iris))
    assert caught.value.message == message
    assert isinstance(caught.value, ValueError)


def test_output_that_cannot_be_written(iris):
    with pytest.raises(
        espalier.OutputError, match="'/proc/none/x' cannot be created"
    ) as caught:
        espalier.explain(None, *iris, output="/proc/none/x")
    assert caught.value.exit_code == 73
    assert isinstance(caught.value, OSError)
