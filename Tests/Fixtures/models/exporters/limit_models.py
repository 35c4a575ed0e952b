#!/usr/bin/env python3
"""Activations with limits and thresholds far from zero, which show for large values only.

    python limit_models.py      needs numpy, onnx and onnxruntime
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from record import Recorder

record = Recorder("limits")
random = np.random.default_rng(7)
rows = (random.normal(size=(24, 4)) * [1, 40, 300, 5]).astype(np.float32)
weights = {"w": random.normal(size=(4, 6)).astype(np.float32), "b": random.normal(size=6).astype(np.float32),
           "v": random.normal(size=(6, 3)).astype(np.float32)}


def network(nodes, numbers):
    """Four inputs, six units, `nodes` from "z" to "h", three classes."""
    start = [helper.make_node("Gemm", ["x", "w", "b"], ["z"])]
    end = [helper.make_node("MatMul", ["h", "v"], ["scores"]), helper.make_node("Softmax", ["scores"], ["probabilities"], axis=1)]
    graph = helper.make_graph(
        start + nodes + end, "limits", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 4])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["n", 3])],
        [numpy_helper.from_array(value if getattr(value, "dtype", None) == np.int64 else np.asarray(value, np.float32), name) for name, value in (weights | numbers).items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def node(kind, *names): return helper.make_node(kind, list(names[:-1]), [names[-1]])


def keep(name, nodes, **numbers):
    record.keep(name, network(nodes, numbers), rows, dict(scores="probabilities", head="softmax"))


for limit in (18, 20, 25, 64, 100, 255):
    keep(f"clip-{limit}", [node("Clip", "z", "low", "high", "h")], low=0, high=limit)
    keep(f"least-{limit}", [node("Relu", "z", "r"), node("Min", "r", "high", "h")], high=limit)
keep("clip-negative", [node("Clip", "z", "low", "high", "h")], low=-90, high=0.5)
keep("both-sides", [node("Clip", "z", "low", "high", "h")], low=-45, high=70)
keep("scaled", [node("Mul", "z", "factor", "s"), node("Clip", "s", "low", "high", "h")], low=0, high=0.5, factor=1e-3)
keep("threshold", [node("Greater", "z", "edge", "g"), node("Where", "g", "z", "zero", "h")], edge=50, zero=0)
for beta in (0.5, 3):
    # As torch.onnx writes Softplus(beta, threshold=20).
    keep(f"softplus-{beta}".replace(".", "-"),
         [node("Mul", "z", "beta", "s"), node("Exp", "s", "e"), node("Add", "e", "one", "f"), node("Log", "f", "l"),
          node("Div", "l", "beta", "d"), node("Greater", "s", "edge", "g"), node("Where", "g", "z", "d", "h")],
         beta=beta, edge=20, one=1)
# Casts between layers, and a shape that is sliced, as of x.view(x.shape[:1] + (-1,)).
for name, kind in dict(float=1, double=11).items():
    keep(f"cast-{name}", [helper.make_node("Cast", ["z"], ["c"], to=kind), helper.make_node("Cast", ["c"], ["d"], to=1), node("Relu", "d", "h")])
record.keep("sliced-shape", network(
    [node("Relu", "z", "r"), node("Shape", "r", "n"), node("Slice", "n", "start", "end", "k"), helper.make_node("Concat", ["k", "rest"], ["s"], axis=0),
     node("Reshape", "r", "s", "h")], dict(start=np.array([0], np.int64), end=np.array([1], np.int64), rest=np.array([-1], np.int64))),
    rows, dict(scores="probabilities", head="softmax"))
record.write()
