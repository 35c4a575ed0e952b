#!/usr/bin/env python3
"""Files that must be refused because of what an operator states: absurd values, lists that do not fit,
little files that ask for much memory.

    python hostile.py        needs numpy and onnx; make.py calls it too

Every number is the same each time, so that the files are.
"""
import pathlib

import numpy as np
from onnx import TensorProto, helper, numpy_helper

BROKEN = pathlib.Path(__file__).parent / "broken"
F, D, I, S = TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.INT64, TensorProto.STRING
ML = "ai.onnx.ml"
HUGE = 1 << 62


def keep(name, nodes, constants=None, inputs=None, output=("y", F, ["batch", 3]), opset=17, producer="fixture"):
    """Writes a file of these nodes; by default four numbers come in."""
    inputs = inputs or [("x", F, ["batch", 4])]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*output)],
        [numpy_helper.from_array(v, n) if isinstance(v, np.ndarray) else v
         for n, v in (constants or {}).items()])
    proto = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset), helper.make_opsetid(ML, 3)],
        ir_version=8, producer_name=producer)
    (BROKEN / f"{name}.onnx").write_bytes(proto.SerializeToString())


def node(kind, inputs, outputs, name=None, **attributes):
    return helper.make_node(kind, inputs, outputs, name=name or kind.lower(), **attributes)


def own(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, name=kind.lower(), domain=ML, **attributes)


def ramp(*shape):
    return (np.arange(np.prod(shape), dtype=np.float32).reshape(shape) + 1) / 8


def ints(*values):
    return np.array(values, np.int64)


DENSE = {"w": ramp(4, 3), "b": ramp(3)}


def last(name="h"):
    return node("Gemm", [name, "w", "b"], ["y"])


def columns():
    """What scikit-learn's pipelines have in front of a network."""
    def front(name, *nodes, **constants):
        keep(name, [*nodes, last()], DENSE | constants)

    front("imputer-empty", own("Imputer", ["x"], ["h"], imputed_value_floats=[1.0, 2.0],
                               replaced_value_float=float("nan")))
    front("imputer-not-finite", own("Imputer", ["x"], ["h"], imputed_value_floats=[float("inf")],
                                    replaced_value_float=float("nan")))
    front("imputer-of-sevens", own("Imputer", ["x"], ["h"], imputed_value_floats=[1.0],
                                   replaced_value_float=7.0))
    front("imputer-twice", own("Imputer", ["x"], ["i"], imputed_value_floats=[1.0],
                               replaced_value_float=float("nan")),
          own("Imputer", ["i"], ["h"], imputed_value_floats=[2.0],
              replaced_value_float=float("nan")))
    front("scaler-lists", own("Scaler", ["x"], ["h"], offset=[1.0, 2.0], scale=[1.0]))
    front("scaler-zero", own("Scaler", ["x"], ["h"], offset=[0.0], scale=[0.0]))
    front("scaler-not-finite", own("Scaler", ["x"], ["h"], offset=[float("inf")], scale=[1.0]))
    front("one-hot-no-levels", own("OneHotEncoder", ["x"], ["h"], zeros=1))
    front("one-hot-of-four", own("OneHotEncoder", ["x"], ["h"], cats_int64s=[1, 2]))
    front("gather-column", node("Gather", ["x", "i"], ["h"], axis=1), i=ints(0, 1, HUGE, 3))
    front("gather-rows", node("Gather", ["x", "i"], ["g"]), node("IsNaN", ["g"], ["h"]),
          i=ints(0, 1, 2, 3))
    front("extractor-column", own("ArrayFeatureExtractor", ["x", "i"], ["h"]), i=ints(-5))
    front("where-order", node("IsNaN", ["x"], ["n"]), node("Where", ["n", "x", "m"], ["h"]),
          m=ramp(4))
    front("where-lengths", node("IsNaN", ["x"], ["n"]), node("Where", ["n", "m", "x"], ["h"]),
          m=ramp(3))
    front("where-constants", node("IsNaN", ["m"], ["n"]), node("Where", ["n", "m", "m"], ["k"]),
          node("Add", ["x", "k"], ["h"]), m=ramp(4))
    front("columns-in-one-list", node("IsNaN", ["x"], ["n"]), node("Where", ["n", "m", "x"], ["f"]),
          node("Reshape", ["f", "s"], ["h"]), m=ramp(4), s=ints(-1))
    front("columns-in-no-list", node("IsNaN", ["x"], ["n"]), node("Where", ["n", "m", "x"], ["f"]),
          node("Reshape", ["f", "s"], ["h"]), m=ramp(4), s=ints())
    keep("concat-axis", [
        own("OneHotEncoder", ["s"], ["l"], cats_strings=["p", "q"]),
        node("Concat", ["x", "l"], ["h"], axis=HUGE), last()], DENSE,
        [("x", F, ["batch", 1]), ("s", S, ["batch", 1])])
    # Twice as many columns with every node.
    chain = [own("Scaler", ["x"], ["v0"], offset=[1.0], scale=[2.0])]
    chain += [node("Concat", [f"v{k}", f"v{k}"], [f"v{k + 1}"], axis=1) for k in range(50)]
    keep("doubled-columns", [*chain, last("v50")], DENSE)
    keep("endless-columns", [own("Scaler", ["x"], ["h"], offset=[1.0], scale=[2.0]), last()],
         DENSE, [("x", F, ["batch", HUGE])])
    keep("zip-map-lengths", [
        last("x"), node("Softmax", ["y"], ["p"]),
        own("ZipMap", ["p"], ["z"], classlabels_strings=["only", "two"])], DENSE,
        output=("z", F, ["batch", 3]))
    keep("zip-map-alike", [
        last("x"), node("Softmax", ["y"], ["p"]),
        own("ZipMap", ["p"], ["z"], classlabels_strings=["a", "b", "a"])], DENSE,
        output=("z", F, ["batch", 3]))
    keep("zip-map-inside", [own("ZipMap", ["x"], ["h"], classlabels_int64s=[1, 2, 3, 4]), last()],
         DENSE)


