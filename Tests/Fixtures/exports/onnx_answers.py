"""Checks an exported ONNX graph and runs it with onnxruntime."""

import json
import os

import numpy
import onnx
import onnxruntime


def answers(case, types, folder):
    path = os.path.join(folder, "%d.onnx" % case["number"])
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    domains = {one.domain for one in model.opset_import}
    assert domains == {"", "ai.onnx.ml"}, domains
    rules = json.loads(model.metadata_props[0].value)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    feeds = {}
    asked = {one.name for one in session.get_inputs()}
    for position, column in enumerate(case["columns"]):
        if column["name"] not in asked:
            assert not column["isRead"], column["name"]
            continue
        cells = [row[position] for row in case["rows"]]
        if column["kind"] == "number":
            cells = [numpy.nan if one is None else one for one in cells]
            feeds[column["name"]] = numpy.array(cells, dtype=numpy.float64).reshape(-1, 1)
        else:
            cells = ["" if one is None else one for one in cells]
            feeds[column["name"]] = numpy.array(cells, dtype=object).reshape(-1, 1)
    outputs = [one.name for one in session.get_outputs()]
    assert len(outputs) == 2, outputs
    labels, found = session.run(None, feeds)
    if feeds:
        # An absent column is an error.
        less = dict(feeds)
        less.popitem()
        try:
            session.run(None, less)
            raise AssertionError("answers without a column")
        except ValueError:
            pass
    return [
        [str(label), rules[rule] if rule >= 0 else None] for label, rule in zip(labels, found)
    ]
