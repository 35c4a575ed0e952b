#!/usr/bin/env python3
"""Small networks with tables as their users have them, labelled by onnxruntime.

    python make.py      writes NAME.onnx and NAME.csv beside this file

The class of each row is the larger output of the network on the cells as they stand in the file, so that a
network that is read and fed correctly is right on every row. Needs numpy, onnx and onnxruntime.
"""
import csv
import pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

here = pathlib.Path(__file__).parent
ROWS = 24
# Levels that a reader without the network takes for numbers, missing values, dates, or texts with blanks.
LEVELS = {
    "decimals": ["1.0", "2.0", "3.0"],
    "percent": ["10%", "20%", "30%"],
    "missing": ["NA", "None", "?"],
    "zeros": ["01", "02", "10"],
    "blanks": [" Private", " Self", "None "],
    "prices": ["€10", "€20", "€30"],
    "months": ["2023-01", "2023-02", "2023-03"],
    "names": [f"shop {n}" for n in range(ROWS)],
}


def constant(name, values, kind=np.float32):
    return onnx.numpy_helper.from_array(np.array(values, kind), name)


def write(name, nodes, inputs, initializers, header, rows, feed, kind=TensorProto.FLOAT, shape=("N", 2), ties=False, producer=""):
    output = helper.make_tensor_value_info("logits", kind, shape)
    graph = helper.make_graph(nodes, name, inputs, [output], initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    if producer:
        model.producer_name = producer
    onnx.checker.check_model(model)
    onnx.save(model, here / f"{name}.onnx")
    logits = feed(onnxruntime.InferenceSession(str(here / f"{name}.onnx")))
    if kind == TensorProto.STRING:
        labels = list(logits)
    elif shape == ("N", 1):
        labels = ["yes" if a > .5 else "no" for a, in logits]
    else:
        labels = ["no" if a >= b else "yes" for a, b in logits]
        # No row is near the border between the classes.
        assert ties == (np.abs(logits[:, 0] - logits[:, 1]).min() <= 1e-3), name
    assert 4 <= labels.count("no") <= len(labels) - 4, (name, labels)
    with open(here / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header + ["answer"])
        writer.writerows([*row, label] for row, label in zip(rows, labels))


def levels(name, known, twice=False, unknown=(), rare=0, seed=1):
    """`rare`: the last levels have one flag, as of the infrequent levels of scikit-learn's OneHotEncoder."""
    chance = np.random.default_rng(seed)
    all = [*known, *unknown]
    texts = known if len(known) == ROWS else [all[i] for i in chance.integers(len(all), size=ROWS)]
    amounts = chance.normal(size=ROWS).round(2)
    kinds = 2 if twice else 1
    each = len(known) - rare + (rare > 0)
    width = 1 + kinds * each
    hot = lambda n: [
        helper.make_node("OneHotEncoder", ["kind"], [f"hot{n}"], domain="ai.onnx.ml", cats_strings=known, zeros=1),
        helper.make_node("Reshape", [f"hot{n}", "flat"], [f"levels{n}"])] if not rare else [
        helper.make_node("OneHotEncoder", ["kind"], [f"hot{n}"], domain="ai.onnx.ml", cats_strings=known, zeros=1),
        helper.make_node("Split", [f"hot{n}", "sizes"], ["often", "seldom"], axis=-1),
        helper.make_node("ReduceSum", ["seldom", "last"], ["sum"], keepdims=1),
        helper.make_node("Concat", ["often", "sum"], ["flags"], axis=-1),
        helper.make_node("Reshape", ["flags", "flat"], [f"levels{n}"])]
    nodes = [node for n in range(kinds) for node in hot(n)] + [
        helper.make_node("Concat", ["amount"] + [f"levels{n}" for n in range(kinds)], ["all"], axis=1),
        helper.make_node("Gemm", ["all", "w1", "b1"], ["h"]), helper.make_node("Tanh", ["h"], ["a"]),
        helper.make_node("Gemm", ["a", "w2", "b2"], ["logits"])]
    first = chance.normal(size=(width, 6)) * 2
    initializers = [
        constant("flat", [-1, each], np.int64), constant("w1", first), constant("b1", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, 2))), constant("b2", [0, 0])]
    if rare:
        initializers += [constant("sizes", [len(known) - rare, rare], np.int64), constant("last", [-1], np.int64)]
    inputs = [helper.make_tensor_value_info("amount", TensorProto.FLOAT, ["N", 1]),
              helper.make_tensor_value_info("kind", TensorProto.STRING, ["N", 1])]
    feed = lambda session: session.run(None, {
        "amount": amounts.astype(np.float32)[:, None], "kind": np.array(texts, object)[:, None]})[0]
    write(name, nodes, inputs, initializers, ["amount", "kind"], list(zip(amounts, texts)), feed)