def lengths():
    """What exporters work out about shapes, with values that no shape has."""
    def flat(name, *nodes, **constants):
        keep(name, [node("Conv", ["x", "k"], ["c"]), *nodes, last("r")],
             {"k": ramp(1, 1, 1, 1)} | DENSE | constants, [("x", F, ["batch", 1, 2, 2])])

    shape = node("Shape", ["c"], ["s"])
    flat("reshape-two-open", node("Reshape", ["c", "n"], ["r"]), n=ints(-1, -1))
    flat("reshape-other-count", node("Reshape", ["c", "n"], ["r"]), n=ints(-1, 7))
    flat("reshape-endless", node("Reshape", ["c", "n"], ["r"]), n=ints(1, HUGE, HUGE, 4))
    flat("reshape-of-nothing", node("Reshape", ["c", "n"], ["r"]), n=ints())
    flat("shape-gather", shape, node("Gather", ["s", "i"], ["g"]),
         node("Concat", ["g", "m"], ["n"], axis=0), node("Reshape", ["c", "n"], ["r"]),
         i=ints(-HUGE), m=ints(4))
    flat("shape-slice", shape, node("Slice", ["s", "i", "e"], ["n"]),
         node("Reshape", ["c", "n"], ["r"]), i=ints(-HUGE * 2), e=ints(HUGE))
    flat("shape-slice-lists", shape, node("Slice", ["s", "i", "e"], ["n"]),
         node("Reshape", ["c", "n"], ["r"]), i=ints(0, 1), e=ints(1))
    flat("shape-product", shape, node("Mul", ["s", "m"], ["n"]),
         node("Reshape", ["c", "n"], ["r"]), m=ints(HUGE))
    flat("shape-many", shape, *[node("Concat", [f"{'s' if k == 0 else f's{k}'}"] * 2, [f"s{k + 1}"],
                                     axis=0) for k in range(40)],
         node("Reshape", ["c", "s40"], ["r"]))
    flat("concat-of-nothing", node("Concat", [], ["n"], axis=0), node("Reshape", ["c", "n"], ["r"]))
    flat("repeated-endlessly", node("ConstantOfShape", ["m"], ["n"]),
         node("Reshape", ["c", "n"], ["r"]), m=ints(HUGE))
    flat("folded-reshape", node("Reshape", ["m", "n"], ["q"]), node("Reshape", ["c", "q"], ["r"]),
         m=ints(-1, 4), n=ints(0, 0, -1, HUGE))
    flat("folded-unsqueeze", node("Unsqueeze", ["m", "n"], ["q"]),
         node("Reshape", ["c", "q"], ["r"]), m=ints(-1, 4), n=ints(*range(-40, 20)))
    flat("folded-squeeze", node("Squeeze", ["m", "n"], ["q"]), node("Reshape", ["c", "q"], ["r"]),
         m=ints(-1, 4), n=ints(0, -2 * HUGE, HUGE))
    flat("folded-slice", node("Slice", ["m", "i", "e", "a", "t"], ["q"]),
         node("Reshape", ["c", "q"], ["r"]), m=ints(-1, 4), i=ints(0), e=ints(2), a=ints(0), t=ints(0))
    flat("folded-division", node("Div", ["m", "z"], ["q"]), node("Reshape", ["c", "q"], ["r"]),
         m=ints(-1, 4), z=ints(0))
    flat("folded-product", node("Mul", ["m", "m"], ["q"]), node("Reshape", ["c", "q"], ["r"]),
         m=ints(HUGE, HUGE))
    flat("folded-transposition", node("Transpose", ["k"], ["q"], perm=[3, 3, -1, HUGE]),
         node("Conv", ["x", "q"], ["r"], "other"))
    keep("folded-root", [node("Sqrt", ["m"], ["q"]), node("Add", ["x", "q"], ["h"]), last()],
         DENSE | {"m": np.full(4, -1, np.float32)})


