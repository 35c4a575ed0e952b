#!/usr/bin/env python3
"""Trains PyTorch networks of the shape that Espalier trains, for comparison.

    python train.py --tables DIR [--mnist DIR] [--output parity-pytorch.json]

DIR holds iris.csv, wine.csv, breast_cancer_diagnostic.csv, house_votes_84.csv and digits_8x8.csv
(a header, the class last, a missing value empty), and MNIST's four gzip IDX files.

Tables: five stratified folds; standardised inputs (fitted on the training rows), one input a level
and one for a missing value; 32 ReLU, 12 sigmoid, softmax; Adam, rate 0.01 falling by half a cosine
to 0 over 100 epochs, batch 32. MNIST: the published split; pixels / 255; 256 ReLU, 24 sigmoid,
softmax; Adam, rate 0.001 falling likewise over 12 epochs, batch 128.

Needs numpy, scikit-learn and torch.
"""
import argparse
import csv
import gzip
import json
import math
import pathlib

import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold

TABLES = {"iris": "iris", "wine": "wine", "breast-cancer": "breast_cancer_diagnostic",
          "house-votes": "house_votes_84", "digits": "digits_8x8"}


def network(inputs, hidden, features, classes):
    return torch.nn.Sequential(
        torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, features),
        torch.nn.Sigmoid(), torch.nn.Linear(features, classes))


def train(x, y, classes, hidden, features, rate, batch, epochs, seed):
    torch.manual_seed(seed)
    model = network(x.shape[1], hidden, features, classes)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    steps = math.ceil(len(x) / batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: 0.5 * (1 + math.cos(math.pi * step / (epochs * steps))))
    loss = torch.nn.CrossEntropyLoss()
    for _ in range(epochs):
        order = torch.randperm(len(x))
        for start in range(0, len(x), batch):
            rows = order[start:start + batch]
            optimizer.zero_grad(set_to_none=True)
            loss(model(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def correct(model, x, y):
    with torch.no_grad():
        return int((model(x).argmax(1) == y).sum())


def read_table(path):
    with open(path, newline="") as file:
        rows = list(csv.reader(file))[1:]
    classes = sorted({row[-1] for row in rows})
    columns = []
    for column in zip(*(row[:-1] for row in rows)):
        try:
            columns.append(np.array([float(cell) if cell else math.nan for cell in column]))
        except ValueError:
            columns.append(np.array(column, dtype=object))
    return columns, np.array([classes.index(row[-1]) for row in rows]), len(classes)


def encode(columns, training):
    """One input a number or level, and one for what is missing; fitted on the training rows."""
    inputs = []
    for column in columns:
        if column.dtype == object:
            missing = column == ""
            inputs += [(column == level).astype(float)
                       for level in sorted(set(column[training]) - {""})]
        else:
            missing = np.isnan(column)
            known = column[training][~missing[training]]
            scale = known.std() or 1.0
            inputs.append(np.where(missing, 0, (column - known.mean()) / scale))
        if missing[training].any():
            inputs.append(missing.astype(float))
    return torch.tensor(np.stack(inputs, 1), dtype=torch.float32)


def table(path, seed):
    columns, labels, classes = read_table(path)
    y = torch.tensor(labels)
    folds = []
    splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
    for number, (training, held) in enumerate(splitter.split(labels, labels)):
        x = encode(columns, training)
        model = train(x[training], y[training], classes, 32, 12, 0.01, 32, 100, seed + number)
        folds.append({"correct": correct(model, x[held], y[held]), "total": len(held)})
    right, total = sum(f["correct"] for f in folds), sum(f["total"] for f in folds)
    return {"correct": right, "total": total, "accuracy": round(right / total, 5), "folds": folds}


def idx(path):
    with gzip.open(path) as file:
        data = file.read()
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3])


def mnist(folder, seed):
    def read(part, count):
        x = idx(folder / f"{part}-images-idx3-ubyte.gz").reshape(count, 784)
        y = idx(folder / f"{part}-labels-idx1-ubyte.gz")
        return torch.tensor(x / 255, dtype=torch.float32), torch.tensor(y.astype(np.int64))

    x, y = read("train", 60000)
    model = train(x, y, 10, 256, 24, 0.001, 128, 12, seed)
    right = correct(model, *read("t10k", 10000))
    return {"correct": right, "total": 10000, "accuracy": right / 10000}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=pathlib.Path, required=True)
    parser.add_argument("--mnist", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("parity-pytorch.json"))
    options = parser.parse_args()
    torch.set_num_threads(1)
    result = {"torch": torch.__version__, "seed": options.seed, "data": {}}
    for name, file in TABLES.items():
        result["data"][name] = table(options.tables / f"{file}.csv", options.seed)
        print(f"{name:15} {result['data'][name]['accuracy']:.4f}", flush=True)
    if options.mnist:
        result["data"]["mnist"] = mnist(options.mnist, options.seed)
        print(f"{'mnist':15} {result['data']['mnist']['accuracy']:.4f}")
    options.output.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
