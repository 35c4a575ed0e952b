#!/usr/bin/env python3
"""Asks onnxruntime what trained networks answer to CIFAR-10 pictures, for LargeModelTests.

    python large.py --pictures test.bin --count 2000 --output DIR resnet20-cifar10.onnx ...
    ESPALIER_LARGE=DIR ./test --filter LargeModelTests

test.bin is CIFAR-10 in its binary form. Pictures are scaled to 0..1 and standardised by the channels'
published means and deviations. Needs numpy and onnxruntime.
"""
import argparse
import pathlib
import shutil

import numpy as np
import onnxruntime

parser = argparse.ArgumentParser()
parser.add_argument("--pictures", type=pathlib.Path, required=True)
parser.add_argument("--count", type=int, default=2000)
parser.add_argument("--output", type=pathlib.Path, required=True)
parser.add_argument("models", nargs="+", type=pathlib.Path)
options = parser.parse_args()

records = np.fromfile(options.pictures, np.uint8).reshape(-1, 3073)[: options.count]
mean = np.array([0.485, 0.456, 0.406], np.float32).reshape(1, 3, 1, 1)
deviation = np.array([0.229, 0.224, 0.225], np.float32).reshape(1, 3, 1, 1)
x = (records[:, 1:].reshape(-1, 3, 32, 32).astype(np.float32) / 255 - mean) / deviation
options.output.mkdir(parents=True, exist_ok=True)
records[:, 0].astype(np.float32).tofile(options.output / "labels")
for path in options.models:
    session = onnxruntime.InferenceSession(str(path))
    name = session.get_inputs()[0].name
    out = np.concatenate([session.run(None, {name: x[i:i + 250]})[0] for i in range(0, len(x), 250)])
    shutil.copyfile(path, options.output / path.name)
    out.astype(np.float32).tofile(options.output / f"{path.stem}.logits")
    x.transpose(0, 2, 3, 1).astype(np.float32).tofile(options.output / f"{path.stem}.rows")
    print(f"{path.name}: right on {(out.argmax(1) == records[:, 0]).sum()} of {len(x)}")