def pictures():
    def conv(name, *after, size=(2, 5, 5), weights=None, constants=None, **attributes):
        keep(name, [node("Conv", ["x", "k"], ["c"], **attributes),
                    *(after or [node("Flatten", ["c"], ["y"])])],
             {"k": ramp(3, 2, 3, 3) if weights is None else weights} | (constants or {}),
             [("x", F, ["batch", *size])])

    flat = node("Flatten", ["q"], ["y"])
    conv("endless-groups", group=HUGE)
    conv("negative-groups", group=-1)
    conv("uneven-groups", group=2, size=(4, 5, 5))
    conv("endless-dilations", dilations=[HUGE, HUGE])
    conv("negative-padding", pads=[-1, 0, 0, 0])
    conv("three-paddings", pads=[1, 1, 1])
    conv("endless-strides", strides=[HUGE, 1])
    conv("other-kernel-shape", kernel_shape=[1, 1])
    conv("odd-auto-pad", auto_pad="SOMEHOW")
    conv("no-kernel", weights=np.zeros((3, 2, 0, 3), np.float32))
    conv("flat-kernel", weights=ramp(3, 2))
    conv("pool-without-window", node("MaxPool", ["c"], ["q"]), flat)
    conv("pool-endless", node("AveragePool", ["c"], ["q"], kernel_shape=[HUGE, HUGE]), flat)
    conv("pool-ceiling", node("MaxPool", ["c"], ["q"], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1), flat)
    conv("transposed-oddly", node("Transpose", ["c"], ["q"], perm=[0, 1, 1, HUGE]), flat)
    conv("sliced-to-nothing", node("Slice", ["c", "i", "e", "a", "t"], ["q"]), flat,
         constants={"i": ints(0), "e": ints(9), "a": ints(2), "t": ints(0)})
    conv("sliced-beyond", node("Slice", ["c", "i", "e", "a"], ["q"]), flat,
         constants={"i": ints(-HUGE), "e": ints(9), "a": ints(HUGE)})
    conv("reflected-edge", node("Pad", ["c", "p"], ["q"], mode="reflect"), flat,
         constants={"p": ints(0, 0, 1, 1, 0, 0, 1, 1)})
    conv("padded-rows", node("Pad", ["c", "p"], ["q"]), flat,
         constants={"p": ints(HUGE, 0, 0, 0, 0, 0, 0, 0)})
    conv("mean-of-rows", node("ReduceMean", ["c"], ["q"], axes=[0, HUGE]), flat)
    conv("flattened-rows", node("Flatten", ["c"], ["y"], axis=-HUGE))
    conv("normalised-by-nothing", node("BatchNormalization", ["c"], ["q"]), flat)
    conv("negative-epsilon",
         node("BatchNormalization", ["c", "s", "s", "s", "s"], ["q"], epsilon=float("nan")), flat,
         constants={"s": ramp(3)})
    conv("leak-not-a-number", node("LeakyRelu", ["c"], ["q"], alpha=float("nan")), flat)
    conv("dropout-not-a-number", node("Dropout", ["c", "p"], ["q"]), flat,
         constants={"p": np.array(np.nan, np.float32)})
    # Twice as many channels with every node.
    chain = [node("Concat", [f"{'c' if k == 0 else f'd{k}'}"] * 2, [f"d{k + 1}"], axis=1)
             for k in range(80)]
    conv("doubled-channels", *chain, node("Flatten", ["d80"], ["y"]))
    grown = [node("Pad", [f"{'c' if k == 0 else f'd{k}'}", "p"], [f"d{k + 1}"]) for k in range(300)]
    conv("grown-picture", *grown, node("Flatten", ["d300"], ["y"]),
         constants={"p": ints(0, 16384, 16384, 16384, 0, 16384, 16384, 16384)})
    conv("endless-picture", size=(1 << 40, 1 << 40, 2))
    conv("negative-picture", size=(-2, 5, 5))


