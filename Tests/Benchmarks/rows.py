#!/usr/bin/env python3
"""Writes the rows of one case: inputs.f32 and labels.i32.

    python rows.py CASE FOLDER [--mnist DIR]

The two LeNets read MNIST's training pictures from DIR's gzip IDX files, pixels / 255. The other cases
get made-up rows: a pattern for each class, and noise.
"""
import argparse
import gzip
import json
import pathlib

import numpy as np


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--mnist", type=pathlib.Path)
    options = parser.parse_args()
    case = json.loads((options.folder / "case.json").read_text())
    rows = case["rows"]
    if options.case.startswith("lenet"):
        inputs = idx(options.mnist / "train-images-idx3-ubyte.gz").reshape(60000, -1)[:rows] / np.float32(255)
        labels = idx(options.mnist / "train-labels-idx1-ubyte.gz")[:rows]
    else:
        chance = np.random.default_rng(1)
        classes = 10 if options.case == "resnet-20" else 3
        patterns = chance.normal(size=(classes, *case["input"])).astype(np.float32)
        labels = chance.integers(classes, size=rows)
        inputs = patterns[labels] * np.float32(0.5)
        inputs += chance.standard_normal(inputs.shape, dtype=np.float32)
    inputs.astype(np.float32).tofile(options.folder / "inputs.f32")
    labels.astype(np.int32).tofile(options.folder / "labels.i32")


if __name__ == "__main__":
    main()
