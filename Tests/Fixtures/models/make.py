#!/usr/bin/env python3
"""Writes the small ONNX files that the importer is tested with.

    python make.py        needs numpy, torch, onnx, onnxscript and onnxruntime

good/*.onnx      networks that can be read
answers.json     for each of them some inputs and what onnxruntime answers
broken/*.onnx    files that must be refused, each with one clear error; more of them by hostile.py
"""
import json
import pathlib
import struct
import warnings

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper

import hostile

HERE = pathlib.Path(__file__).parent
GOOD, BROKEN = HERE / "good", HERE / "broken"
F, D = TensorProto.FLOAT, TensorProto.DOUBLE
random = np.random.default_rng(7)
answers = {}
CHANNELS_FIRST = {"conv-pool", "residual", "grouped", "scaled-picture", "branches", "splits"}


def weights(inputs, units, kind=np.float32):
    w = (random.standard_normal((inputs, units)) / np.sqrt(inputs)).astype(kind)
    return w, (random.standard_normal(units) / 4).astype(kind)


def model(nodes, constants, inputs=4, outputs=3, kind=F, shape=None, opset=17, extra_inputs=(),
          out_shape=None, out_kind=None):
    graph = helper.make_graph(
        nodes, "net",
        [helper.make_tensor_value_info("x", kind, shape or ["batch", inputs]), *extra_inputs],
        [helper.make_tensor_value_info("y", out_kind or kind, out_shape or ["batch", outputs])],
        [numpy_helper.from_array(v, n) if isinstance(v, np.ndarray) else v
         for n, v in constants.items()])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8,
                             producer_name="fixture")


def save(name, proto, head, kind=np.float32, shape=(4,), ends="outputs"):
    """Keeps a readable file, with onnxruntime's answers for five rows."""
    data = proto if isinstance(proto, bytes) else proto.SerializeToString()
    (GOOD / f"{name}.onnx").write_bytes(data)
    record(name, head, kind, shape, ends)


def record(name, head, kind, shape, ends):
    """Pictures are recorded pixel by pixel, as Espalier reads them, whatever the file's order."""
    rows = random.standard_normal((5, *shape)).astype(kind)
    session = onnxruntime.InferenceSession(str(GOOD / f"{name}.onnx"))
    out = session.run(None, {session.get_inputs()[0].name: rows})[0]
    answers[name] = {
        "head": head, "ends": ends, "inputs": (rows.transpose(0, 2, 3, 1) if name in CHANNELS_FIRST else rows).reshape(5, -1).astype(float).tolist(),
        "outputs": np.asarray(out, dtype=float).reshape(5, -1).tolist()}


def node(kind, inputs, outputs, name=None, **attributes):
    return helper.make_node(kind, inputs, outputs, name=name or kind.lower(), **attributes)


def mlp_constants(kind=np.float32, outputs=3):
    w1, b1 = weights(4, 5, kind)
    w2, b2 = weights(5, outputs, kind)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}


def gemm_chain(activation, name, head=None, **attributes):
    c = mlp_constants()
    save(name, model([
        node("Gemm", ["x", "w1", "b1"], ["h"], "first"),
        node(activation, ["h"], ["a"], "middle", **attributes),
        node("Gemm", ["a", "w2", "b2"], ["y"], "second")], c), head)