def rows():
    keep("gemm-not-a-number", [node("Gemm", ["x", "w", "b"], ["y"], alpha=float("nan"))], DENSE)
    keep("gemm-endless-bias", [node("Gemm", ["x", "w", "b"], ["y"], beta=float("inf"))], DENSE)
    keep("elu-endless", [last("x"), node("Elu", ["y"], ["a"], alpha=float("inf")),
                         node("Gemm", ["a", "v"], ["z"], "second")], DENSE | {"v": ramp(3, 3)},
         output=("z", F, ["batch", 3]))
    keep("sum-of-itself", [node("Add", ["y", "b"], ["y"])], DENSE)
    keep("argmax-of-rows", [last("x"), node("ArgMax", ["y"], ["z"], axis=-HUGE)], DENSE,
         output=("z", I, ["batch", 1]))
    keep("softmax-of-rows", [last("x"), node("Softmax", ["y"], ["z"], axis=0)], DENSE,
         output=("z", F, ["batch", 3]))
    keep("loop-of-one", [node("Add", ["h", "x"], ["h"]), last()], DENSE)
    keep("loop-of-lengths", [
        node("Shape", ["r"], ["s"]), node("Reshape", ["x", "s"], ["r"]), last("r")], DENSE)
    keep("no-weights", [node("Gemm", ["x"], ["y"])])
    keep("no-output-name", [node("Gemm", ["x", "w"], [""]), node("Relu", ["x"], ["y"])], DENSE)
    keep("endless-width", [last("x")], DENSE, [("x", F, ["batch", HUGE])])
    keep("many-dimensions", [last("x")], DENSE, [("x", F, ["batch"] + [1] * 40)])
    keep("texts-as-weights", [last("x")], {
        "w": helper.make_tensor("w", S, [4, 3], [b"1"] * 12), "b": ramp(3)})
    half = TensorProto(name="w", data_type=TensorProto.FLOAT16, raw_data=b"\0" * 7)
    half.dims.extend([4, 3])
    keep("short-half-floats", [last("x")], {"w": half, "b": ramp(3)})
    whole = TensorProto(name="n", data_type=I, raw_data=b"\0" * 15)
    whole.dims.extend([2])
    keep("short-lengths", [node("Reshape", ["x", "n"], ["h"]), last()], DENSE | {"n": whole})
    odd = TensorProto(name="w", data_type=999, raw_data=b"\0" * 48)
    odd.dims.extend([4, 3])
    keep("unknown-type", [last("x")], {"w": odd, "b": ramp(3)})
    parts = TensorProto(name="w", data_type=F, raw_data=b"\0" * 48)
    parts.dims.extend([4, 3])
    parts.segment.begin = 0
    keep("segments", [last("x")], {"w": parts, "b": ramp(3)})
    for name, entries in [("offset", {"offset": "-8"}), ("length", {"length": str(HUGE)}),
                          ("words", {"offset": "first"})]:
        far = TensorProto(name="w", data_type=F, data_location=TensorProto.EXTERNAL)
        far.dims.extend([4, 3])
        for key, value in ({"location": "text.onnx"} | entries).items():
            far.external_data.add(key=key, value=value)
        keep("external-" + name, [last("x")], {"w": far, "b": ramp(3)})
    then = helper.make_graph([last("x")], "then", [], [helper.make_tensor_value_info("y", F, [])])
    keep("choice-of-graphs", [node("If", ["c"], ["y"], then_branch=then, else_branch=then)],
         DENSE | {"c": np.array(True)})


