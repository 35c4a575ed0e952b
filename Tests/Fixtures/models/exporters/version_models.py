#!/usr/bin/env python3
"""Networks of operators of version 6, as the first exporters wrote them, and onnxruntime's answers to
the same networks in operators of version 8, written out below.

    python version_models.py      needs numpy, onnx and onnxruntime

What differs from version 7 on: an attribute says where the second value of Add and Mul is laid beside the
first, BatchNormalization and Dropout say that they do not train (is_test), PRelu has a slope for each
channel without lengths of 1 behind it, Clip and Pad have attributes instead of inputs.
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

from record import Recorder

random = np.random.default_rng(29)
record = Recorder("versions")


def weights(*shape):
    return (random.standard_normal(shape) / np.sqrt(max(shape[0], 1))).astype(np.float32)


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, name=f"{kind.lower()}-{outputs[0]}", **attributes)


def keep(name, shape, nodes, constants):
    def model(nodes, constants, version):
        # Before IR version 4 every initializer is an input too.
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])] + [
            helper.make_tensor_value_info(n, TensorProto.FLOAT, v.shape) for n, v in constants.items()]
        graph = helper.make_graph(nodes, "net", inputs, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
                                  [numpy_helper.from_array(v, n) for n, v in constants.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", version)], ir_version=3, producer_name="fixture")

    # In version 8 the lengths of a constant say where it is laid, and nothing trains.
    later, laid = [], dict(constants)
    for old in nodes:
        new = type(old)()
        new.CopyFrom(old)
        del new.attribute[:]
        new.attribute.extend(a for a in old.attribute if a.name not in ("broadcast", "axis", "is_test", "spatial"))
        if len(shape) == 3 and old.op_type in ("Add", "Sub", "Mul", "PRelu"):
            laid[old.input[1]] = constants[old.input[1]][:, None, None]
        later.append(new)
    rows = (2 * random.standard_normal((12, *shape))).astype(np.float32)
    record.keep(name, model(nodes, constants, 6), rows, dict(scores="y", head=None), channels_first=len(shape) == 3,
                asked=model(later, laid, 8))


def moments(count):
    return {"g": 1 + 0.3 * weights(count), "o": weights(count), "m": weights(count), "v": np.abs(weights(count)) + 0.5}


keep("table-6", [4], [
    node("MatMul", ["x", "w1"], ["h"]), node("Add", ["h", "b1"], ["hb"], broadcast=1, axis=1),
    node("BatchNormalization", ["hb", "g", "o", "m", "v"], ["n"], is_test=1, epsilon=1e-3), node("Clip", ["n"], ["c"], min=-0.5, max=1.5),
    node("Dropout", ["c"], ["d"], is_test=1), node("Mul", ["d", "s"], ["t"], broadcast=1), node("Gemm", ["t", "w2", "b2"], ["y"], broadcast=1)],
    {"w1": weights(4, 6), "b1": weights(6), **moments(6), "s": weights(6), "w2": weights(6, 3), "b2": weights(3)})
keep("convolution-6", [2, 5, 5], [
    node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1], kernel_shape=[3, 3]), node("Add", ["c", "b"], ["cb"], broadcast=1, axis=1),
    node("BatchNormalization", ["cb", "g", "o", "m", "v"], ["n"], is_test=1, spatial=1), node("PRelu", ["n", "s"], ["p"]),
    node("AveragePool", ["p"], ["a"], kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 0, 0]), node("Flatten", ["a"], ["f"]),
    node("Gemm", ["f", "w", "e"], ["y"], broadcast=1)],
    # As many channels as pixels in a line: laid beside the last axis the bias would fit too.
    {"k": weights(5, 2, 3, 3), "b": 3 * weights(5), **moments(5), "s": np.abs(weights(5)), "w": weights(45, 3), "e": weights(3)})
keep("scaled-6", [5, 5, 5], [
    node("Mul", ["x", "a"], ["t"], broadcast=1, axis=1), node("Sub", ["t", "b"], ["u"], broadcast=1, axis=1),
    node("Conv", ["u", "k"], ["c"], kernel_shape=[2, 2]), node("Relu", ["c"], ["r"]), node("GlobalAveragePool", ["r"], ["p"]),
    node("Flatten", ["p"], ["f"]), node("Gemm", ["f", "w", "e"], ["y"], broadcast=1)],
    {"a": 1 + weights(5), "b": weights(5), "k": weights(4, 5, 2, 2), "w": weights(4, 3), "e": weights(3)})
record.write()
