#!/usr/bin/env python3
"""Compares files that were read and written again with what onnxruntime made of the originals.

    ESPALIER_WRITTEN=DIR ./test --filter ModelFilesTests      writes DIR/NAME.onnx
    python check.py DIR                                       writes written.json

Rows go in as the data have them, scores and names of classes come out. Needs numpy and onnxruntime.
Ends with code 1 where an answer differs by more than 1e-5; else keeps each file's SHA-256, which the
tests ask for.
"""
import hashlib
import json
import pathlib
import sys

import numpy as np
import onnxruntime

here, written = pathlib.Path(__file__).parent, pathlib.Path(sys.argv[1])
cases = {}
for name, answer in json.loads((here / "answers.json").read_text()).items():
    cases[name] = dict(rows=answer["inputs"], scores=answer["outputs"], ends=answer["ends"])
for exporter in ("sklearn", "pytorch", "keras", "operators", "activations", "keras-activations", "pipelines", "versions",
                 "boundaries", "linear", "limits"):
    for name, answer in json.loads((here / "exported" / f"{exporter}.json").read_text()).items():
        ends = {"softmax": "softmax", "one-vs-rest": "sigmoid", "log-softmax": "log-softmax", "pair": "pair",
                "labels": "labels", "threshold": "labels"}.get(answer["head"], "outputs")
        cases[name] = dict(rows=answer["rows"], columns=answer["columns"], scores=answer["scores"], ends=ends,
                           classes=answer["classes"], labels=answer["labels"])


def feed(session, case):
    inputs = session.get_inputs()
    if len(inputs) == 1 and inputs[0].name == "input":
        kind = np.float32 if inputs[0].type == "tensor(float)" else np.float64
        return {"input": np.array([[np.nan if v is None else v for v in row] for row in case["rows"]], kind)}
    columns = dict(zip(case["columns"], zip(*case["rows"])))
    types = {i.name: i.type for i in inputs}
    # A column of numbers that the model reads as levels has levels in what Espalier writes.
    columns = {n: [f"{v:g}" if types.get(n) == "tensor(string)" and not isinstance(v, str) and v is not None else v for v in cells]
               for n, cells in columns.items()}
    return {i.name: np.array([["" if v is None else v] for v in columns[i.name]], object) if i.type == "tensor(string)"
            else np.array([[np.nan if v is None else v] for v in columns[i.name]], np.float64) for i in inputs}


sums, worst, wrong = {}, 0.0, 0
for name, case in sorted(cases.items()):
    session = onnxruntime.InferenceSession(str(written / f"{name}.onnx"))
    found = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed(session, case))))
    out = found["logits"].astype(float)
    if case["ends"] in ("softmax", "log-softmax"):
        out = np.exp(out - out.max(1, keepdims=True))
        out /= out.sum(1, keepdims=True)
        out = np.log(out) if case["ends"] == "log-softmax" else out
    elif case["ends"] == "pair":
        out = np.hstack([1 / (1 + np.exp(out)), 1 / (1 + np.exp(-out))])
    elif case["ends"] == "sigmoid":
        out = 1 / (1 + np.exp(-out))
    elif case["ends"] == "position":
        out = out.argmax(1)[:, None]
    if case.get("classes"):
        # The data have the classes the other way round, so 1 - p and p stand for p and 1 - p.
        out = np.hstack([out, 1 - out]) if out.shape[1] == 1 else out[:, ::-1]
    difference = 0.0 if case["ends"] == "labels" else float(np.abs(out - np.array(case["scores"])).max())
    if case.get("labels") and list(found["label"]) != case["labels"]:
        wrong += 1
        print(f"{name}: {list(found['label'])} where {case['labels']} is expected")
    worst = max(worst, difference)
    sums[name] = hashlib.sha256((written / f"{name}.onnx").read_bytes()).hexdigest()
    if difference > 1e-5:
        print(f"{name:30} {difference:.1e}")


def shaped(value, cells):
    """Cells as an input takes them: type and shape."""
    kinds = {"tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16, "tensor(string)": object,
             "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8}
    kind, shape = kinds[value.type], value.shape
    cells = [["" if v is None and kind is object else np.nan if v is None else v for v in row] for row in cells]
    if kind is object:
        cells = [[v if isinstance(v, str) else f"{v:g}" for v in row] for row in cells]
    return np.array(cells).astype(kind).reshape([-1] + [n if isinstance(n, int) and n > 0 else -1 for n in shape[1:]])


def given_feed(session, case):
    """Rows as the given file takes them. Rows are stored with the channels last."""
    inputs = session.get_inputs()
    if len(inputs) > 1:
        plain = lambda name: "".join(c if c.isalnum() else "_" for c in name)
        columns = {plain(name): cells for name, cells in zip(case["columns"], zip(*case["rows"]))}
        return {i.name: shaped(i, [[v] for v in columns[plain(i.name)]]) for i in inputs}
    return {inputs[0].name: shaped(inputs[0], case["rows"])}


def apart(first, second):
    """The largest difference of two outputs, relative to 1 or to the number; infinite for other values."""
    if isinstance(first, list):
        same = len(first) == len(second) and all(a.keys() == b.keys() for a, b in zip(first, second))
        return max(abs(a[k] - b[k]) for a, b in zip(first, second) for k in a) if same else np.inf
    if first.shape != second.shape or first.dtype != second.dtype:
        return np.inf
    if first.dtype.kind in "OUi":
        return 0.0 if (first == second).all() else np.inf
    return float((np.abs(first - second) / np.maximum(1, np.abs(first))).max())


# Files that keep the inputs and outputs of the given one.
kept = sorted(written.glob("kept-*.onnx"))
for file in kept:
    name = file.stem.removeprefix("kept-")
    try:
        given = onnxruntime.InferenceSession(str(here / "exported" / f"{name}.onnx"))
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        # A version of the operator set that onnxruntime does not run.
        assert name.endswith("opset-6") or name.startswith("versions-"), name
        sums[file.stem] = hashlib.sha256(file.read_bytes()).hexdigest()
        continue
    other = onnxruntime.InferenceSession(str(file))
    rows = given_feed(given, cases[name])
    difference = max(apart(a, b) for a, b in zip(given.run(None, rows), other.run(None, rows)))
    sums[file.stem] = hashlib.sha256(file.read_bytes()).hexdigest()
    worst = max(worst, difference)
    if difference > 1e-5:
        print(f"{file.stem:30} {difference:.1e}")
print(f"{len(cases)} files and {len(kept)} with kept inputs and outputs, largest difference {worst:.1e}, other labels in {wrong}")
if worst <= 1e-5 and not wrong:
    (here / "written.json").write_text(json.dumps(sums, indent=1, sort_keys=True) + "\n")
sys.exit(worst > 1e-5 or wrong > 0)
