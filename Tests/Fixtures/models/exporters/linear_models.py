#!/usr/bin/env python3
"""Linear classifiers in both precisions, one-vs-rest ones, and outputs beside the predictions.

    python linear_models.py      needs numpy, scikit-learn, skl2onnx, onnx and onnxruntime
"""
import warnings

import numpy as np
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.datasets import load_iris
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import KBinsDiscretizer, StandardScaler

from record import FOLDER, Recorder

warnings.filterwarnings("ignore")
record = Recorder("linear")
X, y = load_iris(return_X_y=True)
X = X.astype(np.float32)
names = np.array(["setosa", "versicolor", "virginica"])
PLAIN = {"zipmap": False}


def answers(head, classes, scores="probabilities"):
    return dict(scores=scores, label="label", head=head, classes=list(classes))


for kind in (np.float32, np.float64):
    given, rows = X.astype(kind), X[::13].astype(kind)
    end = "" if kind == np.float32 else "-double"
    record.keep("logistic-two" + end, to_onnx(
        make_pipeline(StandardScaler(), LogisticRegression()).fit(given, names[y // 2]), given[:1], options=PLAIN),
        rows, answers("one-vs-rest" if end else "labels", names[:2]))
    record.keep("logistic-numbers" + end, to_onnx(LogisticRegression().fit(given, (y == 2).astype(int)), given[:1], options=PLAIN),
                rows, answers("labels", ["0", "1"]))
    record.keep("discriminant" + end, to_onnx(LinearDiscriminantAnalysis().fit(given, names[y]), given[:1], options=PLAIN),
                rows, answers("softmax", names))
    record.keep("hinge" + end, to_onnx(SGDClassifier(random_state=0).fit(given, names[y]), given[:1], options=PLAIN | {"raw_scores": True}),
                rows, answers("labels", names))
    record.keep("sgd-logistic" + end, to_onnx(
        make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=0)).fit(given, names[y]), given[:1], options=PLAIN),
        rows, answers("labels", names))
    record.keep("one-vs-rest" + end, to_onnx(OneVsRestClassifier(LogisticRegression()).fit(given, names[y]), given[:1], options=PLAIN),
                rows, answers("labels", names))
    network = make_pipeline(StandardScaler(), MLPClassifier((5,), max_iter=60, random_state=1)).fit(given, names[y])
    record.keep("class-labels" + end, to_onnx(network, given[:1], options={MLPClassifier: PLAIN | {"output_class_labels": True}}),
                rows, answers("softmax", names))
rows = X[::13]
record.keep("ridge-two", to_onnx(RidgeClassifier().fit(X, names[y // 2]), X[:1]), rows, answers("labels", names[:2]))

# Models that are no networks, which are refused.
refused = {
    "neighbours": KNeighborsClassifier(),
    "bayes": GaussianNB(),
    "quadratic": QuadraticDiscriminantAnalysis(),
    "clipped": make_pipeline(StandardScaler(), SGDClassifier(loss="modified_huber", random_state=0)),
    "bins": make_pipeline(KBinsDiscretizer(5, encode="onehot-dense", quantile_method="averaged_inverted_cdf"), LogisticRegression()),
}
for name, model in refused.items():
    (FOLDER / f"refused-{name}.onnx").write_bytes(to_onnx(model.fit(X, names[y]), X[:1], options=PLAIN).SerializeToString())

# FeatureVectorizer, which other converters write where skl2onnx writes Concat.
random = np.random.default_rng(5)
weights = random.normal(size=(3, 2)).astype(np.float32)
columns = ["age", "visits", "income"]
graph = helper.make_graph(
    [helper.make_node("FeatureVectorizer", columns, ["x"], domain="ai.onnx.ml", inputdimensions=[1, 1, 1]),
     helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Softmax", ["z"], ["probabilities"], axis=1)],
    "vectorizer", [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, 1]) for name in columns],
    [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
    [helper.make_tensor("w", TensorProto.FLOAT, weights.shape, weights.tobytes(), raw=True)])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 1)], ir_version=8)
record.keep("vectorizer", model, [random.normal(size=6).astype(np.float32) for _ in columns],
            dict(scores="probabilities", head="softmax"), columns=columns)
record.write()
