#!/usr/bin/env python3
"""Compares files that were read and written again with what onnxruntime made of the originals.

    ESPALIER_WRITTEN=DIR ./test --filter RoundTripTests      writes DIR/NAME.onnx
    python check.py DIR

Needs numpy and onnxruntime. Ends with code 1 where an answer differs by more than 1e-5.
"""
import json
import pathlib
import sys

import numpy as np
import onnxruntime

written = pathlib.Path(sys.argv[1])
answers = json.loads((pathlib.Path(__file__).parent / "answers.json").read_text())
worst = 0.0
for name, answer in sorted(answers.items()):
    session = onnxruntime.InferenceSession(str(written / f"{name}.onnx"))
    assert [v.name for v in session.get_inputs()] == ["input"], name
    assert [v.name for v in session.get_outputs()] == ["logits"], name
    out = session.run(None, {"input": np.array(answer["inputs"], np.float32)})[0].astype(float)
    if answer["ends"] == "softmax":
        out = np.exp(out - out.max(1, keepdims=True))
        out /= out.sum(1, keepdims=True)
    elif answer["ends"] == "sigmoid":
        out = 1 / (1 + np.exp(-out))
    elif answer["ends"] == "position":
        out = out.argmax(1)[:, None]
    difference = float(np.abs(out - np.array(answer["outputs"])).max())
    worst = max(worst, difference)
    print(f"{name:20} {difference:.1e}")
print(f"{len(answers)} files, largest difference {worst:.1e}")
sys.exit(worst > 1e-5)