def filled(name, known, filling, codes=False, mark="", seed=1):
    """A SimpleImputer of texts before a one-hot or an ordinal encoder, as skl2onnx exports it."""
    chance = np.random.default_rng(seed)
    texts = [["red", "green", "blue", ""][i] for i in chance.integers(4, size=ROWS)]
    amounts = chance.normal(size=ROWS).round(2)
    ml = dict(domain="ai.onnx.ml")
    nodes = [
        helper.make_node("LabelEncoder", ["zero"], ["filling"], **ml, keys_int64s=[0], values_strings=[filling],
                         default_string=filling),
        helper.make_node("LabelEncoder", ["kind"], ["m"], **ml, keys_strings=[mark], values_int64s=[1], default_int64=0),
        helper.make_node("Cast", ["m"], ["gap"], to=TensorProto.BOOL),
        helper.make_node("Where", ["gap", "filling", "kind"], ["k"])]
    width = 2 if codes else 1 + len(known)
    if codes:
        nodes.append(helper.make_node(
            "LabelEncoder", ["k"], ["levels"], **ml, keys_strings=known, values_floats=[.7, -1.2, 2.1][:len(known)],
            default_float=-.4))
    else:
        nodes += [helper.make_node("OneHotEncoder", ["k"], ["hot"], **ml, cats_strings=known, zeros=1),
                  helper.make_node("Reshape", ["hot", "flat"], ["levels"])]
    nodes += [helper.make_node("Concat", ["amount", "levels"], ["all"], axis=1),
              helper.make_node("Gemm", ["all", "w1", "b1"], ["h"]), helper.make_node("Tanh", ["h"], ["a"]),
              helper.make_node("Gemm", ["a", "w2", "b2"], ["logits"])]
    initializers = [
        constant("zero", [0], np.int64), constant("flat", [-1, len(known)], np.int64),
        constant("w1", chance.normal(size=(width, 6)) * 2), constant("b1", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, 2))), constant("b2", [0, 0])]
    inputs = [helper.make_tensor_value_info("amount", TensorProto.FLOAT, ["N", 1]),
              helper.make_tensor_value_info("kind", TensorProto.STRING, ["N", 1])]
    given = [text or mark for text in texts]
    feed = lambda session: session.run(None, {
        "amount": amounts.astype(np.float32)[:, None], "kind": np.array(given, object)[:, None]})[0]
    write(name, nodes, inputs, initializers, ["amount", "kind"], list(zip(amounts, texts)), feed)


def image(name, shape, batch="N", convolves=True, turns=(), pool=None, flat=False, producer="", seed=1):
    """A table whose columns are the numbers of an image."""
    chance = np.random.default_rng(seed)
    count = int(np.prod(shape))
    rows = chance.normal(size=(ROWS, count)).round(2)
    # The columns of the table are pixels row by row, with the channels of a pixel side by side.
    fed = lambda part: part.reshape(-1, *shape) if not convolves else (
        part.reshape(-1, *shape[1:], shape[0]).transpose(0, 3, 1, 2))
    nodes, initializers, last, width = [], [], "x", count
    if convolves:
        initializers += [constant("k", chance.normal(size=(4, shape[0], 2, 2)))]
        if turns:
            initializers.append(constant("turns", turns, np.int64))
            nodes.append(helper.make_node("Gather", ["x", "turns"], ["t"], axis=1))
        nodes += [helper.make_node("Conv", ["t" if turns else "x", "k"], ["c"]),
                  helper.make_node("Relu", ["c"], ["r"])]
        width, last = 4 * (shape[1] - 1) * (shape[2] - 1), "r"
        if pool:
            kind, width, settings = pool
            if kind == "both":
                nodes += [helper.make_node("GlobalAveragePool", ["r"], ["p0"]),
                          helper.make_node("MaxPool", ["r"], ["p1"], kernel_shape=[shape[1] - 1, shape[2] - 1]),
                          helper.make_node("Concat", ["p0", "p1"], ["m"], axis=1)]
            elif kind == "flattened":
                # Flattened images beside each other and beside the flattened input, as of torch.cat, then normalised.
                large = 4 * (shape[1] - 1) * (shape[2] - 1)
                width = count + large + 3 * (shape[1] - 2) * (shape[2] - 2)
                initializers += [constant("k3", chance.normal(size=(3, shape[0], 3, 3)))] + [
                    constant(part, chance.normal(size=width)) for part in ("gamma", "beta", "mean")]
                initializers.append(constant("variance", chance.uniform(.5, 2, size=width)))
                nodes += [helper.make_node("Flatten", ["r"], ["p0"]), helper.make_node("Conv", ["x", "k3"], ["c3"]),
                          helper.make_node("Tanh", ["c3"], ["r3"]), helper.make_node("Flatten", ["r3"], ["p3"]),
                          helper.make_node("Flatten", ["x"], ["px"]),
                          helper.make_node("Concat", ["p3", "px", "p0"], ["p"], axis=1),
                          helper.make_node("BatchNormalization", ["p", "gamma", "beta", "mean", "variance"], ["m"])]
            elif kind == "merged":
                # As torch exports x.flatten(2).mean(2).
                initializers.append(constant("merge", [0, width, -1], np.int64))
                nodes += [helper.make_node("Reshape", ["r", "merge"], ["p0"]),
                          helper.make_node("ReduceMean", ["p0"], ["m"], **settings)]
            else:
                nodes.append(helper.make_node(kind, ["r"], ["m"], **settings))
            last = "m"
    initializers += [
        constant("flat", [batch if isinstance(batch, int) else -1, width], np.int64),
        constant("w", chance.normal(size=(width, 6))), constant("b", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, 2))), constant("b2", [0, 0])]
    nodes += [helper.make_node("Reshape", [last, "flat"], ["f"]), helper.make_node("Gemm", ["f", "w", "b"], ["h"]),
              helper.make_node("Tanh", ["h"], ["a"]), helper.make_node("Gemm", ["a", "w2", "b2"], ["logits"])]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *shape])]
    if flat:
        # Rows of one channel that the first node makes images of.
        inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *flat])]
        initializers.append(constant("image", [-1, *shape], np.int64))
        nodes[0].input[0] = "image:x"
        nodes.insert(0, helper.make_node("Reshape", ["x", "image"], ["image:x"]))
        fed = lambda part: part.reshape(-1, *flat)
    step = batch if isinstance(batch, int) else ROWS
    feed = lambda session: np.concatenate([
        session.run(None, {"x": fed(rows[i:i + step].astype(np.float32))})[0]
        for i in range(0, ROWS, step)])
    write(name, nodes, inputs, initializers, [f"c{i}" for i in range(count)], rows.tolist(), feed,
          producer=producer)


