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


def write(name, nodes, inputs, initializers, header, rows, feed):
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 2])
    graph = helper.make_graph(nodes, name, inputs, [output], initializers)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    onnx.save(model, here / f"{name}.onnx")
    logits = feed(onnxruntime.InferenceSession(str(here / f"{name}.onnx")))
    labels = ["no" if a >= b else "yes" for a, b in logits]
    assert 4 <= labels.count("no") <= len(labels) - 4, (name, labels)
    # No row is near the border between the classes.
    assert np.abs(logits[:, 0] - logits[:, 1]).min() > 1e-3, name
    with open(here / f"{name}.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header + ["answer"])
        writer.writerows([*row, label] for row, label in zip(rows, labels))


def levels(name, known, twice=False, seed=1):
    chance = np.random.default_rng(seed)
    texts = known if len(known) == ROWS else [known[i] for i in chance.integers(len(known), size=ROWS)]
    amounts = chance.normal(size=ROWS).round(2)
    kinds = 2 if twice else 1
    width = 1 + kinds * len(known)
    hot = lambda n: [
        helper.make_node("OneHotEncoder", ["kind"], [f"hot{n}"], domain="ai.onnx.ml", cats_strings=known, zeros=1),
        helper.make_node("Reshape", [f"hot{n}", "flat"], [f"levels{n}"])]
    nodes = [node for n in range(kinds) for node in hot(n)] + [
        helper.make_node("Concat", ["amount"] + [f"levels{n}" for n in range(kinds)], ["all"], axis=1),
        helper.make_node("Gemm", ["all", "w1", "b1"], ["h"]), helper.make_node("Tanh", ["h"], ["a"]),
        helper.make_node("Gemm", ["a", "w2", "b2"], ["logits"])]
    first = chance.normal(size=(width, 6)) * 2
    initializers = [
        constant("flat", [-1, len(known)], np.int64), constant("w1", first), constant("b1", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, 2))), constant("b2", [0, 0])]
    inputs = [helper.make_tensor_value_info("amount", TensorProto.FLOAT, ["N", 1]),
              helper.make_tensor_value_info("kind", TensorProto.STRING, ["N", 1])]
    feed = lambda session: session.run(None, {
        "amount": amounts.astype(np.float32)[:, None], "kind": np.array(texts, object)[:, None]})[0]
    write(name, nodes, inputs, initializers, ["amount", "kind"], list(zip(amounts, texts)), feed)


def image(name, shape, batch="N", convolves=True, seed=1):
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
        nodes += [helper.make_node("Conv", ["x", "k"], ["c"]), helper.make_node("Relu", ["c"], ["r"])]
        width, last = 4 * (shape[1] - 1) * (shape[2] - 1), "r"
    initializers += [
        constant("flat", [batch if isinstance(batch, int) else -1, width], np.int64),
        constant("w", chance.normal(size=(width, 6))), constant("b", chance.normal(size=6)),
        constant("w2", chance.normal(size=(6, 2))), constant("b2", [0, 0])]
    nodes += [helper.make_node("Reshape", [last, "flat"], ["f"]), helper.make_node("Gemm", ["f", "w", "b"], ["h"]),
              helper.make_node("Tanh", ["h"], ["a"]), helper.make_node("Gemm", ["a", "w2", "b2"], ["logits"])]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, *shape])]
    step = batch if isinstance(batch, int) else ROWS
    feed = lambda session: np.concatenate([
        session.run(None, {"x": fed(rows[i:i + step].astype(np.float32))})[0]
        for i in range(0, ROWS, step)])
    write(name, nodes, inputs, initializers, [f"c{i}" for i in range(count)], rows.tolist(), feed)


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
