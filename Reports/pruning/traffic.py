#!/usr/bin/env python3
"""Growing and pruning on a five-minute traffic flow: prints a Markdown table.

    Reports/pruning/traffic.py TRAIN.csv TEST.csv [--seeds N] [--lags N]

TRAIN and TEST are the PeMS series with a column `flow_veh_per_5min`; a row of the tables made here is
the flow of the last hour, and the target is what comes next. Every network has one layer of sigmoid
units. Beside IAGP (`grow-and-prune`) and AGP (`grow-and-prune-basic`), each from 3 and from 40 units,
stand networks of a fixed size, trained at once for as long, and the last value as prediction.
"""

import argparse
import csv
import json
import math
import os
import statistics
import subprocess
import tempfile
import time

TOOL = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "espalier")
TARGET = "flow_veh_per_5min"
EPOCHS = 40


def lagged(source, destination, lags):
    """Writes the lags of a series as a table and returns the error of predicting the last value."""
    with open(source, newline="") as file:
        flow = [float(row[TARGET]) for row in csv.DictReader(file)]
    squares = 0.0
    with open(destination, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([f"minus_{5 * lag}_min" for lag in range(lags, 0, -1)] + ["flow"])
        for end in range(lags, len(flow)):
            writer.writerow(flow[end - lags : end] + [flow[end]])
            squares += (flow[end] - flow[end - 1]) ** 2
    return math.sqrt(squares / (len(flow) - lags))


def run(*arguments):
    """Runs the tool; returns its JSON and the seconds it took."""
    start = time.monotonic()
    done = subprocess.run(
        [os.environ.get("ESPALIER", TOOL), *arguments, "--json", "--quiet"],
        capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}: {done.stderr.strip()}")
    return json.loads(done.stdout), time.monotonic() - start


def spread(values, digits):
    """Mean and standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0
    return f"{statistics.mean(values):.{digits}f} ± {deviation:.{digits}f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("train")
    parser.add_argument("test")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--lags", type=int, default=12)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        train, test = (os.path.join(folder, name) for name in ("train.csv", "test.csv"))
        lagged(options.train, train, options.lags)
        last = lagged(options.test, test, options.lags)
        rows = []
        for method in ("grow-and-prune", "grow-and-prune-basic", None):
            for units in (3, 40):
                figures = [
                    measure(folder, train, test, method, units, seed)
                    for seed in range(1, options.seeds + 1)
                ]
                rows.append((method, units, figures))
    print("| method | units at first | units at the end | over the rounds, seed 1 "
          "| error on test rows | seconds |")
    print("|---|--:|--:|---|--:|--:|")
    for method, units, figures in rows:
        course = " ".join(str(size) for size in figures[0]["course"]) or "–"
        print(f"| {method or 'fixed size'} | {units} | {spread([f['units'] for f in figures], 1)} "
              f"| {course} | {spread([f['error'] for f in figures], 3)} "
              f"| {spread([f['seconds'] for f in figures], 1)} |")
    print(f"| last value | – | – | – | {last:.3f} | – |")


def measure(folder, train, test, method, units, seed):
    """One network: its size, its error on the test rows and the seconds it took."""
    model = os.path.join(folder, "start.onnx")
    common = ["--held-out", test, "--seed", str(seed), "--force", "--threads", "1"]
    first = 2 if method else EPOCHS + 2
    _, seconds = run("train", train, "--hidden", "", "--features", str(units), "--epochs",
                     str(first), "-o", model, *common)
    # A goal that holds for any size: growing and pruning decide alone.
    goal = ["--neurons", "1000", "--epochs", "4"] if method else ["--keep", "1"]
    pruned, more = run("prune", model, train, "--method", method or "random", *goal, "-o",
                       os.path.join(folder, "end.onnx"), *common)
    return {
        "units": pruned["after"]["neurons"], "error": pruned["after"]["error"],
        "course": [entry["cost"]["neurons"] for entry in pruned["rounds"]],
        "seconds": seconds + (more if method else 0),
    }


if __name__ == "__main__":
    main()