def good():
    for activation, attributes in [("Relu", {}), ("LeakyRelu", {"alpha": 0.2}), ("Elu", {}),
                                   ("Sigmoid", {}), ("Tanh", {})]:
        gemm_chain(activation, activation.lower(), **attributes)

    c = mlp_constants()
    save("matmul-add", model([
        node("MatMul", ["x", "w1"], ["m"]), node("Add", ["b1", "m"], ["h"]),
        node("Relu", ["h"], ["a"]), node("MatMul", ["a", "w2"], ["n"], "matmul2"),
        node("Add", ["n", "b2"], ["y"], "add2")], c), None)

    c = mlp_constants()
    c["w1"] = np.ascontiguousarray(c["w1"].T)
    save("gemm-attributes", model([
        node("Gemm", ["x", "w1", "b1"], ["h"], transB=1, alpha=0.5, beta=2.0),
        node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2"], ["y"], "second", transB=0)], c), None)

    c = mlp_constants(np.float64)
    save("double", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Tanh", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["y"], "second")], c, kind=D), None, np.float64)

    # Numbers in their typed fields instead of raw bytes, and doubles cast to float.
    c = mlp_constants()
    typed = {n: helper.make_tensor(n, F, v.shape, v.flatten().tolist()) for n, v in c.items()}
    save("typed-fields", model([
        node("Cast", ["x"], ["f"], to=F), node("Gemm", ["f", "w1", "b1"], ["h"]),
        node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["y"], "second")], typed,
        kind=D, out_kind=F), None, np.float64)

    c = mlp_constants()
    save("softmax-end", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["l"], "second"), node("Softmax", ["l"], ["y"], axis=-1)],
        c), "softmax", ends="softmax")
    c = mlp_constants()
    save("logsoftmax-argmax", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["l"], "second"),
        node("LogSoftmax", ["l"], ["p"], axis=1), node("ArgMax", ["p"], ["y"], axis=1)],
        c, out_kind=TensorProto.INT64, outputs=1), "softmax", ends="position")
    c = mlp_constants()
    save("sigmoid-end", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["l"], "second"), node("Sigmoid", ["l"], ["y"])],
        c), "one-vs-rest", ends="sigmoid")
    c = mlp_constants(outputs=1)
    save("one-output", model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["l"], "second"), node("Sigmoid", ["l"], ["y"])],
        c, outputs=1), "one-vs-rest", ends="sigmoid")

    c = mlp_constants()
    c |= {"mean": np.array([[1, -2, 0.5, 3]], np.float32),
          "scale": np.array([2, 0.5, 4, 0.25], np.float32), "half": np.array(0.5, np.float32)}
    save("scaling", model([
        node("Sub", ["x", "mean"], ["s"]), node("Div", ["s", "scale"], ["d"]),
        node("Mul", ["half", "d"], ["m"]), node("Gemm", ["m", "w1", "b1"], ["h"]),
        node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["l"], "second"),
        node("Sub", ["half", "l"], ["k"], "sub2"), node("Mul", ["k", "half"], ["y"], "mul2")], c),
        None)

    c = mlp_constants() | {"off": np.array(False), "shape": np.array([-1, 5], np.int64),
                           "ratio": np.array(0.5, np.float32)}
    save("nothing-changed", model([
        node("Identity", ["x"], ["i"]), node("Flatten", ["i"], ["f"], axis=1),
        node("Gemm", ["f", "w1", "b1"], ["h"]), node("Dropout", ["h", "ratio", "off"], ["o"]),
        node("Relu", ["o"], ["a"]), node("Reshape", ["a", "shape"], ["r"]),
        node("Gemm", ["r", "w2", "b2"], ["l"], "second"), node("Identity", ["l"], ["y"], "last")],
        c), None)

    # One square weight twice, once through Identity, once transposed; nodes in the wrong order;
    # a node that leads nowhere.
    w, b = weights(4, 4)
    chain = [
        node("Gemm", ["x", "w", "b"], ["h"], "one"), node("Relu", ["h"], ["a"]),
        node("Identity", ["w"], ["same"], "alias"),
        node("Transpose", ["same"], ["wt"], perm=[1, 0]),
        node("Constant", [], ["c"], value=numpy_helper.from_array(b)),
        node("MatMul", ["a", "wt"], ["m"], "two"), node("Add", ["m", "c"], ["y"], "three")]
    proto = model(chain, {"w": w, "b": b}, outputs=4)
    onnx.checker.check_model(proto)
    save("shared-weight", proto, None)
    shuffled = model([chain[k] for k in (6, 3, 0, 5, 4, 2, 1)], {"w": w, "b": b}, outputs=4)
    (GOOD / "shuffled.onnx").write_bytes(shuffled.SerializeToString())
    answers["shuffled"] = answers["shared-weight"]

    w1, b1 = weights(6, 5)
    w2, b2 = weights(5, 3)
    save("grey-picture", model([
        node("Flatten", ["x"], ["f"]), node("Gemm", ["f", "w1", "b1"], ["h"]),
        node("Relu", ["h"], ["a"]), node("Gemm", ["a", "w2", "b2"], ["y"], "second")],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, shape=["batch", 1, 2, 3]), None, shape=(1, 2, 3))

    external()
    with_torch()


