#!/usr/bin/env python3
"""Networks of the operators that people's files hold, one or a few in each, and onnxruntime's answers.

    python operator_models.py      needs numpy, onnx and onnxruntime

Each is a small classifier whose middle or end is what its name says.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from record import Recorder

F, F16, BF16, I8, U8 = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.INT8,
                        TensorProto.UINT8)
random = np.random.default_rng(23)
record = Recorder("operators")


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, name=f"{kind.lower()}-{outputs[0]}", **attributes)


def weights(*shape):
    return (random.standard_normal(shape) / np.sqrt(max(shape[0], 1))).astype(np.float32)


def number(value, kind=np.float32):
    return np.array(value, kind)


def model(nodes, constants, inputs=("x", F, ["N", 4]), outputs=None, opset=17, functions=(), domains=()):
    outputs = outputs or [("y", F, None)]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info(*inputs)],
        [helper.make_tensor_value_info(*each) for each in outputs],
        [numpy_helper.from_array(v, n) if isinstance(v, np.ndarray) else v for n, v in constants.items()])
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), *(helper.make_opsetid(d, 1) for d in domains)],
        functions=list(functions), ir_version=9 if opset > 18 or functions else 8, producer_name="fixture")


def rows(*shape, kind=np.float32):
    return (2 * random.standard_normal((12, *shape))).astype(kind)


def middle(name, nodes, constants=None, opset=17, units=6, **more):
    """`nodes` make `a` of `h`, between two dense layers."""
    own = {"w1": weights(4, units), "b1": weights(units), "w2": weights(units, 3), "b2": weights(3)}
    proto = model([node("Gemm", ["x", "w1", "b1"], ["h"]), *nodes, node("Gemm", ["a", "w2", "b2"], ["y"])],
                  own | (constants or {}), opset=opset, **more)
    record.keep(name, proto, rows(4), dict(scores="y", head=None))


def end(name, nodes, constants=None, outputs=1, head="one-vs-rest", names=None, opset=17, scores="y", labels=None):
    """`nodes` make `y` of `l`, behind two dense layers."""
    own = {"w1": weights(4, 6), "b1": weights(6), "w2": 2 * weights(6, outputs), "b2": weights(outputs)}
    proto = model([node("Gemm", ["x", "w1", "b1"], ["h"]), node("Tanh", ["h"], ["a"]),
                   node("Gemm", ["a", "w2", "b2"], ["l"]), *nodes], own | (constants or {}), opset=opset,
                  outputs=names)
    record.keep(name, proto, rows(4), dict(scores=scores, head=head, labels=labels))


def binary(*parts):
    """Nodes of one value each, from `h` to `a`: (operator, its inputs, attributes)."""
    return [node(kind, inputs, [output], **attributes) for kind, inputs, output, attributes in parts]


def activations():
    for name, kind, opset, attributes in [
            ("selu", "Selu", 17, {}), ("selu-given", "Selu", 17, dict(alpha=1.2, gamma=1.7)),
            ("elu-given", "Elu", 17, dict(alpha=0.4)), ("celu", "Celu", 17, dict(alpha=0.6)),
            ("softplus", "Softplus", 17, {}), ("softsign", "Softsign", 17, {}),
            ("thresholded-relu", "ThresholdedRelu", 17, dict(alpha=0.7)), ("hard-swish", "HardSwish", 17, {}),
            ("hard-sigmoid", "HardSigmoid", 17, dict(alpha=0.3, beta=0.4)), ("mish", "Mish", 18, {}),
            ("gelu", "Gelu", 20, {}), ("gelu-tanh", "Gelu", 20, dict(approximate="tanh")),
            ("leaky-negative", "LeakyRelu", 17, dict(alpha=-0.2))]:
        middle(name, [node(kind, ["h"], ["a"], **attributes)], opset=opset)
    middle("clip-attributes", [node("Clip", ["h"], ["a"], min=-0.5, max=1.5)], opset=7)
    limits = {"low": number(-0.4), "high": number(0.9), "zero": number(0), "six": number(6)}
    middle("relu6", [node("Clip", ["h", "zero", "six"], ["a"])], limits)
    middle("clip", [node("Clip", ["h", "low", "high"], ["a"])], limits)
    middle("clip-min", [node("Clip", ["h", "low"], ["a"])], limits)
    middle("clip-max", [node("Clip", ["h", "", "high"], ["a"])], limits)
    middle("max-min", [node("Max", ["low", "h"], ["m"]), node("Min", ["m", "high"], ["a"])], limits)
    middle("max-columns", [node("Max", ["h", "c"], ["a"])], {"c": weights(6)})
    for name, slopes in [("prelu", number([0.3])), ("prelu-channels", weights(6)), ("prelu-negative", number([-0.3]))]:
        middle(name, [node("PRelu", ["h", "s"], ["a"])], {"s": slopes})
    # Spelled out in simple operators.
    c = {"half": number(0.5), "one": number(1), "root": number(2 ** 0.5), "beta": number(1.7), "two": number(2),
         "three": number(3), "sixth": number(1 / 6), "six": number(6), "zero": number(0), "slope": number(0.15),
         "part": number(0.044715), "scale": number((2 / np.pi) ** 0.5), "inverse": number(0.5 ** 0.5)}
    middle("silu-spelled", binary(("Sigmoid", ["h"], "s", {}), ("Mul", ["s", "h"], "a", {})), c)
    middle("swish-spelled", binary(("Mul", ["h", "beta"], "b", {}), ("Sigmoid", ["b"], "s", {}), ("Mul", ["h", "s"], "a", {})), c)
    middle("gelu-torch", binary(
        ("Div", ["h", "root"], "d", {}), ("Erf", ["d"], "e", {}), ("Add", ["e", "one"], "p", {}),
        ("Mul", ["h", "p"], "q", {}), ("Mul", ["q", "half"], "a", {})), c)
    middle("gelu-other", binary(
        ("Mul", ["half", "h"], "k", {}), ("Mul", ["h", "inverse"], "d", {}), ("Erf", ["d"], "e", {}),
        ("Add", ["one", "e"], "p", {}), ("Mul", ["k", "p"], "a", {})), c)
    middle("gelu-tanh-spelled", binary(
        ("Pow", ["h", "three"], "c3", {}), ("Mul", ["c3", "part"], "m", {}), ("Add", ["h", "m"], "n", {}),
        ("Mul", ["n", "scale"], "o", {}), ("Tanh", ["o"], "t", {}), ("Add", ["t", "one"], "p", {}),
        ("Mul", ["h", "half"], "k", {}), ("Mul", ["k", "p"], "a", {})), c)
    middle("mish-spelled", binary(("Exp", ["h"], "e", {}), ("Add", ["e", "one"], "f", {}), ("Log", ["f"], "g", {}),
                                  ("Tanh", ["g"], "t", {}), ("Mul", ["h", "t"], "a", {})), c)
    middle("hard-swish-spelled", binary(
        ("Add", ["h", "three"], "p", {}), ("Clip", ["p", "zero", "six"], "q", {}), ("Div", ["q", "six"], "r", {}),
        ("Mul", ["h", "r"], "a", {})), c)
    middle("hard-swish-sigmoid", binary(("HardSigmoid", ["h"], "s", dict(alpha=1 / 6, beta=0.5)), ("Mul", ["h", "s"], "a", {})), c)
    middle("softsign-spelled", binary(("Abs", ["h"], "m", {}), ("Add", ["m", "one"], "n", {}), ("Div", ["h", "n"], "a", {})), c)
    middle("softplus-spelled", binary(("Exp", ["h"], "e", {}), ("Add", ["one", "e"], "f", {}), ("Log", ["f"], "a", {})), c)
    middle("leaky-spelled", binary(("Mul", ["h", "slope"], "m", {}), ("Max", ["h", "m"], "a", {})), c)
    middle("sigmoid-spelled", binary(("Neg", ["h"], "m", {}), ("Exp", ["m"], "e", {}), ("Add", ["e", "one"], "f", {}), ("Div", ["one", "f"], "a", {})), c)
    # Keras' PReLU: relu(x) - slope · relu(-x).
    middle("prelu-keras", binary(("Relu", ["h"], "r", {}), ("Neg", ["h"], "m", {}), ("Relu", ["m"], "q", {}),
                                 ("Mul", ["q", "s"], "t", {}), ("Sub", ["r", "t"], "a", {})), {"s": weights(6)})


def normalizations():
    own = {"g": 1 + weights(6), "b": weights(6), "two": number(2), "e": number(1e-5)}
    middle("layer-norm", [node("LayerNormalization", ["h", "g", "b"], ["n"], axis=-1), node("Relu", ["n"], ["a"])], own)
    middle("layer-norm-no-bias", [node("LayerNormalization", ["h", "g"], ["n"], axis=1, epsilon=1e-3), node("Relu", ["n"], ["a"])], own)
    middle("layer-norm-spelled", [
        node("ReduceMean", ["h"], ["m"], axes=[-1]), node("Sub", ["h", "m"], ["d"]), node("Pow", ["d", "two"], ["q"]),
        node("ReduceMean", ["q"], ["v"], axes=[-1]), node("Add", ["v", "e"], ["w"]), node("Sqrt", ["w"], ["s"]),
        node("Div", ["d", "s"], ["k"]), node("Mul", ["k", "g"], ["l"]), node("Add", ["l", "b"], ["a"])], own)
    # As Keras writes it: the scale and one over the deviation first, then both to the value and the mean.
    middle("layer-norm-keras", [
        node("ReduceMean", ["h"], ["m"], axes=[1]), node("Sub", ["h", "m"], ["d"]), node("Mul", ["d", "d"], ["q"]),
        node("ReduceMean", ["q"], ["v"], axes=[1]), node("Add", ["v", "e"], ["w"]), node("Sqrt", ["w"], ["s"]),
        node("Reciprocal", ["s"], ["i"]), node("Mul", ["i", "g"], ["k"]), node("Mul", ["h", "k"], ["l"]),
        node("Mul", ["m", "k"], ["o"]), node("Sub", ["b", "o"], ["p"]), node("Add", ["l", "p"], ["n"]), node("Tanh", ["n"], ["a"])], own)
    moments = {"m": weights(6), "v": np.abs(weights(6)) + 0.5}
    middle("batch-norm-rows", [node("BatchNormalization", ["h", "g", "b", "m", "v"], ["n"], epsilon=1e-3), node("Relu", ["n"], ["a"])], own | moments)


def ends():
    c = {"one": number(1), "two": number(2), "ax": np.array([1], np.int64), "flat": np.array([-1], np.int64),
         "wide": np.array([-1, 1, 1], np.int64), "half": number(0.5), "hundred": number(3.0)}
    sigmoid = node("Sigmoid", ["l"], ["s"])
    end("squeeze", [sigmoid, node("Squeeze", ["s", "ax"], ["y"])], c)
    end("squeeze-before", [node("Squeeze", ["l", "ax"], ["q"]), node("Sigmoid", ["q"], ["y"])], c)
    end("reshape", [sigmoid, node("Reshape", ["s", "flat"], ["y"])], c)
    end("reshape-wide", [sigmoid, node("Reshape", ["s", "wide"], ["y"])], c)
    end("flatten", [sigmoid, node("Flatten", ["s"], ["y"])], c)
    end("unsqueeze", [sigmoid, node("Unsqueeze", ["s", "ax"], ["y"])], c)
    end("flip", [sigmoid, node("Sub", ["one", "s"], ["y"])], c)
    end("flip-squeezed", [sigmoid, node("Squeeze", ["s", "ax"], ["q"]), node("Sub", ["one", "q"], ["y"])], c)
    end("pair", [sigmoid, node("Sub", ["one", "s"], ["r"]), node("Concat", ["r", "s"], ["y"], axis=1)], c, head="pair")
    end("pair-turned", [sigmoid, node("Sub", ["one", "s"], ["r"]), node("Concat", ["s", "r"], ["y"], axis=1)], c)
    end("tanh-half", [node("Tanh", ["l"], ["t"]), node("Add", ["t", "one"], ["u"]), node("Mul", ["u", "half"], ["y"])], c)
    end("hard-sigmoid-end", [node("HardSigmoid", ["l"], ["y"])], c, head="threshold")
    end("sigmoid-number", [sigmoid, node("Mul", ["s", "hundred"], ["y"])], c, head="number")
    end("sigmoid-as-number", [node("Sigmoid", ["l"], ["y"])], c, head="number")
    end("negated", [node("Neg", ["l"], ["n"]), node("Softmax", ["n"], ["y"], axis=-1)], c, 3, "softmax")
    end("temperature", [node("Div", ["l", "two"], ["n"]), node("Softmax", ["n"], ["y"])], c, 3, "softmax")
    c |= {"first": number(0, np.int64), "second": number(1, np.int64), "last": number([-1], np.int64)}
    end("share-of-second", [node("Softmax", ["l"], ["s"]), node("Gather", ["s", "second"], ["y"], axis=1)], c, 2, "one-vs-rest")
    end("share-of-first", [node("Softmax", ["l"], ["s"]), node("Gather", ["s", "first"], ["y"], axis=-1)], c, 2, "one-vs-rest")
    end("share-of-last", [node("Softmax", ["l"], ["s"]), node("Gather", ["s", "last"], ["y"], axis=1)], c, 2, "one-vs-rest")
    end("score-alone", [node("Gather", ["l", "first"], ["g"], axis=1), node("Sigmoid", ["g"], ["y"])], c, 1)
    end("softmax-old", [node("Softmax", ["l"], ["y"])], c, 3, "softmax", opset=11)
    end("softmax-exp", [node("Exp", ["l"], ["e"]), node("ReduceSum", ["e", "ax"], ["t"]), node("Div", ["e", "t"], ["y"])], c, 3, "softmax")
    end("softmax-spelled", [node("ReduceMax", ["l"], ["m"], axes=[-1]), node("Sub", ["l", "m"], ["d"]), node("Exp", ["d"], ["e"]),
                            node("ReduceSum", ["e", "last"], ["t"]), node("Div", ["e", "t"], ["y"])], c | {"last": np.array([-1], np.int64)}, 3, "softmax")
    end("log-softmax-spelled", [node("Softmax", ["l"], ["s"]), node("Log", ["s"], ["y"])], c, 3, "log-softmax")
    end("logits-and-shares", [node("Softmax", ["l"], ["y"])], c, 3, "softmax", names=[("l", F, None), ("y", F, None)])
    end("features-and-logits", [node("Identity", ["l"], ["y"])], c, 3, None, names=[("a", F, None), ("y", F, None)])
    end("label-and-shares", [node("Softmax", ["l"], ["y"]), node("ArgMax", ["y"], ["k"], axis=1, keepdims=0)], c, 3, "softmax",
        names=[("k", TensorProto.INT64, None), ("y", F, None)])


def lists():
    """Weights that are a list, not a table."""
    own = {"w1": weights(4, 6), "b1": weights(6), "w2": weights(6), "b2": number(0.3)}
    record.keep("list-of-weights", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Tanh", ["h"], ["a"]), node("MatMul", ["a", "w2"], ["m"]), node("Add", ["m", "b2"], ["l"]),
        node("Sigmoid", ["l"], ["y"])], own), rows(4), dict(scores="y", head="one-vs-rest"))


def arithmetic():
    c = {"c": weights(6), "d": weights(6), "two": number([2])}
    middle("subtracted", binary(("Relu", ["h"], "r", {}), ("Tanh", ["h"], "t", {}), ("Sub", ["r", "t"], "a", {})), c)
    middle("sum-of-three", binary(("Relu", ["h"], "r", {}), ("Tanh", ["h"], "t", {}), ("Sum", ["r", "c", "t"], "a", {})), c)
    middle("scaled-between", binary(("Relu", ["h"], "r", {}), ("Mul", ["r", "c"], "m", {}), ("Add", ["d", "m"], "a", {})), c)
    middle("scaled-twice-read", binary(("Relu", ["h"], "r", {}), ("Mul", ["r", "c"], "m", {}), ("Tanh", ["m"], "t", {}), ("Add", ["m", "t"], "a", {})), c)


def shapes():
    for name, lengths in [("table-of-four", [1, 1, 5]), ("table-of-three", [1, 5]), ("table-of-columns", [5, 1]), ("table-of-steps", [2, 3])]:
        count = int(np.prod(lengths))
        own = {"w1": weights(count, 6), "b1": weights(6), "w2": weights(6, 3), "b2": weights(3),
               "m": weights(*lengths), "q": np.array([-1, count], np.int64)}
        record.keep(name, model([node("Sub", ["x", "m"], ["d"]), node("Reshape", ["d", "q"], ["f"]), node("Gemm", ["f", "w1", "b1"], ["h"]),
                                 node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["y"])], own, ("x", F, ["N", *lengths])),
                    rows(*lengths), dict(scores="y", head=None))
    own = {"w1": weights(5, 6), "b1": weights(6), "w2": weights(6, 3), "b2": weights(1, 1, 3)}
    record.keep("table-by-matmul", model([
        node("MatMul", ["x", "w1"], ["g"]), node("Add", ["g", "b1"], ["h"]), node("Relu", ["h"], ["a"]), node("MatMul", ["a", "w2"], ["z"]),
        node("Add", ["z", "b2"], ["k"]), node("Squeeze", ["k", "ax"], ["y"])], own | {"ax": np.array([1, 2], np.int64)}, ("x", F, ["N", 1, 1, 5])),
        rows(1, 1, 5), dict(scores="y", head=None))
    own = {"k": weights(4, 2, 3, 3), "s": weights(4, 1, 1), "w": weights(4, 3), "b": weights(3)}
    record.keep("prelu-convolution", model([
        node("Conv", ["x", "k"], ["c"], pads=[1, 1, 1, 1]), node("PRelu", ["c", "s"], ["p"]), node("GlobalAveragePool", ["p"], ["g"]),
        node("Squeeze", ["g", "ax"], ["f"]), node("Gemm", ["f", "w", "b"], ["y"])], own | {"ax": np.array([2, 3], np.int64)}, ("x", F, ["N", 2, 4, 5])),
        rows(2, 4, 5), dict(scores="y", head=None), channels_first=True)
    own = {"k": weights(4, 2, 2, 2), "m": weights(1, 2, 1, 1), "d": np.abs(weights(2, 1, 1)) + 0.5, "w": weights(48, 3), "b": weights(3),
           "low": number(-0.2), "high": number(0.6), "g": 1 + weights(4), "o": weights(4)}
    record.keep("scaled-convolution", model([
        node("Sub", ["x", "m"], ["s"]), node("Div", ["s", "d"], ["t"]), node("Conv", ["t", "k"], ["c"]), node("Clip", ["c", "low", "high"], ["p"]),
        node("Flatten", ["p"], ["f"]), node("Gemm", ["f", "w", "b"], ["y"])], own, ("x", F, ["N", 2, 4, 5])),
        rows(2, 4, 5), dict(scores="y", head=None), channels_first=True)
    record.keep("layer-norm-convolution", model([
        node("Conv", ["x", "k"], ["c"]), node("Transpose", ["c"], ["u"], perm=[0, 2, 3, 1]), node("LayerNormalization", ["u", "g", "o"], ["n"], axis=-1),
        node("Transpose", ["n"], ["v"], perm=[0, 3, 1, 2]), node("Gelu", ["v"], ["p"]), node("Flatten", ["p"], ["f"]), node("Gemm", ["f", "w", "b"], ["y"])],
        own, ("x", F, ["N", 2, 4, 5]), opset=20), rows(2, 4, 5), dict(scores="y", head=None), channels_first=True)


def formats():
    own = {"w1": weights(4, 6), "b1": weights(6), "w2": weights(6, 3), "b2": weights(3)}
    chain = [node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["y"])]
    stored = {k + "s": v.astype(np.float16) for k, v in own.items()}
    casts = [node("Cast", [k + "s"], [k], to=F) for k in own]
    record.keep("float16-weights", model([*casts, *chain], stored), rows(4), dict(scores="y", head=None))
    bfloat = {k + "s": helper.make_tensor(k + "s", BF16, v.shape, (v.view(np.uint32) >> 16).astype(np.uint16).tobytes(), raw=True) for k, v in own.items()}
    record.keep("bfloat16-weights", model([*casts, *chain], bfloat), rows(4), dict(scores="y", head=None))
    typed = {k + "s": helper.make_tensor(k + "s", F16, v.shape, v.astype(np.float16).flatten().tolist()) for k, v in own.items()}
    record.keep("float16-typed", model([*casts, *chain], typed), rows(4), dict(scores="y", head=None))
    # Whole numbers with a scale: one for all, one for each unit with zero points, one for each input.
    for name, axis, kind in [("one", None, np.int8), ("units", 1, np.uint8), ("inputs", 0, np.int8)]:
        w = own["w1"]
        most = np.abs(w).max() if axis is None else np.abs(w).max(axis=1 - axis)
        scale = np.asarray(most / 127, np.float32)
        zero = (np.zeros_like(scale) if kind == np.int8 else np.full_like(scale, 128)).astype(kind)
        spread = scale if axis is None else np.expand_dims(scale, 1 - axis)
        shift = zero if axis is None else np.expand_dims(zero, 1 - axis)
        q = np.clip(np.round(w / spread) + shift, np.iinfo(kind).min, np.iinfo(kind).max).astype(kind)
        attributes = {} if axis is None else dict(axis=axis)
        record.keep(f"quantized-{name}", model([node("DequantizeLinear", ["q", "s", "z"], ["w1"], **attributes), *chain],
                                               {k: v for k, v in own.items() if k != "w1"} | {"q": q, "s": scale, "z": zero}),
                    rows(4), dict(scores="y", head=None))
    record.keep("quantized-stored-whole", model([
        node("QuantizeLinear", ["v", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["w1"]), *chain],
        {k: v for k, v in own.items() if k != "w1"} | {"v": own["w1"], "s": number(0.01), "z": number(3, np.int8)}), rows(4), dict(scores="y", head=None))


def functions():
    own = {"w1": weights(4, 6), "b1": weights(6), "w2": weights(6, 3), "b2": weights(3)}
    version = [helper.make_opsetid("", 18)]
    leak = helper.make_node("LeakyRelu", ["h"], ["r"])
    leak.attribute.add(name="alpha", ref_attr_name="slope", type=onnx.AttributeProto.FLOAT)
    linear = helper.make_function("own", "Linear", ["v", "w", "b"], ["o"], [
        helper.make_node("MatMul", ["v", "w"], ["m"]), helper.make_node("Add", ["m", "b"], ["o"])], version)
    layer = helper.make_function("own", "Layer", ["v", "w", "b"], ["r"], [
        helper.make_node("Linear", ["v", "w", "b"], ["h"], domain="own"), leak], version + [helper.make_opsetid("own", 1)], ["slope"])
    record.keep("functions", model([
        helper.make_node("Layer", ["x", "w1", "b1"], ["m"], domain="own", slope=0.3), helper.make_node("Linear", ["m", "w2", "b2"], ["y"], domain="own")],
        own, opset=18, functions=[linear, layer], domains=["own"]), rows(4), dict(scores="y", head=None))
    standard = helper.make_function("own", "Layer", ["v", "w", "b"], ["r"], [
        helper.make_node("Linear", ["v", "w", "b"], ["h"], domain="own"), leak], version + [helper.make_opsetid("own", 1)],
        attribute_protos=[helper.make_attribute("slope", 0.25)])
    record.keep("functions-standard", model([
        helper.make_node("Layer", ["x", "w1", "b1"], ["m"], domain="own"), helper.make_node("Linear", ["m", "w2", "b2"], ["y"], domain="own")],
        own, opset=18, functions=[linear, standard], domains=["own"]), rows(4), dict(scores="y", head=None))


for part in (activations, normalizations, ends, arithmetic, shapes, formats, functions, lists):
    part()
record.write()
