"""`explain` on models: scikit-learn pipelines, ONNX files, and what is refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier, VotingClassifier
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

import espalier

pytestmark = pytest.mark.filterwarnings("ignore::espalier.ExplanationWarning")


# What a test of the model needs; the default compares several extractors.
QUICK = {"extractor": "surrogate-tree", "rules": "inputs"}


def fitted(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def network(**options):
    return MLPClassifier(
        hidden_layer_sizes=(8,), solver="lbfgs", max_iter=300, random_state=0, **options
    )


@pytest.fixture(scope="module")
def mixed(loans):
    X, y = loans
    X = X.assign(city=X.city.fillna("?"))
    steps = ColumnTransformer(
        [
            (
                "numbers",
                make_pipeline(SimpleImputer(), StandardScaler()),
                ["income", "age"],
            ),
            ("city", OneHotEncoder(handle_unknown="ignore"), ["city"]),
            ("member", "passthrough", ["member"]),
        ]
    )
    return fitted(make_pipeline(steps, network()), X, y), X, y


def test_pipeline_over_mixed_columns(mixed):
    pipeline, X, y = mixed
    found = espalier.explain(pipeline, X, y, **QUICK)
    assert (found.model_agreement.count, found.model_agreement.total) == (300, 300)
    assert found.explains == "original"
    assert [one.name for one in found.data.schema.features] == list(X.columns)
    answers = found.rules.predict(X)
    agreement = (answers == pipeline.predict(X)).mean()
    assert agreement > max(0.8, found.fidelity.majority_baseline.value)
    income = [
        c for rule in found.rules for c in rule.conditions if c.feature == "income"
    ]
    # In the unit of the column, not in that of the scaler.
    assert income
    assert all(abs(one.value or one.bounds[0]) > 100 for one in income)


def test_scaler_on_a_frame(iris):
    X, y = iris
    pipeline = fitted(make_pipeline(StandardScaler(), network()), X, y)
    found = espalier.explain(pipeline, X, y, **QUICK)
    assert (found.model_agreement.count, found.model_agreement.total) == (150, 150)
    assert found.data.classes == ("setosa", "versicolor", "virginica")


def test_binary_logistic_regression_and_booleans(iris):
    X, y = iris
    labels = (y == "virginica").to_numpy()
    pipeline = make_pipeline(MinMaxScaler(), LogisticRegression()).fit(X, labels)
    found = espalier.explain(pipeline, X, labels, **QUICK)
    assert found.model_agreement.count == 150
    answers = found.rules.predict(X)
    assert answers.dtype == bool
    assert (answers == pipeline.predict(X)).mean() > 0.9


def test_class_names_with_commas(iris):
    X, y = iris
    labels = y.map({"setosa": "a, b", "versicolor": "c", "virginica": "d"}).to_numpy()
    model = fitted(network(), X, labels)
    found = espalier.explain(model, X, labels, **QUICK)
    assert found.model_agreement.count == 150
    assert found.data.classes == ("a, b", "c", "d")


def test_regression_pipeline(iris):
    X, _ = iris
    columns, numbers = X.iloc[:, :3], X.iloc[:, 3]
    model = MLPRegressor(
        hidden_layer_sizes=(8,), solver="lbfgs", max_iter=500, random_state=0
    )
    pipeline = fitted(make_pipeline(StandardScaler(), model), columns, numbers)
    found = espalier.explain(pipeline, columns, numbers, **QUICK)
    assert found.fidelity.numeric.r_squared.value > 0.5
    assert found.model_agreement.value > 0.99
    with pytest.raises(
        espalier.UsageError, match="task='classification' for a model of regression"
    ):
        espalier.explain(pipeline, columns, numbers, task="classification")


@pytest.fixture(scope="module")
def unnamed(iris):
    """A network in a file without class names, whose outputs are in another order."""
    X, y = iris
    order = ["virginica", "setosa", "versicolor"]
    model = fitted(network(), X, y)
    hidden, output = model.coefs_
    first, second = model.intercepts_
    swap = [list(model.classes_).index(one) for one in order]
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    weights = {"a": hidden, "b": first, "c": output[:, swap], "d": second[swap]}
    nodes = [
        helper.make_node("Gemm", ["x", "a", "b"], ["h"]),
        helper.make_node("Relu", ["h"], ["r"]),
        helper.make_node("Gemm", ["r", "c", "d"], ["out"]),
    ]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", 4])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["rows", 3])],
        [numpy_helper.from_array(v.astype(np.float32), k) for k, v in weights.items()],
    )
    opset = [helper.make_opsetid("", 17)]
    file = onnx.helper.make_model(graph, opset_imports=opset, ir_version=9)
    return file, order, model


def test_file_with_a_class_order(unnamed, iris, tmp_path):
    file, order, model = unnamed
    X, y = iris
    path = tmp_path / "network.onnx"
    path.write_bytes(file.SerializeToString())
    for given in (path, file, file.SerializeToString()):
        found = espalier.explain(given, X, y, classes=order, **QUICK)
        assert list(found.data.classes) == order
        assert found.accuracy.network.value > 0.9
    assert (found.rules.predict(X) == model.predict(X)).mean() > 0.9


def test_a_network_that_does_not_fit_the_labels_is_told(unnamed, iris):
    file, order, _ = unnamed
    with pytest.warns(espalier.ExplanationWarning) as caught:
        found = espalier.explain(file, *iris, classes=order[::-1], **QUICK)
    assert found.accuracy.network.value < 0.5
    assert any("classifies" in str(one.message) for one in caught)


def test_another_network_is_told(iris, monkeypatch):
    X, y = iris
    model = fitted(network(), X, y)
    other = fitted(network(), X, np.roll(y.to_numpy(), 50))
    file = to_onnx(
        other, X.to_numpy()[:1], options={"zipmap": False}
    ).SerializeToString()
    monkeypatch.setattr("espalier._models._sklearn_file", lambda *_: file)
    with pytest.warns(espalier.ModelMismatchWarning, match="of another network"):
        found = espalier.explain(model, X, y, **QUICK)
    assert found.model_agreement.value < 0.5


def test_scaling_outside_of_the_file(iris):
    X, y = iris
    scaled = StandardScaler().fit_transform(X)
    model = fitted(network(), scaled, y)
    model.__dict__.pop("feature_names_in_", None)
    file = to_onnx(model, scaled[:1], options={"zipmap": False}).SerializeToString()
    with pytest.warns(espalier.ExplanationWarning, match="scale_inputs='standard'"):
        espalier.explain(file, X, y, **QUICK)
    found = espalier.explain(file, X, y, scale_inputs="standard", **QUICK)
    assert found.accuracy.network.value > 0.8


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            lambda X, y: RandomForestClassifier(3).fit(X, y),
            "model.onnx: node 'TreeEnsembleClassifier' (TreeEnsembleClassifier): the file holds an "
            "ensemble of decision trees, not a neural network",
        ),
        (
            lambda X, y: StandardScaler().fit(X),
            "StandardScaler is neither a classifier nor a regressor",
        ),
        (
            lambda X, y: make_pipeline(StandardScaler(), LogisticRegression()).fit(
                X, (y == "setosa").astype(int)
            ),
            "y has the label 'setosa', which is not one of the classes 0, 1",
        ),
    ],
)
def test_models_that_cannot_be_explained(iris, model, message):
    X, y = iris
    with pytest.raises(espalier.DataError) as caught:
        given = model(X, y)
        if isinstance(given, StandardScaler):
            given.predict = None
        espalier.explain(given, X, y)
    assert caught.value.message == message


def test_other_mistakes(iris, tmp_path):
    X, y = iris
    with pytest.raises(
        NotFittedError, match="This MLPClassifier instance is not fitted yet"
    ):
        espalier.explain(network(), X, y)
    with pytest.raises(ValueError, match="now missing"):
        espalier.explain(fitted(network(), X, y), X.iloc[:, :3], y)
    with pytest.raises(espalier.UsageError, match="classes are given for a model"):
        espalier.explain(fitted(network(), X, y), X, y, classes=["setosa"])
    with pytest.raises(espalier.InputMissingError, match="there is no file"):
        espalier.explain(tmp_path / "none.onnx", X, y)
    with pytest.raises(TypeError, match="a model of type int cannot be explained"):
        espalier.explain(3, X, y)
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(espalier.DataError, match="broken.onnx"):
        espalier.explain(tmp_path / "broken.onnx", X, y)


def test_an_imputer_that_cannot_be_exported(loans):
    X, y = loans
    steps = make_pipeline(SimpleImputer(strategy="most_frequent"), OneHotEncoder())
    pipeline = make_pipeline(steps, LogisticRegression()).fit(X[["city"]], y)
    with pytest.raises(espalier.DataError) as caught:
        espalier.explain(pipeline, X[["city"]], y)
    assert caught.value.message.startswith("skl2onnx cannot export this model: ")
    assert caught.value.hint == "change the step that it names, or give an .onnx file"


def test_integer_categories(loans):
    X, y = loans
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"income": X.income, "grade": random.integers(1, 4, 300)})
    frame["grade"] = frame.grade.astype("category")
    steps = ColumnTransformer(
        [("n", StandardScaler(), ["income"]), ("c", OneHotEncoder(), ["grade"])]
    )
    labels = (frame.grade.astype(int) > 2) ^ (frame.income > 3000)
    pipeline = fitted(make_pipeline(steps, network()), frame, labels.astype(int))
    found = espalier.explain(pipeline, frame, labels.astype(int), **QUICK)
    assert found.model_agreement.count == 300
    levels = {c.values for rule in found.rules for c in rule.conditions if c.values}
    assert set().union(*levels) <= {"1", "2", "3"}


@pytest.mark.parametrize(
    "model",
    [
        make_pipeline(StandardScaler(), RidgeClassifier()),
        make_pipeline(StandardScaler(), LinearSVC()),
        VotingClassifier(
            [("a", LogisticRegression()), ("b", LogisticRegression(C=0.1))],
            voting="soft",
        ),
    ],
)
def test_models_that_need_another_export(model, iris):
    X, y = iris
    keep = y != "setosa"
    X, y = X[keep], y[keep].to_numpy()
    found = espalier.explain(fitted(model, X, y), X, y, **QUICK)
    assert (found.model_agreement.count, found.model_agreement.total) == (100, 100)


def test_search_with_boolean_labels(iris):
    X, y = iris[0], (iris[1] == "virginica").to_numpy()
    search = GridSearchCV(LogisticRegression(max_iter=500), {"C": [0.1, 1.0]}, cv=3)
    found = espalier.explain(fitted(search, X, y), X, y, **QUICK)
    assert found.model_agreement.count == 150
    assert set(found.rules.predict(X).tolist()) <= {True, False}


def test_masked_cells_are_missing(iris):
    X = np.ma.masked_greater(iris[0].to_numpy(), 6.0)
    plain = espalier.explain(None, X.filled(np.nan), iris[1].to_numpy(), **QUICK)
    masked = espalier.explain(None, X, iris[1].to_numpy(), **QUICK)
    assert str(masked.rules) == str(plain.rules)
    labels = np.ma.masked_array(np.arange(150) % 3, mask=np.arange(150) < 2)
    with pytest.raises(espalier.DataError):
        espalier.explain(None, iris[0], labels, **QUICK)