def filters(units, channels, height=3, width=3):
    size = channels * height * width
    w = random.standard_normal((units, channels, height, width)) / np.sqrt(size)
    return w.astype(np.float32), (random.standard_normal(units) / 4).astype(np.float32)


def moments(channels):
    return {"scale": random.uniform(0.5, 2, channels).astype(np.float32),
            "shift": random.standard_normal(channels).astype(np.float32),
            "mean": random.standard_normal(channels).astype(np.float32),
            "variance": random.uniform(0.5, 2, channels).astype(np.float32)}


def pictures():
    """Convolutions, pooling, normalisation and branches; pictures are [channels, height, width]."""
    w1, b1 = filters(4, 2)
    w2, b2 = weights(4 * 3 * 2, 3)
    save("conv-pool", model([
        node("Conv", ["x", "w1", "b1"], ["c"], pads=[1, 1, 1, 1]), node("Relu", ["c"], ["r"]),
        node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        node("Flatten", ["p"], ["f"]), node("Gemm", ["f", "w2", "b2"], ["l"]),
        node("Softmax", ["l"], ["y"], axis=1)],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, shape=["batch", 2, 6, 5]), "softmax",
        shape=(2, 6, 5), ends="softmax")

    # A residual block whose shortcut halves the picture and adds channels of zeros.
    w1, _ = filters(3, 3)
    w2, _ = filters(6, 3)
    w3, b3 = weights(6, 4)
    lists = {"starts": [0, 0], "ends": [1 << 31, 1 << 31], "axes": [2, 3], "steps": [2, 2],
             "pads": [0, 1, 0, 0, 0, 2, 0, 0]}
    save("residual", model([
        node("Conv", ["x", "w1"], ["c"], pads=[1, 1, 1, 1]),
        node("BatchNormalization", ["c", "scale", "shift", "mean", "variance"], ["n"]),
        node("Relu", ["n"], ["r"]),
        node("Conv", ["r", "w2"], ["d"], "down", pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Slice", ["r", "starts", "ends", "axes", "steps"], ["s"]),
        node("Pad", ["s", "pads"], ["e"]), node("Add", ["d", "e"], ["a"]),
        node("Relu", ["a"], ["q"], "relu2"), node("GlobalAveragePool", ["q"], ["g"]),
        node("Flatten", ["g"], ["f"]), node("Gemm", ["f", "w3", "b3"], ["y"])],
        {"w1": w1, "w2": w2, "w3": w3, "b3": b3, **moments(3),
         **{k: np.array(v, np.int64) for k, v in lists.items()}},
        shape=["batch", 3, 7, 8], outputs=4), None, shape=(3, 7, 8))

    # Depthwise, two groups, uneven padding, padding as TensorFlow counts it, means with and without.
    w1, b1 = filters(4, 1, 3, 2)
    w2, b2 = filters(6, 2, 2, 3)
    w3, b3 = weights(6, 3)
    save("grouped", model([
        node("Conv", ["x", "w1", "b1"], ["c"], "depthwise", group=4, pads=[0, 1, 2, 0]),
        node("Elu", ["c"], ["e"]),
        node("Conv", ["e", "w2", "b2"], ["d"], "groups", group=2, auto_pad="SAME_UPPER",
             strides=[2, 2]),
        node("AveragePool", ["d"], ["p"], kernel_shape=[2, 3], pads=[1, 1, 0, 1],
             count_include_pad=1),
        node("AveragePool", ["p"], ["q"], "mean", kernel_shape=[2, 2], pads=[1, 0, 0, 0],
             strides=[1, 2]),
        node("ReduceMean", ["q"], ["g"], axes=[2, 3], keepdims=0),
        node("Gemm", ["g", "w3", "b3"], ["y"])],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3},
        shape=["batch", 4, 7, 9]), None, shape=(4, 7, 9))

    # A picture that is scaled channel by channel before the first layer.
    w1, b1 = filters(3, 3, 2, 2)
    w2, b2 = weights(3 * 3 * 3, 3)
    save("scaled-picture", model([
        node("Sub", ["x", "mean"], ["s"]), node("Div", ["s", "deviation"], ["d"]),
        node("Conv", ["d", "w1"], ["c"]), node("Add", ["c", "b1"], ["a"]),
        node("Tanh", ["a"], ["t"]), node("Reshape", ["t", "rows"], ["f"]),
        node("MatMul", ["f", "w2"], ["m"]), node("Add", ["m", "b2"], ["y"], "add2")],
        {"mean": np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1),
         "deviation": np.array([0.229, 0.224, 0.225], np.float32).reshape(3, 1, 1),
         "w1": w1, "b1": b1.reshape(1, 3, 1, 1), "w2": w2, "b2": b2,
         "rows": np.array([-1, 27], np.int64)}, shape=["batch", 3, 4, 4]), None, shape=(3, 4, 4))

    # Branches side by side.
    w1, b1 = filters(2, 2, 1, 1)
    w2, b2 = filters(3, 2)
    w3, b3 = weights(7, 3)
    save("branches", model([
        node("Conv", ["x", "w1", "b1"], ["a"], "one"),
        node("Conv", ["x", "w2", "b2"], ["b"], "three", pads=[1, 1, 1, 1]),
        node("MaxPool", ["x"], ["p"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        node("Concat", ["a", "b", "p"], ["c"], axis=1), node("LeakyRelu", ["c"], ["r"]),
        node("GlobalAveragePool", ["r"], ["g"]), node("Flatten", ["g"], ["f"]),
        node("Gemm", ["f", "w3", "b3"], ["y"])],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3},
        shape=["batch", 2, 5, 5]), None, shape=(2, 5, 5))

    # Channels last, as TensorFlow's networks come.
    w1, b1 = filters(3, 2)
    w2, b2 = weights(2 * 3 * 3, 3)
    save("channels-last", model([
        node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]), node("Conv", ["t", "w1", "b1"], ["c"]),
        node("Relu", ["c"], ["r"]), node("Transpose", ["r"], ["u"], "back", perm=[0, 2, 3, 1]),
        node("Reshape", ["u", "rows"], ["f"]), node("Gemm", ["f", "w2", "b2"], ["y"])],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "rows": np.array([-1, 18], np.int64)},
        shape=["batch", 4, 5, 2]), None, shape=(4, 5, 2))

    # Rows that become pictures.
    w1, b1 = filters(2, 1, 2, 2)
    w2, b2 = weights(2 * 2 * 3, 3)
    save("rows-to-picture", model([
        node("Reshape", ["x", "picture"], ["p"]), node("Conv", ["p", "w1", "b1"], ["c"]),
        node("Sigmoid", ["c"], ["s"]), node("Flatten", ["s"], ["f"]),
        node("Gemm", ["f", "w2", "b2"], ["y"])],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "picture": np.array([-1, 1, 3, 4], np.int64)},
        inputs=12), None, shape=(12,))

    # Two branches of dense layers.
    w1, _ = weights(4, 4)
    save("dense-branches", model([
        node("Gemm", ["x", "w1"], ["h"], "one"), node("Relu", ["h"], ["a"]),
        node("Tanh", ["h"], ["b"]), node("Add", ["a", "b"], ["y"])], {"w1": w1}, outputs=4), None)

    # Splits by stated sizes and into halves, and channels cut out; then the same of a row.
    w1, b1 = filters(5, 2)
    w2, b2 = filters(2, 3, 1, 1)
    w3, b3 = weights(7, 7)
    w4, b4 = weights(7, 3)
    lists = {"sizes": [2, 3], "start": [-3], "end": [1 << 62], "axis": [1], "first": [0], "few": [3],
             "some": [6, 0, -3, 2, 2, 5, 1]}
    save("splits", model([
        node("Conv", ["x", "w1", "b1"], ["c"]), node("Split", ["c", "sizes"], ["a", "b"], axis=1),
        node("Conv", ["b", "w2", "b2"], ["d"], "part"), node("Relu", ["d"], ["r"]),
        node("Concat", ["r", "a"], ["m"], axis=1), node("Slice", ["m", "start", "end", "axis"], ["n"]),
        node("Split", ["m"], ["h", "i"], "halves", axis=-3, num_outputs=2),
        node("Concat", ["i", "n", "h"], ["j"], "all", axis=1),
        node("Gather", ["j", "some"], ["k"], axis=1), node("GlobalAveragePool", ["k"], ["g"]),
        node("Flatten", ["g"], ["f"]), node("Gemm", ["f", "w3", "b3"], ["o"]),
        node("Split", ["o"], ["p", "q"], "row", axis=1, num_outputs=2),
        node("Slice", ["q", "first", "few", "axis"], ["u"], "of-a-row"),
        node("Concat", ["u", "p"], ["v"], "row-again", axis=1),
        node("Gemm", ["v", "w4", "b4"], ["y"], "last")],
        {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3, "w4": w4, "b4": b4,
         **{k: np.array(v, np.int64) for k, v in lists.items()}},
        shape=["batch", 2, 5, 6], opset=18), None, shape=(2, 5, 6))


