#!/usr/bin/env python3
"""Explains tables of growing size and prints the processor seconds and the memory of each run.

usage: scaling.py [--tool ./espalier] [--only columns,rows,levels,classes,small] [--most 5000]

Each table is made here from a fixed seed: eight columns decide the label, the others are noise. The
processor seconds are those of all threads together; the seconds of a stage are clock seconds.
"""
import argparse, json, pathlib, resource, subprocess, sys, tempfile, time

import numpy as np

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--only", default="columns,rows,levels,classes,small")
parser.add_argument("--most", type=int, default=10**9, help="leave out larger sizes")
parser.add_argument("--limit", type=int, default=1800, help="seconds after which a run is given up")
options = parser.parse_args()


def numbers(rows, columns, classes=2, seed=1):
    """Numbers with two decimals; the label is one of `classes` equal parts of a weighted sum."""
    chance = np.random.default_rng(seed)
    cells = chance.normal(size=(rows, columns)).round(2)
    read = min(columns, 8)
    score = cells[:, :read] @ np.linspace(2, 1, read) + 0.3 * chance.normal(size=rows)
    order = score.argsort().argsort()
    return [f"x{i + 1}" for i in range(columns)], cells, [f"c{k}" for k in order * classes // rows]


def write_numbers(path, rows, columns, classes=2):
    names, cells, labels = numbers(rows, columns, classes)
    with open(path, "w") as file:
        file.write(",".join(names + ["label"]) + "\n")
        for row, label in zip(cells, labels):
            file.write(",".join(map("{:g}".format, row)) + f",{label}\n")


def write_levels(path, rows, levels):
    """One column of names, a number beside it; the label follows the name."""
    chance = np.random.default_rng(1)
    names = chance.integers(levels, size=rows)
    side = chance.integers(2, size=levels)
    number = chance.normal(size=rows).round(2)
    with open(path, "w") as file:
        file.write("city,amount,label\n")
        for name, value in zip(names, number):
            label = side[name] if abs(value) < 1.5 else value > 0
            file.write(f"city{name},{value:g},{'yes' if label else 'no'}\n")


def sizes(*values):
    return [value for value in values if value <= options.most]


trials = {
    "columns": [(f"2,000 rows x {n:,} columns", write_numbers, (2000, n)) for n in sizes(10, 50, 100, 500, 1000, 2000, 5000)],
    "rows": [(f"{n:,} rows x 10 columns", write_numbers, (n, 10)) for n in sizes(1000, 10_000, 100_000, 1_000_000)],
    "levels": [(f"5,000 rows, {n:,} levels", write_levels, (5000, n)) for n in sizes(2, 10, 100, 900, 1000, 10_000)],
    "classes": [(f"5,000 rows x 10 columns, {n} classes", write_numbers, (5000, 10, n)) for n in sizes(2, 10, 50, 200, 500)],
    "small": [(f"100 rows x {n:,} columns", write_numbers, (100, n)) for n in sizes(100, 500, 5000)],
}

STAGES = ["reading", "training and pruning", "extracting", "counting", "cross-validation", "writing"]
print("| table | processor s | " + " | ".join(STAGES) + " | peak MB | report.html kB | rules | agreement |")
print("|---|--:" + "|--:" * len(STAGES) + "|--:|--:|--:|--:|")
with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    for kind in options.only.split(","):
        for name, write, arguments in trials[kind]:
            table, report = place / "table.csv", place / "report"
            write(table, *arguments)
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [options.tool, "explain", str(table), "--output", str(report), "--quiet", "--force"]
            try:
                done = subprocess.run(command, stdout=subprocess.DEVNULL, timeout=options.limit)
            except subprocess.TimeoutExpired:
                print(f"| {name} | not ended after {options.limit} s |", flush=True)
                continue
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
            if done.returncode:
                print(f"| {name} | {seconds:.1f}, exit {done.returncode} |", flush=True)
                continue
            manifest = json.loads((report / "manifest.json").read_text())
            result = json.loads((report / "explanation.json").read_text())
            taken = {stage["name"]: stage["seconds"] for stage in manifest["stages"]}
            assert set(taken) <= set(STAGES), taken
            stages = " | ".join(f"{taken[name]:.1f}" if name in taken else "" for name in STAGES)
            print(
                f"| {name} | {seconds:.1f} | {stages} | {manifest['peakMemoryBytes'] >> 20} "
                f"| {(report / 'report.html').stat().st_size >> 10} | {result['complexity']['rules']} "
                f"| {result['fidelity']['heldOut']['value']:.3f} |", flush=True)
