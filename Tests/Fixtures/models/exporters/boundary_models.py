#!/usr/bin/env python3
"""Networks at the edges of what operators take, and onnxruntime's answers.

    python boundary_models.py      needs numpy, onnx and onnxruntime

The most dimensions, pixels that are whole numbers, one constant for all columns, and the like.
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from record import FOLDER, Recorder

F, U8, ML = TensorProto.FLOAT, TensorProto.UINT8, "ai.onnx.ml"
random = np.random.default_rng(31)
record = Recorder("boundaries")


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, name=f"{kind.lower()}-{outputs[0]}", **attributes)


def weights(*shape):
    return (random.standard_normal(shape) / np.sqrt(max(shape[0], 1))).astype(np.float32)


def ints(*values):
    return np.array(values, np.int64)


def model(nodes, constants, inputs=(("x", F, ["N", 4]),), output=("y", F, None)):
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*output)],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid(ML, 3)],
                             ir_version=8, producer_name="fixture")


def rows(*shape, kind=np.float32):
    return (2 * random.standard_normal((12, *shape))).astype(kind)


SCORES = dict(scores="y", head=None)


def dense(*nodes, end="h", units=4, **constants):
    """`nodes` make a row of `units` numbers of x; a dense layer reads it."""
    return model([*nodes, node("Gemm", [end, "w", "b"], ["y"])],
                 {"w": weights(units, 3), "b": weights(3)} | constants)


# Images of whole numbers, [batch, channels, height, width].
pixels = random.integers(0, 256, (12, 2, 3, 3)).astype(np.uint8)
record.keep("pixels-of-bytes", model(
    [node("Cast", ["x"], ["f"], to=F), node("Mul", ["f", "s"], ["p"]), node("Conv", ["p", "k"], ["c"]),
     node("Flatten", ["c"], ["h"]), node("Gemm", ["h", "w"], ["y"])],
    {"s": np.float32(1 / 255), "k": weights(3, 2, 2, 2), "w": weights(12, 3)},
    [("x", U8, ["N", 2, 3, 3])]), pixels, SCORES, channels_first=True)

# The most dimensions of a row: batch and eight more.
record.keep("unsqueezed-to-nine", dense(
    node("Unsqueeze", ["x", "axes"], ["u"]), node("Flatten", ["u"], ["h"]), axes=ints(1, 2, 3, 4, 5, 6, 7)),
    rows(4), SCORES)
record.keep("reshaped-to-eight", dense(
    node("Reshape", ["x", "shape"], ["u"]), node("Flatten", ["u"], ["h"]), shape=ints(0, 1, 1, 2, 1, 2, 1, 1)),
    rows(4), SCORES)

# Constants with axis 0 and -2: rows of one length.
bias = weights(4)
record.keep("constant-flattened", dense(
    node("Flatten", ["c"], ["r"], axis=0), node("Add", ["x", "r"], ["h"]), c=bias), rows(4), SCORES)
record.keep("constant-flattened-from-the-end", dense(
    node("Flatten", ["c"], ["r"], axis=-1), node("Add", ["x", "r"], ["h"]), c=bias.reshape(1, 4)),
    rows(4), SCORES)

record.keep("constant-unsqueezed", dense(
    node("Unsqueeze", ["c", "axes"], ["r"]), node("Add", ["x", "r"], ["h"]), c=bias, axes=ints(0)),
    rows(4), SCORES)
record.keep("constant-concatenated", dense(
    node("Concat", ["c", "d"], ["v"], axis=0), node("MatMul", ["x", "v"], ["h"]),
    c=weights(1, 4), d=weights(3, 4)), rows(4), SCORES)

# Columns of their own, scaled by one constant and by one each, before a Reshape that changes nothing.
inputs = [("p", F, ["N", 1]), ("q", F, ["N", 1]), ("r", F, ["N", 1])]
values = [list(map(float, column)) for column in rows(3).T]
for name, scale, shape in [("one-factor", weights(1), None), ("one-factor-each", weights(1, 3), None),
                           ("columns-reshaped", weights(1), ints(-1, 3)), ("columns-counted", weights(1), ints(0, -1))]:
    join = [node("Concat", ["p", "q", "r"], ["j"], axis=1), node("Mul", ["j", "s"], ["m"])]
    constants = {"s": scale, "w": weights(3, 2), "b": weights(2)}
    if shape is not None:
        join.append(node("Reshape", ["m", "shape"], ["t"]))
        constants["shape"] = shape
    record.keep(name, model([*join, node("Gemm", [join[-1].output[0], "w", "b"], ["y"])], constants, inputs),
                values, SCORES, columns=["p", "q", "r"])

# One output, cut into two answers.
record.keep("binarizer", model(
    [node("Gemm", ["x", "v"], ["h"]), node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w", "b"], ["l"]),
     node("Sigmoid", ["l"], ["s"]),
     helper.make_node("Binarizer", ["s"], ["y"], domain=ML, name="binarizer", threshold=0.5)],
    {"v": weights(4, 5), "w": 2 * weights(5, 1), "b": weights(1)}, output=("y", F, ["N", 1])),
    rows(4), dict(scores="y", head="threshold"))

# Limits of 0, which is a rectifier, and of 1, which is one between two scalings.
for name, limit in [("largest-of-zero", 0), ("largest-of-one", 1)]:
    record.keep(name, dense(node("Max", ["x", "l"], ["h"]), l=np.float32([limit])), rows(4), SCORES)

record.write()

# A small file of two constants of 16,777,216 equal numbers: for tests with limited memory, not asked.
large = model(
    [node("ConstantOfShape", ["s"], ["a"]), node("ConstantOfShape", ["s"], ["c"]), node("MatMul", ["x", "a"], ["h"]),
     node("Relu", ["h"], ["r"]), node("MatMul", ["r", "c"], ["y"])],
    {"s": ints(4096, 4096)}, [("x", F, ["N", 4096])])
(FOLDER.parent / "large-constants.onnx").write_bytes(large.SerializeToString())