def external():
    c = mlp_constants()
    proto = model([
        node("Gemm", ["x", "w1", "b1"], ["h"]), node("Relu", ["h"], ["a"]),
        node("Gemm", ["a", "w2", "b2"], ["y"], "second")], c)
    onnx.save(proto, str(GOOD / "external.onnx"), save_as_external_data=True,
              location="external.weights", size_threshold=0)
    record("external", None, np.float32, (4,), "outputs")


def with_torch():
    torch.manual_seed(3)
    net = torch.nn.Sequential(
        torch.nn.Linear(4, 6), torch.nn.ReLU(), torch.nn.Dropout(0.3), torch.nn.Linear(6, 5),
        torch.nn.Sigmoid(), torch.nn.Linear(5, 3)).eval()
    rows = torch.zeros(2, 4)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, options in {
            "torch-script": dict(dynamo=False, dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}),
            "torch-dynamo": dict(dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},)),
        }.items():
            path = str(GOOD / f"{name}.onnx")
            try:
                torch.onnx.export(net, (rows,), path, input_names=["x"], output_names=["y"],
                                  verbose=False, **options)
            except (ImportError, ModuleNotFoundError) as error:
                print(f"{name}: left out: {error}")
                continue
            proto = onnx.load(path)
            strip(proto)
            for extra in GOOD.glob(name + ".onnx.data"):
                extra.unlink()
            save(name, proto, None)


