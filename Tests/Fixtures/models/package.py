#!/usr/bin/env python3
"""Asks onnxruntime about the models that the onnx package brings as test data.

    python package.py DIR                                        writes DIR/NAME.onnx and DIR/NAME.json
    ESPALIER_ONNX_PACKAGE=DIR ./test --filter ONNXPackageTests   compares what Espalier answers

Models of one input and one output whose input has rows. Needs numpy, onnx and onnxruntime.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

data = pathlib.Path(onnx.__file__).parent / "backend/test/data"
onnxruntime.set_default_logger_severity(4)
target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1)
kept = 0
for file in [*sorted(data.glob("light/*.onnx")), *sorted(data.glob("*/*/model.onnx"))]:
    name = file.stem if file.stem != "model" else file.parent.name
    try:
        session = onnxruntime.InferenceSession(str(file))
        given, = session.get_inputs()
        shape = [length if isinstance(length, int) else 1 for length in given.shape]
        if given.type != "tensor(float)" or len(shape) < 2: continue
        rows = random.standard_normal(shape).astype(np.float32)
        answers = session.run(None, {given.name: rows})
    except Exception:
        continue
    if len(answers) != 1 or answers[0].dtype != np.float32 or not np.isfinite(answers[0]).all(): continue
    # Images are rows of pixels, each with its channels.
    table = (rows.transpose(0, 2, 3, 1) if rows.ndim == 4 else rows).reshape(shape[0], -1)
    (target / f"{name}.onnx").write_bytes(file.read_bytes())
    last = onnx.load(file).graph.node[-1].op_type
    (target / f"{name}.json").write_text(json.dumps(dict(
        rows=table.tolist(), outputs=answers[0].reshape(shape[0], -1).astype(float).tolist(), ends=last)))
    kept += 1
print(f"{kept} models")
