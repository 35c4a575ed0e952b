#!/usr/bin/env python3
"""Linear models, encoders and several outputs as scikit-learn and skl2onnx write them.

    python pipeline_models.py      needs numpy, pandas, scikit-learn, skl2onnx and onnxruntime
"""
import warnings

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, Int64TensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from record import Recorder

warnings.filterwarnings("ignore")
record = Recorder("pipelines")
X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
rows = X[::13].copy()
names = np.array(["setosa", "versicolor", "virginica"])
PLAIN = {"zipmap": False}


def net():
    return MLPClassifier(hidden_layer_sizes=(5,), max_iter=80, random_state=2)


def answers(scores, label, head, classes):
    return dict(scores=scores, label=label, head=head, classes=classes)


record.keep("logistic", to_onnx(LogisticRegression().fit(X, names[y]), X[:1], options=PLAIN), rows,
            answers("probabilities", "label", "softmax", names.tolist()))
record.keep("logistic-scaled", to_onnx(make_pipeline(StandardScaler(), LogisticRegression()).fit(X, names[y]), X[:1]), rows,
            answers("output_probability", "output_label", "softmax", names.tolist()))
record.keep("logistic-two", to_onnx(LogisticRegression().fit(X, y > 0), X[:1], options=PLAIN), rows,
            answers("probabilities", "label", "labels", ["0", "1"]))
record.keep("logistic-raw", to_onnx(LogisticRegression().fit(X, names[y]), X[:1], options=PLAIN | {"raw_scores": True}), rows,
            answers("probabilities", "label", None, names.tolist()))
record.keep("linear", to_onnx(LinearRegression().fit(X[:, :3], X[:, 3]), X[:1, :3]), rows[:, :3].copy(), dict(scores="variable", head="number"))
record.keep("columns-of-scores", to_onnx(net().fit(X, names[y]), X[:1], options={"zipmap": "columns"}), rows,
            answers("output_label", "output_label", "labels", names.tolist()))

random = np.random.default_rng(4)
count = 160
table = pd.DataFrame({"size": random.choice(["small", "middle", "large"], count), "Age (years)": random.normal(40, 10, count).astype(np.float32),
                      "#visits": random.integers(0, 6, count)})
wanted = np.where((table["size"] == "large") ^ (table["Age (years)"] > 42) ^ (table["#visits"] > 3), "yes", "no")
kinds = [("size", StringTensorType([None, 1])), ("Age (years)", FloatTensorType([None, 1])), ("#visits", Int64TensorType([None, 1]))]
order = OrdinalEncoder(categories=[["small", "middle", "large"]])
for name, front in dict(
        ordinal=ColumnTransformer([("o", order, ["size"]), ("s", StandardScaler(), ["Age (years)"]), ("p", "passthrough", ["#visits"])]),
        ordinal_scaled=make_pipeline(ColumnTransformer([
            ("o", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), ["size", "#visits"]),
            ("p", "passthrough", ["Age (years)"])]), StandardScaler()),
        levels_of_numbers=ColumnTransformer([("o", OneHotEncoder(handle_unknown="ignore"), ["#visits"]), ("s", StandardScaler(), ["Age (years)"])]),
        levels_of_both=ColumnTransformer([("o", OneHotEncoder(handle_unknown="ignore"), ["#visits", "size"]), ("s", StandardScaler(), ["Age (years)"])]),
).items():
    pipeline = make_pipeline(front, net()).fit(table, wanted)
    part = table.iloc[::11]
    cells = [part["size"].tolist(), part["Age (years)"].tolist(), part["#visits"].tolist()]
    record.keep(name.replace("_", "-"), to_onnx(pipeline, initial_types=kinds, options=PLAIN), cells,
                answers("probabilities", "label", "one-vs-rest", ["no", "yes"]), columns=[k for k, _ in kinds])
# Names as they are after the usual renaming.
import re
for column in ("Age (years)", "#visits"):
    table = table.rename(columns={column: re.sub(r"\W", "_", column)})
pipeline = make_pipeline(ColumnTransformer([("s", StandardScaler(), ["Age__years_", "_visits"])]), net()).fit(table, wanted)
part = table.iloc[::11]
record.keep("renamed", to_onnx(pipeline, initial_types=[("Age__years_", FloatTensorType([None, 1])), ("_visits", Int64TensorType([None, 1]))], options=PLAIN),
            [part["Age__years_"].tolist(), part["_visits"].tolist()], answers("probabilities", "label", "one-vs-rest", ["no", "yes"]), columns=["Age (years)", "#visits"])
record.write()
