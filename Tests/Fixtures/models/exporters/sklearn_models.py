#!/usr/bin/env python3
"""Networks and pipelines as scikit-learn and skl2onnx write them.

    python sklearn_models.py      needs numpy, pandas, scikit-learn, skl2onnx and onnxruntime
"""
import warnings

import numpy as np
import pandas as pd
from skl2onnx import convert_sklearn, to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from record import Recorder

warnings.filterwarnings("ignore")
record = Recorder("sklearn")
X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
rows = X[::25].copy()
names = np.array(["setosa", "versicolor", "virginica"])
PLAIN = {"zipmap": False}


def classifier(**options):
    return MLPClassifier(hidden_layer_sizes=(5,), max_iter=60, random_state=1, **options)


def softmax(classes):
    return dict(scores="probabilities", label="label", head="softmax", classes=classes)


def binary(classes):
    return dict(scores="probabilities", label="label", head="one-vs-rest", classes=classes)


numbers = ["0", "1", "2"]
for opset in (9, 11, 13, 15, 17, 19, 21):
    record.keep(f"opset-{opset}", to_onnx(classifier().fit(X, y), X[:1], options=PLAIN, target_opset={"": opset, "ai.onnx.ml": 1}),
                rows, softmax(numbers))
record.keep("zipmap", to_onnx(classifier().fit(X, y), X[:1]), rows,
            dict(scores="output_probability", label="output_label", head="softmax", classes=numbers))
record.keep("names", to_onnx(classifier(activation="tanh").fit(X, names[y]), X[:1], options=PLAIN), rows,
            softmax(names.tolist()))
record.keep("names-zipmap", to_onnx(classifier(activation="tanh").fit(X, names[y]), X[:1]), rows,
            dict(scores="output_probability", label="output_label", head="softmax", classes=names.tolist()))
record.keep("two-classes", to_onnx(classifier(activation="logistic").fit(X, y > 0), X[:1], options=PLAIN), rows,
            binary(["0", "1"]))
record.keep("no-hidden-function", to_onnx(classifier(activation="identity").fit(X, y), X[:1], options=PLAIN), rows,
            softmax(numbers))
record.keep("double", to_onnx(classifier().fit(X, y), X[:1].astype(np.float64), options=PLAIN), rows.astype(np.float64),
            softmax(numbers))
regressor = MLPRegressor(hidden_layer_sizes=(5, 3), max_iter=60, random_state=1)
number = dict(scores="variable", head="number")
record.keep("regressor", to_onnx(regressor.fit(X, X[:, 3]), X[:1]), rows, number)
record.keep("regressor-pipeline", to_onnx(make_pipeline(StandardScaler(), regressor).fit(X, X[:, 3] * 10), X[:1]), rows, number)

pipelines = dict(standard=[StandardScaler()], minmax=[MinMaxScaler((-1, 1))], uncentred=[StandardScaler(with_mean=False)],
                 imputed=[SimpleImputer()], imputed_standard=[SimpleImputer(strategy="median"), StandardScaler()],
                 imputed_minmax=[SimpleImputer(strategy="constant", fill_value=2.5), MinMaxScaler()])
for name, steps in pipelines.items():
    for kind in (np.float32, np.float64):
        given = rows.astype(kind)
        if name.startswith("imputed"):
            given[1, 2] = given[3, 0] = np.nan
        end = "" if kind == np.float32 else "-double"
        if end and name.startswith("imputed"):
            continue  # the operator that fills what is missing knows floats alone
        record.keep(name.replace("_", "-") + end,
                    to_onnx(make_pipeline(*steps, classifier()).fit(X, y), X[:1].astype(kind), options=PLAIN), given, softmax(numbers))

random = np.random.default_rng(3)
table = pd.DataFrame(dict(
    age=random.integers(18, 80, 60).astype(float), income=random.normal(30, 9, 60).round(1),
    job=random.choice(["cook", "smith", "tailor"], 60), town=random.choice(["north", "south"], 60)))
table.loc[::7, "income"] = np.nan
approved = np.where(table.age + table.income.fillna(30) + 20 * (table.job == "cook") > 85, "yes", "no")
prepare = ColumnTransformer([
    ("numbers", Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]), ["age", "income"]),
    ("names", OneHotEncoder(handle_unknown="ignore"), ["job", "town"])])
kinds = [(c, FloatTensorType([None, 1]) if table[c].dtype == float else StringTensorType([None, 1])) for c in table]
some = table.iloc[:9]
columns = dict(columns=list(table), rows=[some[c].tolist() for c in table])
record.keep("columns", convert_sklearn(Pipeline([("a", prepare), ("b", classifier())]).fit(table, approved),
                                       initial_types=kinds, options=PLAIN), ends=binary(["no", "yes"]), **columns)
three = np.where(table.job == "cook", "much", np.where(table.age > 50, "some", "none"))
record.keep("columns-three", convert_sklearn(Pipeline([("a", prepare), ("b", classifier())]).fit(table, three),
                                             initial_types=kinds, options=PLAIN), ends=softmax(["much", "none", "some"]), **columns)
levels = np.array([[0, 1], [1, 2], [2, 0], [1, 1]] * 6)
record.keep("whole-numbers", to_onnx(make_pipeline(OneHotEncoder(handle_unknown="ignore"), classifier()).fit(levels, [0, 1, 2, 1] * 6),
                                     levels[:1], options=PLAIN), levels[:5], dict(softmax(numbers), texts=True))
record.write()
