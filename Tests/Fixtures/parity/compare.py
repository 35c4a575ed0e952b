#!/usr/bin/env python3
"""Trains Espalier's networks on the folds of train.py and writes both columns as Markdown.

    python compare.py --tables DIR [--mnist DIR] [--tool ESPALIER] [--output README.md]

DIR as for train.py. Each fold is written as two CSV files; `espalier train TRAINING --held-out HELD`
holds a part of the training rows back for validation, as it always does, so it learns from 85 % of
what PyTorch learns from. Its networks have the same shape: 32 (MNIST: 256) ReLU, 12 (24) sigmoid.

Needs scikit-learn for the folds.
"""
import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

from sklearn.model_selection import StratifiedKFold

from train import TABLES

HERE = pathlib.Path(__file__).resolve().parent


def right(tool, seed, training, *options):
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run(
            [tool, "train", str(training), *options, "--seed", str(seed), "-o", place + "/m.onnx", "--json",
             "--quiet"], check=True, capture_output=True, text=True)
        accuracy = json.loads(done.stdout)["accuracy"]
        return accuracy["count"], accuracy["total"]


def table(tool, path, seed):
    with open(path, newline="") as file:
        header, *rows = csv.reader(file)
    labels = [row[-1] for row in rows]
    counts = []
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        splitter = StratifiedKFold(5, shuffle=True, random_state=seed)
        for number, fold in enumerate(splitter.split(labels, labels)):
            for name, part in zip(("training", "held"), fold):
                with open(place / f"{name}.csv", "w", newline="") as file:
                    csv.writer(file).writerows([header, *(rows[i] for i in part)])
            counts.append(right(tool, seed + number, place / "training.csv", "--held-out", str(place / "held.csv"),
                                "--hidden", "32", "--features", "12"))
    return tuple(map(sum, zip(*counts)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tables", type=pathlib.Path, required=True)
    parser.add_argument("--mnist", type=pathlib.Path)
    parser.add_argument("--tool", default=str(HERE.parents[2] / "espalier"))
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--output", type=pathlib.Path, default=HERE / "README.md")
    options = parser.parse_args()
    theirs = json.loads((HERE / "parity-pytorch.json").read_text())
    lines = [
        "# Accuracy beside PyTorch", "",
        "Networks of one shape on the same rows: five stratified folds, MNIST's published split. PyTorch's",
        "column is `train.py`'s, stored in `parity-pytorch.json`; ours, and this page, is `compare.py`'s:", "",
        "```sh", "python train.py --tables TABLES --mnist MNIST", "python compare.py --tables TABLES --mnist MNIST",
        "```", "", "| data | held-out rows | PyTorch " + theirs["torch"].split("+")[0] + " | Espalier |", "|---|--:|--:|--:|"]
    names = [(name, lambda file=file: table(options.tool, options.tables / f"{file}.csv", options.seed))
             for name, file in TABLES.items()]
    if options.mnist:
        names.append(("mnist", lambda: right(options.tool, options.seed, options.mnist)))
    for name, run in names:
        correct, total = run()
        other = theirs["data"][name]
        assert total == other["total"], (name, total, other["total"])
        lines.append(f"| {name} | {total:,} | {other['correct']:,}: {100 * other['accuracy']:.2f} % | "
                     f"{correct:,}: {100 * correct / total:.2f} % |")
        print(lines[-1], flush=True)
    options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