def strip(proto):
    """Removes what names the machine: stack traces and the like."""
    del proto.metadata_props[:]
    proto.doc_string = proto.graph.doc_string = ""
    del proto.graph.value_info[:]
    for n in proto.graph.node:
        n.doc_string = ""
        del n.metadata_props[:]
    for v in [*proto.graph.input, *proto.graph.output, *proto.graph.initializer]:
        v.doc_string = ""
        del v.metadata_props[:]


def broken():
    def keep(name, proto):
        data = proto if isinstance(proto, bytes) else proto.SerializeToString()
        (BROKEN / f"{name}.onnx").write_bytes(data)

    def tiny(**changes):
        w, b = weights(4, 3)
        return model([node("Gemm", ["x", "w", "b"], ["y"])], {"w": w, "b": b} | changes)

    keep("empty", b"")
    keep("text", b"this is not a model\n" * 4)
    whole = tiny().SerializeToString()
    keep("truncated", whole[: len(whole) * 2 // 3])

    w, b = weights(4, 3)
    w[1, 2] = np.nan
    keep("nan-weight", tiny(w=w))
    w, _ = weights(4, 3)
    w[0, 0] = np.inf
    keep("infinite-weight", tiny(w=w))
    keep("overflowing-double", tiny(w=np.full((4, 3), 1e300)))

    huge = TensorProto(name="w", data_type=F, raw_data=b"\0" * 16)
    huge.dims.extend([1 << 62, 1 << 62])
    keep("huge-dimensions", tiny(w=huge))
    negative = TensorProto(name="w", data_type=F, raw_data=b"\0" * 16)
    negative.dims.extend([-4, 3])
    keep("negative-dimension", tiny(w=negative))
    short = TensorProto(name="w", data_type=F, raw_data=b"\0" * 44)
    short.dims.extend([4, 3])
    keep("short-bytes", tiny(w=short))
    few = TensorProto(name="w", data_type=F, float_data=[1.0, 2.0])
    few.dims.extend([4, 3])
    keep("few-numbers", tiny(w=few))

    for name, location in [("outside", "../secret.bin"), ("absolute", "/etc/passwd"),
                           ("gone", "gone.bin")]:
        lying = TensorProto(name="w", data_type=F, data_location=TensorProto.EXTERNAL)
        lying.dims.extend([4, 3])
        lying.external_data.add(key="location", value=location)
        keep("external-" + name, tiny(w=lying))

    # Pictures.
    w, b = filters(3, 2)

    def conv(after=(), shape=("batch", 2, 5, 5), constants=None, **attributes):
        chain = [node("Conv", ["x", "w", "b"], ["c"], **attributes), *after]
        if not after:
            chain.append(node("Flatten", ["c"], ["y"]))
        return model(chain, {"w": w, "b": b} | (constants or {}), shape=list(shape))

    keep("dilated", conv(dilations=[2, 2]))
    keep("window-too-large", conv(shape=("batch", 2, 2, 2)))
    keep("other-channels", conv(shape=("batch", 3, 5, 5)))
    keep("endless-padding", conv(pads=[1 << 62, 0, 0, 0]))
    keep("no-stride", conv(strides=[0, 1]))
    keep("no-groups", conv(group=0))
    keep("picture-out", conv([node("Relu", ["c"], ["y"])]))
    keep("unknown-size", conv(shape=("batch", 2, "height", "width")))
    keep("product-of-values", conv([
        node("Mul", ["c", "c"], ["m"]), node("Flatten", ["m"], ["y"])]))
    keep("negative-variance", conv([
        node("BatchNormalization", ["c", "b", "b", "b", "v"], ["n"]),
        node("Flatten", ["n"], ["y"])], constants={"v": np.full(3, -1, np.float32)}))
    keep("sum-of-shapes", conv([
        node("Conv", ["x", "w", "b"], ["d"], "other", pads=[1, 1, 1, 1]),
        node("Add", ["c", "d"], ["a"]), node("Flatten", ["a"], ["y"])]))

    for name, sizes, axis in [("split-too-few", [1, 1], 1), ("split-of-nothing", [0, 3], 1),
                              ("split-of-rows", [3, 3], 2), ("split-too-long", [1 << 62, 1 << 62], 1)]:
        keep(name, conv([
            node("Split", ["c", "sizes"], ["d", "e"], axis=axis), node("Flatten", ["d"], ["y"])],
            constants={"sizes": np.array(sizes, np.int64)}))
    for name, places in [("gather-beyond", [0, 3]), ("gather-of-one", 1)]:
        keep(name, conv([
            node("Gather", ["c", "places"], ["d"], axis=1), node("Flatten", ["d"], ["y"])],
            constants={"places": np.array(places, np.int64)}))
    keep("slice-of-nothing", conv([
        node("Slice", ["c", "two", "one", "one"], ["d"]), node("Flatten", ["d"], ["y"])],
        constants={"two": np.array([2], np.int64), "one": np.array([1], np.int64)}))

    keep("missing-initializer", model([node("Gemm", ["x", "w", "b"], ["y"])], {"w": w}))
    keep("wrong-width", model([node("Gemm", ["x", "w"], ["y"])], {"w": np.zeros((5, 3), np.float32)}))
    keep("unsupported", model([
        node("Gemm", ["x", "w"], ["h"]), node("Sin", ["h"], ["y"], "wave")],
        {"w": np.zeros((4, 3), np.float32)}))
    keep("other-domain", model([
        helper.make_node("Relu", ["x"], ["y"], name="odd", domain="com.example")], {}))
    square = np.zeros((4, 4), np.float32)
    keep("cycle", model([
        node("Add", ["x", "b"], ["a"], "first"), node("Relu", ["a"], ["b"]),
        node("Gemm", ["b", "w"], ["y"])], {"w": square}, outputs=4))
    keep("made-twice", model([
        node("Relu", ["x"], ["y"]), node("Tanh", ["x"], ["y"])], {}))
    keep("two-inputs", model([node("Gemm", ["x", "w"], ["y"])], {"w": square}, outputs=4,
                             extra_inputs=[helper.make_tensor_value_info("z", F, ["batch", 4])]))
    keep("no-dense", model([node("Identity", ["x"], ["y"])], {}, outputs=4))
    keep("softmax-inside", model([
        node("Gemm", ["x", "w"], ["h"]), node("Softmax", ["h"], ["s"]),
        node("Gemm", ["s", "w"], ["y"], "second")], {"w": square}, outputs=4))
    keep("transposed-rows", model([node("Gemm", ["x", "w"], ["y"], transA=1)], {"w": square}))
    keep("training-dropout", model([
        node("Dropout", ["x", "r", "on"], ["d"]), node("Gemm", ["d", "w"], ["y"])],
        {"w": square, "r": np.array(0.5, np.float32), "on": np.array(True)}, outputs=4))
    keep("old-operators", model([node("Gemm", ["x", "w"], ["y"])], {"w": square}, opset=5))
    keep("whole-numbers", model([
        node("Cast", ["x"], ["i"], to=TensorProto.INT64), node("Gemm", ["i", "w"], ["y"])],
        {"w": square}, outputs=4))

    # A short file that asks for gigabytes: one weight, thousands of times.
    many = np.zeros((64, 64), np.float32)
    chain = [helper.make_node("MatMul", [f"v{k}" if k else "x", "w"], [f"v{k + 1}"])
             for k in range(2000)]
    chain[-1].output[0] = "y"
    keep("amplified", model(chain, {"w": many}, inputs=64, outputs=64))

    # Messages in messages: a graph in an attribute in a node in a graph in …
    def field(number, payload):
        size, length = b"", len(payload)
        while True:
            size += bytes([length & 127 | (128 if length > 127 else 0)])
            length >>= 7
            if not length:
                return bytes([number << 3 | 2]) + size + payload

    inner = field(1, b"")
    for _ in range(400):
        inner = field(1, field(5, field(6, inner)))
    keep("deep", field(7, inner))

    text = tiny()
    text.metadata_props.add(key="espalier.schema", value='{"features": 3}')
    keep("metadata-form", text)
    text = tiny()
    schema = {"features": [{"name": "a"}], "target": {"name": "t", "classes": ["p", "q", "r"]}}
    text.metadata_props.add(key="espalier.schema", value=json.dumps(schema))
    encoding = {"inputs": [{"feature": 7, "kind": {"missing": {}}}], "targetMean": 0,
                "targetScale": 1}
    text.metadata_props.add(key="espalier.encoding", value=json.dumps(encoding))
    keep("metadata-feature", text)
    text = tiny()
    schema["image"] = {"height": 1 << 40, "width": 1 << 40, "channels": 3, "maximum": 255}
    text.metadata_props.add(key="espalier.schema", value=json.dumps(schema))
    keep("metadata-picture", text)


if __name__ == "__main__":
    for folder in (GOOD, BROKEN):
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
    good()
    broken()
    hostile.write()
    pictures()
    (HERE / "answers.json").write_text(json.dumps(answers, indent=1, sort_keys=True) + "\n")