def tanh(reads, chance, width, outputs=2, spread=1):
    """A hidden layer of six units and the logits, with the initializers."""
    nodes = [helper.make_node("Gemm", [reads, "w1", "b1"], ["h"]), helper.make_node("Tanh", ["h"], ["a"]),
             helper.make_node("Gemm", ["a", "w2", "b2"], ["l"])]
    return nodes, [
        constant("w1", chance.normal(size=(width, 6)) * spread), constant("b1", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, outputs)) * 2), constant("b2", chance.normal(size=outputs))]


def table(name, before=(), constants=(), reads="x", read=None, scores=2, behind=None, kind=np.float32, columns=None,
          shape=None, answer=TensorProto.FLOAT, outputs=("N", 2), keeps=False, names=None, seed=1,
          ties=False):
    """Rows of four numbers, with nodes before and behind the layers; `keeps`: the outputs are in a file too."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(ROWS, 4)).round(2) if columns is None else columns(chance)
    nodes, initializers = tanh(reads, chance, read or rows.shape[1], scores)
    behind = behind or [helper.make_node("Identity", ["l"], ["logits"])]
    shape = shape or ["N", rows.shape[1]]
    inputs = [helper.make_tensor_value_info("x", helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape)]
    known = []

    def feed(session):
        lengths = [n if isinstance(n, int) else rows.shape[1] for n in shape[1:]]
        known.append(session.run(None, {"x": rows.astype(kind).reshape(-1, *lengths)})[0])
        return known[0]
    write(name, [*before, *nodes, *behind], inputs, [*initializers, *constants],
          names or [f"c{i}" for i in range(rows.shape[1])], rows.tolist(), feed, answer, outputs, ties)
    if keeps:
        with open(here / f"{name}.outputs.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([f"{v:.6g}" for v in row] for row in known[0])


def one_versus_rest(name, names=("oak", "pine", "None"), spread=1, keeps=False, seed=1):
    """Linear models of one class each, as skl2onnx exports OneVsRestClassifier, with 48 rows."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(2 * ROWS, 3)).round(2)
    nodes = []
    for n in range(3):
        weights = chance.normal(size=3) * 2 * spread
        bias = chance.normal() * spread
        nodes += [
            helper.make_node(
                "LinearClassifier", ["x"], [f"label{n}", f"p{n}"], domain="ai.onnx.ml", classlabels_ints=[0, 1],
                coefficients=[*-weights, *weights], intercepts=[-bias, bias], post_transform="LOGISTIC"),
            helper.make_node("Slice", [f"p{n}", "one", "two", "one"], [f"q{n}"])]
    nodes += [
        helper.make_node("Concat", ["q0", "q1", "q2"], ["scores"], axis=1),
        helper.make_node("ArgMax", ["scores"], ["position"], axis=1),
        helper.make_node("ReduceSum", ["scores", "one"], ["sum"]),
        helper.make_node("ArrayFeatureExtractor", ["classes", "position"], ["names"], domain="ai.onnx.ml"),
        helper.make_node("Div", ["scores", "sum"], ["probabilities"]),
        helper.make_node("Reshape", ["names", "flat"], ["label"])]
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])],
        [helper.make_tensor_value_info("label", TensorProto.STRING, ["N"]),
         helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", 3])],
        [constant("one", [1], np.int64), constant("two", [2], np.int64), constant("flat", [-1], np.int64),
         helper.make_tensor("classes", TensorProto.STRING, [3], [n.encode() for n in names])])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 1)])
    model.ir_version = 8
    onnx.save(model, here / f"{name}.onnx")
    labels, shares = onnxruntime.InferenceSession(str(here / f"{name}.onnx")).run(None, {"x": rows.astype(np.float32)})
    counts = [list(labels).count(label) for label in names]
    assert min(counts) > 9, counts
    # Ties of saturated sigmoids are wanted with a large spread only.
    ties = (np.sort(shares)[:, -1] == np.sort(shares)[:, -2]).sum()
    assert ties > 3 if spread > 1 else ties == 0
    with open(here / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["c0", "c1", "c2", "answer"])
        writer.writerows([*row, label] for row, label in zip(rows.tolist(), labels))
    if keeps:
        with open(here / f"{name}.outputs.csv", "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([f"{v:.6g}" for v in row] for row in shares)


def timestamps(chance):
    return np.stack([1_700_000_000 + chance.integers(0, 400, ROWS), *chance.normal(size=(3, ROWS)).round(2)], 1)


def first(make, *arguments, **options):
    """The first random seed whose rows meet the assertions of `write`."""
    for seed in range(1, 200):
        try:
            return make(*arguments, **options, seed=seed)
        except AssertionError:
            continue
    raise SystemExit(f"{arguments[0]}: no seed")


for name, known in LEVELS.items():
    first(levels, name, known)
first(levels, "twice", ["a", "b", "c"], twice=True)
first(image, "channels-first", (3, 4, 4))
first(image, "fixed-batch", (1, 4, 4), batch=2)
first(image, "channels-last", (6, 4, 3), convolves=False)

first(levels, "blank", [" ", "a"])
first(levels, "forms", ["caf\u00e9", "x"], unknown=["cafe\u0301"])
first(levels, "spellings", ["007", "7"], unknown=["07"])
first(levels, "infrequent", ["a", "b", "c", "d"], unknown=["e"], rare=2)
first(levels, "infrequent-all", ["a", "b", "c"], unknown=["d"], rare=3)
node = helper.make_node
rest = [node("Sigmoid", ["l"], ["s"]), node("Concat", ["s"], ["p"], axis=1), node("Sub", ["unit", "p"], ["n"])]
unit = [constant("unit", 1)]
first(table, "one-operand", keeps=True, scores=1, constants=unit, behind=[
    *rest, node("Concat", ["n", "p"], ["logits"], axis=1)])
first(table, "pair", keeps=True, scores=1, constants=unit, behind=[
    *rest, node("Concat", ["p", "n"], ["logits"], axis=1)])
first(table, "repeated", reads="xx", read=8, before=[node("Concat", ["x", "x"], ["xx"], axis=1)])
first(table, "clipped", reads="c", constants=[constant("low", [-.5] * 4), constant("span", [1, 1.2, .9, 1.1]),
                                              constant("zero", 0), constant("one", 1)],
      before=[node("Sub", ["x", "low"], ["d"]), node("Div", ["d", "span"], ["e"]),
              node("Clip", ["e", "zero", "one"], ["c"])])
first(table, "timestamps", reads="c", columns=timestamps, before=[
    node("Scaler", ["x"], ["c"], domain="ai.onnx.ml", offset=[1.7e9 + 200, 0., 0., 0.], scale=[.008, 1., 1., 1.])])
first(one_versus_rest, "one-vs-rest", keeps=True)
first(one_versus_rest, "saturated", spread=40)
first(one_versus_rest, "decimal-classes", names=("0.5", "1.5", "2.5"))
first(one_versus_rest, "month-classes", names=("2020-01", "2021-01", "2022-01"))
cast = [node("Cast", ["x"], ["f"], to=TensorProto.FLOAT)]
first(table, "booleans", reads="f", before=cast, kind=np.bool_,
      columns=lambda chance: chance.normal(size=(ROWS, 4)) > 0)
first(table, "bytes", reads="e", kind=np.uint8, shape=["N", 2, 2], constants=[constant("most", 255)],
      before=[*cast, node("Div", ["f", "most"], ["d"]), node("Flatten", ["d"], ["e"])],
      columns=lambda chance: chance.integers(0, 256, (ROWS, 4)))
first(table, "unknown-width", reads="c", shape=["N", "K"], before=[
    node("Scaler", ["x"], ["c"], domain="ai.onnx.ml", offset=[.1, .2, .3, .4], scale=[1., 2., 1., 2.])])
first(table, "other-columns", reads="c", read=2, constants=[
    constant(n, [v], np.int64) for n, v in dict(start=0, end=4, axis=1, step=2).items()],
      before=[node("Slice", ["x", "start", "end", "axis", "step"], ["c"])])
first(table, "turned-columns", reads="c", constants=[
    constant(n, [v], np.int64) for n, v in dict(start=-1, end=-100, axis=1, step=-1).items()],
      before=[node("Slice", ["x", "start", "end", "axis", "step"], ["c"])])
first(table, "named-positions", answer=TensorProto.STRING, outputs=("N",), behind=[
    node("ArgMax", ["l"], ["p"], axis=1, keepdims=0),
    node("LabelEncoder", ["p"], ["logits"], domain="ai.onnx.ml", keys_int64s=[0, 1], values_strings=["yes", "no"])])
half = [constant("half", .5)]
first(table, "threshold", scores=1, constants=half, outputs=("N", 1), behind=[
    node("Sigmoid", ["l"], ["s"]), node("Greater", ["s", "half"], ["g"]),
    node("Cast", ["g"], ["logits"], to=TensorProto.FLOAT)])
# Running statistics that are not those of the rows.
first(table, "batch-norm", reads="c", constants=[
    constant("gamma", [1., 2., .5, 1.]), constant("beta", [.5, 0., -1., .2]),
    constant("mean", [.5, -.4, .3, 1.]), constant("variance", [2., .5, 1.5, .3]), constant("scales", [1., 2.]),
    constant("offsets", [0., .5]), constant("means", [1., -1.]), constant("variances", [.5, 2.])],
      before=[node("BatchNormalization", ["x", "gamma", "beta", "mean", "variance"], ["c"])],
      behind=[node("BatchNormalization", ["l", "scales", "offsets", "means", "variances"], ["logits"])])
first(table, "saturated-tanh", ties=True, constants=[constant("steep", 1000.)], behind=[
    node("Mul", ["l", "steep"], ["u"]), node("Tanh", ["u"], ["logits"])])
first(table, "hard-sigmoid", keeps=True, scores=1, outputs=("N", 1), behind=[
    node("HardSigmoid", ["l"], ["logits"], alpha=1 / 6, beta=.5)])
first(table, "clipped-margin", keeps=True, scores=1, outputs=("N", 1), constants=[
    constant("zero", 0.), constant("one", 1.), constant("two", 2.)], behind=[
    node("Add", ["l", "one"], ["u"]), node("Div", ["u", "two"], ["v"]), node("Clip", ["v", "zero", "one"], ["logits"])])
# One output that is a probability: a weighted mean of two sigmoids, and p of the outputs 1 - p and p of a linear p.
first(table, "mean-of-sigmoids", keeps=True, scores=2, outputs=("N", 1), constants=[
    constant("ends", [1, 2], np.int64), constant("starts", [0, 1], np.int64), constant("axis", [1], np.int64),
    constant("zero", [0], np.int64), constant("one", [1], np.int64), constant("two", [2], np.int64),
    constant("more", .7), constant("less", .3)], behind=[
    node("Sigmoid", ["l"], ["s"]), node("Slice", ["s", "zero", "one", "axis"], ["s0"]),
    node("Slice", ["s", "one", "two", "axis"], ["s1"]), node("Mul", ["s0", "more"], ["m0"]),
    node("Mul", ["s1", "less"], ["m1"]), node("Add", ["m0", "m1"], ["logits"])])
first(table, "linear-probability", keeps=True, scores=1, constants=[constant("unit", 1.), constant("small", .05), constant("half", .5)], behind=[
    node("Mul", ["l", "small"], ["m"]), node("Add", ["m", "half"], ["p"]), node("Sub", ["unit", "p"], ["q"]),
    node("Concat", ["q", "p"], ["logits"], axis=1)])
# x[:, [2, 0, 3]] of PyTorch's exporter.
first(table, "gathered", reads="c", read=3, constants=[constant("at", [[2], [0], [3]], np.int64)], before=[
    node("Transpose", ["x"], ["t"], perm=[1, 0]), node("GatherND", ["t", "at"], ["g"]),
    node("Transpose", ["g"], ["c"], perm=[1, 0])])
first(table, "rounded", scores=1, outputs=("N", 1), behind=[
    node("Sigmoid", ["l"], ["s"]), node("Round", ["s"], ["logits"])])
first(image, "global-max", (1, 4, 4), pool=("GlobalMaxPool", 4, {}))
first(image, "reduce-max", (1, 4, 4), pool=("ReduceMax", 4, dict(axes=[2, 3], keepdims=0)))
first(image, "whole-windows", (1, 5, 5), pool=(
    "MaxPool", 16, dict(kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)))
first(image, "turned-channels", (3, 4, 4), turns=[2, 1, 0])
first(table, "grades", keeps=True, scores=1, outputs=("N", 1))
first(table, "averaged", constants=[constant("half", .5), constant("w3", [[1, .3], [-.4, 1]])], behind=[
    node("MatMul", ["l", "w3"], ["m"]), node("Sigmoid", ["l"], ["s"]), node("Sigmoid", ["m"], ["t"]),
    node("Add", ["s", "t"], ["u"]), node("Mul", ["u", "half"], ["logits"])])
first(image, "both-pools", (1, 4, 4), pool=("both", 8, {}))
first(image, "merged-pixels", (1, 4, 4), pool=("merged", 4, dict(axes=[-1], keepdims=0)))
first(image, "merged-kept", (3, 4, 4), pool=("merged", 4, dict(axes=[2], keepdims=1)))
first(filled, "filled", ["blue", "green", "red"], "green")
first(filled, "filled-anew", ["blue", "missing", "red"], "missing")
first(filled, "filled-unknown", ["blue", "red"], "other")
first(filled, "filled-codes", ["red", "green", "blue"], "blue", codes=True)
first(filled, "filled-nan", ["blue", "green", "red"], "red", mark="nan")


def codes(chance):
    rows = chance.normal(size=(ROWS, 4)).round(2)
    rows[::4, 0] = -999
    return rows


def index(chance):
    rows = chance.normal(size=(ROWS, 4)).round(2)
    rows[:, 0] = range(ROWS)
    return rows


# Numbers that a reader without the network takes for missing values, and a column that it takes for a row index.
scaled = lambda scale: [node("Scaler", ["x"], ["c"], domain="ai.onnx.ml", offset=[0., 0., 0., 0.], scale=[scale, 1., 1., 1.])]
first(table, "codes-read", reads="c", columns=codes, before=scaled(.001))
first(table, "row-index", reads="c", columns=index, before=scaled(.1), names=["id", "a", "b", "c"])

# Columns that are far from 0 beside their spread, scaled without an operator of scikit-learn.
first(table, "shifted", reads="c", columns=timestamps, constants=[
    constant("mean", [1.7e9 + 200, 0., 0., 0.]), constant("spread", [125., 1., 1., 1.])],
      before=[node("Sub", ["x", "mean"], ["d"]), node("Div", ["d", "spread"], ["c"])])
first(table, "from-half", scores=1, constants=half, outputs=("N", 1), behind=[
    node("Sigmoid", ["l"], ["s"]), node("GreaterOrEqual", ["s", "half"], ["g"]),
    node("Cast", ["g"], ["logits"], to=TensorProto.FLOAT)])
# Layer normalization of the inputs as tf2onnx exports that of Keras.
first(table, "normalized-rows", reads="c", constants=[
    constant("rows", [1, -1, 4, 1], np.int64), constant("back", [-1, 4], np.int64), constant("axes", [0, 2, 3], np.int64),
    constant("zero", [0], np.int64), constant("one", [1], np.int64), constant("n0", 0.), constant("n1", 1.),
    constant("gamma", [1., 2., .5, 1.]), constant("beta", [.5, 0., -1., .2])], before=[
    node("Shape", ["x"], ["s"]), node("Cast", ["s"], ["s32"], to=TensorProto.INT32),
    node("Reshape", ["x", "rows"], ["r"]), node("Slice", ["s32", "zero", "one", "zero"], ["n"]),
    node("ReduceProd", ["n"], ["p"], axes=[0], keepdims=0), node("Unsqueeze", ["p", "zero"], ["q"]),
    node("Cast", ["q"], ["count"], to=TensorProto.INT64), node("Expand", ["n0", "count"], ["zeros"]),
    node("Expand", ["n1", "count"], ["ones"]), node("Shape", ["r"], ["t"]),
    node("ReduceMean", ["r"], ["m"], axes=[0, 2, 3], keepdims=1), node("Sub", ["r", "m"], ["d"]),
    node("ReduceSumSquare", ["d"], ["sum"], axes=[0, 2, 3], keepdims=0), node("Squeeze", ["m", "axes"], ["mean"]),
    node("Gather", ["t", "axes"], ["g"]), node("ReduceProd", ["g"], ["h0"], axes=[0], keepdims=0),
    node("Cast", ["h0"], ["h1"], to=TensorProto.FLOAT), node("Div", ["sum", "h1"], ["v"]),
    node("BatchNormalization", ["r", "ones", "zeros", "mean", "v"], ["e"], epsilon=.001),
    node("Reshape", ["e", "back"], ["f"]), node("Mul", ["f", "gamma"], ["u"]), node("Add", ["u", "beta"], ["c"])])
first(image, "flat-colours", (3, 3, 3), convolves=False, producer="tf2onnx")
first(image, "rows-of-pixels", (1, 4, 4), flat=(16,))
first(image, "lines-of-pixels", (1, 4, 4), flat=(4, 4))
# Flattened images that are joined and normalised.
first(image, "flattened", (2, 4, 4), pool=("flattened", 0, {}))
first(image, "flattened-channel", (1, 4, 3), pool=("flattened", 0, {}))
# An image of one channel as tf2onnx makes it channels first.
first(image, "grey-pixels", (1, 4, 3), flat=(4, 3, 1), producer="tf2onnx")


def embedded(name, form, seed=1):
    """Embeddings of two columns of whole numbers beside two of numbers, as PyTorch and Keras export them:
    columns of one input ("cast"), one input for each kind ("inputs"), one for each column ("columns", and "wrapped" with
    the negative indices of Keras), one embedding for both ("shared"), or one-hot ("hot")."""
    chance = np.random.default_rng(seed)
    zones = np.stack([np.arange(ROWS) % 5, chance.integers(4, size=ROWS)], 1)
    amounts = (3 * chance.normal(size=(ROWS, 2)) + 1).round(2)
    tables = [constant("e0", chance.normal(size=(5, 3))), constant("e1", chance.normal(size=(4, 2)))]
    norm = [constant(n, v) for n, v in (
        ("scale", [1.5, .7]), ("shift", [.3, -.2]), ("mean", [1., .5]), ("variance", [9., 4.]))]
    at = {n: constant(n, v, np.int64) for n, v in (
        ("i0", 0), ("i1", 1), ("two", [2]), ("four", [4]), ("axis", [1]), ("row", [-1, 2]))}
    value, whole, number = helper.make_tensor_value_info, TensorProto.INT64, TensorProto.FLOAT
    looked = [node("Gather", ["e0", "z0"], ["v0"], axis=0), node("Gather", ["e1", "z1"], ["v1"], axis=0)]
    normal = node("BatchNormalization", ["n", "scale", "shift", "mean", "variance"], ["m"], epsilon=1e-5)
    joined = node("Concat", ["v0", "v1", "m"], ["r"], axis=1)
    if form == "cast":
        inputs = [value("x", number, ["N", 4])]
        before = [
            node("Gather", ["x", "i0"], ["c0"], axis=1), node("Cast", ["c0"], ["z0"], to=whole),
            node("Gather", ["x", "i1"], ["c1"], axis=1), node("Cast", ["c1"], ["z1"], to=whole), *looked,
            node("Slice", ["x", "two", "four", "axis"], ["n"]), normal, joined]
        own, read = [*tables, *norm, *(at[n] for n in ("i0", "i1", "two", "four", "axis"))], 7
        feeds = {"x": np.concatenate([zones, amounts], 1).astype(np.float32)}
    elif form == "inputs":
        inputs = [value("kinds", whole, ["N", 2]), value("n", number, ["N", 2])]
        before = [
            node("Gather", ["kinds", "i0"], ["z0"], axis=1), node("Gather", ["kinds", "i1"], ["z1"], axis=1), *looked,
            normal, joined]
        own, read = [*tables, *norm, at["i0"], at["i1"]], 7
        feeds = {"kinds": zones, "n": amounts.astype(np.float32)}
    elif form == "columns":
        inputs = [value(n, t, ["N", 1]) for n, t in (("zone", whole), ("kind", whole), ("c2", number), ("c3", number))]
        before = [
            node("Gather", ["e0", "zone"], ["v0"]), node("Squeeze", ["v0", "axis"], ["s0"]),
            node("Gather", ["e1", "kind"], ["v1"]), node("Reshape", ["v1", "row"], ["s1"]),
            node("Concat", ["s0", "s1", "c2", "c3"], ["r"], axis=1)]
        own, read = [*tables, at["axis"], at["row"]], 7
        feeds = {"zone": zones[:, :1], "kind": zones[:, 1:], "c2": amounts[:, :1].astype(np.float32),
                 "c3": amounts[:, 1:].astype(np.float32)}
    elif form == "wrapped":
        inputs = [value(n, number, ["N"]) for n in ("zone", "kind", "c2", "c3")]
        before = []
        for n, column in (("0", "zone"), ("1", "kind")):
            before += [
                node("Cast", [column], ["x" + n], to=TensorProto.INT32), node("Add", ["x" + n, "n" + n], ["a" + n]),
                node("Cast", ["x" + n], ["f" + n], to=number), node("Less", ["f" + n, "zero"], ["l" + n]),
                node("Not", ["l" + n], ["o" + n]), node("Cast", ["o" + n], ["p" + n], to=TensorProto.INT32),
                node("Mul", ["x" + n, "p" + n], ["q" + n]), node("Cast", ["l" + n], ["r" + n], to=TensorProto.INT32),
                node("Mul", ["r" + n, "a" + n], ["s" + n]), node("Add", ["s" + n, "q" + n], ["z" + n])]
        before += [
            *looked, node("Unsqueeze", ["c2", "axis"], ["u2"]), node("Unsqueeze", ["c3", "axis"], ["u3"]),
            node("Concat", ["v0", "v1", "u2", "u3"], ["r"], axis=1)]
        own, read = [
            *tables, at["axis"], constant("n0", 5, np.int32), constant("n1", 4, np.int32), constant("zero", 0.)], 7
        feeds = {n: column.astype(np.float32) for n, column in zip(
            ("zone", "kind", "c2", "c3"), (*zones.T, *amounts.T))}
    elif form == "hot":
        inputs = [value("x", number, ["N", 4])]
        before = [
            node("Slice", ["x", "low", "high", "both"], ["z"]), node("Cast", ["z"], ["i"], to=whole),
            node("OneHot", ["i", "depth", "values"], ["ones"], axis=-1), node("Flatten", ["ones"], ["g"], axis=1),
            node("Slice", ["x", "two", "four", "axis"], ["n"]), node("Concat", ["g", "n"], ["r"], axis=1)]
        own, read = [
            constant("low", [0, 0], np.int64), constant("high", [2**31 - 1, 2], np.int64),
            constant("both", [0, 1], np.int64), constant("depth", [5], np.int64), constant("values", [0., 1.]),
            at["two"], at["four"], at["axis"]], 12
        feeds = {"x": np.concatenate([zones, amounts], 1).astype(np.float32)}
    else:
        inputs = [value("zones", whole, ["N", 2])]
        before = [node("Gather", ["e0", "zones"], ["v0"]), node("Flatten", ["v0"], ["r"], axis=1)]
        own, read = tables[:1], 6
        feeds = {"zones": zones}
    nodes, initializers = tanh("r", chance, read, 2)
    rows = [[*map(int, kinds), *(numbers if form != "shared" else [])] for kinds, numbers in zip(zones, amounts)]
    write(name, [*before, *nodes, node("Identity", ["l"], ["logits"])], inputs, [*initializers, *own],
          ["zone", "kind", "c2", "c3"][:len(rows[0])], rows, lambda session: session.run(None, feeds)[0])


first(embedded, "embedded-columns", "columns")
first(embedded, "embedded-inputs", "inputs")
first(embedded, "embedded-casts", "cast")
first(embedded, "embedded-shared", "shared")
first(embedded, "embedded-wrapped", "wrapped")
first(embedded, "embedded-one-hot", "hot")


def branched(name, form, seed=1):
    """One input of two columns of whole numbers and two of numbers, of which several layers read parts: a linear
    part beside the layers ("wide"), layers for each kind ("towers"), sums ("sums", "flat") and means ("means") of
    embeddings, one embedding with offsets ("offsets"), a Split ("split"), a column that is a number as well
    ("both"), a comparison with the levels ("compared"), limits ("limits"), computed batch sizes ("viewed"), and
    columns that are made vectors ("vectors")."""
    chance = np.random.default_rng(seed)
    zones = np.stack([np.arange(ROWS) % 5, chance.integers(4, size=ROWS)], 1)
    amounts = (3 * chance.normal(size=(ROWS, 2)) + 1).round(2)
    whole, number = TensorProto.INT64, TensorProto.FLOAT
    at = {n: constant(n, v, np.int64) for n, v in (
        ("i0", 0), ("i1", 1), ("none", [0]), ("one", [1]), ("two", [2]), ("four", [4]), ("axis", [1]), ("last", [-1]),
        ("start", [0, 5]), ("sizes", [2, 2]), ("levels", [0, 1, 2, 3, 4]), ("least", 0), ("most", 4), ("flat", [-1]),
        ("six", [-1, 3]))}
    tables = [constant("e0", chance.normal(size=(5, 3))), constant("e1", chance.normal(size=(5, 3)))]
    own, read, behind = [*tables], 8, []
    select = [node("Slice", ["x", "none", "two", "axis"], ["f"]), node("Slice", ["x", "two", "four", "axis"], ["n"]),
              node("Cast", ["f"], ["z"], to=whole)]
    columns = [node("Gather", ["z", "i0"], ["z0"], axis=1), node("Gather", ["z", "i1"], ["z1"], axis=1)]
    looked = [node("Gather", ["e0", "z0"], ["v0"]), node("Gather", ["e1", "z1"], ["v1"])]
    joined = node("Concat", ["v0", "v1", "n"], ["r"], axis=1)
    if form == "wide":
        before = [*select, *columns, *looked, joined, node("Gemm", ["n", "w3", "b3"], ["wide"])]
        own += [constant("w3", chance.normal(size=(2, 2))), constant("b3", chance.normal(size=2))]
        behind = [node("Add", ["l", "wide"], ["logits"])]
    elif form == "towers":
        before = [
            *select, *columns, *looked, node("Concat", ["v0", "v1"], ["e"], axis=1),
            node("Gemm", ["n", "w3", "b3"], ["g"]), node("Relu", ["g"], ["t"]),
            node("Gemm", ["e", "w4", "b4"], ["o"]), node("Relu", ["o"], ["u"]), node("Concat", ["u", "t"], ["r"], axis=1)]
        own += [constant("w3", chance.normal(size=(2, 4))), constant("b3", chance.normal(size=4)),
                constant("w4", chance.normal(size=(6, 4))), constant("b4", chance.normal(size=4))]
    elif form == "sums":
        before = [
            *select, *columns, *looked, node("Gemm", ["n", "w3", "b3"], ["g"]), node("Add", ["v0", "v1"], ["s"]),
            node("Add", ["s", "g"], ["r"])]
        own += [constant("w3", chance.normal(size=(2, 3))), constant("b3", chance.normal(size=3))]
        read = 3
    elif form == "flat":
        before = [
            *select, node("Slice", ["z", "none", "one", "axis"], ["z0"]), node("Slice", ["z", "one", "two", "axis"], ["z1"]),
            *looked, node("Add", ["v0", "v1"], ["s"]), node("Reshape", ["s", "six"], ["m"]),
            node("Concat", ["m", "n"], ["r"], axis=1)]
        read = 5
    elif form == "means":
        before = [
            *select, node("Gather", ["e0", "z"], ["v"]), node("ReduceMean", ["v"], ["m"], axes=[1], keepdims=0),
            node("Concat", ["m", "n"], ["r"], axis=1)]
        own, read = tables[:1], 5
    elif form == "offsets":
        before = [
            *select, node("Add", ["z", "start"], ["k"]), node("Gather", ["e", "k"], ["v"]),
            node("Flatten", ["v"], ["m"]), node("Concat", ["m", "n"], ["r"], axis=1)]
        own = [constant("e", chance.normal(size=(9, 3)))]
    elif form == "split":
        before = [
            node("Split", ["x", "sizes"], ["f", "n"], axis=1), node("Cast", ["f"], ["z"], to=whole),
            node("Split", ["z"], ["s0", "s1"], axis=1), node("Squeeze", ["s0", "axis"], ["z0"]),
            node("Squeeze", ["s1", "axis"], ["z1"]), *looked, joined]
    elif form == "both":
        before = [*select, *columns, *looked, node("Concat", ["v0", "v1", "x"], ["r"], axis=1)]
        read = 10
    elif form == "compared":
        before = [
            *select, node("Unsqueeze", ["z", "last"], ["u"]), node("Equal", ["u", "levels"], ["q"]),
            node("Cast", ["q"], ["q1"], to=whole), node("Cast", ["q1"], ["q2"], to=number),
            node("Flatten", ["q2"], ["m"]), node("Concat", ["m", "n"], ["r"], axis=1)]
        own, read = [], 12
    elif form == "limits":
        before = [
            *select, node("Clip", ["z", "i1", "most"], ["c"]), node("Gather", ["c", "i0"], ["z0"], axis=1),
            node("Gather", ["c", "i1"], ["y1"], axis=1), node("Sub", ["y1", "i1"], ["z1"]), *looked, joined]
    elif form == "viewed":
        before = [
            *select, node("Shape", ["x"], ["k"]), node("Gather", ["k", "none"], ["k0"]),
            node("Concat", ["k0", "last"], ["k1"], axis=0), node("Gather", ["e0", "z"], ["v"]),
            node("Reshape", ["v", "k1"], ["m"]), node("Concat", ["m", "n"], ["r"], axis=1)]
        own = tables[:1]
    else:
        before = [
            node("Slice", ["x", "none", "one", "axis"], ["f0"]), node("Reshape", ["f0", "flat"], ["p0"]),
            node("Cast", ["p0"], ["z0"], to=whole), node("Slice", ["x", "one", "two", "axis"], ["f1"]),
            node("Reshape", ["f1", "flat"], ["p1"]), node("Cast", ["p1"], ["z1"], to=whole),
            node("Slice", ["x", "two", "four", "axis"], ["n"]), *looked, joined]
    nodes, initializers = tanh("r", chance, read, 2)
    behind = behind or [node("Identity", ["l"], ["logits"])]
    used = {i for n in [*before, *nodes, *behind] for i in n.input}
    own += [c for n, c in at.items() if n in used]
    rows = [[*map(int, kinds), *numbers] for kinds, numbers in zip(zones, amounts)]
    feeds = {"x": np.concatenate([zones, amounts], 1).astype(np.float32)}
    write(name, [*before, *nodes, *behind], [helper.make_tensor_value_info("x", number, ["N", 4])],
          [*initializers, *own], ["zone", "kind", "c2", "c3"], rows, lambda session: session.run(None, feeds)[0])


for form in ("wide", "towers", "sums", "flat", "means", "offsets", "split", "both", "compared", "limits", "viewed", "vectors"):
    first(branched, "embedded-" + form, form)


def parts(name, wide, one, seed=1):
    """Two inputs: one of several columns, and one of the one column whose name it has."""
    chance = np.random.default_rng(seed)
    rows = chance.normal(size=(ROWS, 4)).round(2)
    header = ["c0", one, "c2", "c3"]
    rest = [n for n in range(4) if header[n] != one]
    nodes, initializers = tanh("all", chance, 4)
    inputs = [helper.make_tensor_value_info(wide, TensorProto.FLOAT, ["N", 3]),
              helper.make_tensor_value_info(one, TensorProto.FLOAT, ["N", 1])]
    feeds = {wide: rows[:, rest].astype(np.float32), one: rows[:, [header.index(one)]].astype(np.float32)}
    write(name, [helper.make_node("Concat", [wide, one], ["all"], axis=1), *nodes,
                 helper.make_node("Identity", ["l"], ["logits"])], inputs, initializers, header, rows.tolist(),
          lambda session: session.run(None, feeds)[0])


first(parts, "named-part", "numeric", "region")