def operators():
    """What is not supported, each with its reason."""
    def between(name, *nodes, inputs=None, opset=17, **constants):
        keep(name, [*nodes, last("a")], DENSE | constants, inputs, opset=opset)

    keep("recurrent", [node("LSTM", ["x", "p", "q"], ["h"], hidden_size=3), last()], DENSE | {"p": ramp(1, 12, 4), "q": ramp(1, 12, 3)})
    between("whole-number-product", node("MatMulInteger", ["x", "k"], ["a"]), k=np.ones((4, 4), np.int8))
    between("dynamic-quantization", node("DynamicQuantizeLinear", ["x"], ["a", "s", "z"]))
    steps = {"s": np.array(0.1, np.float32), "z": np.array(0, np.int8)}
    between("quantized-values", node("QuantizeLinear", ["x", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"], ["a"]), **steps)
    between("quantized-scales", node("DequantizeLinear", ["k", "t"], ["m"]), node("Add", ["x", "m"], ["a"]),
            k=np.ones((4, 3), np.int8), t=ramp(2))
    between("gate", node("Gemm", ["x", "v"], ["g"]), node("Sigmoid", ["g"], ["s"]), node("Mul", ["x", "s"], ["a"]), v=ramp(4, 4))
    between("quotient", node("Gemm", ["x", "v"], ["g"]), node("Div", ["x", "g"], ["a"]), v=ramp(4, 4))
    between("reciprocal", node("Reciprocal", ["x"], ["a"]))
    between("larger-of-two", node("Gemm", ["x", "v"], ["g"]), node("Max", ["x", "g"], ["a"]), v=ramp(4, 4))
    between("clip-nothing", node("Clip", ["x", "m", "l"], ["a"]), m=np.array(1, np.float32), l=np.array(0, np.float32))
    between("clip-columns", node("Clip", ["x", "m"], ["a"]), m=ramp(4))
    between("slopes-from-rows", node("PRelu", ["x", "x"], ["a"]))
    between("slopes-of-others", node("PRelu", ["x", "s"], ["a"]), s=ramp(3))
    between("elu-below-zero", node("Elu", ["x"], ["a"], alpha=-1.0))
    between("celu-of-nothing", node("Celu", ["x"], ["a"], alpha=0.0))
    between("gelu-otherwise", node("Gelu", ["x"], ["a"], approximate="sometimes"), opset=20)
    between("layer-norm-of-rows", node("LayerNormalization", ["x", "s"], ["a"], axis=0), s=ramp(4))
    between("layer-norm-no-epsilon", node("LayerNormalization", ["x", "s"], ["a"], epsilon=0.0), s=ramp(4))
    between("instance-norm", node("InstanceNormalization", ["x", "s", "s"], ["a"]), s=ramp(4))
    between("exponential", node("Exp", ["x"], ["a"]))
    between("squeezed-rows", node("Squeeze", ["x", "i"], ["a"]), i=ints(0))
    between("steps-by-matmul", node("MatMul", ["x", "v"], ["a"]), inputs=[("x", F, ["batch", 3, 2])], v=ramp(2, 4))
    keep("trees", [own("TreeEnsembleRegressor", ["x"], ["y"], n_targets=1, nodes_modes=["LEAF"])])
    keep("support-vectors", [own("SVMRegressor", ["x"], ["y"], n_supports=0)])
    keep("several-labels", [last("x"), node("Sigmoid", ["y"], ["p"]), own("Binarizer", ["p"], ["l"], threshold=0.5)],
         DENSE, output=("l", F, ["batch", 3]))
    keep("scaler-alone", [own("Scaler", ["x"], ["y"], offset=[1.0], scale=[2.0])])
    keep("linear-lists", [own("LinearRegressor", ["x"], ["y"], coefficients=[1.0, 2.0], intercepts=[1.0, 2.0, 3.0])])
    keep("linear-probit", [own("LinearRegressor", ["x"], ["y"], coefficients=[1.0, 2.0, 3.0, 4.0], post_transform="PROBIT")])
    keep("codes-without-numbers", [own("LabelEncoder", ["t"], ["c"], keys_strings=["a", "b"], values_strings=["c", "d"]), node("Cast", ["c"], ["f"], to=F),
                                   node("Concat", ["f", "u", "u", "u"], ["x"], axis=1), last("x")], DENSE, [("t", S, ["batch", 1]), ("u", F, ["batch", 1])])
    # Functions that call each other for ever, and more nodes than are read.
    version = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    for name, count in [("function-of-itself", 1), ("function-of-many", 40)]:
        functions = [helper.make_function("own", f"f{k}", ["v"], ["r"], [
            helper.make_node(f"f{(k + 1) % count if count == 1 else k + 1}", [["v"], ["m"]][j], [["m"], ["r"]][j], domain="own") for j in range(2)], version)
            for k in range(count)]
        if count > 1:
            functions.append(helper.make_function("own", f"f{count}", ["v"], ["r"], [helper.make_node("Relu", ["v"], ["r"])], version))
        graph = helper.make_graph([helper.make_node("f0", ["x"], ["h"], name="call", domain="own"), last()], "net",
                                  [helper.make_tensor_value_info("x", F, ["batch", 4])], [helper.make_tensor_value_info("y", F, ["batch", 3])],
                                  [numpy_helper.from_array(v, n) for n, v in DENSE.items()])
        proto = helper.make_model(graph, opset_imports=version, functions=functions, ir_version=9, producer_name="fixture")
        (BROKEN / f"{name}.onnx").write_bytes(proto.SerializeToString())
    proto = helper.make_model(
        helper.make_graph([last("x"), node("Gemm", ["x", "w", "b"], ["z"], name="other")], "net", [helper.make_tensor_value_info("x", F, ["batch", 4])],
                          [helper.make_tensor_value_info(n, F, ["batch", 3]) for n in "yz"], [numpy_helper.from_array(v, n) for n, v in DENSE.items()]),
        opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="fixture")
    (BROKEN / "two-answers.onnx").write_bytes(proto.SerializeToString())


def combined():
    """Several scikit-learn models in one file, as skl2onnx exports them."""
    def part(k, kind="LinearClassifier"):
        return helper.make_node(
            kind, [f"c{k}"], [f"label{k}", f"p{k}"], name=f"part{k}", domain=ML, classlabels_ints=[0, 1],
            coefficients=[-1.0 - k, 1.0, 0.5, 2.0, 1.0 + k, -1.0, -0.5, -2.0], intercepts=[-0.5, 0.5],
            post_transform="LOGISTIC")
    casts = [node("Cast", ["x"], [f"c{k}"], name=f"cast{k}", to=F) for k in (0, 1)]
    keep("calibrated", [*casts, part(0), part(1), node("Sum", ["p0", "p1"], ["s"]), node("Exp", ["s"], ["y"])],
         output=("y", F, ["batch", 2]), producer="skl2onnx")
    keep("several-targets", [
        *casts, part(0), part(1),
        node("SequenceConstruct", ["p0", "p1"], ["y"])], output=("y", F, ["batch", 2]), producer="skl2onnx")


def write():
    columns()
    combined()
    operators()
    lengths()
    pictures()
    rows()


if __name__ == "__main__":
    write()
