#!/usr/bin/env python3
"""Random networks go through the tool, and onnxruntime says whether the files that come out are right.

usage: random-graphs.py [--tool ./espalier] [--count 20] [--seed 1]     (needs: pip install onnx onnxruntime numpy)

Each network reads a table, or small images, has branches at its input, joins, convolutions, or a
one-output head, and random weights; its own answers in onnxruntime are the labels. Then:

explain --no-pruning   the report's model.onnx answers every row as the network; agreementWithOriginal is 1
train --epochs 1 --learning-rate 1e-9   the written file answers every row as the network
prune --keep 0.6       the written file, asked in onnxruntime, is right on as many rows as --json says
explain                the same of the report's model.onnx and pruned.accuracy
"""
import argparse, csv, json, pathlib, subprocess, sys, tempfile
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--count", type=int, default=20)
parser.add_argument("--seed", type=int, default=1)
options = parser.parse_args()
SIDE = 6


class Graph:
    def __init__(self, random):
        self.random, self.nodes, self.weights = random, [], []

    def weight(self, *shape, scale=1.0):
        name = f"w{len(self.weights)}"
        value = (self.random.normal(size=shape) * scale).astype(np.float32)
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def add(self, operator, inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def dense(self, value, width, units, relu=True):
        out = self.add("Gemm", [value, self.weight(width, units, scale=width ** -0.5), self.weight(units)])
        return self.add(self.random.choice(["Relu", "Sigmoid", "Tanh"]), [out]) if relu else out

    def conv(self, value, channels, units):
        out = self.add("Conv", [value, self.weight(units, channels, 3, 3, scale=(9 * channels) ** -0.5),
                                self.weight(units, scale=0.3)], pads=[1, 1, 1, 1], kernel_shape=[3, 3])
        return self.add("Relu", [out])


def table_network(random, columns, outputs):
    g = Graph(random)
    kind = random.choice(["wide", "towers", "skip", "residual", "chain", "three"])
    x = "x"
    if kind == "wide":
        both = g.add("Concat", [x, g.dense(g.dense(x, columns, 6), 6, 4)], axis=1)
        last, width = both, columns + 4
    elif kind == "towers":
        both = g.add("Concat", [g.dense(x, columns, 5), g.dense(x, columns, 3)], axis=1)
        last, width = g.dense(both, 8, 6), 6
    elif kind == "skip":
        deep = g.dense(g.dense(x, columns, 6), 6, outputs, relu=False)
        wide = g.dense(x, columns, outputs, relu=False)
        return g, g.add("Add", [deep, wide]), kind
    elif kind == "residual":
        body = g.dense(g.dense(x, columns, 6), 6, columns, relu=False)
        last, width = g.add("Add", [body, x]), columns
    elif kind == "three":
        first = g.dense(x, columns, 5)
        second = g.add("Concat", [first, x], axis=1)
        third = g.dense(second, 5 + columns, 5)
        last, width = g.add("Concat", [third, x, first], axis=1), 10 + columns
    else:
        last, width = g.dense(g.dense(x, columns, 8), 8, 6), 6
    return g, g.dense(last, width, outputs, relu=False), kind


def image_network(random, outputs):
    g = Graph(random)
    first = g.conv("x", 1, 4)
    kind = random.choice(["plain", "residual", "concat"])
    if kind == "residual": value, channels = g.add("Add", [g.conv(first, 4, 4), first]), 4
    elif kind == "concat": value, channels = g.add("Concat", [g.conv(first, 4, 3), first], axis=1), 7
    else: value, channels = g.conv(first, 4, 5), 5
    flat = g.add("Flatten", [g.add("MaxPool", [value], kernel_shape=[2, 2], strides=[2, 2])])
    width = channels * (SIDE // 2) ** 2
    return g, g.dense(g.dense(flat, width, 8), 8, outputs, relu=False), "image-" + kind


def make(seed, folder):
    random = np.random.default_rng(seed)
    images = random.random() < 0.3
    outputs = int(random.choice([1, 2, 3]))
    columns = SIDE * SIDE if images else int(random.integers(3, 7))
    for attempt in range(50):
        g, last, kind = image_network(random, outputs) if images else table_network(random, columns, outputs)
        shape = ["n", 1, SIDE, SIDE] if images else ["n", columns]
        graph = helper.make_graph(g.nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
                                  [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["n", outputs])], g.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.save(model, folder / "net.onnx")
        session = onnxruntime.InferenceSession(folder / "net.onnx")
        if images: rows = random.integers(0, 17, size=(300, columns)).astype(float)
        else: rows = np.round(random.normal(size=(300, columns)) * random.uniform(0.5, 3, columns)
                              + random.normal(size=columns) * 2, 3)
        values = (rows / 16 if images else rows).astype(np.float32)
        scores = session.run(None, {"x": values.reshape(-1, 1, SIDE, SIDE) if images else values})[0]
        answers = (scores[:, 0] > 0).astype(int) if outputs == 1 else scores.argmax(1)
        margin = np.abs(scores[:, 0]) if outputs == 1 else np.diff(np.sort(scores, 1)[:, -2:], axis=1)[:, 0]
        clear = margin > 1e-3
        counts = np.bincount(answers[clear], minlength=max(outputs, 2))
        if counts.min() >= 30: break
    else:
        return None
    rows, answers = rows[clear], answers[clear]
    names = [f"x{i}" for i in range(columns)]
    with open(folder / "data.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names + ["y"])
        for row, answer in zip(rows, answers):
            writer.writerow([f"{v:g}" if images else repr(float(v)) for v in row] + [f"c{answer}"])
    data, extra = folder / "data.csv", []
    if images:
        (folder / "schema.json").write_text(json.dumps({
            "features": [{"name": n, "kind": "numeric"} for n in names],
            "target": {"name": "y", "classes": [f"c{i}" for i in range(max(outputs, 2))]}, "missing": [""],
            "image": {"height": SIDE, "width": SIDE, "channels": 1, "maximum": 16}}))
        data, extra = folder, ["--pixel-mean", "0", "--pixel-deviation", "1"]
    return data, extra, rows, np.array([f"c{a}" for a in answers]), kind + f", {outputs} outputs"


def labels(file, rows):
    session = onnxruntime.InferenceSession(file)
    first = session.get_inputs()[0]
    kind = np.float64 if first.type == "tensor(double)" else np.float32
    return np.array(session.run(["label"], {first.name: rows.astype(kind)})[0]).reshape(-1)


def tool(*arguments):
    run = subprocess.run([options.tool, *map(str, arguments), "--quiet"], capture_output=True, text=True)
    if run.returncode != 0: raise AssertionError(f"{' '.join(map(str, arguments))}: code {run.returncode}: {run.stderr}")
    return run.stdout


failures = done = 0
for seed in range(options.seed, options.seed + options.count):
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        folder = place / "case"
        folder.mkdir()
        case = make(seed, folder)
        if case is None: continue
        data, extra, rows, wanted, kind = case
        model = folder / "net.onnx"
        try:
            tool("explain", data, "--model", model, "--no-pruning", "-o", place / "a", *extra)
            report = json.loads((place / "a/explanation.json").read_text())
            assert report["network"]["accuracy"]["value"] == 1, "the network is read wrongly"
            assert report["pruned"]["agreementWithOriginal"]["value"] == 1, "agreementWithOriginal is below 1"
            wrong = int((labels(place / "a/model.onnx", rows) != wanted).sum())
            assert wrong == 0, f"explain --no-pruning: {wrong} of {len(rows)} answers differ"
            tool("train", data, "--model", model, "--epochs", 1, "--learning-rate", "1e-9", "-o", place / "t.onnx", *extra)
            wrong = int((labels(place / "t.onnx", rows) != wanted).sum())
            assert wrong == 0, f"train: {wrong} of {len(rows)} answers differ"
            said = json.loads(tool("prune", model, data, "--keep", 0.6, "--held-out", data, "-o", place / "p.onnx", "--json", *extra))
            right = int((labels(place / "p.onnx", rows) == wanted).sum())
            assert right == said["after"]["accuracy"]["count"], f"prune: {right} right, {said['after']['accuracy']} said"
            tool("explain", data, "--model", model, "--held-out", data, "-o", place / "b", *extra)
            said = json.loads((place / "b/explanation.json").read_text())["pruned"]["accuracy"]
            right = int((labels(place / "b/model.onnx", rows) == wanted).sum())
            assert right == said["count"], f"explain: {right} right, {said} said"
            done += 1
        except AssertionError as error:
            failures += 1
            print(f"seed {seed} ({kind}): {error}", flush=True)
print(f"{done} networks right, {failures} wrong")
sys.exit(1 if failures else 0)
