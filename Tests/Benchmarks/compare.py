#!/usr/bin/env python3
"""Runs Espalier and PyTorch (or onnxruntime) on the same work in turn and writes a Markdown table.

    python compare.py [--mnist DIR] [--cases NAME ...] [--threads 1 2] [--repetitions 7] [--output TABLE.md]

Each side is a process of its own that stays; after one run each that is not counted they run in turn,
A B A B …. The two must have as many parameters, take as many steps, and end where the other ends: the
mean loss of every epoch within 2 %, answers within 1e-4 of each other; otherwise nothing is written.

Ratios are Espalier's time by the other's, on the clock and in processor time (all threads), which other
work on the machine disturbs less. The share of the limit is the arithmetic that the layers with weights
cannot do without, by the least processor time of a run, against what a loop of nothing but
multiplications and additions reaches on one core, in the widest vectors it has; the loop runs before
each line and its speed is the last column.

Run it with a Python that has numpy, torch, onnx and onnxruntime; see README.md.
"""
import argparse
import array
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TOOL = HERE.parent.parent / ".build/release/benchmarks"
CASES = ["lenet-300-100", "small", "lenet-5", "resnet-20", "inference", "inference-one-call"]
# Cases that are another's work, done otherwise by the peer.
WORK = {"inference-one-call": "inference"}
# The largest share of the other side's time that was promised.
TARGETS = {"lenet-300-100": 0.75, "small": 1 / 25, "lenet-5": 0.8, "resnet-20": 1.0, "inference": 0.5, "inference-one-call": 0.5}
# What a time is of, where it is not a step.
KINDS = {"lenet-300-100": "an epoch", "inference": "1,000,000 rows", "inference-one-call": "1,000,000 rows"}


class Side:
    """One process that does the work when it is told to."""

    def __init__(self, command, threads):
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)

    def ask(self, line):
        print(line, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"{self.process.args[0]} stopped without an answer")
        return json.loads(answer)

    def memory(self):
        """The most memory it ever held, in MiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024

    def end(self):
        self.process.stdin.close()
        _, _, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0
        return usage.ru_maxrss / 1024


def numbers(path):
    values = array.array("f")
    values.frombytes(path.read_bytes())
    return values


def check(name, case, ours, theirs):
    """Both did the same work."""
    for run in ours, theirs:
        assert run["parameters"] == case["parameters"], (name, run["parameters"], case["parameters"])
        assert run["steps"] == case["steps"], (name, run["steps"], case["steps"])
    assert len(ours["losses"]) == len(theirs["losses"]) == case.get("epochs", 0), name
    for epoch, (own, other) in enumerate(zip(ours["losses"], theirs["losses"])):
        assert abs(own - other) <= 0.02 * other, f"{name}: a loss of {own} in epoch {epoch + 1}, not {other}"


def check_answers(folder):
    ours, theirs = numbers(folder / "answers.f32"), numbers(folder / "peer-answers.f32")
    assert len(ours) == len(theirs) > 0, (len(ours), len(theirs))
    apart = max(abs(a - b) for a, b in zip(ours, theirs))
    assert apart < 1e-4, f"answers differ by {apart}"
    return apart


def core_limit():
    """Operations a second that a core reaches at most."""
    return float(subprocess.run([TOOL, "limit"], check=True, capture_output=True, text=True).stdout)


def measure(name, folder, threads, repetitions):
    limit = core_limit()
    case = json.loads((folder / "case.json").read_text())
    sides = [Side([TOOL, "run", WORK.get(name, name), folder, threads], threads),
             Side([sys.executable, HERE / "peer.py", name, folder, threads], threads)]
    runs = [[], []]
    for repetition in range(repetitions + 1):
        for side, own in zip(sides, runs):
            own.append(side.ask("run"))
            # Let the other side's threads go to sleep.
            time.sleep(0.2)
        check(name, case, runs[0][-1], runs[1][-1])
    ours, theirs = ([run["seconds"] for run in own[1:]] for own in runs)
    worked, peer_worked = ([run["processor"] for run in own[1:]] for own in runs)
    memory = [side.memory() for side in sides]
    if not case.get("epochs"):
        for side in sides:
            side.ask("answers")
        check_answers(folder)
    for side in sides:
        side.end()
    ratios = [a / b for a, b in zip(ours, theirs)]
    unit = 1 if name in KINDS else case["steps"]
    return {
        "case": name, "threads": threads, "ours": statistics.median(ours) / unit,
        "theirs": statistics.median(theirs) / unit, "ratio": statistics.median(ratios), "low": min(ratios),
        "high": max(ratios), "processor": statistics.median(a / b for a, b in zip(worked, peer_worked)), "target": TARGETS[name],
        "share": case["arithmetic"] / min(worked) / limit,
        "peer share": case["arithmetic"] / min(peer_worked) / limit, "limit": limit,
        "memory": memory[0], "peer memory": memory[1], "loss": [own[-1]["losses"][-1:] for own in runs]}


def seconds(value):
    return f"{value:.3f} s" if value >= 1 else f"{1e3 * value:.4g} ms" if value >= 1e-3 else f"{1e6 * value:.4g} µs"


def line(row):
    kind = KINDS.get(row["case"], "a step")
    return (f"| {row['case']}, {kind} | {row['threads']} | {seconds(row['ours'])} | {seconds(row['theirs'])} "
            f"| {row['ratio']:.3f} ({row['low']:.3f}–{row['high']:.3f}) | {row['processor']:.3f} | {row['target']:.2f} "
            f"| {100 * row['share']:.0f} % | {100 * row['peer share']:.0f} % "
            f"| {row['memory']:.0f} MiB | {row['peer memory']:.0f} MiB | {row['limit'] / 1e9:.0f} |")


HEADER = """| work | threads | Espalier | peer | ratio: median (lowest–highest) | processor time | target | of the limit | peer's | memory | peer's | limit, GFLOP/s |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mnist", type=pathlib.Path)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=CASES)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    print(HEADER, flush=True)
    lines = [HEADER]
    for name in options.cases:
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            work = WORK.get(name, name)
            subprocess.run([TOOL, "start", work, folder], check=True)
            mnist = ["--mnist", options.mnist] if options.mnist else []
            subprocess.run([sys.executable, HERE / "rows.py", work, folder, *mnist], check=True)
            for threads in options.threads:
                lines.append(line(measure(name, folder, threads, options.repetitions)))
                print(lines[-1], flush=True)
    if options.output:
        options.output.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
