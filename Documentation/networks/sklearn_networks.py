"""The networks of `scikit-learn.md` and `regression.md`.

    python sklearn_networks.py      needs scikit-learn, skl2onnx and pandas; run beside this file
"""
import pandas
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def read(name, target):
    table = pandas.read_csv(f"../../Datasets/{name}/data.csv")
    table = table[table.index % 5 != 3].dropna(subset=table.select_dtypes(exclude="number").columns)
    table[table.select_dtypes("number").columns] = table.select_dtypes("number").astype("float32")
    return table.drop(columns=target), table[target]


def preparation(X):
    numbers = X.select_dtypes("number").columns
    return ColumnTransformer([
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore"), X.columns.difference(numbers)),
    ])


def export(pipeline, X, name, **options):
    types = [
        (column, (FloatTensorType if X[column].dtype.kind == "f" else StringTensorType)([None, 1]))
        for column in X.columns
    ]
    with open(name, "wb") as file:
        file.write(to_onnx(pipeline, initial_types=types, **options).SerializeToString())


X, y = read("heart", "num")
pipeline = make_pipeline(preparation(X), MLPClassifier((12, 6), alpha=1, max_iter=400, random_state=0))
pipeline.fit(X, y)
export(pipeline, X, "heart-pipeline.onnx", options={"zipmap": False})

X, y = read("german-credit", "credit_amount")
pipeline = make_pipeline(preparation(X), MLPRegressor(hidden_layer_sizes=(16,), alpha=1, max_iter=2000, random_state=0))
pipeline.fit(X, y / 1000)
export(pipeline, X, "credit-amount-thousands.onnx")
